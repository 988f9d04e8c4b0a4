package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"trucewatch/internal/news"
)

var day = time.Date(2025, 3, 10, 8, 0, 0, 0, time.UTC)

const history = 48 * time.Hour

func openStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		counts(t, s)
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// counts holds after every test: what is counted on the way is what is there.
func counts(t *testing.T, s *Store) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	got, err := s.Stats(ctx)
	if err != nil {
		return // the test broke or closed the database
	}
	var want news.Stats
	err = s.r.QueryRowContext(ctx, `
		SELECT count(*), coalesce(sum(state <> 'judged'), 0), coalesce(sum(relevance = 'main'), 0), coalesce(sum(relevance = 'mention'), 0),
		  coalesce(sum(origin = 'seed'), 0), (SELECT count(*) FROM stories) FROM items`).
		Scan(&want.Items, &want.Pending, &want.Main, &want.Mention, &want.Seeds, &want.Stories)
	if err != nil {
		t.Errorf("count: %v", err)
	}
	want.Items -= want.Seeds
	if got.Items != want.Items || got.Pending != want.Pending || got.Main != want.Main || got.Mention != want.Mention || got.Seeds != want.Seeds || got.Stories != want.Stories {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

// configure makes feeds the ones that are polled.
func configure(t *testing.T, s *Store, feeds ...news.Feed) {
	t.Helper()
	if _, _, err := s.Configure(t.Context(), Configuration{Feeds: feeds}, day); err != nil {
		t.Fatal(err)
	}
}

// sight has a digest be seen at now, beside the feeds that are, and returns its
// horizon.
func sight(t testing.TB, s *Store, name string, period time.Duration, now time.Time) time.Time {
	t.Helper()
	var horizon int64
	err := s.write(t.Context(), func(tx transaction) error {
		if _, err := ensureDigest(t.Context(), tx, name, period, now); err != nil {
			return err
		}
		return tx.QueryRowContext(t.Context(), `SELECT horizon FROM digests WHERE name = ?`, name).Scan(&horizon)
	})
	if err != nil {
		t.Fatal(err)
	}
	return at(horizon)
}

// wire configures one feed and returns it as stored.
func wire(t *testing.T, s *Store) news.Feed {
	t.Helper()
	configure(t, s, news.Feed{Name: "wire", URL: "https://wire.example/rss", Lang: "en", Side: "independent"})
	return feedNamed(t, s, "wire")
}

func feedNamed(t *testing.T, s *Store, name string) news.Feed {
	t.Helper()
	fs, err := s.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(fs, func(f news.Feed) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("no feed %q", name)
	}
	return fs[i]
}

func entry(n int) news.Entry {
	u := fmt.Sprintf("https://wire.example/a/%d", n)
	return news.Entry{GUID: fmt.Sprint("g", n), URL: u, Canonical: u, Title: fmt.Sprint("Title ", n), Summary: fmt.Sprint("Summary ", n), Published: day.Add(-time.Hour), PublishedFrom: news.PublishedStated}
}

func poll(t *testing.T, s *Store, f news.Feed, now time.Time, es ...news.Entry) news.Overlap {
	t.Helper()
	ov, err := s.RecordPolls(t.Context(), []news.Poll{{Feed: f, At: now, Entries: es}}, history, func(p news.Poll, _ news.Overlap) news.PollState {
		st := p.Feed.Poll
		st.LastTry, st.LastOK, st.NextPoll = now, now, now.Add(time.Hour)
		if st.FirstOK.IsZero() {
			st.FirstOK = now
		}
		return st
	})
	if err != nil {
		t.Fatal(err)
	}
	return ov[0]
}

// judgeAll judges what is pending: an item with the title of a known one repeats
// it, everything is mainly about topic "t", and every new item opens a development.
func judgeAll(t *testing.T, s *Store, now time.Time) (total news.Tally) {
	t.Helper()
	for {
		works, err := s.Pending(t.Context(), now, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(works) == 0 {
			return total
		}
		var batch []news.Prepared
		for _, w := range works {
			batch = append(batch, prepared(w))
		}
		n, err := s.Judge(t.Context(), now, batch, byTitle)
		if err != nil {
			t.Fatal(err)
		}
		if n.Judged == 0 {
			t.Fatalf("%d pending items and none judged", len(works))
		}
		total.Add(n)
	}
}

func prepared(w news.Work) news.Prepared {
	k := uint64(key64(w.Item.Title))
	return news.Prepared{Work: w, Lang: "en", Hash: "v1:" + w.Item.Title, Fingerprint: []byte(w.Item.Title), Keys: []uint64{k}, StoryKeys: []uint64{k},
		Topics: []news.Relevance{{Topic: "t", Relevance: news.Main, Score: 1}}, Tags: []news.Tag{{Facet: "stage", Value: "talks"}}, Search: w.Item.Summary}
}

var byTitle = news.Deciders{
	Verdict: func(p news.Prepared, known []news.Candidate) news.Verdict {
		if p.Work.Previous != nil {
			return news.Verdict{Kind: news.Update, Of: p.Work.Item.ID, Reason: "edited", Novel: []string{p.Work.Item.Summary}}
		}
		for _, c := range known {
			if string(c.Fingerprint) == p.Work.Item.Title {
				return news.Verdict{Kind: news.Duplicate, Of: c.Root, Reason: "same-title"}
			}
		}
		return news.Verdict{Kind: news.New, Reason: "unknown"}
	},
	Place: func(_ news.Prepared, topic string, _ []news.StoryCandidate) news.Placement {
		return news.Placement{Topic: topic, Why: "opened"}
	},
}

func export(t *testing.T, s *Store) (out []news.Exported) {
	t.Helper()
	if err := s.Export(t.Context(), news.ExportFilter{}, func(e news.Exported) error { out = append(out, e); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnEntrySeenAgainIsTheSameItem(t *testing.T) {
	changed := func(change func(*news.Entry)) news.Entry {
		e := entry(1)
		change(&e)
		return e
	}
	for _, tt := range []struct {
		name  string
		again news.Entry
		want  news.Overlap
	}{
		{"unchanged", entry(1), news.Overlap{Entries: 1, Known: 1}},
		{"a date bumped says nothing new", changed(func(e *news.Entry) { e.Published = day }), news.Overlap{Entries: 1, Known: 1}},
		{"the title edited", changed(func(e *news.Entry) { e.Title = "Other" }), news.Overlap{Entries: 1, Revised: 1}},
		{"the GUID changed, the URL stayed", changed(func(e *news.Entry) { e.GUID = "churned" }), news.Overlap{Entries: 1, Known: 1}},
		{"the URL changed, the GUID stayed", changed(func(e *news.Entry) { e.URL, e.Canonical = "https://wire.example/b", "https://wire.example/b" }), news.Overlap{Entries: 1, Known: 1}},
		{"another GUID at another fragment of the URL", changed(func(e *news.Entry) {
			e.GUID, e.URL, e.Title = "g2", e.URL+"#post-2", "Another"
		}), news.Overlap{Entries: 1, New: 1}},
		{"another entry", entry(2), news.Overlap{Entries: 1, New: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := openStore(t)
			f := wire(t, s)
			poll(t, s, f, day, entry(1))
			judgeAll(t, s, day)
			if got := poll(t, s, f, day.Add(time.Hour), tt.again); got != tt.want {
				t.Errorf("second poll: %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestAGUIDThatTwoEntriesBearIdentifiesNone(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	a, b := entry(1), entry(2)
	a.GUID, b.GUID = "same", "same"
	if got, want := poll(t, s, f, day, a, b), (news.Overlap{Entries: 2, New: 2}); got != want {
		t.Errorf("first poll: %+v, want %+v", got, want)
	}
	if got, want := poll(t, s, f, day.Add(time.Hour), b), (news.Overlap{Entries: 1, Known: 1}); got != want {
		t.Errorf("one of them alone: %+v, want %+v", got, want)
	}
	c := entry(3)
	c.GUID = "same"
	if got, want := poll(t, s, f, day.Add(2*time.Hour), c), (news.Overlap{Entries: 1, New: 1}); got != want {
		t.Errorf("a third with that GUID, alone: %+v, want %+v", got, want)
	}
}

func TestEntriesWithoutGUIDAndURLAreKnownByTheirText(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	e := news.Entry{Title: "No link", Summary: "No guid"}
	poll(t, s, f, day, e)
	if got, want := poll(t, s, f, day.Add(time.Hour), e, news.Entry{Title: "No link", Summary: "other"}), (news.Overlap{Entries: 2, Known: 1, New: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestARevisionKeepsWhatFirstSightDecided(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	poll(t, s, f, day, entry(1))
	judgeAll(t, s, day)
	e := entry(1)
	e.Summary = "Edited"
	poll(t, s, f, day.Add(time.Hour), e)
	judgeAll(t, s, day.Add(time.Hour))
	got := export(t, s)
	if len(got) != 1 {
		t.Fatalf("%d items, want 1", len(got))
	}
	x := got[0]
	if x.Verdict != news.New || x.Reason != "unknown" || len(x.Novel) != 0 {
		t.Errorf("first sight: %s %s %q, want new unknown none", x.Verdict, x.Reason, x.Novel)
	}
	if x.Last.Verdict != news.Update || !slices.Equal(x.Last.Novel, []string{"Edited"}) || !x.Last.At.Equal(day.Add(time.Hour)) || x.Revisions != 2 || x.Summary != "Edited" {
		t.Errorf("last: %+v, revisions %d, summary %q", x.Last, x.Revisions, x.Summary)
	}
	var n int
	var old string
	if err := s.r.QueryRow(`SELECT count(*), min(summary) FROM revisions WHERE item = ?`, int64(x.ID)).Scan(&n, &old); err != nil || n != 2 || old != "Edited" && old != "Summary 1" {
		t.Errorf("revisions kept: %d (%q), %v; want 2", n, old, err)
	}
}

func TestEachItemOfABatchSeesTheFormer(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	a, b := entry(1), entry(2)
	b.Title = a.Title
	poll(t, s, f, day, a, b)
	if got := judgeAll(t, s, day); got.New != 1 || got.Duplicate != 1 || got.Stories != 1 {
		t.Errorf("%+v, want one new, one duplicate, one development", got)
	}
	x := export(t, s)
	if x[1].Of != "g1" || *x[1].OfID != x[0].ID || *x[1].Story != *x[0].Story {
		t.Errorf("duplicate of %q (%v) in development %v, want g1 (%d) in %v", x[1].Of, x[1].OfID, *x[1].Story, x[0].ID, *x[0].Story)
	}
}

func TestAnItemRevisedSinceItWasPreparedIsLeftPending(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	poll(t, s, f, day, entry(1))
	works, err := s.Pending(t.Context(), day, 10)
	if err != nil || len(works) != 1 {
		t.Fatalf("%d pending, %v", len(works), err)
	}
	e := entry(1)
	e.Title = "Edited meanwhile"
	poll(t, s, f, day, e)
	n, err := s.Judge(t.Context(), day, []news.Prepared{prepared(works[0])}, byTitle)
	if err != nil || n.Judged != 0 {
		t.Fatalf("judged %d, %v; want none", n.Judged, err)
	}
	if works, _ = s.Pending(t.Context(), day, 10); len(works) != 1 || works[0].Item.Title != "Edited meanwhile" {
		t.Errorf("pending: %+v, want the edited item", works)
	}
}

func TestHotKeysAreSkippedUnlessAlone(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	for i := range 230 {
		poll(t, s, f, day, entry(i))
	}
	var most int
	d := byTitle
	d.Verdict = func(_ news.Prepared, known []news.Candidate) news.Verdict {
		most = max(most, len(known))
		return news.Verdict{Kind: news.New}
	}
	var last []news.Prepared
	for {
		works, err := s.Pending(t.Context(), day, 50)
		if err != nil {
			t.Fatal(err)
		}
		if len(works) == 0 {
			break
		}
		last = last[:0]
		for _, w := range works {
			p := prepared(w)
			p.Keys = []uint64{7, uint64(w.Item.ID % 100)}
			last = append(last, p)
		}
		if _, err := s.Judge(t.Context(), day, last, d); err != nil {
			t.Fatal(err)
		}
	}
	if most > maxVerified {
		t.Errorf("%d candidates handed over, want at most %d", most, maxVerified)
	}
	find := func(keys ...uint64) int {
		t.Helper()
		var n int
		err := s.write(t.Context(), func(tx transaction) error {
			c, err := newRecall().candidates(t.Context(), tx, 0, keys)
			n = len(c)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := find(7, 5); n != 3 { // items 5, 105 and 205
		t.Errorf("hot key beside another: %d candidates, want the other's 3", n)
	}
	if n := find(7); n != perKey {
		t.Errorf("hot key alone: %d candidates, want its newest %d", n, perKey)
	}
}

var morning = news.DigestSpec{Name: "morning", Kind: "news", Channel: "C1", Select: news.Selection{Topics: []string{"t"}}}

// tellAll composes one message that tells every untold development.
func tellAll(e news.Edition) news.Cut {
	c := news.Cut{Kind: "digest"}
	var lines []string
	for _, d := range e.Stories {
		if d.Told == nil {
			lines = append(lines, d.Reports[0].Title)
			c.Told = append(c.Told, news.Told{Story: d.ID, Headline: d.Reports[0].Title, Items: map[news.ItemID]int{d.Reports[0].Item: 1}, Stages: map[string]string{"full": "talks"}})
		}
	}
	c.Messages = []news.Message{{Kind: "digest", Part: 1, Text: strings.Join(lines, "|"), Plain: "p", Blocks: []byte(`[]`)}, {Kind: "digest", Part: 2, Text: "thread"}}
	return c
}

// told sets up one development and cuts it.
func told(t *testing.T) *Store {
	t.Helper()
	s := openStore(t)
	f := wire(t, s)
	sight(t, s, "morning", 24*time.Hour, day)
	poll(t, s, f, day, entry(1))
	judgeAll(t, s, day)
	if ok, err := s.CutDigest(t.Context(), morning, day, day, nil, tellAll); err != nil || !ok {
		t.Fatalf("cut: %v, %v", ok, err)
	}
	return s
}

func TestASecondCutOfASlotQueuesNothing(t *testing.T) {
	s := told(t)
	if ok, err := s.CutDigest(t.Context(), morning, day, day, nil, tellAll); err != nil || ok {
		t.Fatalf("second cut: %v, %v; want false", ok, err)
	}
	ds, err := s.Deliveries(t.Context(), true, 10)
	if err != nil || len(ds) != 2 {
		t.Fatalf("%d messages, %v; want 2", len(ds), err)
	}
}

// What a source holds when it is first read is told by a digest and is no alert.
func TestReportsOfAFirstPollAreMarked(t *testing.T) {
	s := openStore(t)
	sight(t, s, "morning", 24*time.Hour, day)
	poll(t, s, wire(t, s), day, entry(1))
	poll(t, s, feedNamed(t, s, "wire"), day.Add(time.Hour), entry(1), entry(2))
	judgeAll(t, s, day.Add(time.Hour))
	got := map[string]bool{}
	err := s.WouldCut(t.Context(), morning, day.Add(2*time.Hour), func(e news.Edition) {
		for _, d := range e.Stories {
			for _, r := range d.Reports {
				got[r.Title] = r.Backlog
			}
		}
	})
	if want := map[string]bool{"Title 1": true, "Title 2": false}; err != nil || !maps.Equal(got, want) {
		t.Errorf("backlog %v, %v; want %v", got, err, want)
	}
}

func TestWhatAChannelWasToldIsNotToldItAgain(t *testing.T) {
	for _, tt := range []struct {
		name string
		spec news.DigestSpec
		told bool
	}{
		{"the same digest", morning, true},
		{"another digest in the same channel", news.DigestSpec{Name: "evening", Channel: "C1"}, true},
		{"the digest in a renamed channel", news.DigestSpec{Name: "morning", Channel: "C2"}, true},
		{"another digest in another channel", news.DigestSpec{Name: "evening", Channel: "C2"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := told(t)
			var got news.Edition
			if _, err := s.CutDigest(t.Context(), tt.spec, day.Add(time.Hour), day.Add(time.Hour), nil, func(e news.Edition) news.Cut { got = e; return news.Cut{Kind: "quiet"} }); err != nil {
				t.Fatal(err)
			}
			if len(got.Stories) != 1 {
				t.Fatalf("%d developments, want 1", len(got.Stories))
			}
			mark := got.Stories[0].Told
			if (mark != nil) != tt.told {
				t.Fatalf("told mark %+v, want one: %v", mark, tt.told)
			}
			if mark != nil && (mark.Headline != "Title 1" || mark.Stages["full"] != "talks" || mark.Items[got.Stories[0].Reports[0].Item] != 1) {
				t.Errorf("mark %+v lost what was told", mark)
			}
		})
	}
}

func TestABlindDigestsWindowIsCoveredAgain(t *testing.T) {
	s := told(t)
	from := map[string]time.Time{}
	cut := func(slot time.Time, kind string) {
		t.Helper()
		if _, err := s.CutDigest(t.Context(), morning, slot, slot, nil, func(e news.Edition) news.Cut { from[kind] = e.From; return news.Cut{Kind: kind} }); err != nil {
			t.Fatal(err)
		}
	}
	cut(day.Add(time.Hour), "blind")
	cut(day.Add(2*time.Hour), "quiet")
	if !from["quiet"].Equal(day) {
		t.Errorf("the digest after a blind one starts at %v, want %v", from["quiet"], day)
	}
}

func TestAnArticleEditedWithinTheWindowCountsAsRead(t *testing.T) {
	s := told(t) // of one article, at day
	if ok, err := s.CutDigest(t.Context(), morning, day.Add(time.Minute), day.Add(time.Minute), nil, tellAll); err != nil || !ok {
		t.Fatalf("second cut: %v, %v", ok, err)
	}
	later := day.Add(3 * time.Hour)
	poll(t, s, feedNamed(t, s, "wire"), day.Add(time.Hour), entry(2))
	edited := entry(1)
	edited.Summary = "Edited"
	poll(t, s, feedNamed(t, s, "wire"), day.Add(2*time.Hour), edited)
	judgeAll(t, s, later)
	for _, window := range []struct {
		name string
		slot time.Time
		want int64
	}{{"before the edit", day.Add(2 * time.Hour), 1}, {"with it", later, 2}} {
		var got news.Edition
		if err := s.WouldCut(t.Context(), morning, window.slot, func(e news.Edition) { got = e }); err != nil {
			t.Fatal(err)
		}
		if int64(got.Read) != window.want {
			t.Errorf("%s: %d articles read, want %d", window.name, got.Read, window.want)
		}
	}
}

func TestAHorizonIsSetOnce(t *testing.T) {
	s := openStore(t)
	for _, tt := range []struct {
		period time.Duration
		now    time.Time
		want   time.Time
	}{{24 * time.Hour, day, day.Add(-24 * time.Hour)}, {time.Hour, day.Add(240 * time.Hour), day.Add(-24 * time.Hour)}} {
		if h := sight(t, s, "d", tt.period, tt.now); !h.Equal(tt.want) {
			t.Errorf("horizon %v, want %v", h, tt.want)
		}
	}
	if h := sight(t, s, "monthly", 30*24*time.Hour, day); !h.Equal(day.Add(-maxHorizon)) {
		t.Errorf("horizon of a monthly digest %v; want 7 days back", h)
	}
}

func TestDeliveriesOfAChannelKeepTheirOrder(t *testing.T) {
	s := told(t)
	ctx := t.Context()
	first, err := s.ClaimDelivery(ctx, day)
	if err != nil || first.Message.Part != 1 || first.Attempts != 1 || !first.Claimed.Equal(day) {
		t.Fatalf("first claim: %+v, %v", first, err)
	}
	for _, state := range []news.DeliveryState{news.Claimed, news.Unknown, news.Held, news.Queued} {
		first.State, first.Due = state, day.Add(time.Minute)
		if err := s.RecordDelivery(ctx, first); err != nil {
			t.Fatal(err)
		}
		if d, err := s.ClaimDelivery(ctx, day); !errors.Is(err, news.ErrNotFound) {
			t.Errorf("with part 1 %s: claimed %+v, %v; want nothing", state, d, err)
		}
	}
	first.State, first.TS = news.Sent, "123.45"
	if err := s.RecordDelivery(ctx, first); err != nil {
		t.Fatal(err)
	}
	second, err := s.ClaimDelivery(ctx, day)
	if err != nil || second.Message.Part != 2 || second.ThreadTS != "123.45" {
		t.Errorf("second claim: %+v, %v; want part 2 in thread 123.45", second, err)
	}
}

func TestAParkedMessageGivesItsToldMarksBack(t *testing.T) {
	s := told(t)
	d, err := s.ClaimDelivery(t.Context(), day)
	if err != nil {
		t.Fatal(err)
	}
	d.State = news.Parked
	if err := s.RecordDelivery(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	var untold int
	if _, err := s.CutDigest(t.Context(), morning, day.Add(time.Hour), day, nil, func(e news.Edition) news.Cut {
		for _, d := range e.Stories {
			if d.Told == nil {
				untold++
			}
		}
		return news.Cut{}
	}); err != nil || untold != 1 {
		t.Errorf("%d untold after parking, %v; want 1", untold, err)
	}
	if d, err := s.ClaimDelivery(t.Context(), day); err != nil || d.Message.Part != 2 {
		t.Errorf("claim after parking: %+v, %v; want part 2: a parked message blocks nothing", d, err)
	}
	if err := s.SetDelivery(t.Context(), d.ID, news.Queued, day); err == nil || !strings.Contains(err.Error(), "next digest") {
		t.Errorf("retrying a parked message: %v; want a refusal: its news would come twice", err)
	}
}

// What tells no development comes with no later digest, so it can be tried again
// after it was given up.
func TestAParkedMessageThatTellsNothingIsRetried(t *testing.T) {
	for _, kind := range []string{"recap", "quiet", "blind", "hello", "ops", "edit"} {
		for _, state := range []news.DeliveryState{news.Parked, news.Dropped} {
			s := openStore(t)
			sight(t, s, "morning", 24*time.Hour, day)
			one := func(news.Edition) news.Cut {
				return news.Cut{Kind: kind, Messages: []news.Message{{Kind: kind, Part: 1, Text: "x", Plain: "x"}}}
			}
			if _, err := s.CutDigest(t.Context(), morning, day, day, nil, one); err != nil {
				t.Fatal(err)
			}
			d, err := s.ClaimDelivery(t.Context(), day)
			if err != nil {
				t.Fatal(err)
			}
			d.State, d.PlainNow = state, true
			if err := s.RecordDelivery(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			if err := s.SetDelivery(t.Context(), d.ID, news.Queued, day); err != nil {
				t.Errorf("%s %s: %v", state, kind, err)
				continue
			}
			if again, err := s.ClaimDelivery(t.Context(), day); err != nil || again.ID != d.ID || again.PlainNow {
				t.Errorf("%s %s, tried again: %+v, %v; want it in its own layout", state, kind, again, err)
			}
		}
	}
}

// Two messages to the operator in one millisecond are two.
func TestTheOperatorIsToldTwiceInOneMoment(t *testing.T) {
	s := openStore(t)
	for range 2 {
		if err := s.TellOperator(t.Context(), []string{"C0OPS"}, day, nil, news.Message{Kind: "ops", Part: 1, Text: "x", Plain: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if ds, err := s.Deliveries(t.Context(), true, 10); err != nil || len(ds) != 2 || ds[0].Key == ds[1].Key {
		t.Errorf("%+v, %v; want two messages with keys of their own", ds, err)
	}
}

// The operator's word and the answer to an earlier try may cross.
func TestALateAnswerDoesNotUndoTheOperatorsWord(t *testing.T) {
	ctx := t.Context()
	for name, c := range map[string]struct {
		word  news.DeliveryState
		again bool // claimed once more before the answer comes
		found news.DeliveryState
		want  news.DeliveryState
	}{
		"dropped, then found absent":         {news.Dropped, false, news.Queued, news.Dropped},
		"dropped, then found":                {news.Dropped, false, news.Sent, news.Dropped},
		"retried, then found":                {news.Queued, false, news.Sent, news.Sent},
		"retried, then still unknown":        {news.Queued, false, news.Unknown, news.Queued},
		"retried and claimed, then absent":   {news.Queued, true, news.Queued, news.Claimed},
		"untouched, then absent":             {"", false, news.Queued, news.Queued},
		"retried and claimed, then unclear ": {news.Queued, true, news.Unknown, news.Claimed},
	} {
		t.Run(name, func(t *testing.T) {
			s := told(t)
			d, err := s.ClaimDelivery(ctx, day)
			if err != nil {
				t.Fatal(err)
			}
			d.State = news.Unknown
			if err := s.RecordDelivery(ctx, d); err != nil {
				t.Fatal(err)
			}
			if c.word != "" {
				if err := s.SetDelivery(ctx, d.ID, c.word, day); err != nil {
					t.Fatal(err)
				}
			}
			if c.again {
				if _, err := s.ClaimDelivery(ctx, day); err != nil {
					t.Fatal(err)
				}
			}
			d.State, d.TS = c.found, "1.2"
			if err := s.RecordDelivery(ctx, d); err != nil {
				t.Fatal(err)
			}
			ds, err := s.Deliveries(ctx, false, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, got := range ds {
				if got.ID == d.ID && got.State != c.want {
					t.Errorf("the message is %s, want %s", got.State, c.want)
				}
			}
		})
	}
}

func TestAClaimFoundAtStartIsUnknown(t *testing.T) {
	s := told(t)
	if _, err := s.ClaimDelivery(t.Context(), day); err != nil {
		t.Fatal(err)
	}
	if err := s.RecoverClaims(t.Context(), day); err != nil {
		t.Fatal(err)
	}
	if ds, err := s.DueLookups(t.Context(), day); err != nil || len(ds) != 0 {
		t.Errorf("look-ups due at once: %+v, %v; want none for %s: a late message is not there yet", ds, err, recoverAfter)
	}
	ds, err := s.DueLookups(t.Context(), day.Add(recoverAfter))
	if err != nil || len(ds) != 1 || ds[0].State != news.Unknown || ds[0].Message.Part != 1 {
		t.Errorf("look-ups due: %+v, %v; want part 1", ds, err)
	}
}

func TestSeedsLoadOnceAndAreCandidates(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	seed := news.Seed{Name: "doc", Date: day.Add(-24 * time.Hour), Hash: "v1:x", Fingerprint: []byte("Title 1"), Keys: []uint64{uint64(key64("Title 1"))}}
	for i, want := range []int{1, 0} {
		if _, n, err := s.Configure(t.Context(), Configuration{Feeds: []news.Feed{f}, Seeds: []news.Seed{seed}}, day); err != nil || n != want {
			t.Fatalf("load %d: %d, %v; want %d", i, n, err, want)
		}
	}
	poll(t, s, f, day, entry(1))
	judgeAll(t, s, day)
	x := export(t, s)
	if len(x) != 2 || x[0].Origin != news.OriginSeed || x[1].Verdict != news.Duplicate || x[1].Of != "seed:doc" {
		t.Errorf("export %+v, want the seed and its duplicate", x)
	}
	// A version that gives seeds more keys completes those that are known.
	seed.Keys = append(seed.Keys, uint64(key64("a part of it")))
	if _, n, err := s.Configure(t.Context(), Configuration{Feeds: []news.Feed{f}, Seeds: []news.Seed{seed}}, day); err != nil || n != 0 {
		t.Fatalf("load with another key: %d, %v; want 0", n, err)
	}
	known, _, err := s.Consult(t.Context(), news.Prepared{Keys: seed.Keys[1:]}, nil)
	if err != nil || len(known) != 1 || known[0].Name != "doc" {
		t.Errorf("by its new key: %+v, %v; want the seed", known, err)
	}
}

func TestAChangedURLDropsValidatorsAndKeepsItems(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	_, err := s.RecordPolls(t.Context(), []news.Poll{{Feed: f, At: day, Entries: []news.Entry{entry(1)}}}, history, func(news.Poll, news.Overlap) news.PollState {
		return news.PollState{URL: f.URL, ETag: `"x"`, ValidatorURL: f.URL, NextPoll: day.Add(time.Hour)}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := feedNamed(t, s, "wire").Poll; got.ETag != `"x"` || !got.NextPoll.Equal(day.Add(time.Hour)) {
		t.Fatalf("state not stored: %+v", got)
	}
	configure(t, s, news.Feed{Name: "wire", URL: "https://wire.example/new"})
	if got := feedNamed(t, s, "wire").Poll; got.ETag != "" || !got.NextPoll.IsZero() {
		t.Errorf("state after the URL changed: %+v, want none", got)
	}
	if got := poll(t, s, feedNamed(t, s, "wire"), day, entry(1)); got.Known != 1 {
		t.Errorf("items after the URL changed: %+v, want the entry known", got)
	}
}

func TestAFailedDecisionStoresNothing(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	poll(t, s, f, day, entry(1))
	works, err := s.Pending(t.Context(), day, 1)
	if err != nil {
		t.Fatal(err)
	}
	bad := prepared(works[0])
	bad.Fingerprint = nil // violates NOT NULL after the item was updated
	if _, err := s.Judge(t.Context(), day, []news.Prepared{bad}, byTitle); err == nil {
		t.Fatal("no error")
	}
	if works, err := s.Pending(t.Context(), day, 1); err != nil || len(works) != 1 {
		t.Errorf("%d pending, %v; want the item still pending", len(works), err)
	}
}

func TestTwoProcessesWaitForEachOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	var wg sync.WaitGroup
	for p := range 2 {
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		wg.Go(func() {
			for i := range 50 {
				if _, _, err := s.Configure(t.Context(), Configuration{Digests: map[string]time.Duration{fmt.Sprintf("%d-%d", p, i): time.Hour}}, day); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestManyWhoOpenANewDatabaseAtOnceAllGetIt(t *testing.T) {
	for range 5 {
		path := filepath.Join(t.TempDir(), "t.db")
		errs := make(chan error)
		for range 4 {
			go func() {
				s, err := Open(t.Context(), path)
				if err == nil {
					err = s.Close()
				}
				errs <- err
			}()
		}
		for range 4 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	}
}

func TestUnusableDatabasesAreToldApart(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("not a database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.db")
	s, err := Open(t.Context(), newer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.w.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`); err != nil {
		t.Fatal(err)
	}
	s.Close()
	for _, path := range []string{garbage, newer} {
		if s, err := Open(context.Background(), path); !errors.Is(err, ErrUnusable) {
			t.Errorf("%s: %v, %v; want ErrUnusable", filepath.Base(path), s, err)
		}
	}
	missing := filepath.Join(dir, "missing.db")
	if _, err := OpenExisting(t.Context(), missing); !errors.Is(err, ErrNoDatabase) {
		t.Errorf("missing: %v, want ErrNoDatabase", err)
	}
	if _, err := os.Stat(missing); !os.IsNotExist(err) {
		t.Errorf("opening a missing database to read created it: %v", err)
	}
}

func TestASecondDaemonIsKeptOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	l, err := LockDaemon(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LockDaemon(path); !errors.Is(err, ErrLocked) {
		t.Errorf("second lock: %v, want ErrLocked", err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if l, err = LockDaemon(path); err != nil {
		t.Fatalf("after release: %v", err)
	}
	l.Release()
}

func TestRegroupingMovesWhatIsUntoldAndNothingElse(t *testing.T) {
	s := told(t) // entry 1 is told
	f := feedNamed(t, s, "wire")
	later := day.Add(time.Hour)
	copied := entry(3)
	copied.Title, copied.GUID, copied.URL, copied.Canonical = entry(2).Title, "copy", "https://wire.example/copy", "https://wire.example/copy"
	poll(t, s, f, later, entry(2), entry(3), entry(4), copied)
	judgeAll(t, s, later)
	story := func(guid string) news.StoryID {
		t.Helper()
		for _, x := range export(t, s) {
			if x.GUID == guid {
				return *x.Story
			}
		}
		t.Fatalf("no item %s", guid)
		return 0
	}
	toldStory := story("g1")
	var sawUntold, sawTold int
	err := s.Regroup(t.Context(), later, func(untold []news.Member, told []news.StoryCandidate) []news.Group {
		sawUntold, sawTold = len(untold), len(told)
		// The second joins the told one, the third and fourth are one.
		return []news.Group{{Story: toldStory, Items: []news.ItemID{untold[0].Item}, Why: []string{"alike"}},
			{Items: []news.ItemID{untold[1].Item, untold[2].Item}, Why: []string{"", ""}, After: toldStory}}
	}, news.Deciders{Ledger: func(_ []news.Position, d news.Development) []news.Position {
		return []news.Position{{Topic: d.Topic, Mechanism: fmt.Sprint(len(d.Reports), " reports"), At: later, Known: later, Story: d.ID}}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if sawUntold != 3 || sawTold != 1 {
		t.Errorf("regrouped %d untold items beside %d told developments, want 3 (no duplicate) beside 1", sawUntold, sawTold)
	}
	if story("g2") != toldStory || story("copy") != toldStory || story("g1") != toldStory {
		t.Errorf("g1 in %d, g2 in %d, its copy in %d; want all in %d", story("g1"), story("g2"), story("copy"), toldStory)
	}
	if story("g3") != story("g4") || story("g3") == toldStory {
		t.Errorf("g3 in %d, g4 in %d; want one development of their own", story("g3"), story("g4"))
	}
	var why string
	var follows news.StoryID
	err = s.r.QueryRow(`SELECT m.why, (SELECT follows FROM stories WHERE id = ?2) FROM members m WHERE m.story = ?1 AND m.why LIKE 'regrouped%' LIMIT 1`, int64(toldStory), int64(story("g3"))).Scan(&why, &follows)
	if err != nil || why != "regrouped before a cut: alike" || follows != toldStory {
		t.Errorf("why %q, follows %d, %v; want what the decision said, and the told one", why, follows, err)
	}
	var n int
	if err := s.r.QueryRow(`SELECT count(*) FROM stories`).Scan(&n); err != nil || n != 2 {
		t.Errorf("%d developments, %v; want 2: empty ones are removed", n, err)
	}
	ledger, _, err := s.Standing(t.Context(), later)
	if err != nil {
		t.Fatal(err)
	}
	moved := map[string]news.StoryID{}
	for _, p := range ledger {
		moved[p.Mechanism] = p.Story
	}
	if moved["2 reports"] != story("g3") || moved["3 reports"] != toldStory {
		t.Errorf("the ledger moved by %v; want by what came together", moved)
	}
}

func TestARevisionThatWaitsForJudgementIsNotToldYet(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	poll(t, s, f, day, entry(1))
	judgeAll(t, s, day)
	edited := entry(1)
	edited.Title = "Edited"
	poll(t, s, f, day.Add(time.Hour), edited)
	read := func() news.Report {
		t.Helper()
		var r news.Report
		if err := s.WouldCut(t.Context(), morning, day.Add(2*time.Hour), func(e news.Edition) { r = e.Stories[0].Reports[0] }); err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := read(); r.Revision != 1 || r.Title != "Title 1" {
		t.Errorf("before judgement: revision %d, %q; want the first", r.Revision, r.Title)
	}
	judgeAll(t, s, day.Add(time.Hour))
	if r := read(); r.Revision != 2 || r.Title != "Edited" || r.Verdict != news.Update {
		t.Errorf("after it: revision %d, %q, %s; want the second, an update", r.Revision, r.Title, r.Verdict)
	}
}

// An alert that stands in the channel its name had before is no longer answered.
func TestAnAlertOfAnotherChannelCannotBeEdited(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	spec := news.AlertSpec{Name: "turn", Channel: "C1"}
	say := news.Cut{Kind: "alert", Messages: []news.Message{{Kind: "alert", Part: 1, Text: "a"}}}
	if _, err := s.CutAlert(ctx, spec, day, func(news.Edition, func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool) { return say, true }); err != nil {
		t.Fatal(err)
	}
	d, err := s.ClaimDelivery(ctx, day)
	if err != nil {
		t.Fatal(err)
	}
	d.State, d.TS = news.Sent, "1.0"
	if err := s.RecordDelivery(ctx, d); err != nil {
		t.Fatal(err)
	}
	for channel, want := range map[string]bool{"C1": true, "C2": false} {
		spec.Channel = channel
		_, err := s.CutAlert(ctx, spec, day.Add(time.Hour), func(_ news.Edition, original func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool) {
			if _, ok := original(d.ID); ok != want {
				t.Errorf("in %s the alert sent to C1 may be answered: %v, want %v", channel, ok, want)
			}
			return news.Cut{}, false
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The alerts of a day are the messages that went to the alert's channel, whatever number of
// developments each told: no corrections, and none that was given up.
func TestAlertsAreCountedByMessage(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	f := wire(t, s)
	poll(t, s, f, day.Add(-time.Hour), entry(1), entry(2))
	judgeAll(t, s, day.Add(-time.Hour))
	spec := news.AlertSpec{Name: "turn", Channel: "C1"}
	var sent []time.Time
	cut := func(spec news.AlertSpec, kind string, now time.Time, tell func(news.Edition) []news.Told) {
		t.Helper()
		if _, err := s.CutAlert(ctx, spec, now, func(e news.Edition, _ func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool) {
			sent = e.Sent
			return news.Cut{Kind: kind, Messages: []news.Message{{Kind: kind, Part: 1, Text: "a"}}, Told: tell(e)}, true
		}); err != nil {
			t.Fatal(err)
		}
	}
	all := func(e news.Edition) (out []news.Told) {
		for _, d := range e.Stories {
			out = append(out, news.Told{Story: d.ID, Headline: "a"})
		}
		if len(out) != 2 {
			t.Fatalf("%d developments, want 2", len(out))
		}
		return out
	}
	first := func(e news.Edition) []news.Told { return all(e)[:1] }
	none := func(news.Edition) []news.Told { return nil }
	cut(spec, "alert", day, all) // of both
	cut(spec, "alert", day.Add(time.Minute), first)
	cut(spec, "correction", day.Add(2*time.Minute), first)
	cut(spec, "alert", day.Add(3*time.Minute), none) // as one that gave its marks back
	cut(news.AlertSpec{Name: "other", Channel: "C1"}, "alert", day.Add(4*time.Minute), first)
	cut(news.AlertSpec{Name: "turn", Channel: "C2"}, "alert", day.Add(5*time.Minute), first)
	cut(spec, "alert", day.Add(time.Hour), none)
	if want := []time.Time{day, day.Add(time.Minute)}; !slices.EqualFunc(sent, want, time.Time.Equal) {
		t.Errorf("sent %v, want %v", sent, want)
	}
	if cut(spec, "alert", day.Add(8*24*time.Hour), none); len(sent) != 0 {
		t.Errorf("a week later: sent %v", sent)
	}
}

// A digest says since when a source is paused, and not since when it had failed before;
// pausing it again changes nothing, and resumed it starts anew.
func TestAPauseIsCountedFromItsStart(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	_, err := s.RecordPolls(t.Context(), []news.Poll{{Feed: f, At: day}}, 0, func(p news.Poll, _ news.Overlap) news.PollState {
		return news.PollState{LastTry: p.At, Failures: 1, Err: "HTTP 500"}
	})
	if err != nil {
		t.Fatal(err)
	}
	since := func() time.Time {
		c, err := s.Condition(t.Context())
		if err != nil || len(c.Feeds) != 1 {
			t.Fatal(c.Feeds, err)
		}
		return c.Feeds[0].Since
	}
	if got := since(); !got.Equal(day) {
		t.Fatalf("it fails since %s, want %s", got, day)
	}
	pausing := day.Add(11 * time.Minute)
	for i, step := range []struct {
		pause bool
		at    time.Time
		want  time.Time
	}{
		{true, pausing, pausing},
		{true, pausing.Add(time.Hour), pausing},
		{false, pausing.Add(2 * time.Hour), time.Time{}},
	} {
		if err := s.PauseFeed(t.Context(), f.Name, step.pause, step.at); err != nil {
			t.Fatal(err)
		}
		if got := since(); !got.Equal(step.want) {
			t.Errorf("step %d: since %s, want %s", i, got, step.want)
		}
	}
}
