// Package egress is the only way out of the program. A Client asks for one
// document at a time and is polite and suspicious about it: it refuses to
// connect to addresses that are not public, follows redirects by hand, bounds
// the time and the decoded size of every answer, never sends a cookie or a
// Referer, says plainly who is asking, and shows a validator only to the URL
// that gave it.
//
// It does not decide when to ask, nor what an answer means: that is monitor's.
// It keeps nothing between exchanges but idle connections, and it does not
// cache.
package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bounds that no policy changes.
const (
	MaxHops      = 5       // redirects followed in one exchange
	LargeBody    = 1 << 19 // decoded bytes from which a body counts as large: see Request.Room
	maxHeaders   = 1 << 16 // bytes of answer headers
	maxValidator = 1 << 10 // bytes of an ETag or Last-Modified worth remembering
	maxErrorBody = 1 << 14 // decoded bytes kept of an answer that is not a success
	maxRedirect  = 1 << 14 // bytes of a redirect's body read so that its connection can be used again

	// A connection is kept for a host's next feed, and for article pages, which are asked
	// for two seconds apart; the same feed is asked again only minutes later. One of HTTP/2
	// holds 50 KB, and net/http bounds them by their time alone.
	maxIdle = 32
	idleFor = 5 * time.Second
)

// Policy says what a Client may do. Zero fields take the documented default;
// the strictest reading is always the default.
type Policy struct {
	// UserAgent is sent with every request, followed by " (+Contact)" when
	// Contact is set. Required.
	UserAgent string
	// Contact is a URL or address at which a publisher finds who is asking.
	Contact string
	// Timeout bounds one exchange: connecting, headers and body of all its hops
	// together. Waiting for our own limits does not count. Default 30 s.
	Timeout time.Duration
	// MaxBody is the largest body kept, in decoded bytes. Default 8 MiB.
	MaxBody int64
	// Allow lists what the dial guard lets through although it is not public:
	// "host:port", host being a name or an address, or an address prefix such as
	// 10.1.0.0/16. A prefix shorter than /8 (/7 for IPv6) is refused.
	Allow []string
	// PerHost is how many exchanges run against one host at a time. Default 2.
	PerHost int
	// Proxy is the URL (http, https or socks5) of a proxy to go through. The
	// environment's proxies are never used. With a proxy it is the proxy that
	// resolves names and connects: the client then refuses addresses that are
	// not public, and names that resolve to one here, but cannot see what the
	// proxy resolves, so the proxy must refuse private addresses as well.
	Proxy string
	// Dial replaces connecting, for tests that have no network. It gets names
	// unresolved; literal addresses pass the guard before it is called, what it
	// does with a name is not guarded. Not to be combined with Proxy.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Request is one document asked for, always by GET.
type Request struct {
	URL          string // http or https; user information in it is sent as basic authentication, to its own origin only
	Accept       string // the Accept header; "" is */*
	ETag         string // validators, sent byte for byte as If-None-Match …
	Modified     string // … and If-Modified-Since
	ValidatorURL string // the URL that gave the validators: they are sent to no other; "" sends none
	MaxBody      int64  // smaller than the policy's; 0 leaves the policy's
	// Room, when set, is called once, before a body is kept beyond LargeBody
	// bytes, and may wait until there is room for a body of full size. Waiting
	// does not count against the timeout. An error ends the exchange. The caller
	// gives the room back when done with the body.
	Room func(ctx context.Context) error
	// Now is the time of the run, against which dates in an answer are read when
	// the answer does not carry its own Date.
	Now time.Time
}

// Hop is one redirect that was followed.
type Hop struct {
	URL    string // that answered
	Status int    // 301, 302, 303, 307 or 308
}

// Response is what came back. URLs in it carry neither user information nor a
// fragment.
type Response struct {
	Status      int
	FinalURL    string // that gave this answer
	Hops        []Hop  // redirects on the way, in order
	Permanent   string // where the permanent (301, 308) hops that open the chain lead; "" without any, or if the URL asked for carries credentials
	Conditional bool   // validators were sent to FinalURL
	ETag        string // verbatim, like Modified; "" when absent or unfit to be echoed
	Modified    string
	ContentType string
	MaxAge      time.Duration // of Cache-Control, if HasMaxAge; no-cache and no-store take it away
	HasMaxAge   bool
	Age         time.Duration // how long a cache on the way has held the answer
	Expires     time.Time     // zero when absent or unreadable, like Date
	Date        time.Time
	RetryAfter  time.Duration // from now; 0 when absent or past
	Body        []byte        // decoded; what came of it when Truncated
	Bytes       int64         // len(Body)
	Truncated   bool          // the body is not all the server meant to send: the error returned with it says why
	Took        time.Duration // exchanging, without waiting for our own limits
}

// Fresh is how much longer the answer says it will stay as it is, counted from
// the moment it came: Cache-Control's max-age, else Expires against Date, less
// Age (RFC 9111, sections 4.2.1 and 4.2.3). Zero when it says nothing or is stale.
func (r Response) Fresh() time.Duration {
	life := r.MaxAge
	if !r.HasMaxAge {
		if r.Expires.IsZero() || r.Date.IsZero() {
			return 0
		}
		life = r.Expires.Sub(r.Date)
	}
	return max(0, life-r.Age)
}

// Client is safe for concurrent use. Close it when done.
type Client struct {
	policy    Policy
	agent     string
	transport *http.Transport
	round     http.RoundTripper // transport, with the checks a proxy makes necessary
	hosts     hosts
}

// New checks a policy whole and returns a client that keeps it.
func New(p Policy) (*Client, error) { return newClient(p, nil) }

// newClient is New with the resolver replaced, for tests of the dial guard.
func newClient(p Policy, resolver *net.Resolver) (*Client, error) {
	if p.Timeout == 0 {
		p.Timeout = 30 * time.Second
	}
	if p.MaxBody == 0 {
		p.MaxBody = 8 << 20
	}
	if p.PerHost == 0 {
		p.PerHost = 2
	}
	var problems []error
	agent := p.UserAgent
	if p.Contact != "" {
		agent += " (+" + p.Contact + ")"
	}
	if p.UserAgent == "" || !sendable(agent) {
		problems = append(problems, errors.New("user agent and contact: want printable words that say who is asking"))
	}
	if p.Timeout < 0 || p.MaxBody < 0 || p.PerHost < 0 {
		problems = append(problems, errors.New("timeout, body size and requests per host: want positive values"))
	}
	g, err := newGuard(p.Allow)
	if err != nil {
		problems = append(problems, err)
	}
	proxy, err := parseProxy(p.Proxy)
	if err != nil {
		problems = append(problems, err)
	}
	if proxy != nil && p.Dial != nil {
		problems = append(problems, errors.New("proxy: cannot be combined with a replaced dialer"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("outgoing requests: %w", err)
	}

	c := &Client{policy: p, agent: agent, hosts: hosts{limit: p.PerHost, byName: map[string]*host{}}}
	c.transport = &http.Transport{
		DialContext:            g.dialer(resolver, proxy, p.Dial),
		DisableCompression:     true, // we ask for gzip and undo it under our own cap
		ForceAttemptHTTP2:      true, // a replaced dialer would switch it off
		HTTP2:                  &http.HTTP2Config{MaxReceiveBufferPerStream: 1 << 19, MaxReceiveBufferPerConnection: 1 << 20},
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    p.PerHost,
		IdleConnTimeout:        idleFor,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: maxHeaders,
	}
	c.round = c.transport
	if proxy != nil {
		c.transport.Proxy = http.ProxyURL(proxy)
		c.round = throughProxy{guard: g, resolver: resolver, next: c.transport}
	}
	return c, nil
}

// Close drops idle connections. Exchanges under way are not disturbed.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Fetch asks for one document and follows redirects to it.
//
// The error is an *Error when the exchange failed, a *StatusError when the
// answer is neither 2xx nor 304, and the context's cause when the caller ended
// it. A body that was cut, too large, too slow or undecodable comes with both:
// an *Error, and a Response with Truncated set and what came of the body.
func (c *Client) Fetch(ctx context.Context, r Request) (Response, error) {
	u, err := parseURL(r.URL)
	if err != nil {
		return Response{}, err
	}
	spent := newAllowance(ctx, c.policy.Timeout)
	defer spent.end()

	var out Response
	secret := u.User != nil
	permanent := !secret
	for {
		next, err := c.hop(spent, r, u, &out)
		out.Took = spent.used
		if err != nil || next == nil {
			out.Bytes = int64(len(out.Body))
			return out, err
		}
		out.Hops = append(out.Hops, Hop{URL: shown(u), Status: out.Status})
		permanent = permanent && (out.Status == http.StatusMovedPermanently || out.Status == http.StatusPermanentRedirect)
		if permanent {
			out.Permanent = shown(next)
		}
		if len(out.Hops) > MaxHops {
			return out, &Error{Kind: TooManyRedirects, Host: u.Hostname(), Err: fmt.Errorf("more than %d", MaxHops)}
		}
		u = next
	}
}

// hop makes one request. It returns where a redirect leads, or nil when out
// holds the answer.
func (c *Client) hop(spent *allowance, r Request, u *url.URL, out *Response) (next *url.URL, err error) {
	release, err := c.hosts.acquire(spent.ctx, u)
	if err != nil {
		return nil, spent.failure(u, err)
	}
	defer release()
	spent.resume()
	defer spent.pause()

	req := (&http.Request{Method: http.MethodGet, URL: bare(u), Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}}).WithContext(spent.ctx)
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", "*/*")
	if r.Accept != "" {
		req.Header.Set("Accept", r.Accept)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	if u.User != nil {
		password, _ := u.User.Password()
		req.SetBasicAuth(u.User.Username(), password)
	}
	out.Conditional = false
	if shown(u) == r.ValidatorURL {
		if sendable(r.ETag) {
			req.Header.Set("If-None-Match", r.ETag)
			out.Conditional = true
		}
		if sendable(r.Modified) {
			req.Header.Set("If-Modified-Since", r.Modified)
			out.Conditional = true
		}
	}

	resp, err := c.round.RoundTrip(req)
	if err != nil {
		return nil, spent.failure(u, err)
	}
	defer resp.Body.Close()
	out.Status, out.FinalURL = resp.StatusCode, shown(u)

	if location := resp.Header.Get("Location"); location != "" && redirects(resp.StatusCode) {
		next, err := follow(u, location)
		if err == nil {
			drain(resp.Body)
		}
		return next, err
	}
	readHeaders(out, resp.Header, r.Now)
	limit := c.policy.MaxBody
	if r.MaxBody > 0 {
		limit = min(limit, r.MaxBody)
	}
	ok := resp.StatusCode/100 == 2
	if !ok {
		limit = min(limit, maxErrorBody)
	}
	room := func() error {
		if r.Room == nil {
			return nil
		}
		spent.pause()
		defer spent.resume()
		return r.Room(spent.ctx)
	}
	out.Body, err = readBody(resp.Body, resp.Header.Get("Content-Encoding"), limit, room)
	switch {
	case ok && err != nil:
		out.Truncated = true
		return nil, spent.failure(u, err)
	case ok || resp.StatusCode == http.StatusNotModified:
		return nil, nil
	}
	out.Truncated = err != nil // an error's own words matter little: what came of them will do
	if cause := context.Cause(spent.ctx); cause != nil && cause != errTimeout {
		return nil, cause
	}
	out.Bytes = int64(len(out.Body))
	return nil, &StatusError{Code: resp.StatusCode, Host: u.Hostname(), RetryAfter: out.RetryAfter, Response: *out}
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// follow resolves a redirect. Credentials stay with their origin, and a
// server gives us none.
func follow(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	if err == nil {
		to.User = nil
		if to.Scheme == from.Scheme && strings.EqualFold(to.Host, from.Host) {
			to.User = from.User
		}
		err = usable(to)
	}
	if err != nil {
		return nil, &Error{Kind: BadRedirect, Host: from.Hostname(), Err: errors.New("want an http or https address")}
	}
	return to, nil
}

// parseURL reads a URL to ask for. Its error does not repeat the URL, which
// may hold a password.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, &Error{Kind: BadURL, Err: errors.New("not readable as an address")}
	}
	if err := usable(u); err != nil {
		return nil, &Error{Kind: BadURL, Host: u.Hostname(), Err: err}
	}
	return u, nil
}

func usable(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("scheme %q: want http or https", clip(u.Scheme, 20))
	case u.Hostname() == "":
		return errors.New("no host")
	}
	return nil
}

// bare is a URL without what does not travel in a request line.
func bare(u *url.URL) *url.URL {
	b := *u
	b.User, b.Fragment, b.RawFragment = nil, "", ""
	return &b
}

// shown is a URL as it may be stored and printed.
func shown(u *url.URL) string { return bare(u).String() }

// sendable reports whether a header value can be sent as it is.
func sendable(v string) bool {
	if v == "" || len(v) > maxValidator {
		return false
	}
	for i := range len(v) {
		if v[i] < ' ' && v[i] != '\t' || v[i] == 0x7f {
			return false
		}
	}
	return true
}

// clip shortens text of foreign origin for an error.
func clip(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
