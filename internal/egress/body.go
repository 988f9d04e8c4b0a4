package egress

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

var (
	errTooLarge = errors.New("body too large")
	errEncoding = errors.New("body not decodable")
	errRoom     = errors.New("no room for the body")
)

// wireSlack is how much more than the decoded limit may come over the wire. A
// stream can hold compressed data that decodes to nothing, for ever.
const wireSlack = 1 << 16

// readBody reads a body of at most limit decoded bytes. With an error comes
// what was read until then.
func readBody(src io.Reader, encoding string, limit int64, room func() error) ([]byte, error) {
	wire := &io.LimitedReader{R: src, N: limit + wireSlack}
	in := bufio.NewReaderSize(wire, 4096)
	var decoded io.Reader = in
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
	case "gzip", "x-gzip":
		magic, err := in.Peek(2)
		if len(magic) < 2 && err != io.EOF {
			return nil, err
		}
		if string(magic) != "\x1f\x8b" {
			break // labelled gzip, sent plain
		}
		z := gzips.Get().(*gzip.Reader)
		defer gzips.Put(z)
		if err := z.Reset(in); err != nil {
			return nil, gzipError(err)
		}
		decoded = z
	default:
		return nil, fmt.Errorf("%w: encoding %q was not asked for", errEncoding, clip(encoding, 40))
	}
	body, err := collect(decoded, limit, room)
	if decoded != in {
		if err == gzip.ErrHeader {
			err = nil // rubbish after the compressed data
		}
		err = gzipError(err)
	}
	if wire.N == 0 {
		err = errTooLarge
	}
	return body, err
}

var gzips = sync.Pool{New: func() any { return new(gzip.Reader) }}

func gzipError(err error) error {
	if err == gzip.ErrHeader || err == gzip.ErrChecksum || strings.HasPrefix(fmt.Sprint(err), "flate:") {
		return fmt.Errorf("%w: %w", errEncoding, err)
	}
	return err
}

// collect reads all of r into one slice without a spare copy, asking for room before
// it grows large. Until then it reads into memory that is used again, so that a body
// takes no more than it needs.
func collect(r io.Reader, limit int64, room func() error) ([]byte, error) {
	again := smallBodies.Get().(*[]byte)
	defer smallBodies.Put(again)
	most := min(limit+1, LargeBody)
	body, err := fill((*again)[:0:min(int64(cap(*again)), most)], r, most)
	if cap(body) > cap(*again) {
		*again = body
	}
	if large := err == nil && int64(len(body)) <= limit; !large {
		body = bytes.Clone(body)
	} else if full := room(); full != nil {
		return bytes.Clone(body), fmt.Errorf("%w: %w", errRoom, full)
	} else {
		body, err = fill(append(make([]byte, 0, min(2*LargeBody, limit+1)), body...), r, limit+1)
	}
	if int64(len(body)) > limit {
		return body[:limit], errTooLarge
	}
	if err == io.EOF {
		err = nil
	}
	return body, err
}

// smallBodies are what bodies are read into that may not be large.
var smallBodies = sync.Pool{New: func() any { return new([]byte) }}

// fill appends what r gives, until it ends with an error or there are most bytes.
func fill(b []byte, r io.Reader, most int64) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			if int64(len(b)) == most {
				return b, nil
			}
			grown := make([]byte, len(b), min(max(2*int64(cap(b)), 16<<10), most))
			copy(grown, b)
			b = grown
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err != nil {
			return b, err
		}
	}
}

// drain reads what is left of a body that nobody wants, if it is little, so
// that its connection can be used again.
func drain(body io.Reader) {
	_, _ = io.CopyN(io.Discard, body, maxRedirect) // failing only costs the connection
}
