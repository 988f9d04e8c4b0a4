package egress

import (
	"io"
	"net/http"
	"time"
)

// libraryTimeout bounds an exchange of a client handed to a library.
const libraryTimeout = time.Minute

// HTTP returns a client for a library that insists on one. It goes through the
// same dial guard, proxy rule and body limit as Fetch, but keeps neither the
// limit per host nor our redirect rules: it follows no redirect at all, so a
// header such as Authorization reaches no host but the one the library named.
// A redirect is an *Error of kind BadRedirect. Exchanges end after a minute.
//
// The library's errors are net/http's own and quote the URL asked for.
func (c *Client) HTTP() *http.Client {
	return &http.Client{
		Transport: forLibrary{agent: c.agent, limit: c.policy.MaxBody, next: c.round},
		Timeout:   libraryTimeout,
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			return &Error{Kind: BadRedirect, Host: via[len(via)-1].URL.Hostname()}
		},
	}
}

type forLibrary struct {
	agent string
	limit int64
	next  http.RoundTripper
}

func (l forLibrary) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Header.Get("User-Agent") == "" {
		req = req.Clone(req.Context())
		req.Header.Set("User-Agent", l.agent)
	}
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		if req.Context().Err() == nil {
			err = newError(req.URL.Hostname(), err)
		}
		return nil, err
	}
	resp.Body = &cappedBody{ReadCloser: resp.Body, left: l.limit}
	return resp, nil
}

// cappedBody fails, rather than ends, past its limit: a body cut short must
// not look whole.
type cappedBody struct {
	io.ReadCloser
	left int64
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, errTooLarge
	}
	return n, err
}
