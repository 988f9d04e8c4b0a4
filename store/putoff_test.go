package store

import (
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// report is an entry that is news so long before today and may be of one development
// with any other.
func report(n int, ago time.Duration) news.Entry {
	e := entry(n)
	e.Published = day.Add(-ago)
	return e
}

// importReports imports entries of which any two might be of one development.
func importReports(t *testing.T, s *Store, d news.Deciders, es ...news.Entry) {
	t.Helper()
	im := stretch(t, s, "archive", 0, es...)
	for i := range im.Entries {
		im.Entries[i].Prepared.StoryKeys = []uint64{7}
	}
	if _, err := s.Import(t.Context(), im, Judging{Prepare: prepared, Decide: d, Enough: func() bool { return false }}, history); err != nil {
		t.Fatal(err)
	}
}

// comparing places as joinsOlder does and notes what was compared, by title.
func comparing(compared *[]string) news.Deciders {
	d := joinsOlder
	d.Place = func(p news.Prepared, topic string, known []news.StoryCandidate) news.Placement {
		*compared = append(*compared, p.Work.Item.Title)
		return joinsOlder.Place(p, topic, known)
	}
	return d
}

func TestHistoryIsComparedAtOnceOnlyNearWhatIsLive(t *testing.T) {
	const d = 24 * time.Hour
	s := openStore(t)
	live := report(100, 40*d)
	poll(t, s, wire(t, s), day.Add(-time.Hour), live)
	pending, err := s.Pending(t.Context(), day, 10)
	if err != nil || len(pending) != 1 {
		t.Fatalf("%d pending, %v", len(pending), err)
	}
	p := prepared(pending[0])
	p.StoryKeys = []uint64{7}
	if _, err := s.Judge(t.Context(), day, []news.Prepared{p}, joinsOlder); err != nil {
		t.Fatal(err)
	}
	var compared []string
	importReports(t, s, comparing(&compared),
		report(1, 30*d), // nobody near
		report(2, 36*d), // it joins the live one
		report(3, 32*d), // near that, which is in the live one
		report(4, 46*d), // nobody near
		report(5, 5*d),  // a live one may come
	)
	if want := []string{"Title 2", "Title 3", "Title 5"}; !slices.Equal(compared, want) {
		t.Errorf("compared %q, want %q", compared, want)
	}
	homes := map[string]news.StoryID{}
	for _, x := range export(t, s) {
		homes[x.Title] = *x.Story
	}
	if homes["Title 2"] != homes["Title 100"] || homes["Title 3"] != homes["Title 100"] {
		t.Errorf("in developments %v, want 2 and 3 with the live one", homes)
	}
	if homes["Title 1"] == homes["Title 4"] || homes["Title 1"] == homes["Title 100"] {
		t.Errorf("in developments %v, want 1 and 4 alone", homes)
	}
}

// A second import goes on with a development that the first one's rebuilding made.
func TestALaterImportJoinsWhatAnEarlierOneBrought(t *testing.T) {
	const d = 24 * time.Hour
	s := openStore(t)
	importReports(t, s, joinsOlder, report(1, 60*d), report(2, 60*d-time.Hour))
	rebuild(t, s)
	importReports(t, s, joinsOlder, report(3, 60*d-2*time.Hour))
	if got := grouping(t, s); !strings.Contains(got, "3("+putOffWhy+")") {
		t.Fatalf("before its import ends a report is put off:\n%s", got)
	}
	rebuildAt(t, s, day.Add(time.Hour))
	got := grouping(t, s)
	if strings.Contains(got, "\n") || !strings.Contains(got, " 3(with 3 beside 0)") {
		t.Errorf("developments now:\n%s\nwant one of three reports", got)
	}
}

// What repeats a report is in its development because of that, whichever of them speaks.
func TestAReportIsInBecauseOfWhatItRepeats(t *testing.T) {
	s := openStore(t)
	later, earlier := report(1, 60*24*time.Hour), report(2, 61*24*time.Hour)
	d := joinsOlder
	d.Verdict = func(p news.Prepared, known []news.Candidate) news.Verdict {
		if p.Work.Item.Title == "Title 2" {
			return news.Verdict{Kind: news.Update, Of: 1, Reason: "grown"}
		}
		return news.Verdict{Kind: news.New, Reason: "new"}
	}
	importReports(t, s, d, later, earlier)
	rebuild(t, s)
	if got := grouping(t, s); !strings.Contains(got, "2(with 1 beside 0) 1("+repeatsWhy+")") {
		t.Errorf("developments now:\n%s", got)
	}
}

func TestSpansKnowWhatIsNearThem(t *testing.T) {
	const d = int64(24 * time.Hour / time.Millisecond)
	var s spans
	for _, add := range []span{{100 * d, 101 * d}, {50 * d, 50 * d}, {90 * d, 90 * d}, {55 * d, 56 * d}, {95 * d, 96 * d}} {
		s = s.add(add)
	}
	if want := (spans{{50 * d, 56 * d}, {90 * d, 101 * d}}); !slices.Equal(s, want) {
		t.Errorf("spans %v, want %v", s, want)
	}
	for at, want := range map[int64]bool{44: false, 45: true, 53: true, 61: true, 62: false, 84: false, 85: true, 106: true, 107: false} {
		if got := s.near(at * d); got != want {
			t.Errorf("near on day %d: %v, want %v of %v", at, got, want, s)
		}
	}
}
