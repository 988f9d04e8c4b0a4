package main

import (
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/notify"
	"trucewatch/store"
)

// report is an entry about the nth event, with a date or without one, and an
// address of its own.
func report(n int, address string, at time.Time) string {
	date := ""
	if !at.IsZero() {
		date = "<pubDate>" + at.Format(time.RFC1123Z) + "</pubDate>"
	}
	return fmt.Sprintf("<item><guid>%[1]s</guid><link>https://wire.example/%[1]s</link><title>%s</title>%s<description>%s</description></item>", address, events[n].title, date, events[n].text)
}

// Old news is kept and told to nobody, however it comes. Each row is what a feed
// says, poll after poll an hour apart, and which of its events a digest tells.
func TestOldNewsIsToldToNobody(t *testing.T) {
	start := conformanceStart
	old, fresh := start.Add(-10*24*time.Hour), start.Add(-time.Hour)
	for _, row := range []struct {
		name  string
		polls []string
		told  []int
		items int
	}{
		{"a new feed's first poll tells what is younger than poll.history_before", []string{doc(report(0, "a", old), report(1, "b", fresh))}, []int{1}, 2},
		{"an entry without a date is history in a feed's first poll, and news later", []string{doc(report(0, "a", time.Time{})), doc(report(0, "a", time.Time{}), report(1, "b", time.Time{}))}, []int{1}, 2},
		{"an archive that comes in with an old feed is history",
			[]string{doc(report(0, "a", fresh)), doc(report(0, "a", fresh), report(1, "b", old), report(2, "c", old), report(3, "d", old))}, []int{0}, 4},
		{"an archive announced again under new GUIDs and addresses is history",
			[]string{doc(report(0, "a", fresh), report(1, "b", old)), doc(report(1, "b2", old), report(2, "c2", old))}, []int{0}, 4},
	} {
		t.Run(row.name, func(t *testing.T) {
			now := start
			polls := 0
			p := &publisher{}
			cfg := worldConfig(t, filepath.Join(t.TempDir(), "history.db"), `
digests: [{name: morning, channel: terminal, cron: "0 8 * * *", timezone: UTC}]
feeds: [{name: Wire, url: "http://`+at+`", lang: en, every: 1h}]
`)
			p.answer = then(says{body: row.polls[0]}, says{body: row.polls[len(row.polls)-1]})
			st, err := store.Open(t.Context(), cfg.Database)
			if err != nil {
				t.Fatal(err)
			}
			defer st.Close()
			e := &env{ctx: t.Context(), cli: &CLI{}, getenv: func(string) string { return "" }, stdout: io.Discard, stderr: io.Discard, log: slog.New(slog.DiscardHandler)}
			a, err := newApp(e, cfg, st, options{egress: func(pol *egress.Policy) { pol.Dial = p.dial }, now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			defer a.client.Close()
			for range row.polls {
				now = start.Add(time.Duration(polls) * time.Hour)
				polls++
				if r, err := a.monitor.Poll(t.Context(), now, false); err != nil || r.Polled != 1 || r.Failed != 0 {
					t.Fatal(r, err)
				}
				if _, err := a.monitor.Process(t.Context(), now); err != nil {
					t.Fatal(err)
				}
			}
			text := ""
			if err := st.WouldCut(t.Context(), a.digests[0].DigestSpec, now.Add(time.Minute), func(ed news.Edition) {
				d, _ := notify.Compose(ed)
				text = notify.Text(d, 0, false)
			}); err != nil {
				t.Fatal(err)
			}
			for n, ev := range events {
				want := false
				for _, told := range row.told {
					want = want || told == n
				}
				if got := strings.Contains(text, ev.title); got != want {
					t.Errorf("event %d told: %v, want %v, in\n%s", n, got, want, text)
				}
			}
			if s, err := st.Stats(t.Context()); err != nil || s.Items != int64(row.items) {
				t.Errorf("%d items kept, want %d: %v", s.Items, row.items, err)
			}
		})
	}
}
