package store

import (
	"testing"
	"time"

	"trucewatch/internal/news"
)

// One query counts what a recap says of the week: alerts, what was withdrawn, the
// digests and how many were on time, and the developments of the week before.
func TestARecapCountsItsWindow(t *testing.T) {
	ctx := t.Context()
	s := openStore(t)
	f := wire(t, s)
	for _, name := range []string{"morning", "weekly", "hello", "turn"} {
		sight(t, s, name, 24*time.Hour, day)
	}
	poll(t, s, f, day, entry(1)) // the week before
	judgeAll(t, s, day)
	now := day.Add(10 * 24 * time.Hour)
	for i, c := range []struct {
		name, kind string
		late       time.Duration
	}{
		{"morning", "digest", time.Minute}, {"morning", "quiet", 0}, {"morning", "blind", time.Hour},
		{"turn", "alert", 0}, {"turn", "alert", 0}, {"turn", "correction", 0}, {"hello", "hello", 0}, {"ops", "ops", 0},
	} {
		slot := now.Add(-time.Duration(i+1) * time.Hour * 5)
		if _, err := s.CutDigest(ctx, news.DigestSpec{Name: c.name, Channel: "C1"}, slot, slot.Add(c.late), nil, func(news.Edition) news.Cut { return news.Cut{Kind: c.kind} }); err != nil {
			t.Fatal(err)
		}
	}
	recap := news.DigestSpec{Name: "weekly", Kind: "recap", Channel: "C1", Window: 7 * 24 * time.Hour, Select: news.Selection{Topics: []string{"t"}}}
	err := s.WouldCut(ctx, recap, now, func(e news.Edition) {
		if e.Alerts != 2 || e.Withdrawn != 1 || e.Cuts != 3 || e.OnTime != 2 || e.Former != 1 {
			t.Errorf("alerts %d, withdrawn %d, digests %d, on time %d, the week before %d; want 2, 1, 3, 2, 1", e.Alerts, e.Withdrawn, e.Cuts, e.OnTime, e.Former)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
