package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// says is one answer of a server, as it goes over the wire.
type says struct {
	status int    // 0 is 200
	header string // lines "Name: value"
	body   string
	cut    bool // more was announced, and the connection breaks after the body
	hang   bool // more was announced, and nothing more comes
	drop   bool // the connection breaks before any answer
}

// publisher is a server for every host of the world, over connections in memory.
// It sets a cookie with every answer, and keeps what it was asked.
type publisher struct {
	answer func(n int, r *http.Request) says // n counts requests from 1
	mu     sync.Mutex
	asked  []*http.Request
}

// then answers the requests one after the other, and for ever with the last.
func then(answers ...says) func(int, *http.Request) says {
	return func(n int, _ *http.Request) says { return answers[min(n, len(answers))-1] }
}

func (p *publisher) dial(_ context.Context, _, addr string) (net.Conn, error) {
	if strings.HasPrefix(addr, "nowhere.") {
		return nil, &net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}
	}
	ours, theirs := net.Pipe()
	go p.serve(theirs)
	return ours, nil
}

func (p *publisher) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		p.mu.Lock()
		p.asked = append(p.asked, req)
		n := len(p.asked)
		p.mu.Unlock()
		a := p.answer(n, req)
		if a.drop {
			return
		}
		head := fmt.Sprintf("HTTP/1.1 %d X\r\nSet-Cookie: id=%d\r\n", max(a.status, 200), n)
		if !strings.Contains(a.header, "Content-Type:") {
			head += "Content-Type: application/rss+xml\r\n"
		}
		for line := range strings.Lines(strings.TrimSpace(a.header)) {
			head += strings.TrimSpace(line) + "\r\n"
		}
		size := len(a.body)
		if a.cut || a.hang {
			size += 10_000
		}
		if a.status != http.StatusNotModified {
			head += fmt.Sprintf("Content-Length: %d\r\n", size)
		}
		if _, err := io.WriteString(conn, head+"\r\n"+a.body); err != nil || a.cut {
			return
		}
		if a.hang {
			io.Copy(io.Discard, in) // until the reader gives up
			return
		}
	}
}

// requests are what was asked, a line each: address and validators.
func (p *publisher) requests() (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.asked {
		s := r.Host + r.URL.RequestURI()
		if v, ok := r.Header["If-None-Match"]; ok {
			s += " " + strings.Join(v, " and ")
		}
		if v, ok := r.Header["If-Modified-Since"]; ok {
			s += " since " + strings.Join(v, " and ")
		}
		out = append(out, s)
	}
	return out
}

// checkManners holds what is true of every request that ever leaves for a feed.
func (p *publisher) checkManners(t *testing.T) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.asked {
		for _, never := range []string{"Cookie", "Referer", "Cache-Control", "Pragma"} {
			if v := r.Header.Get(never); v != "" {
				t.Errorf("%s was sent: %q", never, v)
			}
		}
		if r.Method != "GET" || r.Header.Get("Accept-Encoding") != "gzip" ||
			r.UserAgent() != "trucewatch/test (+https://example.org/bot)" {
			t.Errorf("asked %s %s with %v", r.Method, r.URL, r.Header)
		}
	}
}

func gzipped(t testing.TB, b string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := io.WriteString(z, b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
