package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"trucewatch/store"
)

// Reactions stand on the numbered replies; they are read back about once a day,
// counted for the development each reply tells, and nobody's name is kept.
func TestReactionsAreCountedWithoutNames(t *testing.T) {
	db := filepath.Join(t.TempDir(), "t.db")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		w.publish("wire.test", worldEntry{"one", events[0].title, events[0].text, start.Add(-time.Hour)})
		ctx, cancel := context.WithDeadline(t.Context(), start.Add(60*time.Hour))
		defer cancel()
		w.runDaemon(ctx, t, worldConfig(t, db, oldNewsConfig))
		st, err := store.OpenExisting(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		stats, err := st.Stats(t.Context())
		if err != nil || stats.Reactions["+1"] != 2 || len(stats.Reactions) != 1 {
			t.Errorf("reactions %v, %v; want :+1: twice, however often it was read", stats.Reactions, err)
		}
		byStory, err := st.Reactions(t.Context())
		if err != nil || len(byStory) != 1 {
			t.Errorf("reactions by development %v, %v; want one", byStory, err)
		}
	})
	for _, f := range []string{db, db + "-wal"} {
		if b, err := os.ReadFile(f); err == nil && bytes.Contains(b, []byte("U0SECRET")) {
			t.Errorf("%s holds who reacted", filepath.Base(f))
		}
	}
}
