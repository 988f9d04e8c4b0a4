package store

import (
	"path/filepath"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// Two processes, each with the database open, are given turns of which no two are
// closer than a pace.
func TestTurnsAtAHostAreSharedByAllWhoAsk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	var both [2]*Store
	for i := range both {
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		both[i] = s
	}
	const pace = 2 * time.Second
	turn := func(s *Store, host string, now time.Time) time.Time {
		t.Helper()
		got, err := s.HostTurn(t.Context(), host, pace, time.Minute, now)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	now := day
	for i, want := range []time.Duration{0, 2 * time.Second, 4 * time.Second} {
		if got := turn(both[i%2], "wire.example:8080", now).Sub(now); got != want {
			t.Errorf("turn %d is in %v, want %v", i, got, want)
		}
	}
	if got := turn(both[1], "Other.example", now); !got.Equal(now) {
		t.Errorf("another host's first turn is in %v, want now", got.Sub(now))
	}
	if got := turn(both[0], "WIRE.example:8080", now.Add(time.Minute)); !got.Equal(now.Add(time.Minute)) {
		t.Errorf("a minute later the turn is in %v, want at once", got.Sub(now.Add(time.Minute)))
	}
	if got := turn(both[0], "wire.example:8080", now.Add(-48*time.Hour)); !got.Equal(now.Add(-48 * time.Hour)) {
		t.Errorf("a turn that a wrong clock gave holds for %v", got.Sub(now.Add(-48*time.Hour)))
	}
}

// Who is refused takes no turn from those who come later, and a clock that was ahead for
// a while leaves nobody waiting once it is right again.
func TestATurnThatNobodyWaitsForIsNotTaken(t *testing.T) {
	s := openStore(t)
	const pace, patience = 2 * time.Second, 10 * time.Minute
	turn := func(now time.Time) time.Duration {
		t.Helper()
		got, err := s.HostTurn(t.Context(), "wire.example", pace, patience, now)
		if err != nil {
			t.Fatal(err)
		}
		return got.Sub(now)
	}
	postpone := func(until time.Time) {
		t.Helper()
		if err := s.PostponeHost(t.Context(), "wire.example", until, until); err != nil {
			t.Fatal(err)
		}
	}
	postpone(day.Add(time.Hour))
	for range 3 {
		if got := turn(day); got != time.Hour {
			t.Errorf("while the host is left alone the turn is in %v, want in an hour", got)
		}
	}
	if got := turn(day.Add(time.Hour)); got != 0 {
		t.Errorf("an hour later the turn is in %v, want at once: three were refused", got)
	}
	for _, ahead := range []time.Duration{12 * time.Hour, 300 * 24 * time.Hour} {
		turn(day.Add(ahead))
		if got := turn(day.Add(2 * time.Hour)); got != 0 {
			t.Errorf("after a clock that was %v ahead the turn is in %v, want at once", ahead, got)
		}
	}
	postpone(day.Add(300 * 24 * time.Hour))
	if got := turn(day.Add(3 * time.Hour)); got != 0 {
		t.Errorf("postponed by a clock that was wrong: the turn is in %v, want at once", got)
	}
}

func TestAServersPostponementHoldsForAllAndForPollsAWhile(t *testing.T) {
	s := openStore(t)
	configure(t, s, news.Feed{Name: "wire", URL: "https://wire.example/rss"}, news.Feed{Name: "desk", URL: "https://Wire.example/desk"}, news.Feed{Name: "other", URL: "https://other.example/rss"})
	if err := s.PostponeHost(t.Context(), "wire.example", day.Add(time.Hour), day.Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got, err := s.HostTurn(t.Context(), "wire.example", time.Second, time.Minute, day); err != nil || !got.Equal(day.Add(time.Hour)) {
		t.Errorf("the next turn is at %v, %v; want in an hour", got, err)
	}
	due := func(now time.Time) (names []string) {
		t.Helper()
		fs, err := s.DueFeeds(t.Context(), now, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fs {
			names = append(names, f.Name)
		}
		return names
	}
	if got := due(day.Add(9 * time.Minute)); len(got) != 1 || got[0] != "other" {
		t.Errorf("due while the server wants patience: %q, want the other host's feed alone", got)
	}
	if got := due(day.Add(10 * time.Minute)); len(got) != 3 {
		t.Errorf("due after ten minutes: %q, want all three", got)
	}
}

// What a poll was told holds for who asks that host besides.
func TestAPollsPostponementHoldsForABackfill(t *testing.T) {
	s := openStore(t)
	configure(t, s, news.Feed{Name: "wire", URL: "https://wire.example/rss"})
	fs, err := s.DueFeeds(t.Context(), day, true)
	if err != nil || len(fs) != 1 {
		t.Fatal(fs, err)
	}
	keep := func(p news.Poll, _ news.Overlap) news.PollState { return p.Feed.Poll }
	if _, err := s.RecordPolls(t.Context(), []news.Poll{{Feed: fs[0], At: day, Wait: time.Hour}}, time.Hour, keep); err != nil {
		t.Fatal(err)
	}
	if got, err := s.HostTurn(t.Context(), "wire.example", time.Second, time.Minute, day); err != nil || !got.Equal(day.Add(time.Hour)) {
		t.Errorf("the next turn is at %v, %v; want in an hour, as the poll was told", got, err)
	}
}
