package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// joinsOlder places an item with a development of older news, else alone: so that
// the order in which items are placed shows.
var joinsOlder = news.Deciders{
	Verdict: byTitle.Verdict,
	Place: func(p news.Prepared, topic string, known []news.StoryCandidate) news.Placement {
		for _, c := range known {
			if len(c.Members) > 0 && c.Members[0].Published.Before(p.Work.Item.Published) {
				return news.Placement{Topic: topic, Story: c.Story, Why: "older"}
			}
		}
		return news.Placement{Topic: topic, Why: "alone"}
	},
	Ledger: func(stands []news.Position, d news.Development) []news.Position {
		last := d.Reports[len(d.Reports)-1]
		for _, p := range stands {
			if !p.At.Before(last.Published) {
				return nil
			}
		}
		return []news.Position{{Topic: d.Topic, Mechanism: "full", Stage: "talks", At: last.Published, Story: d.ID, Item: last.Item}}
	},
}

// backwards imports n entries, the newest first, each fourth with a copy of the one
// before; any two might be of one development.
func backwards(t *testing.T, s *Store, n int) {
	t.Helper()
	var es []news.Entry
	for i := range n {
		e := entry(i)
		e.Published = day.Add(-time.Duration(i) * time.Hour)
		if i%4 == 3 {
			e.Title = entry(i - 1).Title
		}
		es = append(es, e)
	}
	im := stretch(t, s, "archive", 0, es...)
	for i := range im.Entries {
		im.Entries[i].Prepared.StoryKeys = []uint64{7}
	}
	if _, err := s.Import(t.Context(), im, Judging{Prepare: prepared, Decide: joinsOlder, Enough: func() bool { return false }}, history); err != nil {
		t.Fatal(err)
	}
}

// grouping is which items share a development, and the ledger, without numbers that
// may differ between two databases.
func grouping(t *testing.T, s *Store) string {
	t.Helper()
	var lines []string
	err := s.ExportStories(t.Context(), news.ExportFilter{}, func(d news.Development, moves []news.Position) error {
		var b strings.Builder
		fmt.Fprintf(&b, "%s–%s:", d.First.Format(time.RFC3339), d.Last.Format(time.RFC3339))
		for _, r := range d.Reports {
			fmt.Fprintf(&b, " %d", r.Item)
		}
		for _, m := range moves {
			fmt.Fprintf(&b, " [%s %s by %d]", m.Stage, m.At.Format(time.RFC3339), m.Item)
		}
		lines = append(lines, b.String())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func rebuild(t *testing.T, s *Store) (total Rebuilt) {
	t.Helper()
	for !total.Done {
		r, err := s.Rebuild(t.Context(), day, joinsOlder, func() bool { return false }, context.Cause)
		if err != nil {
			t.Fatal(err)
		}
		total.Units, total.Moved, total.Stories, total.Done = total.Units+r.Units, total.Moved+r.Moved, total.Stories+r.Stories, r.Done
	}
	return total
}

func TestHistoryIsPutTogetherInTheOrderOfItsNews(t *testing.T) {
	s := openStore(t)
	backwards(t, s, 8)
	before := export(t, s)
	if n := strings.Count(grouping(t, s), "\n") + 1; n != 6 {
		t.Fatalf("%d developments by arrival, want 6: none is older than what came before it\n%s", n, grouping(t, s))
	}
	if got := rebuild(t, s); got.Units != 6 || got.Stories != 1 || got.Moved != 8 {
		t.Errorf("rebuilt %+v, want six units in one development", got)
	}
	got := grouping(t, s)
	if strings.Contains(got, "\n") || !strings.Contains(got, ": 8 7 6 5 4 3 2 1 ") || strings.Count(got, "[talks") != 6 {
		t.Errorf("developments now:\n%s\nwant one with all reports, and a move of the ledger with each unit", got)
	}
	for i, x := range export(t, s) {
		if x.Verdict != before[i].Verdict || x.Reason != before[i].Reason || x.Of != before[i].Of {
			t.Errorf("item %d was judged %s and is now %s: verdicts are never revised", x.ID, before[i].Verdict, x.Verdict)
		}
	}
	if r := rebuild(t, s); r.Units != 0 {
		t.Errorf("rebuilt again: %+v, want nothing to do", r)
	}
}

func TestARebuildingStoppedAnywhereEndsTheSame(t *testing.T) {
	whole := openStore(t)
	backwards(t, whole, 40)
	rebuild(t, whole)
	for _, units := range []int{1, 2, 7} {
		s := openStore(t)
		backwards(t, s, 40)
		stops := 0
		for done := false; !done && stops < 100; stops++ {
			ctx, cancel := context.WithCancel(t.Context())
			asked := 0
			r, err := s.Rebuild(ctx, day, joinsOlder, func() bool {
				if asked++; asked > units {
					cancel() // in the midst of the second transaction
				}
				return asked%units == 0
			}, context.Cause)
			cancel()
			if err != nil && ctx.Err() == nil {
				t.Fatal(err)
			}
			done = r.Done
		}
		if stops < 3 {
			t.Errorf("stopped %d times after %d units: proves nothing", stops, units)
		}
		if got := grouping(t, s); got != grouping(t, whole) {
			t.Errorf("stopped every %d units:\n%s\nwant\n%s", units, got, grouping(t, whole))
		}
	}
}

func TestWhatALivePollSawStaysWhereItIs(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	live := entry(100)
	live.Published = day.Add(-90 * time.Minute)
	poll(t, s, f, day.Add(-time.Hour), live)
	judgeAll(t, s, day)
	backwards(t, s, 4)
	story := *export(t, s)[0].Story
	rebuild(t, s)
	if x := export(t, s); *x[0].Story != story {
		t.Errorf("the live item's development %d is now %d", story, *x[0].Story)
	}
	days, err := s.BusiestDays(t.Context(), day.Add(-24*time.Hour), day, 3)
	if err != nil || len(days) == 0 || days[len(days)-1].After(day) {
		t.Errorf("busiest days %v, %v", days, err)
	}
}
