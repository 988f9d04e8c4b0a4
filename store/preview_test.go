package store

import (
	"testing"
	"time"

	"trucewatch/internal/news"
)

// A window of the past shows what was news by its end: a report that came later would
// say what nobody could have told then.
func TestAPreviewKnowsNothingOfWhatCameLater(t *testing.T) {
	s := openStore(t)
	backwards(t, s, 8, time.Hour) // one development, a report an hour
	rebuild(t, s)
	for _, c := range []struct {
		name        string
		from, until time.Duration // before day
		reports     int           // 0: no development
	}{
		{"all of it", -24 * time.Hour, time.Hour, 8},
		{"its first hours", -24 * time.Hour, -3 * time.Hour, 4},
		{"the middle, with what was before", -4 * time.Hour, -2 * time.Hour, 5},
		{"between two reports", -2*time.Hour + time.Minute, -time.Hour, 0},
		{"before it", -48 * time.Hour, -24 * time.Hour, 0},
		{"after it", time.Minute, time.Hour, 0},
	} {
		e, err := s.Preview(t.Context(), news.DigestSpec{}, day.Add(c.from), day.Add(c.until))
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, d := range e.Stories {
			got += len(d.Reports)
		}
		if got != c.reports {
			t.Errorf("%s: %d reports in %d developments, want %d", c.name, got, len(e.Stories), c.reports)
		}
	}
}

// An entry that is dated by its day alone stands at midnight: the window of that day has it,
// and the horizon of what is told leaves it in.
func TestTheWindowOfADayHoldsWhatItsDateAloneDates(t *testing.T) {
	s := openStore(t)
	backwards(t, s, 1, time.Hour)
	rebuild(t, s)
	e, err := s.Preview(t.Context(), news.DigestSpec{}, day, day.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Stories) != 1 || !e.Stories[0].Reports[0].Time().Equal(day) || !e.Stories[0].Reports[0].Time().After(e.Horizon) || !e.From.Equal(day) {
		t.Errorf("from %s, horizon %s: %+v; want the report of the first moment after the horizon", e.From, e.Horizon, e.Stories)
	}
}
