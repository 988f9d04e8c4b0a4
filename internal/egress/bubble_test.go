package egress

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestClientLivesInABubble shows how tests of the whole program use the client
// under fake time: over net.Pipe, with timeouts that pass at once.
func TestClientLivesInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := func(_ context.Context, _, addr string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				in := bufio.NewReader(theirs)
				for {
					req, err := http.ReadRequest(in)
					if err != nil || addr == "silent.example:80" {
						_, _ = io.Copy(io.Discard, in) // until the client hangs up
						return
					}
					if _, err := io.WriteString(theirs, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"+req.URL.Path); err != nil {
						return
					}
				}
			}()
			return ours, nil
		}
		c, err := New(Policy{UserAgent: "trucewatch/1.0", Dial: dial})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		start := time.Now()
		for range 3 {
			if r, err := c.Fetch(t.Context(), Request{URL: "http://wire.example/abc"}); err != nil || string(r.Body) != "/abc" || r.Took != 0 {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		r, err := c.Fetch(t.Context(), Request{URL: "http://silent.example/"})
		if kindOf(err) != Timeout || time.Since(start) != 30*time.Second || r.Took != 30*time.Second {
			t.Errorf("silent server: %v after %v, took %v; want %q after exactly 30s", err, time.Since(start), r.Took, Timeout)
		}
	})
}

// A connection is used again for what follows at once, and given up before a minute ends:
// those of HTTP/2 are bounded by nothing else.
func TestAnIdleConnectionIsSoonGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dialled, closed := 0, make(chan time.Time, 1)
		dial := func(context.Context, string, string) (net.Conn, error) {
			dialled++
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				in := bufio.NewReader(theirs)
				for {
					if _, err := http.ReadRequest(in); err != nil {
						closed <- time.Now()
						return
					}
					if _, err := io.WriteString(theirs, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); err != nil {
						return
					}
				}
			}()
			return ours, nil
		}
		c, err := New(Policy{UserAgent: "trucewatch/1.0", Dial: dial})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for range 2 {
			if _, err := c.Fetch(t.Context(), Request{URL: "http://wire.example/"}); err != nil {
				t.Fatal(err)
			}
			<-time.After(2 * time.Second) // as article pages of one site are apart
		}
		last := time.Now().Add(-2 * time.Second)
		if idle := (<-closed).Sub(last); dialled != 1 || idle < 2*time.Second || idle > 10*time.Second {
			t.Errorf("%d connections, given up after %v; want one, after a few seconds", dialled, idle)
		}
	})
}
