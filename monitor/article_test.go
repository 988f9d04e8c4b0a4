package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"trucewatch/internal/egress"
)

const articleURL = "https://wire.example/2026/talks"

// articlePage is a page with a main text that holds the marker.
func articlePage(marker string) string {
	return "<html><head><title>Talks</title></head><body><nav>" + strings.Repeat("<a href=/x>Section</a> ", 30) + "</nav><article><h1>Talks</h1>" +
		strings.Repeat("<p>Delegations of both sides met by the lake, the mediator said, and agreed to meet again within a week to speak of prisoners, "+marker+".</p>", 8) +
		"</article></body></html>"
}

// web is a fake network: pages by URL, and a log of what was asked.
type web struct {
	mu    sync.Mutex
	pages map[string]func(r egress.Request) (egress.Response, error)
	asked []string
}

func (w *web) Fetch(ctx context.Context, r egress.Request) (egress.Response, error) {
	w.mu.Lock()
	w.asked = append(w.asked, r.URL)
	page := w.pages[r.URL]
	w.mu.Unlock()
	if ctx.Err() != nil {
		return egress.Response{}, context.Cause(ctx)
	}
	if page == nil {
		return egress.Response{Status: 404, FinalURL: r.URL}, &egress.StatusError{Code: 404, Host: "wire.example"}
	}
	return page(r)
}

func (w *web) count(url string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.asked {
		if a == url {
			n++
		}
	}
	return n
}

func gives(contentType, body string) func(egress.Request) (egress.Response, error) {
	return func(r egress.Request) (egress.Response, error) {
		return egress.Response{Status: 200, FinalURL: r.URL, ContentType: contentType, Body: []byte(body)}, nil
	}
}

func status(code int) func(egress.Request) (egress.Response, error) {
	return func(r egress.Request) (egress.Response, error) {
		return egress.Response{Status: code, FinalURL: r.URL}, &egress.StatusError{Code: code, Host: "wire.example"}
	}
}

func redirectTo(final string, body string) func(egress.Request) (egress.Response, error) {
	return func(r egress.Request) (egress.Response, error) {
		return egress.Response{Status: 200, FinalURL: final, Hops: []egress.Hop{{URL: r.URL, Status: 302}}, ContentType: "text/html", Body: []byte(body)}, nil
	}
}

type pages = map[string]func(egress.Request) (egress.Response, error)

func TestArticleTextIsReadOrItsAbsenceExplained(t *testing.T) {
	robots := "https://wire.example/robots.txt"
	for _, row := range []struct {
		name  string
		pages pages
		words string // of the error; "" means the text is read
		asked int    // requests for the page after a second call
	}{
		{"a page", pages{articleURL: gives("text/html; charset=utf-8", articlePage("monitors"))}, "", 2},
		{"a page without a type", pages{articleURL: gives("", articlePage("monitors"))}, "", 2},
		{"a redirect on the same site", pages{articleURL: redirectTo("https://wire.example/2026/talks-2", articlePage("monitors"))}, "", 2},
		{"robots.txt allows it", pages{robots: gives("text/plain", "User-agent: *\nDisallow: /admin\n"), articleURL: gives("text/html", articlePage("monitors"))}, "", 2},
		{"robots.txt asks not to", pages{robots: gives("text/plain", "User-agent: trucewatch\nDisallow: /2026\n"), articleURL: gives("text/html", articlePage("x"))}, "robots.txt of wire.example asks not to read this page", 0},
		{"robots.txt in trouble", pages{robots: status(503), articleURL: gives("text/html", articlePage("x"))}, "robots.txt gives HTTP 503", 0},
		{"a redirect to a site whose robots.txt asks not to", pages{
			articleURL: redirectTo("https://other.example/x", articlePage("x")), "https://other.example/robots.txt": gives("text/plain", "User-agent: *\nDisallow: /\n"),
		}, "robots.txt of other.example", 2},
		{"a redirect to the front page", pages{articleURL: redirectTo("https://wire.example/", articlePage("x"))}, "front page", 1},
		{"gone", pages{articleURL: status(410)}, "HTTP 410", 1},
		{"forbidden", pages{articleURL: status(403)}, "HTTP 403", 1},
		{"in trouble", pages{articleURL: status(502)}, "HTTP 502", 2},
		{"a PDF", pages{articleURL: gives("application/pdf", "%PDF-1.7")}, "application/pdf", 1},
		{"a paywall", pages{articleURL: gives("text/html", strings.Replace(articlePage("x"), "</article>", "<p>Subscribe to continue reading.</p></article>", 1))}, "a paywall", 1},
		{"a check for robots", pages{articleURL: gives("text/html", "<title>Just a moment...</title><p>Checking your browser.")}, "checks for robots", 2},
		{"an empty page", pages{articleURL: gives("text/html", "")}, "without a main text", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &web{pages: row.pages}
				a := &Articles{Fetch: w}
				for range 2 {
					got, err := a.Get(t.Context(), articleURL, pollTime)
					if row.words == "" && (err != nil || !strings.Contains(got, "monitors")) {
						t.Fatalf("%q, %v; want the text", got, err)
					}
					if row.words != "" && (err == nil || got != "" || !strings.Contains(err.Error(), row.words)) {
						t.Fatalf("%q, %v; want an error about %q", got, err, row.words)
					}
				}
				if n := w.count(articleURL); n != row.asked {
					t.Errorf("the page was asked for %d times, want %d: %q", n, row.asked, w.asked)
				}
				if n := w.count(robots); n != 1 {
					t.Errorf("robots.txt was asked for %d times, want once: %q", n, w.asked)
				}
			})
		})
	}
}

func TestArticleIsLeftAloneAfterTwoFailuresForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &web{pages: pages{articleURL: status(500)}}
		a := &Articles{Fetch: w}
		for i, want := range []int{1, 2, 2, 2} {
			if _, err := a.Get(t.Context(), articleURL, pollTime); err == nil || !strings.Contains(err.Error(), "HTTP 500") {
				t.Errorf("try %d: %v", i, err)
			}
			if n := w.count(articleURL); n != want {
				t.Errorf("after try %d the page was asked for %d times, want %d", i, n, want)
			}
		}
		w.pages[articleURL] = gives("text/html", articlePage("monitors"))
		if got, err := a.Get(t.Context(), articleURL, pollTime.Add(2*time.Hour)); err != nil || !strings.Contains(got, "monitors") {
			t.Errorf("two hours later: %q, %v", got, err)
		}
	})
}

func TestArticleWantedAgainIsAskedForConditionally(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent []string
		w := &web{pages: pages{articleURL: func(r egress.Request) (egress.Response, error) {
			sent = append(sent, r.ETag+" "+r.ValidatorURL)
			resp := egress.Response{Status: 200, FinalURL: r.URL, ContentType: "text/html", ETag: `"p1"`, Body: []byte(articlePage("monitors"))}
			if r.ETag == `"p1"` {
				resp = egress.Response{Status: 304, FinalURL: r.URL, Conditional: true}
			}
			return resp, nil
		}}}
		a := &Articles{Fetch: w}
		var texts []string
		for range 3 {
			got, err := a.Get(t.Context(), articleURL, pollTime)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, got)
		}
		if texts[0] == "" || texts[1] != texts[0] || texts[2] != texts[0] {
			t.Errorf("an unchanged page gave another text: %q", texts)
		}
		if want := fmt.Sprint([]string{" ", `"p1" ` + articleURL, `"p1" ` + articleURL}); fmt.Sprint(sent) != want {
			t.Errorf("sent %v, want %v", sent, want)
		}
	})
}

func TestPagesOfOneSiteAreReadSlowly(t *testing.T) {
	for _, row := range []struct {
		robots string
		want   time.Duration // for five pages
	}{
		{"", 4 * 2 * time.Second},
		{"User-agent: *\nCrawl-delay: 10\nDisallow: /x\n", 4 * 10 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &web{pages: pages{"https://wire.example/robots.txt": gives("text/plain", row.robots)}}
			a := &Articles{Fetch: w}
			start := time.Now()
			var wg sync.WaitGroup
			for i := range 5 {
				url := fmt.Sprintf("https://wire.example/%d", i)
				w.pages[url] = gives("text/html", articlePage("monitors"))
			}
			for i := range 5 {
				wg.Go(func() {
					if _, err := a.Get(t.Context(), fmt.Sprintf("https://wire.example/%d", i), pollTime); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if took := time.Since(start); took < row.want || took > row.want+time.Second {
				t.Errorf("%q: five pages took %v, want %v", row.robots, took, row.want)
			}
			if n := w.count("https://wire.example/robots.txt"); n != 1 {
				t.Errorf("robots.txt was asked for %d times", n)
			}
		})
	}
}

func TestWaitingForASiteIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &web{pages: pages{"https://wire.example/robots.txt": gives("text/plain", "User-agent: *\nCrawl-delay: 86400\nDisallow: /x\n")}}
		a := &Articles{Fetch: w}
		w.pages[articleURL] = gives("text/html", articlePage("monitors"))
		if _, err := a.Get(t.Context(), articleURL, pollTime); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err := a.Get(t.Context(), "https://wire.example/other", pollTime)
		if err == nil || !strings.Contains(err.Error(), "too many of its pages") || time.Since(start) > articleWait {
			t.Errorf("%v after %v; want it given up in words within %v", err, time.Since(start), articleWait)
		}
		// Nor does it outlast what the caller has time for.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		if _, err := a.Get(ctx, "https://wire.example/third", pollTime); err == nil || time.Since(start) > time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestRobotsFileIsReadAgainWhenItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var answers atomic.Int32
		w := &web{pages: pages{
			"https://wire.example/robots.txt": func(r egress.Request) (egress.Response, error) {
				if answers.Add(1) == 1 {
					return status(503)(r)
				}
				return gives("text/plain", "User-agent: *\nDisallow: /x\n")(r)
			},
			articleURL: gives("text/html", articlePage("monitors")),
		}}
		a := &Articles{Fetch: w}
		if _, err := a.Get(t.Context(), articleURL, pollTime); err == nil {
			t.Fatal("read although robots.txt was in trouble")
		}
		if _, err := a.Get(t.Context(), articleURL, pollTime.Add(robotsDenied)); err != nil {
			t.Fatalf("ten minutes later: %v", err)
		}
		if _, err := a.Get(t.Context(), articleURL, pollTime.Add(robotsDenied+robotsKept-time.Second)); err != nil || answers.Load() != 2 {
			t.Errorf("within its day: %v, asked %d times", err, answers.Load())
		}
		if _, err := a.Get(t.Context(), articleURL, pollTime.Add(robotsDenied+robotsKept)); err != nil || answers.Load() != 3 {
			t.Errorf("after its day: %v, asked %d times", err, answers.Load())
		}
	})
}

func TestArticleGivesUpWithItsCallerWithoutHoldingItAgainstThePage(t *testing.T) {
	w := &web{pages: pages{articleURL: gives("text/html", articlePage("monitors"))}}
	a := &Articles{Fetch: w}
	stop := errors.New("stopping")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	for range 3 {
		if _, err := a.Get(ctx, articleURL, pollTime); err != stop {
			t.Fatalf("%v; want the caller's cause", err)
		}
	}
	if got, err := a.Get(t.Context(), articleURL, pollTime); err != nil || got == "" {
		t.Errorf("afterwards: %q, %v", got, err)
	}
	for _, bad := range []string{"", "file:///etc/passwd", "javascript:x", "/relative", "http://"} {
		if _, err := a.Get(t.Context(), bad, pollTime); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestWhatIsRememberedOfArticlesIsBounded(t *testing.T) {
	a := &Articles{Fetch: &web{}}
	a.start()
	for i := range 3 * articlesKnown {
		a.remember(fmt.Sprint(i), page{text: "x"})
	}
	if len(a.known) != articlesKnown || len(a.order) != articlesKnown || a.recall(fmt.Sprint(3*articlesKnown-1)).text == "" {
		t.Errorf("%d pages and %d places are remembered, want %d and the newest", len(a.known), len(a.order), articlesKnown)
	}
	a.robots.Fetch = fetchFunc(func(context.Context, egress.Request) (egress.Response, error) {
		return egress.Response{Status: 200}, nil
	})
	for i := range 2 * sitesKept {
		now := pollTime.Add(time.Duration(i) * time.Minute)
		if err := a.enter(t.Context(), mustURL(t, fmt.Sprintf("https://wire%d.example/", i)), now); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(a.robots.byOrigin); n > sitesKept {
		t.Errorf("%d sites are remembered, want at most %d", n, sitesKept)
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
