package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/egress"
	"trucewatch/store"
)

// operated is the program as a service manager runs it, in a bubble, with
// everything outside it breakable.
type operated struct {
	*world
	svc     *service
	signals chan os.Signal
	offline atomic.Bool  // no name resolves
	revoked atomic.Bool  // Slack refuses the first token
	ahead   atomic.Int64 // nanoseconds the clock was set forward
	ended   chan error
	heard   string // file the operator's command writes to

	mu     sync.Mutex
	yaml   string
	token  string
	states []string // what systemd was told
	log    bytes.Buffer
}

const opsYAML = `
digests: [{name: morning, channel: C0123456789, cron: "0 8 * * *", timezone: UTC}]
feeds:
  - {name: Wire, url: "http://wire.test/rss", lang: en, every: 15m, side: russia}
  - {name: Paper, url: "http://paper.test/rss", lang: en, every: 15m, side: ukraine}
`

// operating runs the program in a bubble while do looks on, and ends it. $HEARD in the
// configuration is the file whose content commanded returns.
func operating(t *testing.T, yaml string, meddle func(*daemon), do func(*testing.T, *operated)) {
	t.Helper()
	db := opsDB(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		o := operate(ctx, t, db, yaml, meddle)
		do(t, o)
		cancel()
		if err := <-o.ended; err != nil {
			t.Error(err)
		}
	})
}

// operate starts the program, which ends with ctx, in a world of its own. meddle
// may replace parts of each daemon before it runs.
func operate(ctx context.Context, t *testing.T, db, yaml string, meddle func(*daemon)) *operated {
	t.Helper()
	return newWorld(t).operate(ctx, t, db, yaml, meddle)
}

func (w *world) operate(ctx context.Context, t *testing.T, db, yaml string, meddle func(*daemon)) *operated {
	t.Helper()
	o := &operated{world: w, signals: make(chan os.Signal, 1), ended: make(chan error, 1), yaml: yaml, token: "xoxb-first", heard: db + ".heard"}
	st, err := store.Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	getenv := func(k string) string {
		o.mu.Lock()
		defer o.mu.Unlock()
		if k == "SLACK_BOT_TOKEN" {
			return o.token
		}
		return ""
	}
	log := slog.New(slog.NewTextHandler(lockedWriter{&o.mu, &o.log}, nil))
	e := &env{ctx: ctx, cli: &CLI{}, getenv: getenv, stdout: io.Discard, stderr: io.Discard, log: log}
	o.svc = &service{env: e, store: st, reload: o.signals, load: o.load(db), notify: func(s string) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.states = append(o.states, s)
	}, options: options{
		now: func() time.Time { return time.Now().UTC().Add(time.Duration(o.ahead.Load())) },
		egress: func(p *egress.Policy) {
			p.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if o.offline.Load() {
					return nil, &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}
				}
				return o.dial(ctx, network, addr)
			}
		},
	}}
	w.mu.Lock()
	w.refuses = o.refusal
	w.mu.Unlock()
	if meddle != nil {
		o.svc.made = meddle
	}
	cfg, err := o.svc.load()
	if err != nil {
		t.Fatal(err)
	}
	go func() { o.ended <- o.svc.run(cfg) }()
	return o
}

func (o *operated) load(db string) func() (config.Config, error) {
	return func() (config.Config, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		y := "database: \"" + db + "\"\nseeds: \"\"\nslack: {api_url: \"http://127.0.0.1:8065/api/\"}\n" + strings.ReplaceAll(o.yaml, "$HEARD", o.heard)
		return config.Read(strings.NewReader(y), config.Where{File: "c.yaml"}, checks)
	}
}

// refusal is Slack's answer once the first token was revoked, to all that is asked with it.
func (o *operated) refusal(r *http.Request) (code string) {
	if o.revoked.Load() && strings.HasSuffix(r.FormValue("token")+r.Header.Get("Authorization"), "xoxb-first") {
		return "token_revoked"
	}
	return ""
}

func (o *operated) setToken(token string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.token = token
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// hup reloads with another configuration and waits until systemd was told.
func (o *operated) hup(yaml string) (states []string) {
	o.mu.Lock()
	before := len(o.states)
	o.yaml = yaml
	o.mu.Unlock()
	o.signals <- syscall.SIGHUP
	<-time.After(20 * time.Second)
	return slices.DeleteFunc(o.told()[before:], func(s string) bool { return strings.HasPrefix(s, "WATCHDOG=1") })
}

func (o *operated) told() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.states...)
}

// operatorPosts are the texts in the operator's channel.
func (o *operated) operatorPosts() (out []string) {
	o.world.mu.Lock()
	defer o.world.mu.Unlock()
	for _, p := range o.posts {
		if p.channel == "C0OPERATOR" {
			out = append(out, p.text)
		}
	}
	return out
}

func (o *operated) commanded(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(o.heard)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(b)
}

func (o *operated) heartbeats() int {
	o.world.mu.Lock()
	defer o.world.mu.Unlock()
	return o.polls["heart.test"]
}

// get asks the daemon's health over its handler.
func (o *operated) get(path string) (int, string) {
	rec := httptest.NewRecorder()
	serveHealth(o.svc.current.Load).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
	return rec.Code, rec.Body.String()
}

func opsDB(t *testing.T) string { return filepath.Join(t.TempDir(), "ops.db") }
