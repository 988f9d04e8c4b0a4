package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// A daemon polls and judges while another process imports into its database: its
// news is judged long before the import ends, and nothing imported is told.
func TestADaemonNeverStarvesBesideABackfill(t *testing.T) {
	const history = 4000
	bin, dir := binary(t), t.TempDir()
	var polled atomic.Int64
	wire := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		polled.Add(1)
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>Wire</title><item><guid>live</guid><link>https://wire.example/live</link><title>Ukraine and Russia open ceasefire talks in Geneva</title><description>Delegations of Ukraine and Russia sat down in Geneva.</description><pubDate>%s</pubDate></item></channel></rss>`,
			time.Now().Add(-time.Hour).Format(time.RFC1123Z))
	}))
	t.Cleanup(wire.Close)
	for name, body := range map[string]string{
		"c.yaml":      fmt.Sprintf("database: t.db\nseeds: \"\"\nhttp: {allow: [%q]}\nfeeds: [{name: Wire, url: %q, lang: en, every: 1m}]\n", wire.Listener.Addr(), wire.URL+"/rss"),
		"items.jsonl": longHistory(history),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	st, err := store.Open(t.Context(), filepath.Join(dir, "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	start := func(args ...string) (*exec.Cmd, *strings.Builder, chan error) {
		cmd := exec.Command(bin, append([]string{"-c", "c.yaml"}, args...)...)
		cmd.Dir = dir
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		t.Cleanup(func() { cmd.Process.Kill() })
		return cmd, &out, ended
	}
	_, importOut, imported := start("backfill", "items.jsonl")
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	stats := func() news.Stats {
		t.Helper()
		s, err := st.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for stats().Items < 100 {
		<-tick.C
	}
	daemon, daemonOut, stopped := start("run")
	var atJudged int64 // items imported when the live one was judged
	for atJudged == 0 {
		select {
		case err := <-imported:
			t.Fatalf("the import ended (%v) before the daemon had judged its news:\n%s\n%s", err, importOut, daemonOut)
		case err := <-stopped:
			t.Fatalf("daemon: %v\n%s", err, daemonOut)
		case <-tick.C:
			if x, err := st.Find(t.Context(), "live"); err != nil {
				t.Fatal(err)
			} else if len(x) == 1 && x[0].Verdict != "" {
				atJudged = stats().Items
			}
		}
	}
	if err := <-imported; err != nil {
		t.Fatalf("backfill: %v\n%s", err, importOut)
	}
	t.Logf("judged when %d of %d were imported, after %d polls", atJudged, history, polled.Load())
	if n := stats().Items; n < history || atJudged >= n {
		t.Errorf("%d items, the live one judged at %d; want all %d and the live one before the last", n, atJudged, history)
	}
	if err := daemon.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("daemon: %v\n%s", err, daemonOut)
	}
	if strings.Contains(daemonOut.String(), "database is locked") || strings.Contains(daemonOut.String(), "level=ERROR") {
		t.Errorf("the daemon had trouble:\n%s", daemonOut)
	}
}

// longHistory is n entries that are all unlike each other.
func longHistory(n int) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	for i := range n {
		d := newDraw(i)
		err := enc.Encode(map[string]string{"guid": fmt.Sprint("h", i), "title": "The " + d.sentence(7), "summary": "A " + d.sentence(25) + ".",
			"published": time.Date(2025, 1, 1, 0, i, 0, 0, time.UTC).Format(time.RFC3339), "lang": "en", "feed": "History"})
		if err != nil {
			panic(err) // strings encode
		}
	}
	return b.String()
}
