package monitor

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/egress"
)

func TestRobotsFilesAreUnderstood(t *testing.T) {
	for _, row := range []struct {
		name, file, kind, path string
		want                   bool
	}{
		{"empty", "", "text/plain", "/a", true},
		{"nothing disallowed", "User-agent: *\nDisallow:\n", "text/plain", "/a", true},
		{"everything disallowed", "User-agent: *\nDisallow: /\n", "text/plain", "/a", false},
		{"our own group beats the general one", "User-agent: *\nDisallow: /\n\nUser-agent: Trucewatch\nDisallow: /private\n", "text/plain", "/a", true},
		{"and its rules hold", "User-agent: *\nDisallow:\n\nUser-agent: trucewatch\nDisallow: /private\n", "text/plain", "/private/x", false},
		{"other readers' groups are theirs", "User-agent: otherbot\nDisallow: /\n", "text/plain", "/a", true},
		{"the longer rule wins", "User-agent: *\nDisallow: /news\nAllow: /news/open\n", "text/plain", "/news/open/1", true},
		{"wildcards", "User-agent: *\nDisallow: /*.pdf$\n", "text/plain", "/x/y.pdf", false},
		{"with a query", "User-agent: *\nDisallow: /*?print=\n", "text/plain", "/a?print=1", false},
		{"byte order mark and old line ends", "\xef\xbb\xbfUser-agent: *\rDisallow: /a\r", "text/plain", "/a", false},
		{"lines nobody knows", "Sitemap: x\nHost: y\nUser-agent: *\nContent-Signal: ai=no\nCrawl-delay: soon\nDisallow: /a # here\nnonsense\n", "text/plain", "/a", false},
		{"rules before any group are for nobody", "Disallow: /\nCrawl-delay: 5\nUser-agent: *\nDisallow: /b\n", "text/plain", "/a", true},
		{"a page in its place allows", "<!DOCTYPE html><title>Home</title>\nUser-agent: *\nDisallow: /\n", "text/html", "/a", true},
		{"a page labelled as text allows", "\n <html>User-agent: *\nDisallow: /\n", "text/plain", "/a", true},
	} {
		g, _ := parseRobots([]byte(row.file), row.kind, "trucewatch")
		u, err := url.Parse("https://wire.example" + row.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := (SiteRules{group: g}).Allow(u) == nil; got != row.want {
			t.Errorf("%s: %s allowed %v, want %v", row.name, row.path, got, row.want)
		}
	}
}

func TestCrawlDelayIsRead(t *testing.T) {
	for file, want := range map[string]time.Duration{
		"User-agent: *\nCrawl-delay: 10\nDisallow: /x\n":                                    10 * time.Second,
		"User-agent: *\nCrawl-delay: 0.5\nDisallow: /x\n":                                   500 * time.Millisecond,
		"User-agent: *\nCrawl-delay: -1\nDisallow: /x\n":                                    0,
		"User-agent: *\nCrawl-delay: 1e99\nDisallow: /x\n":                                  0,
		"User-agent: *\nCrawl-delay: NaN\nDisallow: /x\n":                                   0,
		"User-agent: *\nCrawl-delay: 9\n\nUser-agent: trucewatch\nCrawl-delay: 3\nAllow: /": 3 * time.Second,
	} {
		g, _ := parseRobots([]byte(file), "text/plain", "trucewatch")
		if g == nil || g.CrawlDelay != want {
			t.Errorf("%q: %+v; want a delay of %v", file, g, want)
		}
	}
}

func TestWhatAnAnswerToTheRequestForRobotsMeans(t *testing.T) {
	ok := egress.Response{Status: 200, Body: []byte("User-agent: *\nDisallow: /\n"), ContentType: "text/plain"}
	status := func(code int, wait time.Duration) error { return &egress.StatusError{Code: code, RetryAfter: wait} }
	kind := func(k egress.Kind) error { return &egress.Error{Kind: k, Err: errors.New("x")} }
	aged := ok
	aged.HasMaxAge, aged.MaxAge = true, 2*time.Hour
	for _, row := range []struct {
		name   string
		resp   egress.Response
		err    error
		denied bool
		keep   time.Duration
	}{
		{"a file", ok, nil, true, 24 * time.Hour},
		{"a file with its own age", aged, nil, true, 2 * time.Hour},
		{"none", egress.Response{}, status(404, 0), false, 24 * time.Hour},
		{"forbidden", egress.Response{}, status(403, 0), false, 24 * time.Hour},
		{"gone", egress.Response{}, status(410, 0), false, 24 * time.Hour},
		{"too many requests", egress.Response{}, status(429, 0), true, 10 * time.Minute},
		{"server in trouble", egress.Response{}, status(503, 0), true, 10 * time.Minute},
		{"server in trouble for an hour", egress.Response{}, status(503, time.Hour), true, time.Hour},
		{"server in trouble for a year", egress.Response{}, status(503, 365*24*time.Hour), true, 24 * time.Hour},
		{"no connection", egress.Response{}, kind(egress.Refused), true, 10 * time.Minute},
		{"too slow", egress.Response{}, kind(egress.Timeout), true, 10 * time.Minute},
		{"cut off", egress.Response{Body: []byte("User-agent: *\nAllow: /"), Truncated: true}, kind(egress.Cut), true, 10 * time.Minute},
		{"a redirect loop", egress.Response{}, kind(egress.TooManyRedirects), false, 24 * time.Hour},
		{"too large, but it says enough", ok, kind(egress.TooLarge), true, 24 * time.Hour},
		{"no readable answer", egress.Response{}, errors.New("x"), true, 10 * time.Minute},
	} {
		r, keep := readRobots(row.resp, row.err, "trucewatch", "wire.example")
		err := r.Allow(&url.URL{Scheme: "https", Host: "wire.example", Path: "/a"})
		if (err != nil) != row.denied || keep != row.keep {
			t.Errorf("%s: %v for %v; want denied %v for %v", row.name, err, keep, row.denied, row.keep)
		}
		if err != nil && !strings.Contains(err.Error(), "wire.example") {
			t.Errorf("%s: %q does not name the site", row.name, err)
		}
	}
}

func FuzzParseRobots(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /a\nCrawl-delay: 1\n"), "/a/b")
	f.Add([]byte("User-agent: trucewatch\nDisallow: /*.pdf$\nAllow: /"), "/x.pdf")
	f.Fuzz(func(t *testing.T, file []byte, path string) {
		g, _ := parseRobots(file, "text/plain", "trucewatch")
		if g == nil {
			return
		}
		if g.CrawlDelay < 0 {
			t.Fatalf("a delay of %v", g.CrawlDelay)
		}
		first := g.Test("/" + path)
		if again, _ := parseRobots(file, "text/plain", "trucewatch"); again.Test("/"+path) != first {
			t.Fatalf("%q allowed or not, by chance", path)
		}
	})
}

func TestRobotsTellsWhatASiteAsksForAndAsksOnce(t *testing.T) {
	w := &web{pages: pages{"https://wire.example/robots.txt": gives("text/plain", "Sitemap: https://wire.example/news.xml\nUser-agent: *\nDisallow: /private\nCrawl-delay: 7\nSitemap: https://wire.example/more.xml\nsitemap: https://wire.example/news.xml\n"),
		"https://slow.example/robots.txt": gives("text/plain", "User-agent: *\nCrawl-delay: 86400\n")}}
	r := &Robots{Fetch: w}
	u := mustURL(t, "https://wire.example/private/x")
	if r.Known(u, pollTime) {
		t.Error("known before it was asked")
	}
	for range 2 {
		rules, err := r.Rules(t.Context(), u, pollTime)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := errors.AsType[*Disallowed](rules.Allow(u)); !ok || rules.Allow(mustURL(t, "https://wire.example/a")) != nil {
			t.Errorf("allows %v; want all but /private", rules.Allow(u))
		}
		if rules.Delay() != 7*time.Second || len(rules.Sitemaps) != 2 || rules.Sitemaps[0] != "https://wire.example/news.xml" {
			t.Errorf("asks for %v between two requests and names %q", rules.Delay(), rules.Sitemaps)
		}
	}
	if n := w.count("https://wire.example/robots.txt"); n != 1 || !r.Known(u, pollTime) || r.Known(u, pollTime.Add(25*time.Hour)) {
		t.Errorf("robots.txt was asked for %d times; known now %v, after a day %v", n, r.Known(u, pollTime), r.Known(u, pollTime.Add(25*time.Hour)))
	}
	if rules, err := r.Rules(t.Context(), mustURL(t, "https://slow.example/"), pollTime); err != nil || rules.Delay() != 5*time.Minute {
		t.Errorf("a delay of a day is read as %v, %v; want five minutes", rules.Delay(), err)
	}
}
