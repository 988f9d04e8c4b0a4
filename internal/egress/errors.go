package egress

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// Kind says what went wrong in an exchange. Its text is fit for a status page.
type Kind string

// Kinds of Error.
const (
	BadURL           Kind = "the address cannot be used"
	NoName           Kind = "the name does not resolve"
	Refused          Kind = "the connection was refused"
	Unreachable      Kind = "the host cannot be reached"
	Closed           Kind = "the connection was closed without an answer"
	Timeout          Kind = "the answer took too long"
	TLS              Kind = "no trusted encrypted connection"
	Forbidden        Kind = "the address is not public"
	TooManyRedirects Kind = "too many redirects"
	BadRedirect      Kind = "a redirect leads where we do not follow"
	Cut              Kind = "the body was cut off"
	TooLarge         Kind = "the body is too large"
	Encoding         Kind = "the body cannot be decompressed"
	NoRoom           Kind = "no room for the body"
	Protocol         Kind = "the answer is not proper HTTP"
	Network          Kind = "the network failed"
)

// Error is an exchange that failed. Its text names the host and never the
// rest of a URL, which may hold credentials.
type Error struct {
	Kind Kind
	Host string // without port; "" when there is none to name
	Err  error
}

func (e *Error) Error() string {
	s := string(e.Kind)
	if e.Host != "" {
		s = clip(e.Host, 100) + ": " + s
	}
	if e.Err != nil && e.Err != errTimeout {
		s += " (" + clip(e.Err.Error(), 200) + ")"
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// StatusError is an answer that is neither a success (2xx) nor 304.
type StatusError struct {
	Code       int
	Host       string
	RetryAfter time.Duration // how long the server asks to wait; 0 when it does not
	Response   Response      // with the first bytes of its body
}

func (e *StatusError) Error() string {
	s := strings.TrimSpace(fmt.Sprintf("%s: HTTP %d %s", clip(e.Host, 100), e.Code, http.StatusText(e.Code)))
	if e.RetryAfter > 0 {
		s += fmt.Sprintf(", asks to wait %v", e.RetryAfter)
	}
	return s
}

// newError sorts a failure of the transport or of reading a body.
func newError(host string, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return &Error{Kind: e.Kind, Host: host, Err: e.Err}
	}
	return &Error{Kind: kind(err), Host: host, Err: cause(err)}
}

func kind(err error) Kind {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return NoName
	}
	switch {
	case errors.Is(err, errTooLarge):
		return TooLarge
	case errors.Is(err, errEncoding):
		return Encoding
	case errors.Is(err, errRoom):
		return NoRoom
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return Unreachable
	case isTLS(err):
		return TLS
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return Timeout
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Cut
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Closed
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return Network
	}
	return Protocol
}

func isTLS(err error) bool {
	if errors.Is(err, http.ErrSchemeMismatch) {
		return true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	return strings.Contains(err.Error(), "tls: ")
}

// cause drops wrappers that only repeat what the kind already says.
func cause(err error) error {
	if d, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New(d.Err)
	}
	return err
}
