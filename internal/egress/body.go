package egress

import (
	"bufio"
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

// collect reads all of r into one slice without a spare copy, asking for room
// before it grows large.
func collect(r io.Reader, limit int64, room func() error) ([]byte, error) {
	buf := make([]byte, 0, min(limit+1, 16<<10))
	asked := false
	for {
		if len(buf) == cap(buf) {
			if len(buf) >= LargeBody && !asked {
				asked = true
				if err := room(); err != nil {
					return buf, fmt.Errorf("%w: %w", errRoom, err)
				}
			}
			size := 2 * int64(cap(buf))
			if cap(buf) < LargeBody {
				size = min(size, LargeBody) // ask at the very step
			}
			grown := make([]byte, len(buf), min(size, limit+1))
			copy(grown, buf)
			buf = grown
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > limit {
			return buf[:limit], errTooLarge
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// drain reads what is left of a body that nobody wants, if it is little, so
// that its connection can be used again.
func drain(body io.Reader) {
	_, _ = io.CopyN(io.Discard, body, maxRedirect) // failing only costs the connection
}
