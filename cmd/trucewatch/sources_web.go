package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/store"
)

// Bounds of reading one site's history.
const (
	webPace     = 2 * time.Second  // between two requests to one host
	webTries    = 3                // of one document
	webPatience = 10 * time.Minute // the longest postponement by a server that is waited out
	webRequests = 20_000           // documents read of one source
)

// gate says whether and when an address may be read.
type gate interface {
	// enter returns how long to wait between two requests to the address's host, or
	// why the address must not be read.
	enter(ctx context.Context, u *url.URL) (time.Duration, error)
}

// politeWeb reads documents of history politely: as robots.txt asks, one at a time, at
// least webPace apart and not beside a daemon's own visit to the host.
type politeWeb struct {
	fetch  monitor.Fetcher
	robots gate
	now    func() time.Time
	sleep  func(ctx context.Context, d time.Duration) error
	daemon func(ctx context.Context, host string, pace time.Duration) (wait time.Duration, err error)
	pace   time.Duration
	last   map[string]time.Time // host → when it was last asked
	asked  int
}

func newPoliteWeb(a *app) *politeWeb {
	return &politeWeb{fetch: a.client, robots: &robots{fetch: a.client, now: a.now}, now: a.now, sleep: pause, pace: webPace,
		daemon: func(ctx context.Context, host string, pace time.Duration) (time.Duration, error) {
			return daemonTurn(ctx, a.store, host, pace, a.now())
		}}
}

// daemonTurn is how long to leave a host to a running daemon: until its due feeds
// there are polled, and a pace after its last visit, so that both together ask no
// more of the host than one.
func daemonTurn(ctx context.Context, st *store.Store, host string, pace time.Duration, now time.Time) (time.Duration, error) {
	if !store.DaemonRuns(st.Path()) {
		return 0, nil
	}
	feeds, err := st.Feeds(ctx)
	if err != nil {
		return 0, err
	}
	var wait time.Duration
	for _, f := range feeds {
		if u, err := url.Parse(f.URL); err != nil || !strings.EqualFold(u.Host, host) || !f.Polled || f.Paused || f.Poll.Gone {
			continue
		}
		wait = max(wait, f.Poll.LastTry.Add(pace).Sub(now))
		if due := now.Sub(f.Poll.NextPoll); due >= 0 && due < time.Minute { // a daemon ticks each minute
			wait = max(wait, time.Minute-due)
		}
	}
	return wait, nil
}

// get reads one document; a server that asks for patience gets it.
func (w *politeWeb) get(ctx context.Context, address, accept string) (egress.Response, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return egress.Response{}, errors.New("not an http or https address")
	}
	if w.asked++; w.asked > webRequests {
		return egress.Response{}, fmt.Errorf("more than %d documents: what there is more is left unread", webRequests)
	}
	pace, err := w.robots.enter(ctx, u)
	if err != nil {
		return egress.Response{}, err
	}
	pace = max(pace, w.pace)
	for try := 1; ; try++ {
		if err := w.turn(ctx, u.Host, pace); err != nil {
			return egress.Response{}, err
		}
		resp, err := w.fetch.Fetch(ctx, egress.Request{URL: address, Accept: accept, Now: w.now()})
		if err == nil && resp.Status != 200 && resp.Status != 203 {
			err = fmt.Errorf("answered HTTP %d", resp.Status)
		}
		wait, again := again(err, try)
		if err == nil || ctx.Err() != nil || !again {
			return resp, err
		}
		if err := w.sleep(ctx, wait); err != nil {
			return resp, err
		}
	}
}

// turn waits until the host may be asked.
func (w *politeWeb) turn(ctx context.Context, host string, pace time.Duration) error {
	wait, err := w.daemon(ctx, host, pace)
	if err != nil {
		return err
	}
	if w.last == nil {
		w.last = map[string]time.Time{}
	}
	if at, ok := w.last[host]; ok {
		wait = max(wait, at.Add(pace).Sub(w.now()))
	}
	if wait > 0 {
		if err := w.sleep(ctx, wait); err != nil {
			return err
		}
	}
	w.last[host] = w.now()
	return nil
}

// again says whether and after how long a request that failed is made again.
func again(err error, try int) (time.Duration, bool) {
	if try >= webTries {
		return 0, false
	}
	backoff := time.Duration(try*try) * 5 * time.Second
	if s, ok := errors.AsType[*egress.StatusError](err); ok {
		if s.Code != 408 && s.Code != 429 && s.Code < 500 {
			return 0, false
		}
		return max(s.RetryAfter, backoff), s.RetryAfter <= webPatience
	}
	if e, ok := errors.AsType[*egress.Error](err); ok {
		switch e.Kind {
		case egress.Closed, egress.Timeout, egress.Cut, egress.Network, egress.Unreachable:
			return backoff, true
		}
	}
	return 0, false
}

// missing reports whether the error is that of a document that is not there.
func missing(err error) bool {
	s, ok := errors.AsType[*egress.StatusError](err)
	return ok && (s.Code == 404 || s.Code == 410)
}

// asEntry is an entry of a feed to import.
func asEntry(feed string, e news.Entry) *news.ImportEntry {
	return &news.ImportEntry{Feed: feed, Entry: e}
}
