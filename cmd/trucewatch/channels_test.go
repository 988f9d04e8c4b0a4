package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Two digests of one daemon, in two channels, by two schedules, one of them for exchanges
// alone: each channel is told once what it selects, whatever the other was told before it
// and although the program is stopped and started in between.
func TestEachChannelIsToldItsOwn(t *testing.T) {
	db := filepath.Join(t.TempDir(), "channels.db")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		cfg := worldConfig(t, db, `
digests:
  - {name: desk, channel: C0DESK00001, cron: "0 8 * * *", timezone: UTC}
  - {name: access, channel: C0ACCESS001, cron: "0 20 * * *", timezone: UTC, mechanisms: [exchange]}
feeds:
  - {name: Wire, url: "http://wire.test/rss", lang: en, every: 15m}
`)
		for i, ev := range events[:3] { // the third is an exchange
			w.publish("wire.test", worldEntry{fmt.Sprint("event-", i), ev.title, ev.text, start.Add(time.Duration(i-3) * time.Hour)})
		}
		go func() {
			<-time.After(26 * time.Hour)
			w.publish("wire.test", worldEntry{"event-4", events[4].title, events[4].text, time.Now()})
		}()
		// Stopped after the one was told and before the other, and again a day later.
		for _, until := range []time.Duration{9 * time.Hour, 33 * time.Hour, 58 * time.Hour} {
			ctx, cancel := context.WithDeadline(t.Context(), start.Add(until))
			w.runDaemon(ctx, t, cfg)
			cancel()
		}
		told := map[string]map[string]int{"desk": {}, "access": {}}
		cuts := map[string]int{}
		for _, p := range w.channelPosts() {
			name, _, _ := strings.Cut(p.key, "/")
			if told[name] == nil {
				continue // the hello
			}
			if want := map[string]string{"desk": "C0DESK00001", "access": "C0ACCESS001"}[name]; p.channel != want {
				t.Errorf("%s was posted to %s, want %s", name, p.channel, want)
			}
			cuts[name]++
			for id := range toldIn(p) {
				told[name][id]++
			}
		}
		if cuts["desk"] != 3 || cuts["access"] != 2 {
			t.Errorf("%d and %d digests, want 3 and 2", cuts["desk"], cuts["access"])
		}
		for name, want := range map[string]string{
			"desk":   "map[event-0:1 event-1:1 event-2:1 event-4:1]",
			"access": "map[event-2:1]",
		} {
			if got := fmt.Sprint(told[name]); got != want {
				t.Errorf("%s told %s, want %s", name, got, want)
			}
		}
	})
}
