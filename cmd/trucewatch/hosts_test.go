package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// visit is a request that a host saw.
type visit struct {
	at   time.Time
	path string
}

// A backfill of a host's archive and a round that reads the host's article pages, in
// two processes, ask it no faster than one of them would: never two documents within
// the pace, and none while its server wants to be left alone. Neither starves.
func TestTwoProcessesAskAHostNoFasterThanOne(t *testing.T) {
	const wait = 3 * time.Second // that the server asks for
	var mu sync.Mutex
	var visits []visit
	var busy time.Time
	first := make(chan struct{})
	once := sync.OnceFunc(func() { close(first) })
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		uri := r.URL.RequestURI()
		visits = append(visits, visit{time.Now(), uri})
		switch {
		case uri == "/robots.txt":
			http.NotFound(w, r)
		case uri == "/live":
			fmt.Fprintf(w, `<rss version="2.0"><channel><title>Wire</title>`)
			for i := range 2 {
				fmt.Fprintf(w, `<item><guid>%d</guid><link>http://%s/page/%[1]d</link><title>Delegations meet for round %[1]d</title><pubDate>%[3]s</pubDate></item>`, i, r.Host, time.Now().Add(-time.Hour).Format(time.RFC1123Z))
			}
			io.WriteString(w, `</channel></rss>`)
		case strings.HasPrefix(uri, "/page/"):
			fmt.Fprintf(w, "<html><head><title>A page</title></head><body><article><h1>A page</h1><p>%s</p></article></body></html>", strings.Repeat("The delegations met by the lake and spoke of prisoners at some length. ", 12))
		case uri == "/archive":
			historyPage(w, "/archive?n=2", 9, 8)
			once()
		case uri == "/archive?n=2" && busy.IsZero():
			busy = time.Now()
			w.Header().Set("Retry-After", fmt.Sprint(int(wait/time.Second)))
			w.WriteHeader(http.StatusServiceUnavailable)
		case uri == "/archive?n=2":
			historyPage(w, "", 7)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(site.Close)
	bin, dir := binary(t), t.TempDir()
	host := site.Listener.Addr().String()
	config := fmt.Sprintf("database: t.db\nseeds: \"\"\nhttp: {allow: [%q]}\nfeeds:\n  - {name: Live, url: \"http://%[1]s/live\", lang: en, article: true}\n  - {name: Past, url: \"http://%[1]s/archive\", lang: en}\n", host)
	if err := os.WriteFile(filepath.Join(dir, "c.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func(args ...string) (*exec.Cmd, *strings.Builder) {
		cmd := exec.Command(bin, append([]string{"-c", "c.yaml"}, args...)...)
		cmd.Dir = dir
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		return cmd, &out
	}
	backfill, backfillOut := start("backfill", "--archive", "Past")
	<-first
	round, roundOut := start("once", "--all")
	if err := round.Wait(); err != nil {
		t.Errorf("once: %v\n%s", err, roundOut)
	}
	if err := backfill.Wait(); err != nil {
		t.Errorf("backfill: %v\n%s", err, backfillOut)
	}
	if !strings.Contains(backfillOut.String(), "3 entries read") {
		t.Errorf("the backfill did not read all three entries:\n%s", backfillOut)
	}

	const slack = 600 * time.Millisecond // the host sees a request a little after it was made
	var last visit
	pages := 0
	for _, v := range visits {
		t.Logf("%6.2fs %s", v.at.Sub(visits[0].at).Seconds(), v.path)
		// Polls and robots.txt of the round are not paced; what comes after them is.
		if paced := strings.HasPrefix(v.path, "/page/") || strings.HasPrefix(v.path, "/archive"); !paced {
			continue
		}
		pages++
		polledLive := !last.at.IsZero() && v.path == "/archive" && last.path == "/archive" // the round polls the archive's first page as a feed
		if !last.at.IsZero() && !polledLive && v.at.Sub(last.at) < webPace-slack {
			t.Errorf("%s was asked for %v after %s, want %v", v.path, v.at.Sub(last.at), last.path, webPace)
		}
		if !busy.IsZero() && v.at.After(busy.Add(slack)) && v.at.Before(busy.Add(wait-slack)) {
			t.Errorf("%s was asked for %v after the server wanted %v", v.path, v.at.Sub(busy), wait)
		}
		last = v
	}
	if pages < 6 {
		t.Errorf("%d pages were asked for, want those of both", pages)
	}
}

// Between a backfill's document and a poll of the same host there is a pace, whichever
// comes first; a daemon that does not come to its feeds holds nobody up for long.
func TestABackfillLeavesAHostToTheDaemonsPolls(t *testing.T) {
	const host, pace = "wire.example", 4 * time.Second
	now := time.Date(2025, 3, 10, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		due, polled time.Duration // after now
		want        time.Duration // the backfill's turn
	}{
		"nothing is due":                  {10 * time.Minute, time.Hour, 0},
		"due at once, polled later":       {0, 30 * time.Second, 34 * time.Second},
		"due a moment after we would ask": {3 * time.Second, 7 * time.Second, 11 * time.Second},
		"due when a pace is over":         {pace, pace, 0},
		"due and never polled":            {-time.Second, time.Hour, 59 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			st := openDatabase(t)
			f := news.Feed{Name: "Wire", URL: "https://" + host + "/rss"}
			if _, _, err := st.Configure(t.Context(), store.Configuration{Feeds: []news.Feed{f}}, now); err != nil {
				t.Fatal(err)
			}
			feeds, err := st.Feeds(t.Context())
			i := slices.IndexFunc(feeds, func(g news.Feed) bool { return g.Name == f.Name })
			if err != nil || i < 0 {
				t.Fatalf("%d feeds, %v", len(feeds), err)
			}
			f = feeds[i]
			poll := func(at, next time.Time) {
				_, err := st.RecordPolls(t.Context(), []news.Poll{{Feed: f, At: at}}, time.Hour, func(p news.Poll, _ news.Overlap) news.PollState {
					s := p.Feed.Poll
					s.LastTry, s.NextPoll = at, next
					return s
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			poll(now.Add(-10*time.Minute), now.Add(c.due))
			daemon, err := store.LockDaemon(st.Path())
			if err != nil {
				t.Fatal(err)
			}
			defer daemon.Release()
			clock := now
			h := &hostTurns{store: st, yield: true, now: func() time.Time { return clock }, sleep: func(_ context.Context, d time.Duration) error {
				before := clock
				clock = clock.Add(d)
				if at := now.Add(c.polled); before.Before(at) && !clock.Before(at) {
					poll(at, at.Add(10*time.Minute))
				}
				return nil
			}}
			if err := h.Turn(t.Context(), host, pace); err != nil {
				t.Fatal(err)
			}
			if got := clock.Sub(now); got != c.want {
				t.Errorf("its turn comes after %v, want %v", got, c.want)
			}
		})
	}
}
