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
	webPace     = 2 * time.Second // between two requests to one host, as for article pages
	webTries    = 3               // of one document
	webGiveUp   = 5               // documents of one host in a row that could not be had
	webRequests = 20_000          // documents read of one source
	lookedBytes = 4 << 20         // of documents that were looked at before they are read
)

// politeWeb reads documents of history politely: as robots.txt asks, one at a time, a
// pace apart, and within what all processes on the database ask of a host together.
type politeWeb struct {
	fetch  monitor.Fetcher
	robots *monitor.Robots
	hosts  monitor.HostBudget
	now    func() time.Time
	sleep  func(ctx context.Context, d time.Duration) error
	pace   time.Duration
	failed map[string]int // host → documents in a row that could not be had
	asked  int
	looked *lookedAt
	looks  bool // what it reads now is read again by whoever imports it
}

// lookedAt keeps documents that were read to find out what a site offers, so that
// nobody asks for them twice; each is given out once.
type lookedAt struct {
	documents map[string]egress.Response
	bytes     int
}

func (l *lookedAt) keep(address string, resp egress.Response) {
	if l.bytes+len(resp.Body) > lookedBytes {
		return
	}
	if l.documents == nil {
		l.documents = map[string]egress.Response{}
	}
	l.documents[address] = resp
	l.bytes += len(resp.Body)
}

func (l *lookedAt) take(address string) (egress.Response, bool) {
	resp, ok := l.documents[address]
	delete(l.documents, address)
	l.bytes -= len(resp.Body)
	return resp, ok
}

// newPoliteWeb reads the web with the program's client, taking its turns from a database.
func newPoliteWeb(a *app, turns *store.Store, robots *monitor.Robots, looked *lookedAt, pace time.Duration) *politeWeb {
	return &politeWeb{fetch: a.client, robots: robots, looked: looked, now: a.now, sleep: pause, pace: pace,
		hosts: &hostTurns{store: turns, now: a.now, sleep: pause, yield: true}}
}

// webEnd is an error after which asking the same site for more is no use: its source
// ends with it, and goes on from there when it is run again.
type webEnd struct{ err error }

func (e *webEnd) Error() string { return e.err.Error() }
func (e *webEnd) Unwrap() error { return e.err }

// ends reports whether a source ends with an error.
func ends(err error) bool {
	_, ok := errors.AsType[*webEnd](err)
	return ok
}

// get reads one document; a server that asks for patience gets it.
func (w *politeWeb) get(ctx context.Context, address, accept string) (egress.Response, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return egress.Response{}, errors.New("not an http or https address")
	}
	if resp, ok := w.looked.take(address); ok {
		return resp, nil
	}
	if w.asked++; w.asked > webRequests {
		return egress.Response{}, &webEnd{fmt.Errorf("more than %d documents: what there is more is left unread; --since and --until divide it", webRequests)}
	}
	resp, err := w.document(ctx, u, accept)
	if ctx.Err() != nil {
		return resp, context.Cause(ctx)
	}
	if w.failed == nil {
		w.failed = map[string]int{}
	}
	_, disallowed := errors.AsType[*monitor.Disallowed](err)
	if err == nil || disallowed || missing(err) {
		w.failed[u.Host] = 0
		if err == nil && w.looks {
			w.looked.keep(address, resp)
		}
		return resp, err
	}
	if w.failed[u.Host]++; w.failed[u.Host] >= webGiveUp && !ends(err) {
		err = &webEnd{fmt.Errorf("%d documents of %s in a row could not be had, the last one: %w; run the same command again later", webGiveUp, u.Hostname(), err)}
	}
	return resp, err
}

func (w *politeWeb) document(ctx context.Context, u *url.URL, accept string) (egress.Response, error) {
	rules, err := w.rules(ctx, u)
	if err != nil {
		return egress.Response{}, err
	}
	for try := 1; ; try++ {
		if err := w.hosts.Turn(ctx, u.Host, max(rules.Delay(), w.pace)); err != nil {
			return egress.Response{}, err
		}
		resp, err := w.fetch.Fetch(ctx, egress.Request{URL: u.String(), Accept: accept, Now: w.now()})
		if err == nil && resp.Status != 200 && resp.Status != 203 {
			err = fmt.Errorf("answered HTTP %d", resp.Status)
		}
		if err == nil {
			return resp, w.arrived(ctx, u, resp)
		}
		if s, ok := errors.AsType[*egress.StatusError](err); ok && s.RetryAfter > 0 {
			if err := w.hosts.Postpone(ctx, u.Host, s.RetryAfter); err != nil {
				return resp, err
			}
		}
		wait, again := again(err, try)
		if ctx.Err() != nil || !again {
			return resp, err
		}
		if err := w.sleep(ctx, wait); err != nil {
			return resp, err
		}
	}
}

// rules are what the site of an address asks for, and an error when it asks not to be
// read there. Reading robots.txt takes a turn as any other document.
func (w *politeWeb) rules(ctx context.Context, u *url.URL) (monitor.SiteRules, error) {
	if !w.robots.Known(u, w.now()) {
		if err := w.hosts.Turn(ctx, u.Host, w.pace); err != nil {
			return monitor.SiteRules{}, err
		}
	}
	rules, err := w.robots.Rules(ctx, u, w.now())
	if err == nil {
		err = rules.Allow(u)
	}
	return rules, err
}

// arrived checks where redirects led: another site has a robots.txt of its own.
func (w *politeWeb) arrived(ctx context.Context, asked *url.URL, resp egress.Response) error {
	final, err := url.Parse(resp.FinalURL)
	if err != nil || final.Host == asked.Host {
		return err
	}
	_, err = w.rules(ctx, final)
	return err
}

// again says whether and after how long a request that failed is made again. What a
// server itself asks to wait is waited out when the host's next turn comes.
func again(err error, try int) (time.Duration, bool) {
	if try >= webTries {
		return 0, false
	}
	backoff := time.Duration(try*try) * 5 * time.Second
	if s, ok := errors.AsType[*egress.StatusError](err); ok {
		return backoff, s.Code == 408 || s.Code == 429 || s.Code >= 500
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

// sameSite reports whether two addresses are of one host, with or without www.
func sameSite(a, b string) bool { return siteOf(a) != "" && siteOf(a) == siteOf(b) }

func siteOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// asEntry is an entry of a feed to import.
func asEntry(feed string, e news.Entry) *news.ImportEntry {
	return &news.ImportEntry{Feed: feed, Entry: e}
}
