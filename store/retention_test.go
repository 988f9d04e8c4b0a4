package store

import (
	"testing"
	"time"

	"trucewatch/internal/news"
)

func texts(t *testing.T, s *Store) (out map[int64]string) {
	t.Helper()
	out = map[int64]string{}
	if err := eachRow(t.Context(), s.r, `SELECT item, title || '|' || summary || '|' || content || '|' || page FROM texts`, func(row scanner) error {
		var id int64
		var text string
		err := row.Scan(&id, &text)
		out[id] = text
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func pruneAll(t *testing.T, s *Store, text, unrelated time.Time, limit int) (removed, rounds int) {
	t.Helper()
	for after := int64(0); ; rounds++ {
		next, n, err := s.PruneTexts(t.Context(), after, text, unrelated, limit)
		if err != nil {
			t.Fatal(err)
		}
		if n > limit {
			t.Fatalf("%d texts in one transaction, limit %d", n, limit)
		}
		removed += n
		if after = next; next == 0 {
			return removed, rounds + 1
		}
	}
}

func TestTextsEndAndWhatJudgingNeedsStays(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	for i := range 7 { // one a day
		poll(t, s, f, day.Add(time.Duration(i)*24*time.Hour), entry(i))
	}
	at := func(d int) time.Time { return day.Add(time.Duration(d)*24*time.Hour + time.Hour) }
	judgeAll(t, s, at(7))
	poll(t, s, f, at(7), entry(100)) // not judged
	edited := entry(0)
	edited.Summary = "Edited on the sixth day"
	poll(t, s, f, at(6), edited)
	judgeAll(t, s, at(7))
	if _, err := s.w.ExecContext(t.Context(), `UPDATE items SET relevance = 'none' WHERE id IN (3, 5)`); err != nil {
		t.Fatal(err)
	}
	before := texts(t, s)
	// Texts older than two days go, unrelated ones older than a day... counted from day 5.
	removed, rounds := pruneAll(t, s, at(2), at(3), 1)
	if removed != 2 || rounds < 2 {
		t.Errorf("%d texts removed in %d rounds, want items 2 and 3", removed, rounds)
	}
	after := texts(t, s)
	for id, was := range before {
		want := was
		if id == 2 || id == 3 {
			want = "Title 1|||"
			if id == 3 {
				want = "Title 2|||"
			}
		}
		if after[id] != want {
			t.Errorf("item %d: %q, want %q", id, after[id], want)
		}
	}
	if n, _ := pruneAll(t, s, at(2), at(3), 10); n != 0 {
		t.Errorf("a second round removed %d", n)
	}
	// What lost its text is still known: by its key, by its content, and for search by title.
	if ov := poll(t, s, f, at(8), entry(1)); ov.Known != 1 {
		t.Errorf("an entry whose text ended is %+v, want known", ov)
	}
	again := entry(50)
	again.Title = entry(1).Title
	poll(t, s, f, at(8), again)
	judgeAll(t, s, at(8))
	all := export(t, s)
	last := all[len(all)-1]
	if last.Verdict != news.Duplicate || last.OfID == nil || *last.OfID != 2 {
		t.Errorf("a copy of what lost its text: %s of %v", last.Verdict, last.OfID)
	}
	var body, title string
	if err := s.r.QueryRowContext(t.Context(), `SELECT title, body FROM search WHERE rowid = 2`).Scan(&title, &body); err != nil || title != "Title 1" || body != "" {
		t.Errorf("search holds %q %q, %v", title, body, err)
	}
	var toldMarks, fps int
	if err := s.r.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM fingerprints WHERE item IN (2, 3))`).Scan(&toldMarks, &fps); err != nil || fps != 2 {
		t.Errorf("fingerprints %d, %v", fps, err)
	}
}

func TestRetentionLeavesToldMarks(t *testing.T) {
	s := told(t)
	count := func() (n int) {
		if err := s.r.QueryRowContext(t.Context(), `SELECT count(*) FROM told`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	if before == 0 {
		t.Fatal("nothing was told")
	}
	far := day.Add(1000 * 24 * time.Hour)
	if n, _ := pruneAll(t, s, far, far, 100); n == 0 {
		t.Fatal("no text ended")
	}
	if got := count(); got != before {
		t.Errorf("%d told marks, before %d", got, before)
	}
}
