package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/egress"
	"trucewatch/store"
)

// world is everything outside the program, in memory: feeds and Slack behind one
// HTTP server over pipes, so that it lives in a synctest bubble.
type world struct {
	conns chan net.Conn
	done  chan struct{}

	mu       sync.Mutex
	feeds    map[string][]worldEntry     // host → entries, newest last
	keep     int                         // entries a feed shows, the newest; 0 is all
	shown    map[string]int              // host → entries ever published
	down     map[string]bool             // hosts that answer 503
	dead     map[string]http.HandlerFunc // hosts that answer in a way of their own; nil: their name does not resolve
	slow     time.Duration               // before each answer of a feed
	slowHost string                      // the one feed host that is slow; "": all
	polls    map[string]int
	posts    []post
	edits    map[string]string // ts → text of the latest edit
	requests int
	verified int                                                                // times the token was asked about and taken
	refuses  func(r *http.Request) (code string)                                // of every call of Slack's; nil: none is refused
	slack    func(w http.ResponseWriter, r *http.Request) (accept, answer bool) // nil: all is well
}

type worldEntry struct {
	id, title, text string
	at              time.Time
}

// post is a message Slack took.
type post struct {
	ts, thread, channel, key, note, text string
	body                                 string // text and blocks
	broadcast                            bool
	at                                   time.Time
}

func newWorld(t *testing.T) *world {
	w := &world{conns: make(chan net.Conn), done: make(chan struct{}), feeds: map[string][]worldEntry{}, shown: map[string]int{}, dead: map[string]http.HandlerFunc{}, down: map[string]bool{}, polls: map[string]int{}}
	srv := &http.Server{Handler: w}
	go srv.Serve(w)
	t.Cleanup(func() { srv.Close() })
	return w
}

func (w *world) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.done:
		return nil, net.ErrClosed
	}
}

func (w *world) Close() error   { close(w.done); return nil }
func (w *world) Addr() net.Addr { return &net.TCPAddr{} }

func (w *world) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	host, _, _ := strings.Cut(addr, ":")
	w.mu.Lock()
	answers, dead := w.dead[host]
	w.mu.Unlock()
	if dead && answers == nil {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	a, b := net.Pipe()
	select {
	case w.conns <- a:
		return b, nil
	case <-w.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (w *world) publish(host string, e worldEntry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.feeds[host] = append(w.feeds[host], e)
	w.shown[host]++
	if n := len(w.feeds[host]); w.keep > 0 && n > w.keep {
		w.feeds[host] = append([]worldEntry(nil), w.feeds[host][n-w.keep:]...)
	}
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if w.slow > 0 && r.Host != "127.0.0.1:8065" && (w.slowHost == "" || r.Host == w.slowHost) {
		select {
		case <-time.After(w.slow):
		case <-r.Context().Done(): // who asked gave up
			return
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	if r.Host == "127.0.0.1:8065" {
		w.serveSlack(rw, r)
		return
	}
	w.polls[r.Host]++
	if w.down[r.Host] {
		http.Error(rw, "down", http.StatusServiceUnavailable)
		return
	}
	if answer := w.dead[r.Host]; answer != nil {
		answer(rw, r)
		return
	}
	etag := fmt.Sprintf(`"%d"`, w.shown[r.Host])
	rw.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		rw.WriteHeader(http.StatusNotModified)
		return
	}
	f := rssFeed{Version: "2.0", Title: r.Host, Link: "http://" + r.Host + "/"}
	for _, e := range w.feeds[r.Host] {
		f.Items = append(f.Items, rssItem{e.title, "http://" + r.Host + "/" + e.id, e.id, e.at.Format(time.RFC1123Z), e.text})
	}
	rw.Header().Set("Content-Type", "application/rss+xml")
	xml.NewEncoder(rw).Encode(f)
}

func (w *world) serveSlack(rw http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	accept, answer := true, true
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	out := map[string]any{"ok": true}
	if w.refuses != nil {
		if code := w.refuses(r); code != "" {
			out, method = map[string]any{"ok": false, "error": code}, "refused"
		}
	}
	if w.slack != nil && method == "chat.postMessage" {
		accept, answer = w.slack(rw, r)
	}
	switch method {
	case "refused":
	case "auth.test":
		w.verified++
		out["user_id"], out["user"], out["team"] = "U0BOT", "trucewatch", "Example"
	case "chat.postMessage":
		if !accept {
			return
		}
		var meta struct {
			Payload struct {
				Key  string `json:"delivery_id"`
				Note string `json:"note"`
			} `json:"event_payload"`
		}
		json.Unmarshal([]byte(r.FormValue("metadata")), &meta)
		p := post{ts: fmt.Sprintf("%d.%06d", time.Now().Unix(), len(w.posts)), thread: strings.Clone(r.FormValue("thread_ts")), channel: strings.Clone(r.FormValue("channel")), // not the whole request
			key: meta.Payload.Key, note: meta.Payload.Note, text: r.FormValue("text"), broadcast: r.FormValue("reply_broadcast") == "true", body: r.FormValue("text") + r.FormValue("blocks"), at: time.Now()}
		w.posts = append(w.posts, p)
		message := map[string]any{"ts": p.ts}
		if p.thread != "" {
			message["thread_ts"] = p.thread
		}
		out["ts"], out["channel"], out["message"] = p.ts, p.channel, message
		if !answer {
			panic(http.ErrAbortHandler) // accepted, and the answer is lost
		}
	case "conversations.history", "conversations.replies":
		var ms []any
		oldest, _ := strconv.ParseFloat(r.FormValue("oldest"), 64)
		for _, p := range w.posts {
			if float64(p.at.Unix()) < oldest {
				continue
			}
			in := p.thread == ""
			if method == "conversations.replies" { // a thread is its parent and the replies
				in = p.ts == r.FormValue("ts") || p.thread == r.FormValue("ts")
			}
			if p.channel == r.FormValue("channel") && in {
				replies := 0
				for _, r := range w.posts {
					if r.thread == p.ts && r.channel == p.channel {
						replies++
					}
				}
				ms = append(ms, map[string]any{"ts": p.ts, "thread_ts": p.thread, "reply_count": replies, "metadata": map[string]any{
					"event_type": "trucewatch_digest", "event_payload": map[string]any{"delivery_id": p.key, "note": p.note}}})
			}
		}
		if method == "conversations.history" {
			slices.Reverse(ms) // the newest first
		}
		out["messages"] = ms
	case "reactions.get":
		out["type"], out["channel"] = "message", r.FormValue("channel")
		out["message"] = map[string]any{"ts": r.FormValue("timestamp"), "reactions": []any{map[string]any{"name": "+1", "count": 2, "users": []string{"U0SECRET1", "U0SECRET2"}}}}
	case "chat.update":
		if w.edits == nil {
			w.edits = map[string]string{}
		}
		w.edits[r.FormValue("ts")] = r.FormValue("text")
		out["ts"], out["channel"] = r.FormValue("ts"), r.FormValue("channel")
	default:
		out = map[string]any{"ok": false, "error": "unknown_method"}
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	json.NewEncoder(rw).Encode(out)
}

// channelPosts are the messages of a channel that stand in it, not in a thread.
func (w *world) channelPosts() (out []post) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.posts {
		if p.thread == "" {
			out = append(out, p)
		}
	}
	return out
}

// alertPosts are the channel's posts that an alert sent.
func (w *world) alertPosts() (out []post) {
	for _, p := range w.channelPosts() {
		if strings.HasPrefix(p.key, "turn/") {
			out = append(out, p)
		}
	}
	return out
}

// worldConfig is a configuration for a world; more is YAML appended to it.
func worldConfig(t *testing.T, db, more string) config.Config {
	t.Helper()
	y := fmt.Sprintf("database: %q\nseeds: \"\"\nslack: {api_url: \"http://127.0.0.1:8065/api/\"}\n%s", db, more)
	cfg, err := config.Read(strings.NewReader(y), config.Where{File: "world.yaml"}, checks)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// runDaemon runs the daemon on a configuration until ctx ends.
func (w *world) runDaemon(ctx context.Context, t *testing.T, cfg config.Config) {
	t.Helper()
	st, err := store.Open(ctx, cfg.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	w.runOn(ctx, t, cfg, st)
}

func (w *world) runOn(ctx context.Context, t *testing.T, cfg config.Config, st *store.Store) {
	t.Helper()
	a := w.app(ctx, t, cfg, st)
	defer a.client.Close()
	if err := newDaemon(a).run(ctx); err != nil {
		t.Fatal(err)
	}
}

func (w *world) app(ctx context.Context, t *testing.T, cfg config.Config, st *store.Store) *app {
	t.Helper()
	token := func(k string) string {
		if k == "SLACK_BOT_TOKEN" {
			return "xoxb-test-token-of-the-world"
		}
		return ""
	}
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	e := &env{ctx: ctx, cli: &CLI{}, getenv: token, stdout: io.Discard, stderr: io.Discard, log: log}
	a, err := newApp(e, cfg, st, options{egress: func(p *egress.Policy) { p.Dial = w.dial }})
	if err != nil {
		t.Fatal(err)
	}
	return a
}
