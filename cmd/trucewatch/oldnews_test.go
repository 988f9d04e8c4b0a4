package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"trucewatch/internal/config"
)

const oldNewsConfig = `
digests: [{name: morning, channel: C0123456789, cron: "0 8 * * *", timezone: UTC}]
feeds: [{name: Wire, url: "http://wire.test/rss", lang: en, every: 15m}]
`

// tellsOnce runs four days of news, an event at noon of each, with something done
// to the program at the end of the second, and fails unless every event was told
// exactly once over all channels.
func tellsOnce(t *testing.T, between func(w *world, db string), after string, also func(w *world, start time.Time)) {
	t.Helper()
	db := filepath.Join(t.TempDir(), "t.db")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		go func() {
			for i, ev := range events[:5] {
				<-time.After(time.Until(start.Add(time.Duration(i)*24*time.Hour + 12*time.Hour)))
				w.publish("wire.test", worldEntry{fmt.Sprint("event-", i), ev.title, ev.text, time.Now()})
			}
		}()
		if also != nil {
			go also(w, start)
		}
		run := func(cfg config.Config, until time.Duration) {
			ctx, cancel := context.WithDeadline(t.Context(), start.Add(until))
			defer cancel()
			w.runDaemon(ctx, t, cfg)
		}
		run(worldConfig(t, db, oldNewsConfig), 40*time.Hour)
		if between != nil {
			copyFile(t, db, db+".backup")
			run(worldConfig(t, db, oldNewsConfig), 64*time.Hour)
			between(w, db)
		}
		run(worldConfig(t, db, after), 6*24*time.Hour)
		for i := range events[:5] {
			if n := toldEntries(w)[fmt.Sprint("event-", i)]; n != 1 {
				t.Errorf("event %d told %d times, want once", i, n)
			}
		}
	})
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
}

func TestRestoringYesterdaysDatabaseTellsNoOldNews(t *testing.T) {
	tellsOnce(t, func(_ *world, db string) {
		for _, suffix := range []string{"-wal", "-shm"} {
			os.Remove(db + suffix)
		}
		copyFile(t, db+".backup", db)
	}, oldNewsConfig, nil)
}

func TestRenamingAChannelTellsNoOldNews(t *testing.T) {
	tellsOnce(t, nil, `
digests: [{name: morning, channel: C0987654321, cron: "0 8 * * *", timezone: UTC}]
feeds: [{name: Wire, url: "http://wire.test/rss", lang: en, every: 15m}]
`, nil)
}

func TestAddingADigestToAChannelTellsNoOldNews(t *testing.T) {
	tellsOnce(t, nil, `
digests:
  - {name: morning, channel: C0123456789, cron: "0 8 * * *", timezone: UTC}
  - {name: evening, channel: C0123456789, cron: "0 18 * * *", timezone: UTC}
feeds: [{name: Wire, url: "http://wire.test/rss", lang: en, every: 15m}]
`, nil)
}

func TestAddingAFeedTellsNoOldNews(t *testing.T) {
	tellsOnce(t, nil, oldNewsConfig[:len(oldNewsConfig)-2]+`, {name: Archive, url: "http://archive.test/rss", lang: en, every: 15m}]
`, func(w *world, start time.Time) {
		// The new feed carries what was told in its own words, three days old, and an archive.
		for i, ev := range events[:2] {
			w.publish("archive.test", worldEntry{fmt.Sprint("archived-", i), ev.title, ev.text, start.Add(time.Duration(i)*24*time.Hour - 10*24*time.Hour)})
		}
	})
}
