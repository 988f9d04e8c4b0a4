package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
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

// inBuckets puts together what is news of the same sixty hours, and joins it to what
// was settled of them; it notes what it was shown.
func inBuckets(untold []news.Member, told []news.StoryCandidate) (out []news.Group) {
	bucket := func(m news.Member) int64 { return m.Published.Unix() / (60 * 60 * 60) }
	var at []int64 // of out
	for _, m := range untold {
		b := bucket(m)
		i := slices.Index(at, b)
		if i < 0 {
			i = len(out)
			g := news.Group{}
			for _, c := range told {
				if bucket(c.Members[0]) == b {
					g.Story = c.Story
				}
			}
			if g.Story == 0 && i > 0 {
				g.Follows = i
			}
			out, at = append(out, g), append(at, b)
		}
		out[i].Items = append(out[i].Items, m.Item)
		out[i].Why = append(out[i].Why, fmt.Sprintf("with %d beside %d", len(untold), len(told)))
	}
	return out
}

// backwards imports n entries so far apart, the newest first, each fourth with a copy
// of the one before; any two might be of one development.
func backwards(t *testing.T, s *Store, n int, apart time.Duration) {
	t.Helper()
	var es []news.Entry
	for i := range n {
		e := entry(i)
		e.Published = day.Add(-time.Duration(i) * apart)
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
			m, err := s.Membership(t.Context(), r.Item)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %d(%s)", r.Item, m[0].Why)
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

func rebuild(t *testing.T, s *Store) Rebuilt {
	t.Helper()
	return rebuildAt(t, s, day)
}

func rebuildAt(t *testing.T, s *Store, now time.Time) (total Rebuilt) {
	t.Helper()
	for !total.Done {
		r, err := s.Rebuild(t.Context(), now, inBuckets, joinsOlder, func() bool { return false }, context.Cause)
		if err != nil {
			t.Fatal(err)
		}
		total.Units, total.Stories, total.Done = total.Units+r.Units, total.Stories+r.Stories, r.Done
	}
	return total
}

func TestHistoryIsPutTogetherInTheOrderOfItsNews(t *testing.T) {
	s := openStore(t)
	backwards(t, s, 8, time.Hour)
	before := export(t, s)
	if n := strings.Count(grouping(t, s), "\n") + 1; n != 6 {
		t.Fatalf("%d developments by arrival, want 6: none is older than what came before it\n%s", n, grouping(t, s))
	}
	if got := rebuild(t, s); got.Units != 6 || got.Stories != 1 {
		t.Errorf("rebuilt %+v, want six units in one development", got)
	}
	got := grouping(t, s)
	if strings.Contains(got, "\n") || !strings.Contains(got, ": 8(") || strings.Count(got, "(with 6 beside 0)") != 6 || strings.Count(got, "[talks") != 6 {
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

func TestALongHistoryIsPutTogetherWindowByWindow(t *testing.T) {
	s := openStore(t)
	backwards(t, s, 80, 6*time.Hour)
	got := rebuild(t, s)
	text := grouping(t, s)
	if n := strings.Count(text, "\n") + 1; got.Stories != n || n < 8 || n > 10 {
		t.Errorf("%d developments made, %d there, want the eight to ten that twenty days of sixty hours are:\n%s", got.Stories, n, text)
	}
	for what, want := range map[string]bool{" beside 0)": true, "with 60 ": false, " beside 2)": true} {
		if strings.Contains(text, what) != want {
			t.Errorf("the windows say %q: %v, want %v:\n%s", what, !want, want, text)
		}
	}
	var after int
	err := s.ExportStories(t.Context(), news.ExportFilter{}, func(d news.Development, _ []news.Position) error {
		if d.Follows != 0 {
			after++
		}
		return nil
	})
	if err != nil || after == 0 {
		t.Errorf("%d developments follow another, %v; want those a window showed together", after, err)
	}
}

func TestARebuildingStoppedAnywhereEndsTheSame(t *testing.T) {
	whole := openStore(t)
	backwards(t, whole, 60, 8*time.Hour)
	rebuild(t, whole)
	for _, units := range []int{1, 2, 7} {
		s := openStore(t)
		backwards(t, s, 60, 8*time.Hour)
		stops := 0
		for done := false; !done && stops < 200; stops++ {
			ctx, cancel := context.WithCancel(t.Context())
			asked, rests := 0, 0
			r, err := s.Rebuild(ctx, day, inBuckets, joinsOlder, func() bool {
				asked++
				return asked%units == 0
			}, func(context.Context) error {
				if rests++; rests == 2 {
					cancel() // between two transactions
				}
				return nil
			})
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

func TestAWindowLooksBeyondWhatItSettles(t *testing.T) {
	day := func(days ...int) (us []unit) {
		for i, d := range days {
			us = append(us, unit{At: int64(d) * 24 * time.Hour.Milliseconds(), Root: int64(i + 1)})
		}
		return us
	}
	crowd := make([]int, 2*unitsAtOnce)
	for _, c := range []struct {
		name        string
		units       []unit
		in, settles int
	}{
		{"one", day(0), 1, 1},
		{"all that is left", day(0, 1, 7), 3, 3},
		{"days", day(0, 1, 2, 3, 7, 8, 9), 5, 3},
		{"a gap", day(0, 9), 1, 1},
		{"all at once", day(crowd...), unitsAtOnce, unitsAtOnce / 2},
		{"the last of all at once", day(crowd[:unitsAtOnce]...), unitsAtOnce, unitsAtOnce},
	} {
		if w := windowOf(c.units); len(w.units) != c.in || w.settles != c.settles {
			t.Errorf("%s: %d units of which %d are settled, want %d and %d", c.name, len(w.units), w.settles, c.in, c.settles)
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
	backwards(t, s, 4, time.Hour)
	story := *export(t, s)[0].Story
	rebuild(t, s)
	if x := export(t, s); *x[0].Story != story {
		t.Errorf("the live item's development %d is now %d", story, *x[0].Story)
	}
	east := time.FixedZone("east", 3*60*60)
	days, err := s.BusiestDays(t.Context(), day.Add(-24*time.Hour), day, 3, east)
	if err != nil || len(days) == 0 || days[len(days)-1].After(day) {
		t.Errorf("busiest days %v, %v", days, err)
	}
	for _, d := range days {
		if h, m, sec := d.Clock(); h != 0 || m != 0 || sec != 0 || d.Location() != east {
			t.Errorf("a day begins at %v, want midnight in the zone asked for", d)
		}
	}
}

// A poll that sees an imported item while history is put together anew takes
// nothing from the ledger.
func TestAPollDuringARebuildTakesNothingFromTheLedger(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	var es []news.Entry
	for i := range 3 {
		e := entry(i)
		e.Published = day.Add(-time.Duration(3-i) * 20 * 24 * time.Hour)
		es = append(es, e)
	}
	im := stretch(t, s, "wire", 0, es...)
	if _, err := s.Import(t.Context(), im, Judging{Prepare: prepared, Decide: joinsOlder, Enough: func() bool { return false }}, history); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(grouping(t, s), "[talks"); n != 3 {
		t.Fatalf("%d moves, want 3\n%s", n, grouping(t, s))
	}
	for done, polled := false, false; !done; {
		r, err := s.Rebuild(t.Context(), day, inBuckets, joinsOlder, func() bool { return true }, func(context.Context) error {
			if !polled {
				polled = true
				poll(t, s, f, day.Add(-time.Minute), es[2]) // it began before the rebuilding did
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		done = r.Done
	}
	if n := strings.Count(grouping(t, s), "[talks"); n != 3 {
		t.Errorf("%d moves of the ledger are left, want 3\n%s", n, grouping(t, s))
	}
}

// Where a topic stands after moves is what the database says, as long as they are all
// recorded by then.
func TestStandsAfterMovesAreThoseOfTheLedger(t *testing.T) {
	s := openStore(t)
	rng := rand.New(rand.NewPCG(3, 4))
	err := s.write(t.Context(), func(tx transaction) error {
		var stands []news.Position
		for i := range 200 {
			var moves []news.Position
			for range rng.IntN(3) {
				at := day.Add(time.Duration(i/4+rng.IntN(3)) * time.Hour)
				moves = append(moves, news.Position{Topic: "t", Mechanism: []string{"full", "exchange"}[rng.IntN(2)], Place: []string{"", "odesa", "sumy"}[rng.IntN(3)],
					Stage: "talks", At: at, Known: at, Story: 1, Item: news.ItemID(1 + i)})
			}
			if err := insertMoves(t.Context(), tx, moves); err != nil {
				return err
			}
			stands = standsAfter(stands, moves)
			want, err := positions(t.Context(), tx, "t", farFuture, time.Time{})
			if err != nil {
				return err
			}
			if !reflect.DeepEqual(stands, want) && len(want) > 0 {
				t.Fatalf("after %d rounds of moves:\n%+v\nwant\n%+v", i+1, stands, want)
			}
		}
		if len(stands) != 6 {
			t.Errorf("%d positions, want six", len(stands))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
