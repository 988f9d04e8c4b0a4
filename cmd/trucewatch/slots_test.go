package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"trucewatch/store"
)

// slotsCut runs the daemon in stretches of bubble time from a moment of the year
// 2000 or later and returns the slots that a digest was posted for.
func slotsCut(t *testing.T, from time.Time, yaml string, stretches [][2]time.Duration, prepare func(*world)) (slots []time.Time, posts []post) {
	t.Helper()
	db := filepath.Join(t.TempDir(), "slots.db")
	synctest.Test(t, func(t *testing.T) {
		<-time.After(time.Until(from))
		w := newWorld(t)
		w.publish("wire.test", worldEntry{"one", events[0].title, events[0].text, from.Add(-time.Hour)})
		if prepare != nil {
			prepare(w)
		}
		for _, s := range stretches {
			<-time.After(time.Until(from.Add(s[0])))
			ctx, cancel := context.WithDeadline(t.Context(), from.Add(s[1]))
			w.runDaemon(ctx, t, worldConfig(t, db, yaml+"feeds: [{name: Wire, url: \"http://wire.test/rss\", lang: en, every: 12h}]\n"))
			cancel()
		}
		for _, p := range w.channelPosts() {
			if rest, ok := strings.CutPrefix(p.key, "daily/"); ok {
				slot, err := time.Parse(time.RFC3339, strings.Split(rest, "/")[0])
				if err != nil {
					t.Fatal(err)
				}
				slots, posts = append(slots, slot), append(posts, p)
			}
		}
	})
	return slots, posts
}

// A digest at a minute that the clocks skip or repeat is posted once that day.
func TestDigestsWhereClocksChange(t *testing.T) {
	for _, c := range []struct {
		zone, at string
		day      string // the clocks change in its early hours, by the zone's own rules
	}{
		{"Europe/Kyiv", "30 3", "2000-03-26"}, {"Europe/Kyiv", "30 3", "2000-10-29"},
		{"America/New_York", "30 2", "2000-04-02"}, {"America/New_York", "30 1", "2000-10-29"},
		{"Africa/Cairo", "30 0", "2000-04-28"}, {"Africa/Cairo", "30 23", "2000-09-28"},
		{"Asia/Beirut", "30 0", "2000-03-26"}, {"Asia/Beirut", "30 23", "2000-10-28"},
		{"Australia/Lord_Howe", "15 2", "2000-03-26"}, {"Australia/Lord_Howe", "45 1", "2000-03-26"}, {"Australia/Lord_Howe", "15 2", "2000-08-27"},
	} {
		t.Run(c.zone+" "+c.day+" "+c.at, func(t *testing.T) {
			zone, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			day, err := time.ParseInLocation(time.DateOnly, c.day, zone)
			if err != nil {
				t.Fatal(err)
			}
			from := day.Add(-12 * time.Hour)
			cfg := "digests: [{name: daily, channel: C0123456789, cron: \"" + c.at + " * * *\", timezone: " + c.zone + "}]\n"
			slots, posts := slotsCut(t, from.UTC(), cfg, [][2]time.Duration{{0, 62 * time.Hour}}, nil)
			perDay := map[string]int{}
			for i, s := range slots {
				perDay[s.In(zone).Format(time.DateOnly)]++
				if late := posts[i].at.Sub(s); late < 0 || late > 2*time.Minute {
					t.Errorf("the slot %s was posted %s after it", s.In(zone), late)
				}
			}
			for _, d := range []string{c.day, day.AddDate(0, 0, 1).Format(time.DateOnly)} {
				if perDay[d] != 1 {
					t.Errorf("%d digests on %s, want 1 (%v)", perDay[d], d, slots)
				}
			}
		})
	}
}

// Of the slots that were missed while the program was off or the machine slept,
// only the latest is told, and only if it is younger than catch_up.
func TestMissedSlots(t *testing.T) {
	from := time.Date(2001, 5, 1, 0, 0, 0, 0, time.UTC)
	at := func(day, hour int) time.Time { return time.Date(2001, 5, day, hour, 0, 0, 0, time.UTC) }
	const cfg = "digests: [{name: daily, channel: C0123456789, cron: \"0 8,20 * * *\", timezone: UTC, catch_up: 3h}]\n"
	h := time.Hour
	for name, c := range map[string]struct {
		runs [][2]time.Duration
		want []time.Time
	}{
		"none missed":                   {[][2]time.Duration{{0, 21 * h}}, []time.Time{at(1, 8), at(1, 20)}},
		"off for an hour over a slot":   {[][2]time.Duration{{0, 7*h + 30*time.Minute}, {8*h + 30*time.Minute, 12 * h}}, []time.Time{at(1, 8)}},
		"off for longer than catch_up":  {[][2]time.Duration{{0, 7 * h}, {12 * h, 21 * h}}, []time.Time{at(1, 20)}},
		"off for three slots":           {[][2]time.Duration{{0, 7 * h}, {33 * h, 36 * h}}, []time.Time{at(2, 8)}},
		"off at the minute of the slot": {[][2]time.Duration{{0, 8*h - time.Second}, {8*h + 2*time.Second, 9 * h}}, []time.Time{at(1, 8)}},
		"stopped right after the slot":  {[][2]time.Duration{{0, 8*h + 30*time.Second}, {8*h + 40*time.Second, 9 * h}}, []time.Time{at(1, 8)}},
		"first seen after a slot":       {[][2]time.Duration{{9 * h, 21 * h}}, []time.Time{at(1, 20)}},
		"restarted again and again":     {[][2]time.Duration{{0, 8*h + time.Minute}, {8*h + 2*time.Minute, 8*h + 3*time.Minute}, {8*h + 4*time.Minute, 9 * h}}, []time.Time{at(1, 8)}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := slotsCut(t, from, cfg, c.runs, nil)
			if !slices.EqualFunc(got, c.want, time.Time.Equal) {
				t.Errorf("posted for %v, want %v", got, c.want)
			}
		})
	}
}

// The wall clock is set back and forward while the program runs: no slot is told
// twice, and none that came is left out for longer than the next.
func TestClockJumps(t *testing.T) {
	for name, c := range map[string]struct {
		jumps []time.Duration // before each minute's look, in order; the last stays
		want  int             // digests of the one slot
	}{
		"back over the slot":        {[]time.Duration{0, 2 * time.Minute, -time.Hour, 0, 2 * time.Minute}, 1},
		"forward over the slot":     {[]time.Duration{-time.Hour, 30 * time.Minute, 31 * time.Minute}, 1},
		"back a day and on again":   {[]time.Duration{time.Minute, -24 * time.Hour, time.Minute, 2 * time.Minute}, 1},
		"forward beyond catch_up":   {[]time.Duration{-time.Hour, 8 * time.Hour}, 0},
		"to and fro at the instant": {[]time.Duration{0, -time.Second, 0, -time.Second, 0}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			db := filepath.Join(t.TempDir(), "jump.db")
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				slot := time.Date(2001, 5, 2, 8, 0, 0, 0, time.UTC)
				st, err := store.Open(t.Context(), db)
				if err != nil {
					t.Fatal(err)
				}
				defer st.Close()
				cfg := worldConfig(t, db, "digests: [{name: daily, channel: C0123456789, cron: \"0 8 * * *\", timezone: UTC, catch_up: 3h}]\nfeeds: [{name: Wire, url: \"http://wire.test/rss\", lang: en, every: 12h}]\n")
				a := w.app(t.Context(), t, cfg, st)
				defer a.client.Close()
				d := newDaemon(a)
				d.started = slot.Add(-48 * time.Hour)
				d.digests[0].first = slot.Add(-20 * time.Hour)
				d.greeted, d.history = true, nil
				d.firstDone.Store(true)
				for _, j := range c.jumps {
					if err := d.cut(t.Context(), slot.Add(j)); err != nil {
						t.Fatal(err)
					}
				}
				ds, err := st.Deliveries(t.Context(), false, 100)
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, x := range ds {
					if x.Digest == "daily" && x.Message.Part == 1 && x.Slot.Equal(slot) {
						n++
					}
				}
				if n != c.want {
					t.Errorf("%d digests of the slot, want %d", n, c.want)
				}
			})
		})
	}
}

// After a start the cut waits until the first round is over: what its answers
// bring is in the digest.
func TestTheCutWaitsForTheFirstRound(t *testing.T) {
	from := time.Date(2001, 5, 1, 7, 59, 50, 0, time.UTC)
	const cfg = "digests: [{name: daily, channel: C0123456789, cron: \"0 8 * * *\", timezone: UTC}]\n"
	for name, c := range map[string]struct {
		slow     time.Duration // the first answer of the feed takes so long
		at, most time.Duration // after the slot
		told     bool          // the entry of the feed is in the digest
	}{
		"a fast round":          {0, 0, 2 * time.Minute, true},
		"a round over the slot": {25 * time.Second, 30 * time.Second, 3 * time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			slots, posts := slotsCut(t, from, cfg, [][2]time.Duration{{0, 30 * time.Minute}}, func(w *world) { w.slow = c.slow })
			if len(slots) != 1 {
				t.Fatalf("%d digests, want 1", len(slots))
			}
			late := posts[0].at.Sub(slots[0])
			if late < c.at || late > c.most {
				t.Errorf("posted %s after the slot, want within %s and %s", late, c.at, c.most)
			}
			if told := strings.Contains(posts[0].body, "http://wire.test/one"); told != c.told {
				t.Errorf("the feed's entry told: %v, want %v:\n%s", told, c.told, posts[0].body)
			}
		})
	}
}

// Sources that do not answer keep a digest waiting for the first round, ten minutes at
// most: then it tells what was read, and names what was not asked yet apart from what does
// not answer. Nothing in it says that a side was silent whose sources were not asked.
func TestTheCutWaitsTenMinutesAtMost(t *testing.T) {
	const digest = "digests: [{name: daily, channel: C0123456789, cron: \"0 8 * * *\", timezone: UTC}]\n"
	from := time.Date(2001, 5, 1, 7, 59, 50, 0, time.UTC)
	for name, c := range map[string]struct {
		feeds    int           // of the host that does not answer, asked two at a time, for 30 seconds each
		at, most time.Duration // after the slot
		fails    bool          // some were asked
		unasked  bool          // some were not
	}{
		"one source":    {1, 0, 2 * time.Minute, true, false},
		"sixty sources": {60, 10 * time.Minute, 12 * time.Minute, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			more := "feeds:\n  - {name: Wire, url: \"http://wire.test/rss\", lang: en, side: ukraine, every: 5m}\n"
			for i := range c.feeds {
				more += fmt.Sprintf("  - {name: Slow %02d, url: \"http://slow.test/%d\", lang: ru, side: russia, every: 12h}\n", i, i)
			}
			db := filepath.Join(t.TempDir(), "cap.db")
			synctest.Test(t, func(t *testing.T) {
				<-time.After(time.Until(from))
				w := newWorld(t)
				w.slow, w.slowHost = time.Hour, "slow.test"
				w.publish("wire.test", worldEntry{"one", events[0].title, events[0].text, from.Add(-time.Hour)})
				cfg := worldConfig(t, db, digest+more)
				ctx, cancel := context.WithDeadline(t.Context(), from.Add(14*time.Minute))
				w.runDaemon(ctx, t, cfg)
				cancel()
				var cut post
				for _, p := range w.channelPosts() {
					if strings.HasPrefix(p.key, "daily/") {
						if cut.key != "" {
							t.Errorf("told twice: %s and %s", cut.key, p.key)
						}
						cut = p
					}
				}
				slot := time.Date(2001, 5, 1, 8, 0, 0, 0, time.UTC)
				if late := cut.at.Sub(slot); cut.key == "" || late < c.at || late > c.most {
					t.Fatalf("%q posted %s after the slot, want within %s and %s", cut.key, late, c.at, c.most)
				}
				if !toldIn(cut)["one"] {
					t.Errorf("what was read is not told:\n%s", cut.body)
				}
				if got := strings.Contains(cut.body, "Not read: Slow 00 (does not answer in time"); got != c.fails {
					t.Errorf("names those that did not answer: %v, want %v:\n%s", got, c.fails, cut.body)
				}
				_, yet, some := strings.Cut(cut.body, "Not asked yet: ")
				if some != c.unasked || some && !strings.HasPrefix(yet, "Slow 4") || strings.Contains(yet, "Wire") || strings.Contains(cut.body, "Moscow not heard") || strings.Contains(cut.body, "nothing newer") {
					t.Errorf("says of sources not asked:\n%s", cut.body)
				}
			})
		})
	}
}
