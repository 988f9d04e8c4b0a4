package monitor

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
)

type fetchFunc func(ctx context.Context, r egress.Request) (egress.Response, error)

func (f fetchFunc) Fetch(ctx context.Context, r egress.Request) (egress.Response, error) {
	return f(ctx, r)
}

// rss is a sound document of n items.
func rss(n int) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Example Wire</title><link>https://wire.example/</link>`)
	for i := range n {
		fmt.Fprintf(&b, "<item><title>Talks, day %d</title><guid>id-%d</guid><link>https://wire.example/%d</link><description>Both sides met.</description></item>", i, i, i)
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// answer is what the server of feedURL says to a plain request.
func answer(status int, body string) egress.Response {
	return egress.Response{Status: status, FinalURL: feedURL, Body: []byte(body), Bytes: int64(len(body)), ContentType: "application/rss+xml", ETag: `"v2"`, Took: time.Second}
}

func TestPollSaysWhatHappened(t *testing.T) {
	cut := answer(200, rss(3)[:strings.LastIndex(rss(3), "<item>")+20])
	cut.Truncated = true
	empty := cut
	empty.Body = []byte("<rss><channel>")
	asked := answer(304, "")
	asked.Conditional = true
	hops := answer(410, "")
	hops.Hops = []egress.Hop{{URL: feedURL, Status: 302}}
	moved := answer(200, rss(2))
	moved.Permanent, moved.Hops = newURL, []egress.Hop{{URL: feedURL, Status: 308}}
	aged := answer(200, rss(1))
	aged.HasMaxAge, aged.MaxAge = true, time.Hour
	late := &egress.Error{Kind: egress.Cut, Host: "wire.example"}

	for _, row := range []struct {
		name    string
		resp    egress.Response
		err     error
		result  Result
		entries int
		words   string
		check   func(Outcome) bool
	}{
		{"a sound document", answer(200, rss(3)), nil, Read, 3, "", func(o Outcome) bool { return o.ETag == `"v2"` && o.FinalURL == feedURL && !o.Temporary }},
		{"a sound document with an age", aged, nil, Read, 1, "", func(o Outcome) bool { return o.Fresh == time.Hour }},
		{"a permanent redirect", moved, nil, Read, 2, "", func(o Outcome) bool { return o.Permanent == newURL && !o.Temporary }},
		{"a feed without items", answer(200, rss(0)), nil, Read, 0, "", nil},
		{"304 to a conditional request", asked, nil, Unchanged, 0, "", nil},
		{"304 nobody asked for", answer(304, ""), nil, Failed, 0, "304", nil},
		{"204", answer(204, ""), nil, Failed, 0, "204", nil},
		{"206", answer(206, rss(1)), nil, Failed, 0, "206", nil},
		{"an empty answer", answer(200, ""), nil, Wrong, 0, "empty", nil},
		{"a page", answer(200, "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Hello</body></html>"), nil, Wrong, 0, "HTML page", nil},
		{"a body cut after two items", cut, late, Salvaged, 2, "the body was cut off; 2 entries read", nil},
		{"a body cut before any item", empty, late, Failed, 0, "the body was cut off", nil},
		{"a document cut by its own server", answer(200, string(cut.Body)), nil, Salvaged, 2, "cut off", nil},
		{"an error status", answer(503, "busy"), &egress.StatusError{Code: 503, Host: "wire.example"}, Failed, 0, "HTTP 503", func(o Outcome) bool { return o.Status == 503 && o.ETag == "" }},
		{"an error status with a check for robots", answer(403, ""), &egress.StatusError{Code: 403, Host: "wire.example", Response: answer(403, "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>")}, Failed, 0, "HTTP 403 Forbidden, with a page that asks for proof of being human", nil},
		{"410 behind a temporary redirect", hops, &egress.StatusError{Code: 410, Host: "wire.example"}, Failed, 0, "HTTP 410", func(o Outcome) bool { return o.Temporary }},
		{"an error status with a cut body", egress.Response{Status: 500, Body: []byte("x"), Truncated: true}, &egress.StatusError{Code: 500, Host: "wire.example"}, Failed, 0, "HTTP 500", nil},
		{"no answer", egress.Response{}, &egress.Error{Kind: egress.Refused, Host: "wire.example"}, Failed, 0, "refused", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := &Poller{Fetch: fetchFunc(func(context.Context, egress.Request) (egress.Response, error) { return row.resp, row.err })}
			poll := p.Poll(t.Context(), known(nil), pollTime)
			o, ok := poll.Outcome.(Outcome)
			if !ok || o.Result != row.result || len(poll.Entries) != row.entries || !strings.Contains(o.Words, row.words) || row.words == "" && o.Words != "" {
				t.Fatalf("%+v, %d entries; want %s, %d, %q", o, len(poll.Entries), row.result, row.entries, row.words)
			}
			if row.check != nil && !row.check(o) {
				t.Errorf("outcome %+v", o)
			}
			if poll.Status != row.resp.Status || poll.Bytes != row.resp.Bytes || poll.Took != row.resp.Took || !poll.At.Equal(pollTime) {
				t.Errorf("poll %+v", poll)
			}
			trouble := p.Trouble(poll)
			if bad := row.result == Failed || row.result == Wrong; bad != (trouble != "") {
				t.Errorf("trouble %q of a poll that was %s", trouble, row.result)
			}
			st := p.State(poll, news.Overlap{Entries: row.entries, Known: row.entries})
			if st != Decide(poll.Feed, o, news.Overlap{Entries: row.entries, Known: row.entries}, Limits{}, pollTime) {
				t.Errorf("state %+v is not what Decide says", st)
			}
		})
	}
}

func TestPollSendsWhatTheFeedGave(t *testing.T) {
	var got egress.Request
	p := &Poller{Fetch: fetchFunc(func(_ context.Context, r egress.Request) (egress.Response, error) {
		got = r
		return egress.Response{}, errors.New("enough")
	})}
	f := known(nil)
	p.Poll(t.Context(), f, pollTime)
	if got.URL != feedURL || got.ETag != f.Poll.ETag || got.Modified != f.Poll.Modified || got.ValidatorURL != feedURL || got.Room == nil {
		t.Errorf("asked %+v", got)
	}
}

func TestRoundReportsEveryFeedAndAPanicStaysWithItsOwn(t *testing.T) {
	var feeds []news.Feed
	for i := range 100 {
		feeds = append(feeds, news.Feed{ID: news.FeedID(i), Name: fmt.Sprint(i), URL: fmt.Sprintf("https://wire%d.example/feed", i%40)})
	}
	p := &Poller{Concurrency: 7, Fetch: fetchFunc(func(_ context.Context, r egress.Request) (egress.Response, error) {
		switch {
		case r.URL == "https://wire3.example/feed":
			panic("three")
		case r.URL == "https://wire4.example/feed":
			return egress.Response{}, errors.New("four")
		}
		return answer(200, rss(2)), nil
	})}
	seen := map[news.FeedID]Outcome{} // done is called by one goroutine at a time, so needs no lock
	p.Round(t.Context(), feeds, pollTime, func(poll news.Poll) {
		if _, twice := seen[poll.Feed.ID]; twice {
			t.Errorf("feed %d reported twice", poll.Feed.ID)
		}
		seen[poll.Feed.ID] = poll.Outcome.(Outcome)
	})
	for _, f := range feeds {
		want := Read
		if strings.Contains(f.URL, "wire3.") || strings.Contains(f.URL, "wire4.") {
			want = Failed
		}
		if seen[f.ID].Result != want {
			t.Errorf("feed %s: %+v; want %s", f.Name, seen[f.ID], want)
		}
	}
	if words := seen[3].Words; !strings.Contains(words, "three") {
		t.Errorf("the panic's words are lost: %q", words)
	}
}

func TestRoundKeepsItsBounds(t *testing.T) {
	var running, most, slow, mostSlow atomic.Int32
	raise := func(n int32, to *atomic.Int32) {
		for m := to.Load(); n > m && !to.CompareAndSwap(m, n); m = to.Load() {
		}
	}
	full := make(chan struct{})
	var once sync.Once
	p := &Poller{Concurrency: 5, PerHost: 2, Fetch: fetchFunc(func(_ context.Context, r egress.Request) (egress.Response, error) {
		n := running.Add(1)
		defer running.Add(-1)
		raise(n, &most)
		if strings.Contains(r.URL, "slow") {
			raise(slow.Add(1), &mostSlow)
			defer slow.Add(-1)
		}
		if n == 5 {
			once.Do(func() { close(full) })
		}
		<-full // nobody leaves before all places are taken once
		return answer(200, rss(1)), nil
	})}
	var feeds []news.Feed
	for i := range 30 { // the slow host's feeds come first and must not take all places
		feeds = append(feeds, news.Feed{Name: fmt.Sprint("slow", i), URL: "https://slow.example/" + fmt.Sprint(i)})
	}
	for i := range 30 {
		feeds = append(feeds, news.Feed{Name: fmt.Sprint(i), URL: fmt.Sprintf("https://wire%d.example/", i)})
	}
	n := 0
	p.Round(t.Context(), feeds, pollTime, func(news.Poll) { n++ })
	if n != len(feeds) || most.Load() != 5 || mostSlow.Load() > 2 {
		t.Errorf("%d polls, %d at once, %d on one host; want %d, 5 and at most 2", n, most.Load(), mostSlow.Load(), len(feeds))
	}
}

func TestRoundStopsWithItsContextAndReportsNothingHalfDone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var started atomic.Int32
	p := &Poller{Concurrency: 3, Fetch: fetchFunc(func(ctx context.Context, r egress.Request) (egress.Response, error) {
		if started.Add(1) == 3 {
			cancel()
		}
		<-ctx.Done()
		return egress.Response{}, context.Cause(ctx)
	})}
	var feeds []news.Feed
	for i := range 50 {
		feeds = append(feeds, news.Feed{Name: fmt.Sprint(i), URL: fmt.Sprintf("https://wire%d.example/", i)})
	}
	p.Round(ctx, feeds, pollTime, func(poll news.Poll) { t.Errorf("reported %+v", poll.Outcome) })
	if n := started.Load(); n > 6 {
		t.Errorf("%d polls started after the context ended", n-3)
	}
	stopped := p.Poll(ctx, known(nil), pollTime)
	if st := p.State(stopped, news.Overlap{}); st != known(nil).Poll {
		t.Errorf("a poll that was cut short changed the feed: %+v", st)
	}
}

// TestHostileRound is a round over real sockets in which most servers mean
// harm: the others must not notice, and memory stays small.
func TestHostileRound(t *testing.T) {
	squeeze := func(b []byte) []byte {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		if _, err := z.Write(b); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	zipped := func(b []byte) http.HandlerFunc {
		z := squeeze(b)
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(z)
		}
	}
	forever := func(piece string) http.HandlerFunc {
		b := []byte(strings.Repeat(piece, 1+(32<<10)/len(piece)))
		return func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<rss><channel>")
			for {
				if _, err := w.Write(b); err != nil {
					return
				}
			}
		}
	}
	hold := make(chan struct{})
	defer close(hold)
	wait := func(r *http.Request) {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}
	hostile := map[string]http.HandlerFunc{
		"gzip bomb":       zipped(make([]byte, 100<<20)),
		"nesting":         zipped([]byte("<rss><channel><item>" + strings.Repeat("<a:b>", 2<<20))),
		"namespaces":      zipped([]byte("<rss><channel><item>" + strings.Repeat(`<a:b xmlns:a="u">`, 18_000))),
		"a million items": zipped([]byte("<rss><channel>" + strings.Repeat("<item/>", 1_000_000) + "</channel></rss>")),
		"attributes":      zipped([]byte("<rss><channel><item " + strings.Repeat(`a="b" `, 1_000_000) + "/></channel></rss>")),
		"endless item":    forever("text of an item that never ends "),
		"endless items":   forever("<item><title>Talks</title></item>"),
		"endless zeros":   forever("\x00"),
		"slow header":     func(_ http.ResponseWriter, r *http.Request) { wait(r) },
		"slow body": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "<rss>")
			_ = http.NewResponseController(w).Flush()
			wait(r)
		},
		"redirect loop": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusMovedPermanently)
		},
		"to the metadata": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/", http.StatusFound)
		},
		"to a file": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(302)
		},
		"closed connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	policy := egress.Policy{UserAgent: "trucewatch/test", Timeout: 2 * time.Second}
	var feeds []news.Feed
	serve := func(name string, h http.HandlerFunc) {
		srv := httptest.NewServer(h)
		t.Cleanup(srv.Close)
		policy.Allow = append(policy.Allow, srv.Listener.Addr().String())
		feeds = append(feeds, news.Feed{Name: name, URL: srv.URL + "/feed"})
	}
	for name, h := range hostile {
		serve(name, h)
	}
	for i := range 5 {
		serve(fmt.Sprint("good ", i), func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, rss(20)) })
	}
	client, err := egress.New(policy)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)

	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, peak := m.HeapAlloc, uint64(0)
	stop := make(chan struct{})
	var sampler sync.WaitGroup
	sampler.Go(func() {
		for tick := time.NewTicker(2 * time.Millisecond); ; {
			select {
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			case <-stop:
				tick.Stop()
				return
			}
		}
	})
	got := map[string]news.Poll{}
	p := &Poller{Fetch: client}
	p.Round(t.Context(), feeds, pollTime, func(poll news.Poll) { got[poll.Feed.Name] = poll })
	close(stop)
	sampler.Wait()

	for name := range hostile {
		o, _ := got[name].Outcome.(Outcome)
		if o.Words == "" {
			t.Errorf("%s: %+v; want words of what was wrong", name, o)
		}
		if len(got[name].Entries) > 2000 {
			t.Errorf("%s: %d entries", name, len(got[name].Entries))
		}
	}
	for i := range 5 {
		poll := got[fmt.Sprint("good ", i)]
		if o, _ := poll.Outcome.(Outcome); o.Result != Read || len(poll.Entries) != 20 {
			t.Errorf("good feed %d among hostile ones: %+v, %d entries", i, o, len(poll.Entries))
		}
	}
	t.Logf("heap grew by %.1f MiB at most", float64(peak-before)/(1<<20))
	if peak-before > 100<<20 {
		t.Errorf("heap grew by %d MiB; want less than 100", (peak-before)>>20)
	}
}

// reply is what a server says to one request.
type reply struct {
	status int
	header string // lines "Name: value"
	body   string
	claim  int // Content-Length, when it is not the body's
}

// wireServer answers HTTP over in-memory connections for every host, and
// keeps the heads of requests.
type wireServer struct {
	answer func(n int, r *http.Request) reply // n counts requests from 1
	mu     sync.Mutex
	seen   []*http.Request
}

func (s *wireServer) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go func() {
		defer theirs.Close()
		in := bufio.NewReader(theirs)
		for {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			s.mu.Lock()
			s.seen = append(s.seen, req)
			n := len(s.seen)
			s.mu.Unlock()
			a := s.answer(n, req)
			size := len(a.body)
			if a.claim > 0 {
				size = a.claim
			}
			head := fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Type: application/rss+xml\r\nSet-Cookie: id=%d\r\n", a.status, n)
			for line := range strings.Lines(a.header) {
				head += strings.TrimSpace(line) + "\r\n"
			}
			if a.status != 304 {
				head += fmt.Sprintf("Content-Length: %d\r\n", size)
			}
			if _, err := io.WriteString(theirs, head+"\r\n"+a.body); err != nil || size != len(a.body) {
				return
			}
		}
	}()
	return ours, nil
}

// line is a request as the rows below write it.
func line(r *http.Request) string {
	s := r.Host + r.URL.RequestURI()
	if v, ok := r.Header["If-None-Match"]; ok {
		s += " " + v[0]
	}
	if v, ok := r.Header["If-Modified-Since"]; ok {
		s += " since " + v[0]
	}
	return s
}

// TestMannersOnTheWire is the specification of what a server sees: each row is
// a server's behaviour and the requests it gets, poll after poll, each poll made
// when the one before said. Between two polls nothing but the stored state
// survives, so every poll is also the first after a restart.
func TestMannersOnTheWire(t *testing.T) {
	const a, b, c = "wire.example/feed", "wire.example/new", "cdn.example/x"
	const both = "ETag: W/\"odd \nLast-Modified: yesterday at noon\n"
	ok := func(header string) reply { return reply{status: 200, header: header, body: rss(3)} }
	on := func(path string, r *http.Request) bool { return r.Host+r.URL.Path == path }
	moves := func(code int, to string) reply { return reply{status: code, header: "Location: http://" + to} }
	page := "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Welcome to our site.</body></html>"

	for _, row := range []struct {
		name   string
		polls  int
		answer func(n int, r *http.Request) reply
		want   []string
		waits  []time.Duration // before the second poll and on; 0 is not looked at
		check  func(st news.PollState, items int) bool
	}{
		{"the first request is plain and the second conditional, byte for byte", 2,
			func(int, *http.Request) reply { return ok(both) },
			[]string{a, a + ` W/"odd since yesterday at noon`}, nil, nil},
		{"validators are not invented", 2,
			func(int, *http.Request) reply { return ok("Date: Sun, 22 Nov 2026 10:00:00 GMT\n") },
			[]string{a, a}, nil, nil},
		{"a bare 304 keeps the validators", 3,
			func(n int, _ *http.Request) reply {
				if n == 2 {
					return reply{status: 304}
				}
				return ok("ETag: v1\n")
			},
			[]string{a, a + " v1", a + " v1"}, nil, func(st news.PollState, items int) bool { return items == 3 && st.Failures == 0 }},
		{"a 304 may change the validators", 3,
			func(n int, _ *http.Request) reply {
				if n == 2 {
					return reply{status: 304, header: "ETag: v2\n"}
				}
				return ok("ETag: v1\nLast-Modified: m1\n")
			},
			[]string{a, a + " v1 since m1", a + " v2 since m1"}, nil, nil},
		{"a feed that stops sending validators gets none", 3,
			func(n int, _ *http.Request) reply {
				if n == 1 {
					return ok("ETag: v1\n")
				}
				return ok("")
			},
			[]string{a, a + " v1", a}, nil, nil},
		{"a cut body's items are kept and its validators are not", 2,
			func(n int, _ *http.Request) reply {
				return reply{status: 200, header: "ETag: v1\n", body: rss(3)[:strings.LastIndex(rss(3), "<item>")], claim: 90_000}
			},
			[]string{a, a}, nil, func(st news.PollState, items int) bool {
				return items == 2 && strings.Contains(st.Partial, "cut off") && st.Failures == 0
			}},
		{"a page's validators are not kept", 2,
			func(int, *http.Request) reply { return reply{status: 200, header: "ETag: v1\n", body: page} },
			[]string{a, a}, nil, func(st news.PollState, items int) bool {
				return st.Failures == 2 && strings.Contains(st.Err, "HTML page")
			}},
		{"an empty body's validators are not kept", 2,
			func(int, *http.Request) reply { return reply{status: 200, header: "ETag: v1\n"} },
			[]string{a, a}, nil, func(st news.PollState, _ int) bool { return st.Failures == 2 }},
		{"a damaged document's validators are not kept", 2,
			func(int, *http.Request) reply {
				return reply{status: 200, header: "ETag: v1\n", body: strings.Replace(rss(3), "</title><guid>id-1", "</titel><guid>id-1", 1)}
			},
			[]string{a, a}, nil, func(st news.PollState, items int) bool { return items == 3 && st.Partial != "" }},
		{"a permanent redirect is followed twice and remembered then, with its validators", 3,
			func(_ int, r *http.Request) reply {
				if on(a, r) {
					return moves(301, b)
				}
				return ok("ETag: vb\n")
			},
			[]string{a, b, a, b + " vb", b + " vb"}, nil, nil},
		{"of 308 then 302 only the 308 is remembered", 3,
			func(_ int, r *http.Request) reply {
				switch {
				case on(a, r):
					return moves(308, b)
				case on(b, r):
					return moves(302, c)
				}
				return ok("")
			},
			[]string{a, b, c, a, b, c, b, c}, nil, nil},
		{"a temporary redirect is followed each time", 3,
			func(_ int, r *http.Request) reply {
				if on(a, r) {
					return moves(307, b)
				}
				return ok("")
			},
			[]string{a, b, a, b, a, b}, nil, nil},
		{"a permanent redirect to a page moves nothing", 3,
			func(_ int, r *http.Request) reply {
				if on(a, r) {
					return moves(301, b)
				}
				return reply{status: 200, body: page}
			},
			[]string{a, b, a, b, a, b}, nil, nil},
		{"validators of one target are not shown to another", 2,
			func(n int, r *http.Request) reply {
				switch {
				case n == 1:
					return moves(302, b)
				case on(a, r):
					return moves(302, c)
				}
				return ok("ETag: vb\n")
			},
			[]string{a, b, a, c}, nil, nil},
		{"a redirect loop ends after five hops and the feed is tried again", 2,
			func(_ int, r *http.Request) reply { return moves(301, a) },
			[]string{a, a, a, a, a, a, a, a, a, a, a, a}, nil, nil},
		{"410 ends it", 5,
			func(n int, _ *http.Request) reply { return reply{status: 410} },
			[]string{a}, nil, func(st news.PollState, _ int) bool { return st.Gone }},
		{"429 with seconds is obeyed", 2,
			func(int, *http.Request) reply { return reply{status: 429, header: "Retry-After: 7200\n"} },
			[]string{a, a}, []time.Duration{2 * time.Hour}, nil},
		{"503 with a date is obeyed, against the server's own clock", 2,
			func(int, *http.Request) reply {
				return reply{status: 503, header: "Date: Sun, 01 Nov 2026 10:00:00 GMT\nRetry-After: Sun, 01 Nov 2026 13:00:00 GMT\n"}
			},
			[]string{a, a}, []time.Duration{3 * time.Hour}, nil},
		{"max-age is obeyed, also on a 304, up to a day", 3,
			func(n int, _ *http.Request) reply {
				if n == 2 {
					return reply{status: 304, header: "Cache-Control: max-age=999999\n"}
				}
				return ok("ETag: v1\nCache-Control: max-age=3600\n")
			},
			[]string{a, a + " v1", a}, []time.Duration{time.Hour, 24 * time.Hour}, nil},
		{"Expires is obeyed", 2,
			func(int, *http.Request) reply {
				return ok("Date: Sun, 22 Nov 2026 10:00:00 GMT\nExpires: Sun, 22 Nov 2026 12:00:00 GMT\n")
			},
			[]string{a, a}, []time.Duration{2 * time.Hour}, nil},
		{"the feed's own ttl is obeyed, also after a 304", 3,
			func(n int, _ *http.Request) reply {
				if n == 2 {
					return reply{status: 304}
				}
				return reply{status: 200, header: "ETag: v1\n", body: strings.Replace(rss(3), "<channel>", "<channel><ttl>90</ttl>", 1)}
			},
			[]string{a, a + " v1", a + " v1"}, []time.Duration{90 * time.Minute, 90 * time.Minute}, nil},
		{"a document longer than we read is asked for conditionally all the same", 2,
			func(int, *http.Request) reply { return reply{status: 200, header: "ETag: v1\n", body: rss(2001)} },
			[]string{a, a + " v1"}, nil, func(st news.PollState, items int) bool {
				return items == 2000 && strings.Contains(st.Partial, "more than 2000 items")
			}},
		{"quiet feeds are asked less often and in full once a day", 12,
			func(_ int, r *http.Request) reply {
				if r.Header.Get("If-None-Match") != "" {
					return reply{status: 304}
				}
				return ok("ETag: v1\n")
			},
			[]string{a, a + " v1", a + " v1", a + " v1", a + " v1", a + " v1", a + " v1", a + " v1", a + " v1", a, a + " v1", a + " v1"},
			[]time.Duration{15 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour, 6 * time.Hour, 6 * time.Hour}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := &wireServer{answer: row.answer}
				client, err := egress.New(egress.Policy{UserAgent: "trucewatch/1.0", Dial: srv.dial})
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				p := &Poller{Fetch: client}
				f := news.Feed{Name: "Example Wire", URL: "http://" + a}
				now, items := pollTime.Truncate(time.Second), map[string]bool{}
				for i := range row.polls {
					if f.Poll.Gone {
						break
					}
					if i > 0 {
						if want := row.waits; i <= len(want) && want[i-1] != 0 && (f.Poll.NextPoll.Sub(now)-want[i-1]).Abs() > time.Second {
							t.Errorf("poll %d comes after %v (%s), want %v", i+1, f.Poll.NextPoll.Sub(now), f.Poll.Reason, want[i-1])
						}
						now = f.Poll.NextPoll
					}
					poll := p.Poll(t.Context(), f, now)
					ov := news.Overlap{Entries: len(poll.Entries)}
					for _, e := range poll.Entries {
						if items[e.GUID] {
							ov.Known++
						} else {
							ov.New++
						}
						items[e.GUID] = true
					}
					f.Poll = p.State(poll, ov)
				}
				var got []string
				for _, r := range srv.seen {
					got = append(got, line(r))
					if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" || r.Header.Get("Cache-Control") != "" || r.Header.Get("Pragma") != "" ||
						r.UserAgent() != "trucewatch/1.0" || r.Header.Get("Accept") != feedTypes || r.Header.Get("Accept-Encoding") != "gzip" || r.Method != "GET" {
						t.Errorf("request with headers %v", r.Header)
					}
				}
				if strings.Join(got, "\n") != strings.Join(row.want, "\n") {
					t.Errorf("asked\n%s\nwant\n%s\nlast state %+v", strings.Join(got, "\n"), strings.Join(row.want, "\n"), f.Poll)
				}
				if row.check != nil && !row.check(f.Poll, len(items)) {
					t.Errorf("%d items, state %+v", len(items), f.Poll)
				}
			})
		})
	}
}
