package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/store"
)

// Addresses of the article rows.
const (
	article    = "wire.example/1"
	robotsFile = "wire.example/robots.txt"
)

// articleRow is a promise about reading article pages.
type articleRow struct {
	name   string
	pages  map[string]says // by address; others answer 404
	feed   []says          // answers of the feed; nil is one entry
	rounds int             // rounds of fetching pages after each poll; 0 is 3
	asked  []string        // requests but for the feed's; nil is not looked at
	text   string          // in the stored page; "" is none
	waits  bool            // the item still waits for its page
}

// overHTTP is a document of an item whose page the publisher can serve.
func overHTTP(item string) string {
	return doc(strings.Replace(item, "https://", "http://", 1))
}

// page is an article of eight paragraphs that hold the marker.
func page(marker string) says {
	return says{header: "Content-Type: text/html; charset=utf-8\nETag: p1", body: "<html><head><title>Talks</title></head><body><nav>" + strings.Repeat("<a href=/x>Section</a> ", 30) + "</nav><article><h1>Talks</h1>" +
		strings.Repeat("<p>Delegations of both sides met by the lake, the mediator said, and agreed to meet again within a week to speak of prisoners, "+marker+".</p>", 8) + "</article></body></html>"}
}

var articleRows = []articleRow{
	{name: "an article's page is read once, after robots.txt", pages: map[string]says{article: page("monitors")},
		asked: []string{robotsFile, article}, text: "monitors"},
	{name: "a page that robots.txt asks not to read is not read",
		pages: map[string]says{robotsFile: {header: "Content-Type: text/plain", body: "User-agent: *\nDisallow: /1\n"}, article: page("x")}, asked: []string{robotsFile}},
	{name: "a site that cannot say what robots may read is left alone",
		pages: map[string]says{robotsFile: {status: 503}, article: page("x")}, asked: []string{robotsFile}},
	{name: "a page that is not there is asked for once", pages: nil, asked: []string{robotsFile, article}},
	{name: "a page in trouble is asked for twice, and no more", pages: map[string]says{article: {status: 502}}, asked: []string{robotsFile, article, article}},
	{name: "a page that was not read yet leaves the item waiting", pages: map[string]says{article: {status: 502}}, rounds: 1, waits: true},
	{name: "a paywall is not taken for text", pages: map[string]says{article: {header: "Content-Type: text/html", body: strings.Replace(page("x").body, "</article>", "<p>Subscribe to continue reading.</p></article>", 1)}}},
	{name: "a consent page is not taken for text", pages: map[string]says{article: {header: "Content-Type: text/html",
		body: "<html><head><title>Before you continue</title></head><body><p>We and our partners use cookies and process personal data. You can give your consent. See our privacy policy.</p><button>Accept all</button><button>Reject all</button></body></html>"}}},
	{name: "a challenge page is not taken for text", pages: map[string]says{article: {header: "Content-Type: text/html", body: "<html><head><title>Just a moment...</title></head><body><p>Checking your browser.</p></body></html>"}}},
	{name: "a redirect to the front page is not taken for text", pages: map[string]says{article: moves(302, "wire.example/"), "wire.example/": page("front")}},
	{name: "a redirect to a private address is refused", pages: map[string]says{article: moves(302, "http://127.0.0.1/1")}, asked: []string{robotsFile, article}},
	{name: "a page in windows-1251 is read", pages: map[string]says{article: {header: "Content-Type: text/html; charset=windows-1251", body: cyrillic(page("спостерігачі").body)}}, text: "спостерігачі"},
	{name: "a revised entry's page is asked for conditionally, and kept when it is the same",
		pages:  map[string]says{article: page("monitors")},
		feed:   []says{{body: overHTTP(entry("1"))}, {body: overHTTP(entry("1", "Talks, day 1", "Talks, day one"))}},
		rounds: 1, asked: []string{robotsFile, article, article + " p1"}, text: "monitors"},
}

func TestArticlePages(t *testing.T) {
	c := newConformance(t)
	for _, row := range articleRows {
		t.Run(row.name, func(t *testing.T) { c.runArticle(t, row) })
	}
}

func (c *conformance) runArticle(t *testing.T, row articleRow) {
	if row.feed == nil {
		row.feed = []says{{body: overHTTP(entry("1"))}}
	}
	if row.rounds == 0 {
		row.rounds = 3
	}
	polls := 0
	p := &publisher{answer: func(_ int, r *http.Request) says {
		a, ok := row.pages[r.Host+r.URL.RequestURI()]
		switch {
		case r.URL.Path == "/feed":
			polls++
			return row.feed[min(polls, len(row.feed))-1]
		case !ok:
			return says{status: 404}
		case r.Header.Get("If-None-Match") != "" && strings.Contains(a.header, "ETag: "+r.Header.Get("If-None-Match")):
			return says{status: 304}
		}
		return a
	}}
	client, err := egress.New(egress.Policy{UserAgent: "trucewatch/test", Contact: "https://example.org/bot", Dial: p.dial, Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, _, err := c.store.Configure(t.Context(), store.Configuration{Feeds: []news.Feed{{Name: row.name, URL: "http://" + at, Every: time.Minute, Article: true}}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	m := &monitor.Monitor{Feeds: c.store, Items: c.store, Poller: &monitor.Poller{Fetch: client}, History: 48 * time.Hour, Log: slog.New(slog.DiscardHandler),
		Pages: &monitor.Articles{Fetch: client, Pace: time.Millisecond}}
	now := conformanceStart
	for range row.feed {
		if _, err := m.Poll(t.Context(), now, false); err != nil {
			t.Fatal(err)
		}
		for range row.rounds {
			now = now.Add(time.Minute)
			if err := m.FetchPages(t.Context(), now); err != nil {
				t.Fatal(err)
			}
		}
	}
	p.checkManners(t)
	asked := slices.DeleteFunc(p.requests(), func(s string) bool { return strings.HasPrefix(s, at) })
	if row.asked != nil && !slices.Equal(asked, row.asked) {
		t.Errorf("asked %q, want %q", asked, row.asked)
	}
	if waits := !slices.ContainsFunc(c.pending(t, now), func(w news.Work) bool { return w.Feed.Name == row.name }); waits != row.waits {
		t.Errorf("the item waits: %v, want %v", waits, row.waits)
	}
	// Whatever happened, the item is judged ten minutes after it was seen.
	works := c.pending(t, now.Add(10*time.Minute))
	i := slices.IndexFunc(works, func(w news.Work) bool { return w.Feed.Name == row.name })
	if i < 0 {
		t.Fatal("the item is held for longer than ten minutes")
	}
	if got := works[i].Item; row.text == "" && got.Page != "" || !strings.Contains(got.Page, row.text) || got.Summary != "Both sides met on day 1." {
		t.Errorf("summary %q, page %q; want %q in the page", got.Summary, got.Page, row.text)
	}
}

// pending are the items to be judged at a time.
func (c *conformance) pending(t *testing.T, now time.Time) []news.Work {
	t.Helper()
	works, err := c.store.Pending(t.Context(), now, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	return works
}

// A site that never answers holds no poll up: pages have a job of their own, and
// polling ends while it waits.
func TestAPageThatNeverComesHoldsNoPollUp(t *testing.T) {
	c := newConformance(t)
	waiting := make(chan struct{}, 1)
	p := &publisher{answer: func(_ int, r *http.Request) says {
		if r.URL.Path == "/feed" {
			return says{body: overHTTP(entry("1"))}
		}
		select {
		case waiting <- struct{}{}:
		default:
		}
		return says{hang: true}
	}}
	client, err := egress.New(egress.Policy{UserAgent: "trucewatch/test", Contact: "https://example.org/bot", Dial: p.dial})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, _, err := c.store.Configure(t.Context(), store.Configuration{Feeds: []news.Feed{{Name: "x", URL: "http://" + at, Every: time.Minute, Article: true}}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	m := &monitor.Monitor{Feeds: c.store, Items: c.store, Poller: &monitor.Poller{Fetch: client}, History: 48 * time.Hour, Log: slog.New(slog.DiscardHandler),
		Pages: &monitor.Articles{Fetch: client}}
	if r, err := m.Poll(t.Context(), conformanceStart, false); err != nil || r.New != 1 {
		t.Fatal(r, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.FetchPages(ctx, conformanceStart) }()
	<-waiting
	if r, err := m.Poll(t.Context(), conformanceStart.Add(5*time.Minute), false); err != nil || r.Polled != 1 {
		t.Error("no poll while a page is waited for:", r, err)
	}
	if n := len(c.pending(t, conformanceStart.Add(10*time.Minute))); n != 1 {
		t.Errorf("%d items to judge after ten minutes, want 1", n)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(fmt.Errorf("pages: %w", err))
	}
}
