package egress

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/iotest"
	"time"
)

func FuzzHeaders(f *testing.F) {
	f.Add("max-age=600, public", "120", "Sun, 22 Nov 2026 10:00:00 GMT", `W/"x"`)
	f.Add("no-cache", "Sun, 22 Nov 2026 10:00:00 GMT", "0", "")
	f.Add(`max-age="9999999999999"`, "99999999999999999999", "", "\x00")
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, cache, after, date, etag string) {
		var r Response
		readHeaders(&r, http.Header{"Cache-Control": {cache}, "Retry-After": {after}, "Date": {date}, "Expires": {after}, "Age": {date}, "Etag": {etag}, "Content-Type": {etag}}, now)
		if r.MaxAge < 0 || r.Age < 0 || r.RetryAfter < 0 || r.Fresh() < 0 {
			t.Fatalf("a negative time in %+v", r)
		}
		if r.ETag != "" && (r.ETag != etag || !sendable(r.ETag)) {
			t.Fatalf("ETag %q of %q", r.ETag, etag)
		}
	})
}

func FuzzReadBody(f *testing.F) {
	f.Add([]byte("<rss></rss>"), "gzip")
	f.Add(gzipped(f, bytes.Repeat([]byte("talks "), 5000)), "gzip")
	f.Add(append(gzipped(f, []byte("a")), 0x1f, 0x8b), "x-gzip")
	f.Add([]byte("x"), "br")
	f.Fuzz(func(t *testing.T, wire []byte, encoding string) {
		const limit = 10_000
		room := func() error { return nil }
		body, err := readBody(bytes.NewReader(wire), encoding, limit, room)
		if len(body) > limit {
			t.Fatalf("%d bytes kept, limit %d", len(body), limit)
		}
		if encoding == "" && err == nil && !bytes.Equal(body, wire) {
			t.Fatal("a plain body was changed")
		}
		// However the bytes arrive, the outcome is the same.
		slow, slowErr := readBody(iotest.OneByteReader(bytes.NewReader(wire)), encoding, limit, room)
		if !bytes.Equal(slow, body) || (slowErr == nil) != (err == nil) {
			t.Fatalf("at once: %d bytes, %v; byte by byte: %d bytes, %v", len(body), err, len(slow), slowErr)
		}
		// A body that breaks off is never taken for a whole one.
		broken := io.MultiReader(bytes.NewReader(wire), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, err := readBody(broken, "", limit, room); err == nil {
			t.Fatal("a body that broke off looks whole")
		}
		if _, err := readBody(bytes.NewReader(nil), "br", limit, room); !errors.Is(err, errEncoding) {
			t.Fatalf("an encoding nobody asked for: %v", err)
		}
	})
}
