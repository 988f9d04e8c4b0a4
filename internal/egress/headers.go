package egress

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// readHeaders takes over what an answer says about itself.
func readHeaders(out *Response, h http.Header, now time.Time) {
	out.ContentType = clip(h.Get("Content-Type"), 200)
	if v := h.Get("ETag"); sendable(v) {
		out.ETag = v
	}
	if v := h.Get("Last-Modified"); sendable(v) {
		out.Modified = v
	}
	out.Date = date(h.Get("Date"))
	out.Expires = date(h.Get("Expires"))
	out.Age, _ = seconds(h.Get("Age"))
	out.MaxAge, out.HasMaxAge = maxAge(h.Values("Cache-Control"))
	if !out.HasMaxAge && uncachable(h.Values("Cache-Control")) {
		out.Expires = time.Time{}
	}
	base := out.Date // the server's clock against itself, if it shows one
	if base.IsZero() {
		base = now
	}
	out.RetryAfter = retryAfter(h.Get("Retry-After"), base)
}

// maxAge reads Cache-Control: the first valid max-age, unless the answer is
// not to be reused at all.
func maxAge(values []string) (age time.Duration, ok bool) {
	if uncachable(values) {
		return 0, false
	}
	for _, directive := range directives(values) {
		name, value, _ := strings.Cut(directive, "=")
		if strings.EqualFold(strings.TrimSpace(name), "max-age") {
			if d, valid := seconds(strings.Trim(value, ` "`)); valid {
				return d, true
			}
		}
	}
	return 0, false
}

func uncachable(values []string) bool {
	for _, directive := range directives(values) {
		if strings.EqualFold(directive, "no-cache") || strings.EqualFold(directive, "no-store") {
			return true
		}
	}
	return false
}

func directives(values []string) []string {
	list := strings.Split(strings.Join(values, ","), ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// retryAfter reads both forms of Retry-After. A time that has passed is 0.
func retryAfter(v string, now time.Time) time.Duration {
	if d, ok := seconds(v); ok {
		return d
	}
	if t := date(v); !t.IsZero() && !now.IsZero() {
		return max(0, t.Sub(now))
	}
	return 0
}

// seconds reads a count of seconds. One too large for its type means very
// long (RFC 9111, section 1.2.2).
func seconds(v string) (time.Duration, bool) {
	v = strings.TrimSpace(v)
	if v == "" || strings.Trim(v, "0123456789") != "" {
		return 0, false
	}
	const long = 1 << 31 // seconds
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n > long {
		n = long
	}
	return time.Duration(n) * time.Second, true
}

func date(v string) time.Time {
	t, err := http.ParseTime(strings.TrimSpace(v))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
