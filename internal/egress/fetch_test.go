package egress

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// serve starts a server on a real loopback socket and a client that may reach
// that socket and nothing else that is not public.
func serve(t *testing.T, h http.HandlerFunc, change func(*Policy)) (*Client, string) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	p := Policy{UserAgent: "trucewatch/1.0", Contact: "https://bot.example/", Timeout: 5 * time.Second, Allow: []string{srv.Listener.Addr().String()}}
	if change != nil {
		change(&p)
	}
	c, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, srv.URL
}

// wire starts a server that answers each connection's requests with raw bytes
// and hands the raw request heads over.
func wire(t *testing.T, answer func(request string) string) (addr string, heads func() []string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var seen []string
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				in := textproto.NewReader(bufio.NewReader(conn))
				for {
					var head strings.Builder
					for {
						line, err := in.ReadLine()
						if err != nil {
							return
						}
						if line == "" {
							break
						}
						head.WriteString(line + "\n")
					}
					mu.Lock()
					seen = append(seen, head.String())
					mu.Unlock()
					a := answer(head.String())
					if _, err := io.WriteString(conn, a); err != nil || strings.Contains(a, "Connection: close") {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return l.Addr().String(), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), seen...)
	}
}

func client(t *testing.T, p Policy) *Client {
	t.Helper()
	if p.UserAgent == "" {
		p.UserAgent = "trucewatch/1.0"
	}
	c, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func kindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
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

func TestOnTheWireIsExactlyWhatIsMeant(t *testing.T) {
	addr, heads := wire(t, func(string) string {
		return "HTTP/1.1 200 OK\r\nSet-Cookie: id=1\r\nContent-Length: 2\r\n\r\nok"
	})
	c := client(t, Policy{UserAgent: "trucewatch/1.0", Contact: "https://bot.example/", Allow: []string{addr}})
	for _, r := range []Request{
		{URL: "http://" + addr + "/feed?b=2&a=1#frag", Accept: "application/rss+xml, */*;q=0.1"},
		{URL: "http://" + addr + "/feed?b=2&a=1"},
	} {
		if _, err := c.Fetch(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	rest := "Host: " + addr + "\nUser-Agent: trucewatch/1.0 (+https://bot.example/)\nAccept: %s\nAccept-Encoding: gzip\n"
	want := []string{
		"GET /feed?b=2&a=1 HTTP/1.1\n" + fmt.Sprintf(rest, "application/rss+xml, */*;q=0.1"),
		"GET /feed?b=2&a=1 HTTP/1.1\n" + fmt.Sprintf(rest, "*/*"), // no cookie, no Referer, nothing against caches
	}
	for i, got := range heads() {
		if got != want[i] {
			t.Errorf("request %d on the wire:\n%s\nwant\n%s", i, got, want[i])
		}
	}
}

func TestValidatorsAreEchoedByteForByte(t *testing.T) {
	for _, v := range []struct{ name, etag, modified string }{
		{"strong", `"abc"`, "Sun, 22 Nov 2026 10:00:00 GMT"},
		{"weak", `W/"abc"`, ""},
		{"unquoted", `5f3a-1b`, ""},
		{"odd", `""x", W/y`, "2026-11-22 10:00"},
		{"not GMT", "", "Sun, 22 Nov 2026 12:00:00 +0200"},
		{"beyond ASCII", "\"caf\xe9\"", ""},
	} {
		t.Run(v.name, func(t *testing.T) {
			addr, heads := wire(t, func(string) string {
				head := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
				if v.etag != "" {
					head += "ETag: " + v.etag + "\r\n"
				}
				if v.modified != "" {
					head += "Last-Modified: " + v.modified + "\r\n"
				}
				return head + "\r\nok"
			})
			c := client(t, Policy{Allow: []string{addr}})
			first, err := c.Fetch(t.Context(), Request{URL: "http://" + addr + "/"})
			if err != nil || first.Conditional || first.ETag != v.etag || first.Modified != v.modified {
				t.Fatalf("first: %+v, %v", first, err)
			}
			second, err := c.Fetch(t.Context(), Request{URL: "http://" + addr + "/", ETag: first.ETag, Modified: first.Modified, ValidatorURL: first.FinalURL})
			if err != nil || !second.Conditional {
				t.Fatalf("second: %+v, %v", second, err)
			}
			got := heads()[1]
			for header, value := range map[string]string{"If-None-Match": v.etag, "If-Modified-Since": v.modified} {
				if value != "" && !strings.Contains(got, "\n"+header+": "+value+"\n") {
					t.Errorf("%s: %q is not in\n%s", header, value, got)
				}
				if value == "" && strings.Contains(got, header) {
					t.Errorf("%s was invented in\n%s", header, got)
				}
			}
		})
	}
}

func TestValidatorsReachOnlyTheURLThatGaveThem(t *testing.T) {
	type ask struct{ path, etag, referer, cookie string }
	var mu sync.Mutex
	var asked []ask
	c, base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, ask{r.URL.Path, r.Header.Get("If-None-Match"), r.Header.Get("Referer"), r.Header.Get("Cookie")})
		mu.Unlock()
		switch r.URL.Path {
		case "/old":
			http.SetCookie(w, &http.Cookie{Name: "id", Value: "1", Path: "/"})
			http.Redirect(w, r, "/new", http.StatusFound)
		case "/new":
			w.Header().Set("ETag", `"of-new"`)
			if r.Header.Get("If-None-Match") == `"of-new"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = io.WriteString(w, "body")
		}
	}, nil)
	first, err := c.Fetch(t.Context(), Request{URL: base + "/old", ETag: `"of-old"`, ValidatorURL: base + "/elsewhere"})
	if err != nil || first.FinalURL != base+"/new" || first.ETag != `"of-new"` {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := c.Fetch(t.Context(), Request{URL: base + "/old", ETag: first.ETag, ValidatorURL: first.FinalURL})
	if err != nil || second.Status != http.StatusNotModified || !second.Conditional {
		t.Fatalf("%+v, %v", second, err)
	}
	want := []ask{{path: "/old"}, {path: "/new"}, {path: "/old"}, {path: "/new", etag: `"of-new"`}}
	if fmt.Sprint(asked) != fmt.Sprint(want) {
		t.Errorf("asked\n%+v; want\n%+v", asked, want)
	}
}

func TestRedirectsAreFollowedByHandAndToldApart(t *testing.T) {
	for _, row := range []struct {
		name      string
		codes     []int
		permanent int // index of the hop the permanent prefix leads to; 0 is none
	}{
		{"none", nil, 0},
		{"301", []int{301}, 1},
		{"308 then 301", []int{308, 301}, 2},
		{"302", []int{302}, 0},
		{"301 then 302", []int{301, 302}, 1},
		{"302 then 301", []int{302, 301}, 0},
		{"301, 307, 301", []int{301, 307, 301}, 1},
		{"five hops", []int{301, 301, 303, 301, 301}, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, base := serve(t, func(w http.ResponseWriter, r *http.Request) {
				n, _ := strconv.Atoi(r.URL.Path[1:])
				if n < len(row.codes) {
					w.Header().Set("Location", strconv.Itoa(n+1)) // relative
					w.WriteHeader(row.codes[n])
					return
				}
				_, _ = io.WriteString(w, "here")
			}, nil)
			r, err := c.Fetch(t.Context(), Request{URL: base + "/0"})
			if err != nil || string(r.Body) != "here" || r.FinalURL != fmt.Sprintf("%s/%d", base, len(row.codes)) {
				t.Fatalf("%+v, %v", r, err)
			}
			want := ""
			if row.permanent > 0 {
				want = fmt.Sprintf("%s/%d", base, row.permanent)
			}
			if r.Permanent != want || len(r.Hops) != len(row.codes) {
				t.Errorf("permanent %q, hops %v; want %q and %v", r.Permanent, r.Hops, want, row.codes)
			}
			for i, h := range r.Hops {
				if h.Status != row.codes[i] || h.URL != fmt.Sprintf("%s/%d", base, i) {
					t.Errorf("hop %d is %+v", i, h)
				}
			}
		})
	}
}

func TestRedirectLoopEndsAfterFiveHops(t *testing.T) {
	var asked atomic.Int32
	c, base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, "/", http.StatusMovedPermanently)
	}, nil)
	_, err := c.Fetch(t.Context(), Request{URL: base})
	if kindOf(err) != TooManyRedirects || asked.Load() != MaxHops+1 {
		t.Errorf("%v after %d requests; want %q after %d", err, asked.Load(), TooManyRedirects, MaxHops+1)
	}
}

func TestRedirectsToForbiddenPlacesAreRefused(t *testing.T) {
	var secret atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { secret.Add(1) }))
	defer inside.Close()
	_, port, _ := net.SplitHostPort(inside.Listener.Addr().String())
	var to atomic.Value
	c, base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to.Load().(string))
		w.WriteHeader(http.StatusFound)
	}, nil)
	for location, want := range map[string]Kind{
		inside.URL + "/admin":                     Forbidden,
		"http://localhost:" + port + "/":          Forbidden,
		"http://[::ffff:127.0.0.1]:" + port + "/": Forbidden,
		"http://169.254.169.254/latest/meta-data": Forbidden,
		"http://[fe80::1]/":                       Forbidden,
		"http://10.0.0.1/":                        Forbidden,
		"http://0.0.0.0:" + port + "/":            Forbidden,
		"//127.0.0.1:" + port + "/":               Forbidden,
		"file:///etc/passwd":                      BadRedirect,
		"gopher://wire.example/":                  BadRedirect,
		"javascript:alert(1)":                     BadRedirect,
		"http://":                                 BadRedirect,
		"http://%zz/":                             BadRedirect,
	} {
		to.Store(location)
		_, err := c.Fetch(t.Context(), Request{URL: base})
		if kindOf(err) != want {
			t.Errorf("redirect to %s: %v; want %q", location, err, want)
		}
	}
	if n := secret.Load(); n != 0 {
		t.Errorf("the inner server was reached %d times", n)
	}
}

func TestUnusableURLsAreRefusedWithoutShowingThem(t *testing.T) {
	c := client(t, Policy{})
	for _, u := range []string{"", "feed", "ftp://user:hunter2@wire.example/", "file:///etc/passwd", "http://", "http://user:hunter2@/x", "http://user:hunter2@wire.example:port/", "http://[::1/"} {
		_, err := c.Fetch(t.Context(), Request{URL: u})
		if kindOf(err) != BadURL || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "user:") {
			t.Errorf("%q: %v", u, err)
		}
	}
}

func TestCredentialsStayWithTheirOriginAndOutOfSight(t *testing.T) {
	var other atomic.Value
	second := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		other.Store(r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusTeapot)
	}))
	defer second.Close()
	var auth []string
	c, base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		auth = append(auth, r.Header.Get("Authorization"))
		switch r.URL.Path {
		case "/a":
			http.Redirect(w, r, "/b", http.StatusMovedPermanently)
		case "/b":
			http.Redirect(w, r, strings.Replace(second.URL, "//", "//mallory:x@", 1)+"/c", http.StatusMovedPermanently)
		}
	}, func(p *Policy) { p.Allow = append(p.Allow, second.Listener.Addr().String()) })
	r, err := c.Fetch(t.Context(), Request{URL: strings.Replace(base, "//", "//reader:hunter2@", 1) + "/a"})
	s, ok := errors.AsType[*StatusError](err)
	if !ok || s.Code != http.StatusTeapot {
		t.Fatal(err)
	}
	if len(auth) != 2 || auth[0] == "" || auth[1] != auth[0] || other.Load() != "" {
		t.Errorf("own origin got %q, the other %q; want the same twice and nothing", auth, other.Load())
	}
	if all := fmt.Sprintf("%v %+v %+v", err, r, s); strings.Contains(all, "hunter2") || strings.Contains(all, "reader") {
		t.Errorf("credentials shown in %s", all)
	}
	if r.Permanent != "" {
		t.Errorf("a redirect of a URL with credentials is offered for remembering: %s", r.Permanent)
	}
}

func TestSlowServersCostOneTimeout(t *testing.T) {
	hold := make(chan struct{})
	defer close(hold)
	drip := func(w http.ResponseWriter, r *http.Request) {
		flush := http.NewResponseController(w)
		for {
			if _, err := io.WriteString(w, "<item/>"); err != nil || flush.Flush() != nil {
				return
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-hold:
				return
			case <-r.Context().Done():
				return
			}
		}
	}
	for name, h := range map[string]http.HandlerFunc{
		"slow header": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-hold:
			case <-r.Context().Done():
			}
		},
		"slow body": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "<item/>")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-hold:
			case <-r.Context().Done():
			}
		},
		"endless drip": drip,
		"drip behind a redirect": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/drip" {
				http.Redirect(w, r, "/drip", http.StatusFound)
				return
			}
			drip(w, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, base := serve(t, h, func(p *Policy) { p.Timeout = 150 * time.Millisecond })
			r, err := c.Fetch(t.Context(), Request{URL: base})
			if kindOf(err) != Timeout {
				t.Fatalf("%v; want %q", err, Timeout)
			}
			if r.Took < 100*time.Millisecond || r.Took > 2*time.Second {
				t.Errorf("took %v; want about the timeout", r.Took)
			}
			if name != "slow header" && (!r.Truncated || !bytes.HasPrefix(r.Body, []byte("<item/>"))) {
				t.Errorf("what came of the body is lost: %+v", r)
			}
		})
	}
}

func TestServerThatNeverSpeaksAfterConnecting(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // accepts nothing: the kernel completes the handshake alone
	c := client(t, Policy{Timeout: 100 * time.Millisecond, Allow: []string{l.Addr().String()}})
	if _, err := c.Fetch(t.Context(), Request{URL: "http://" + l.Addr().String()}); kindOf(err) != Timeout {
		t.Errorf("%v; want %q", err, Timeout)
	}
	if _, err := c.Fetch(t.Context(), Request{URL: "https://" + l.Addr().String()}); kindOf(err) != Timeout {
		t.Errorf("over TLS: %v; want %q", err, Timeout)
	}
}

func TestLargeBodiesStopAtTheCap(t *testing.T) {
	const limit = 1 << 20
	zeros := make([]byte, 1<<16)
	bomb := gzipped(t, make([]byte, 64<<20))
	if len(bomb) > 100<<10 {
		t.Fatalf("the bomb is %d bytes: no bomb", len(bomb))
	}
	var empty bytes.Buffer // gzip members that decode to nothing
	for range 100 {
		empty.Write(gzipped(t, nil))
	}
	for name, h := range map[string]http.HandlerFunc{
		"50 MB": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(50<<20))
			for range 50 << 20 / len(zeros) {
				if _, err := w.Write(zeros); err != nil {
					return
				}
			}
		},
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := w.Write(zeros); err != nil {
					return
				}
			}
		},
		"gzip bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		},
		"endless gzip of nothing": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			for {
				if _, err := w.Write(empty.Bytes()); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, base := serve(t, h, func(p *Policy) { p.MaxBody = limit })
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := c.Fetch(t.Context(), Request{URL: base})
			runtime.ReadMemStats(&after)
			if kindOf(err) != TooLarge || !r.Truncated || r.Bytes != int64(len(r.Body)) {
				t.Fatalf("%v, %d bytes, truncated %v; want %q", err, r.Bytes, r.Truncated, TooLarge)
			}
			if name != "endless gzip of nothing" && len(r.Body) != limit {
				t.Errorf("kept %d bytes; want %d", len(r.Body), limit)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 8*limit {
				t.Errorf("allocated %d bytes for a body capped at %d", grown, limit)
			}
		})
	}
	t.Run("exactly the cap", func(t *testing.T) {
		c, base := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, limit)) }, func(p *Policy) { p.MaxBody = limit })
		if r, err := c.Fetch(t.Context(), Request{URL: base}); err != nil || r.Truncated || len(r.Body) != limit {
			t.Errorf("%d bytes, truncated %v, %v; want all of it", len(r.Body), r.Truncated, err)
		}
		if r, err := c.Fetch(t.Context(), Request{URL: base, MaxBody: 1000}); kindOf(err) != TooLarge || len(r.Body) != 1000 {
			t.Errorf("with a cap of its own: %d bytes, %v", len(r.Body), err)
		}
	})
}

func TestRoomIsAskedOnceForLargeBodiesAndItsWaitIsNotTheServersFault(t *testing.T) {
	c, base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Path[1:])
		_, _ = w.Write(make([]byte, n))
	}, func(p *Policy) { p.Timeout = 400 * time.Millisecond })
	asked := 0
	room := func(ctx context.Context) error {
		asked++
		select {
		case <-time.After(500 * time.Millisecond): // longer than the timeout
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if r, err := c.Fetch(t.Context(), Request{URL: base + "/" + strconv.Itoa(LargeBody-1), Room: room}); err != nil || asked != 0 || len(r.Body) != LargeBody-1 {
		t.Errorf("small: %d bytes, %v, asked %d times", len(r.Body), err, asked)
	}
	r, err := c.Fetch(t.Context(), Request{URL: base + "/3000000", Room: room})
	if err != nil || asked != 1 || len(r.Body) != 3000000 {
		t.Errorf("large: %d bytes, %v, asked %d times", len(r.Body), err, asked)
	}
	if r.Took > 400*time.Millisecond {
		t.Errorf("took %v: the wait was counted", r.Took)
	}
	full := errors.New("full")
	if _, err := c.Fetch(t.Context(), Request{URL: base + "/3000000", Room: func(context.Context) error { return full }}); kindOf(err) != NoRoom || !errors.Is(err, full) {
		t.Errorf("refused room: %v", err)
	}
}

func TestCutAndBrokenBodiesComeWithWhatWasRead(t *testing.T) {
	whole := bytes.Repeat([]byte("<item>some text</item>"), 2000)
	packed := gzipped(t, whole)
	damaged := bytes.Clone(packed)
	damaged[len(damaged)-6] ^= 0xff // the checksum
	for _, row := range []struct {
		name, head string
		body       []byte
		kind       Kind
		keeps      string // the least that must be kept
	}{
		{"content length not reached", "Content-Length: 100000\r\n", []byte("<rss><item/>"), Cut, "<rss><item/>"},
		{"chunk not finished", "Transfer-Encoding: chunked\r\n", []byte("5\r\n<rss>\r\nff\r\n<item/>"), Cut, "<rss>"},
		{"gzip cut", "Content-Encoding: gzip\r\n", packed[:len(packed)-40], Cut, ""},
		{"gzip damaged", "Content-Encoding: gzip\r\n", damaged, Encoding, string(whole)},
		{"encoding we did not ask for", "Content-Encoding: br\r\n", []byte("????"), Encoding, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr, _ := wire(t, func(string) string {
				return "HTTP/1.1 200 OK\r\nConnection: close\r\n" + row.head + "\r\n" + string(row.body)
			})
			c := client(t, Policy{Allow: []string{addr}})
			r, err := c.Fetch(t.Context(), Request{URL: "http://" + addr})
			if kindOf(err) != row.kind || !r.Truncated || !strings.Contains(string(r.Body), row.keeps) {
				t.Errorf("%v, truncated %v, %d bytes; want %q and the body so far", err, r.Truncated, len(r.Body), row.kind)
			}
		})
	}
}

func TestGzipIsUndoneAlsoWhenServersAreSloppyAboutIt(t *testing.T) {
	text := []byte(strings.Repeat("Delegations met. ", 1000))
	half := len(text) / 2
	for name, body := range map[string][]byte{
		"plain gzip":         gzipped(t, text),
		"two members":        append(gzipped(t, text[:half]), gzipped(t, text[half:])...),
		"rubbish at the end": append(gzipped(t, text), "\x00\x00\x00padding of some server"...),
		"labelled, not done": text,
	} {
		c, base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(body)
		}, nil)
		if r, err := c.Fetch(t.Context(), Request{URL: base}); err != nil || !bytes.Equal(r.Body, text) {
			t.Errorf("%s: %d bytes, %v; want %d", name, len(r.Body), err, len(text))
		}
	}
}

func TestWhatTheAnswerSaysOfItself(t *testing.T) {
	const date = "Sun, 22 Nov 2026 10:00:00 GMT"
	for _, row := range []struct {
		name   string
		header []string // name, value
		fresh  time.Duration
	}{
		{"nothing", nil, 0},
		{"max-age", []string{"Cache-Control", "public, max-age=600"}, 10 * time.Minute},
		{"quoted and in capitals", []string{"Cache-Control", `Max-Age="600"`}, 10 * time.Minute},
		{"max-age less age", []string{"Cache-Control", "max-age=600", "Age", "500"}, 100 * time.Second},
		{"older than its age", []string{"Cache-Control", "max-age=600", "Age", "700"}, 0},
		{"no-cache", []string{"Cache-Control", "no-cache, max-age=600"}, 0},
		{"no-store in a second header", []string{"Cache-Control", "max-age=600", "Cache-Control", "no-store", "Expires", "Sun, 22 Nov 2026 11:00:00 GMT"}, 0},
		{"s-maxage is for others", []string{"Cache-Control", "s-maxage=600"}, 0},
		{"negative", []string{"Cache-Control", "max-age=-5"}, 0},
		{"enormous", []string{"Cache-Control", "max-age=99999999999999999999"}, time.Duration(1<<31) * time.Second},
		{"expires", []string{"Expires", "Sun, 22 Nov 2026 10:30:00 GMT"}, 30 * time.Minute},
		{"expired", []string{"Expires", "Sun, 22 Nov 2026 09:30:00 GMT"}, 0},
		{"expires 0", []string{"Expires", "0"}, 0},
		{"max-age beats expires", []string{"Expires", "Sun, 22 Nov 2026 20:00:00 GMT", "Cache-Control", "max-age=60"}, time.Minute},
	} {
		c, base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", date)
			for i := 0; i < len(row.header); i += 2 {
				w.Header().Add(row.header[i], row.header[i+1])
			}
		}, nil)
		r, err := c.Fetch(t.Context(), Request{URL: base})
		if err != nil || r.Fresh() != row.fresh {
			t.Errorf("%s: fresh for %v, %v; want %v", row.name, r.Fresh(), err, row.fresh)
		}
	}
}

func TestStatusErrorsCarryTheServersWish(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) // the server's clock is two hours behind
	for _, row := range []struct {
		code  int
		after string
		date  string
		want  time.Duration
	}{
		{503, "120", "", 2 * time.Minute},
		{429, " 60 ", "", time.Minute},
		{503, "Sun, 22 Nov 2026 10:05:00 GMT", "Sun, 22 Nov 2026 10:00:00 GMT", 5 * time.Minute},
		{503, "Sun, 22 Nov 2026 12:07:00 GMT", "", 7 * time.Minute},
		{503, "Sun, 22 Nov 2026 09:00:00 GMT", "Sun, 22 Nov 2026 10:00:00 GMT", 0},
		{503, "soon", "", 0},
		{503, "-5", "", 0},
		{404, "", "", 0},
		{410, "", "", 0},
		{300, "", "", 0},
	} {
		addr, _ := wire(t, func(string) string {
			head := fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Length: 4\r\n", row.code)
			if row.after != "" {
				head += "Retry-After: " + row.after + "\r\n"
			}
			if row.date != "" {
				head += "Date: " + row.date + "\r\n"
			}
			return head + "\r\nbusy"
		})
		c := client(t, Policy{Allow: []string{addr}})
		r, err := c.Fetch(t.Context(), Request{URL: "http://" + addr, Now: now})
		s, ok := errors.AsType[*StatusError](err)
		if !ok || s.Code != row.code || s.RetryAfter != row.want || string(s.Response.Body) != "busy" || r.Status != row.code {
			t.Errorf("%d, Retry-After %q: %v (%+v); want to wait %v", row.code, row.after, err, s, row.want)
		}
	}
}

func TestHostsAreAskedAFewAtATime(t *testing.T) {
	var running, most atomic.Int32
	gate, entered := make(chan struct{}), make(chan struct{}, 16)
	handler := func(w http.ResponseWriter, r *http.Request) {
		n := running.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		entered <- struct{}{}
		<-gate
		running.Add(-1)
		if strings.HasPrefix(r.URL.Path, "/from") {
			http.Redirect(w, r, "/to", http.StatusFound)
		}
	}
	c, base := serve(t, handler, func(p *Policy) { p.PerHost = 2 })
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if _, err := c.Fetch(t.Context(), Request{URL: fmt.Sprintf("%s/from%d", base, i)}); err != nil {
				t.Errorf("fetch %d: %v", i, err)
			}
		})
	}
	<-entered
	<-entered      // two are in, and stay until
	for range 16 { // every exchange has two hops
		gate <- struct{}{}
	}
	wg.Wait()
	if m := most.Load(); m != 2 {
		t.Errorf("%d requests at once; want 2", m)
	}
	c.hosts.mu.Lock()
	defer c.hosts.mu.Unlock()
	if len(c.hosts.byName) != 0 {
		t.Errorf("idle hosts are kept: %v", c.hosts.byName)
	}
}

func TestHostsThatRedirectToEachOtherDoNotWaitForEachOther(t *testing.T) {
	var urls [2]string
	var servers [2]*httptest.Server
	for i := range servers {
		servers[i] = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/start" {
				http.Redirect(w, r, urls[1-i]+"/end", http.StatusFound)
			}
		}))
		defer servers[i].Close()
		urls[i] = servers[i].URL
	}
	c := client(t, Policy{PerHost: 1, Timeout: 20 * time.Second, Allow: []string{servers[0].Listener.Addr().String(), servers[1].Listener.Addr().String()}})
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if _, err := c.Fetch(t.Context(), Request{URL: urls[i%2] + "/start"}); err != nil {
				t.Errorf("fetch %d: %v", i, err)
			}
		})
	}
	wg.Wait()
}

func TestWaitingForASlotEndsWithItsCaller(t *testing.T) {
	hold, in := make(chan struct{}), make(chan struct{}, 1)
	c, base := serve(t, func(http.ResponseWriter, *http.Request) { in <- struct{}{}; <-hold }, func(p *Policy) { p.PerHost = 1 })
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := c.Fetch(t.Context(), Request{URL: base}); err != nil {
			t.Error(err)
		}
	})
	<-in
	stop := errors.New("stopping")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if _, err := c.Fetch(ctx, Request{URL: base}); err != stop {
		t.Errorf("%v; want the caller's cause", err)
	}
	close(hold)
	wg.Wait()
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	var opened atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/feed", http.StatusMovedPermanently)
		case "/same":
			w.WriteHeader(http.StatusNotModified)
		case "/missing":
			http.NotFound(w, r)
		default:
			_, _ = io.WriteString(w, strings.Repeat("x", 100_000))
		}
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	c := client(t, Policy{Allow: []string{srv.Listener.Addr().String()}})
	for _, path := range []string{"/feed", "/moved", "/same", "/missing", "/feed"} {
		_, err := c.Fetch(t.Context(), Request{URL: srv.URL + path})
		if _, status := errors.AsType[*StatusError](err); err != nil && !status {
			t.Fatalf("%s: %v", path, err)
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d connections for 6 requests in a row; want 1", n)
	}
}

func TestFailuresAreSortedAndNamed(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := closed.Addr().String()
	closed.Close()
	rude, _ := wire(t, func(string) string { return "SSH-2.0-OpenSSH Connection: close\r\n" })
	fat, _ := wire(t, func(string) string {
		return "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", maxHeaders+10_000) + "\r\nConnection: close\r\n\r\n"
	})
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	untrusted := secure.Listener.Addr().String()
	c := client(t, Policy{Timeout: 5 * time.Second, Allow: []string{refused, plain.Listener.Addr().String(), rude, fat, untrusted}})
	for url, want := range map[string]Kind{
		"http://" + refused:                         Refused,
		"http://" + rude:                            Protocol,
		"http://" + fat:                             Protocol,
		"https://" + untrusted:                      TLS,
		"https://" + plain.Listener.Addr().String(): TLS,
	} {
		_, err := c.Fetch(t.Context(), Request{URL: url})
		if kindOf(err) != want || !strings.HasPrefix(fmt.Sprint(err), "127.0.0.1: "+string(want)) {
			t.Errorf("%s: %v; want %q", url, err, want)
		}
	}
	resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no server")
	}}
	lost, err := newClient(Policy{UserAgent: "trucewatch/1.0"}, resolver)
	if err != nil {
		t.Fatal(err)
	}
	defer lost.Close()
	if _, err := lost.Fetch(t.Context(), Request{URL: "http://nowhere.example/feed?key=hunter2"}); kindOf(err) != NoName || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("unknown name: %v; want %q", err, NoName)
	}
}

func TestConnectionClosedWithoutAnAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			conn.Close()
		}
	})
	defer func() { l.Close(); wg.Wait() }()
	c := client(t, Policy{Allow: []string{l.Addr().String()}})
	if _, err := c.Fetch(t.Context(), Request{URL: "http://" + l.Addr().String()}); kindOf(err) != Closed {
		t.Errorf("%v; want %q", err, Closed)
	}
}

func TestLibraryClientIsGuardedAndFollowsNothing(t *testing.T) {
	var leaked atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked.Add(1) }))
	defer other.Close()
	c, base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "/huge":
			_, _ = w.Write(make([]byte, 3<<20))
		default:
			_, _ = io.WriteString(w, r.Header.Get("Authorization")+" "+r.UserAgent())
		}
	}, func(p *Policy) { p.MaxBody = 1 << 20; p.Allow = append(p.Allow, other.Listener.Addr().String()) })
	get := func(url string) (string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("text=hi"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer secret")
		resp, err := c.HTTP().Do(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		return string(b), err
	}
	if got, err := get(base + "/api"); err != nil || got != "Bearer secret trucewatch/1.0 (+https://bot.example/)" {
		t.Errorf("plain call: %q, %v", got, err)
	}
	if _, err := get(base + "/away"); kindOf(err) != BadRedirect || leaked.Load() != 0 {
		t.Errorf("redirect: %v, other host reached %d times; want it refused", err, leaked.Load())
	}
	if got, err := get(base + "/huge"); !errors.Is(err, errTooLarge) || len(got) != 1<<20 {
		t.Errorf("huge answer: %d bytes, %v; want it to fail at the cap", len(got), err)
	}
	if _, err := get("http://127.0.0.1:1/"); kindOf(err) != Forbidden {
		t.Errorf("forbidden address: %v", err)
	}
	if c.HTTP().Timeout <= 0 {
		t.Error("the library's client has no timeout")
	}
}

func TestHTTP2IsSpokenWhereOffered(t *testing.T) {
	text := strings.Repeat("Delegations met. ", 100_000)
	packed := gzipped(t, []byte(text))
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.ProtoMajor != 2:
			w.WriteHeader(http.StatusHTTPVersionNotSupported)
		case r.URL.Path == "/hang":
			_, _ = io.WriteString(w, "<rss>")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		default:
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed)
		}
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	c := client(t, Policy{Timeout: time.Second, Allow: []string{srv.Listener.Addr().String()}})
	c.transport.TLSClientConfig = srv.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	if r, err := c.Fetch(t.Context(), Request{URL: srv.URL}); err != nil || string(r.Body) != text {
		t.Errorf("%d bytes, %v", len(r.Body), err)
	}
	if r, err := c.Fetch(t.Context(), Request{URL: srv.URL + "/hang"}); kindOf(err) != Timeout || string(r.Body) != "<rss>" {
		t.Errorf("%q, %v; want %q", r.Body, err, Timeout)
	}
}
