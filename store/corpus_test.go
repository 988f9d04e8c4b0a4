package store

import (
	"testing"
	"time"

	"trucewatch/internal/news"
)

// history of a feed as a stretch of an import, the position counting from start.
func stretch(t *testing.T, s *Store, feed string, start int, es ...news.Entry) Stretch {
	t.Helper()
	f, err := s.ImportFeed(t.Context(), feed, "en")
	if err != nil {
		t.Fatal(err)
	}
	im := Stretch{Source: "file", Version: "1"}
	for i, e := range es {
		w := news.Work{Feed: f, Item: news.Item{Feed: f.ID, Entry: e, Seen: day, Origin: news.OriginBackfill, Revision: 1, Revised: day}}
		im.Entries = append(im.Entries, StretchEntry{Prepared: prepared(w), OwnGUIDs: true, After: Progress{Position: int64(start + i + 1), Cursor: e.GUID}})
	}
	return im
}

// take imports a stretch, at most n entries a transaction.
func take(t *testing.T, s *Store, im Stretch, n int) Imported {
	t.Helper()
	left := n
	got, err := s.Import(t.Context(), im, Judging{Prepare: prepared, Decide: byTitle, Enough: func() bool { left--; return left == 0 }}, history)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAnImportResumesWhereItsTransactionsEnded(t *testing.T) {
	s := openStore(t)
	es := make([]news.Entry, 5)
	for i := range es {
		es[i] = entry(i)
	}
	es[2].URL, es[2].Canonical = es[1].URL, es[1].Canonical                         // another entry at the URL of the second
	es[4].GUID, es[4].URL, es[4].Canonical = es[3].GUID, es[3].URL, es[3].Canonical // a revision of the fourth
	if got := take(t, s, stretch(t, s, "archive", 0, es...), 4); got.Taken != 4 || got.Overlap.New != 4 || got.Tally.New != 4 {
		t.Fatalf("took %+v, want the four that one transaction may take, all new", got)
	}
	if p, err := s.ImportProgress(t.Context(), "file", "1"); err != nil || p != (Progress{4, "g3"}) {
		t.Fatalf("progress %v, %v; want 4 at g3", p, err)
	}
	if p, err := s.ImportProgress(t.Context(), "file", "2"); err != nil || p != (Progress{}) {
		t.Errorf("progress of another version %v, %v; want none", p, err)
	}
	if got := take(t, s, stretch(t, s, "archive", 4, es[4]), 9); got.Taken != 1 || got.Overlap.Revised != 1 || got.Tally.Update != 1 {
		t.Errorf("took %+v, want the revision, judged as an update", got)
	}
	if err := s.FinishImport(t.Context(), "file", day); err != nil {
		t.Fatal(err)
	}
	if p, err := s.ImportProgress(t.Context(), "file", "1"); err != nil || p != (Progress{}) {
		t.Errorf("progress of a finished import %v, %v; want none: it is read again", p, err)
	}
	if got := take(t, s, stretch(t, s, "archive", 0, es[:3]...), 9); got.Overlap.Known != 3 || got.Tally.Judged != 0 {
		t.Errorf("read again: %+v, want three known and none judged", got)
	}
}

func TestAStretchPassesOverWhatHasNoFeed(t *testing.T) {
	s := openStore(t)
	im := stretch(t, s, "archive", 0, entry(1), entry(2))
	im.Entries[1].Prepared.Work.Feed = news.Feed{}
	if got := take(t, s, im, 9); got.Taken != 2 || got.Overlap.New != 1 {
		t.Errorf("took %+v, want both done and one stored", got)
	}
	if p, err := s.ImportProgress(t.Context(), "file", "1"); err != nil || p.Position != 2 {
		t.Errorf("progress %v, %v; want 2", p, err)
	}
}

// developmentsToTell are how many a digest would read for its channel.
func developmentsToTell(t *testing.T, s *Store, slot time.Time) (n, updates int) {
	t.Helper()
	_, err := s.CutDigest(t.Context(), morning, slot, slot, nil, func(e news.Edition) news.Cut {
		n = len(e.Stories)
		for _, d := range e.Stories {
			for _, r := range d.Reports {
				if r.Verdict == news.Update {
					updates++
				}
			}
		}
		return news.Cut{}
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, updates
}

func TestWhatBackfillBroughtIsTellableOnceALivePollSawIt(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	take(t, s, stretch(t, s, "wire", 0, entry(1)), 9)
	if n, _ := developmentsToTell(t, s, day); n != 0 {
		t.Errorf("%d tellable after backfill, want none", n)
	}
	poll(t, s, f, day.Add(time.Hour), entry(1))
	if n, _ := developmentsToTell(t, s, day.Add(2*time.Hour)); n != 1 {
		t.Errorf("%d tellable after the live poll, want 1", n)
	}
	if x := export(t, s); x[0].Origin != news.OriginBackfill {
		t.Errorf("origin %s, want backfill: it never changes", x[0].Origin)
	}
}

func TestHistoryNeverRevisesWhatALivePollSaw(t *testing.T) {
	s := openStore(t)
	poll(t, s, wire(t, s), day.Add(-time.Minute), entry(1))
	judgeAll(t, s, day)
	old := entry(1)
	old.Summary = "As it stood before it was edited"
	if got := take(t, s, stretch(t, s, "wire", 0, old), 9); got.Overlap.Known != 1 || got.Tally.Judged != 0 {
		t.Errorf("took %+v, want the entry known and nothing judged", got)
	}
	if _, updates := developmentsToTell(t, s, day); updates != 0 {
		t.Errorf("%d updates to tell, want none", updates)
	}
	if x := export(t, s); x[0].Summary != "Summary 1" || x[0].Revisions != 1 {
		t.Errorf("item %+v, want what the poll saw", x[0])
	}
}
