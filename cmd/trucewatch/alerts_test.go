package main

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A party's own site declares a truce and takes it back three hours later: one
// alert at once, a correction in its thread that the channel sees, the first
// message marked, and the next digest tells none of it as new.
func TestAnAlertIsSentAtOnceAndCorrected(t *testing.T) {
	db := filepath.Join(t.TempDir(), "t.db")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		cfg := worldConfig(t, db, `
digests: [{name: morning, channel: C0123456789, cron: "0 12 * * *", timezone: UTC}]
alerts: [{name: turn, channel: C0123456789}]
feeds:
  - {name: Kremlin, url: "http://kremlin.test/rss", lang: en, side: russia, official: true, every: 5m}
  - {name: Wire, url: "http://wire.test/rss", lang: en, every: 5m}
`)
		w.publish("wire.test", worldEntry{"wheat", "Wheat prices fall", "Wheat fell for a third week.", start.Add(-time.Hour)})
		go func() {
			<-time.After(2 * time.Hour)
			w.publish("kremlin.test", worldEntry{"truce", "Kremlin announces 72-hour truce in Ukraine from midnight", "The President of Russia has declared a unilateral truce in Ukraine for 72 hours from midnight. All fighting stops.", time.Now()})
		}()
		go func() {
			<-time.After(5 * time.Hour)
			w.publish("kremlin.test", worldEntry{"denial", "Kremlin denies it announced a 72-hour truce in Ukraine", "The Kremlin denied on Saturday that Russia had declared a truce in Ukraine. No order on a 72-hour truce has been given, a spokesman said.", time.Now()})
		}()
		ctx, cancel := context.WithDeadline(t.Context(), start.Add(26*time.Hour))
		defer cancel()
		w.runDaemon(ctx, t, cfg)
		alerts := w.alertPosts()
		if len(alerts) != 1 {
			t.Fatalf("%d alerts, want 1: %+v", len(alerts), w.channelPosts())
		}
		if late := alerts[0].at.Sub(start.Add(2 * time.Hour)); late > 7*time.Minute {
			t.Errorf("sent %v after it was published, want within a poll and a minute", late)
		}
		if body := alerts[0].body; !strings.Contains(body, "One side declares") || strings.Contains(strings.ToLower(body), "agreed by both") {
			t.Errorf("the alert words a one-sided truce as something else:\n%s", body)
		}
		w.mu.Lock()
		var corrections []post
		for _, p := range w.posts {
			if strings.HasPrefix(p.key, "turn/") && p.thread == alerts[0].ts && p.broadcast {
				corrections = append(corrections, p)
			}
		}
		edit := w.edits[alerts[0].ts]
		w.mu.Unlock()
		if len(corrections) != 1 {
			t.Errorf("%d corrections in the alert's thread that the channel sees, want 1", len(corrections))
		}
		if !strings.HasPrefix(edit, "Withdrawn") && !strings.HasPrefix(edit, "Superseded") {
			t.Errorf("the alert was edited to %q, want it to begin Withdrawn or Superseded", edit)
		}
		if n := toldEntries(w)["truce"]; n != 0 {
			t.Errorf("the digest told %d times as new what the alert had told", n)
		}
	})
}

// What turns in an alert's quiet hours is told when they end, unless a digest told
// it first.
func TestAnAlertHeldBackIsToldLater(t *testing.T) {
	for name, c := range map[string]struct {
		digest string // when the digest is cut
		alerts int
	}{
		"no digest before":     {"0 12 * * *", 1},
		"a digest tells of it": {"0 4 * * *", 0},
	} {
		t.Run(name, func(t *testing.T) {
			db := filepath.Join(t.TempDir(), "t.db")
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				start := time.Now()
				cfg := worldConfig(t, db, `
digests: [{name: morning, channel: C0123456789, cron: "`+c.digest+`", timezone: UTC}]
alerts: [{name: turn, channel: C0123456789, timezone: UTC, quiet_hours: "22:00-07:00"}]
feeds:
  - {name: Kremlin, url: "http://kremlin.test/rss", lang: en, side: russia, official: true, every: 5m}
`)
				w.publish("kremlin.test", worldEntry{"visit", "On a visit to Sampleville", "The President visited a school.", start.Add(-time.Hour)})
				go func() {
					<-time.After(23 * time.Hour)
					w.publish("kremlin.test", worldEntry{"truce", "Kremlin announces 72-hour truce in Ukraine from midnight", "The President of Russia has declared a unilateral truce in Ukraine for 72 hours from midnight. All fighting stops.", time.Now()})
				}()
				ctx, cancel := context.WithDeadline(t.Context(), start.Add(34*time.Hour))
				defer cancel()
				w.runDaemon(ctx, t, cfg)
				alerts := w.alertPosts()
				if len(alerts) != c.alerts {
					t.Fatalf("%d alerts, want %d: %+v", len(alerts), c.alerts, w.channelPosts())
				}
				for _, p := range alerts {
					if late := p.at.Sub(start.Add(31 * time.Hour)); late < 0 || late > 2*time.Minute {
						t.Errorf("sent %v after the quiet hours' end, want within two minutes", late)
					}
				}
			})
		})
	}
}

// What a clock that was ahead for a while wrote down does not keep alerts back once it is
// right again.
func TestAClockThatWasAheadKeepsNoAlertBack(t *testing.T) {
	db := filepath.Join(t.TempDir(), "t.db")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		cfg := worldConfig(t, db, `
digests: [{name: morning, channel: C0123456789, cron: "0 12 * * *", timezone: UTC}]
alerts: [{name: turn, channel: C0123456789}]
feeds:
  - {name: Kremlin, url: "http://kremlin.test/rss", lang: en, side: russia, official: true, every: 5m}
`)
		w.publish("kremlin.test", worldEntry{"offer", "Kremlin proposes a ceasefire in Ukraine", "The Kremlin proposed a ceasefire and talks with Ukraine.", start.Add(-time.Hour)})
		first, end := context.WithDeadline(t.Context(), start.Add(time.Hour))
		w.runDaemon(first, t, cfg)
		end()
		raw, err := sql.Open("sqlite3", db)
		if err != nil {
			t.Fatal(err)
		}
		res, err := raw.ExecContext(t.Context(), `UPDATE stories SET live_seen = live_seen + 48 * 3600000`)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			t.Fatal("no development was touched", err)
		}
		if err := raw.Close(); err != nil {
			t.Fatal(err)
		}
		go func() {
			<-time.After(time.Hour)
			w.publish("kremlin.test", worldEntry{"truce", "Kremlin announces 72-hour truce in Ukraine from midnight", "The President of Russia has declared a unilateral truce in Ukraine for 72 hours from midnight. All fighting stops.", time.Now()})
		}()
		second, end := context.WithDeadline(t.Context(), start.Add(4*time.Hour))
		defer end()
		w.runDaemon(second, t, cfg)
		if alerts := w.alertPosts(); len(alerts) != 1 {
			t.Errorf("%d alerts, want 1: %+v", len(alerts), w.channelPosts())
		}
	})
}
