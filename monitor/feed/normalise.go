package feed

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// normalise returns the document as valid UTF-8 without a byte order mark and
// without characters that XML forbids, and says what it had to mend. Good input
// is returned as it is, without a copy. Normalising twice changes nothing.
func normalise(b []byte, contentType, lang string) (text []byte, mended []string) {
	valid := utf8.Valid(b)
	e, note := findEncoding(b, valid, contentType, lang)
	text = decode(b, e)
	if note != "" {
		mended = append(mended, note)
	}
	if (e != nil || !valid) && !utf8.Valid(text) {
		n := 0
		text, n = replaceInvalid(text)
		mended = append(mended, fmt.Sprintf("%d bytes are not valid UTF-8 and were replaced", n))
	}
	text, n := dropIllegal(text)
	if n > 0 {
		mended = append(mended, fmt.Sprintf("%d characters that XML does not allow were removed", n))
	}
	for bytes.HasPrefix(text, []byte("\ufeff")) {
		text = text[len("\ufeff"):]
	}
	return text, mended
}

// replaceInvalid replaces each byte that is no part of valid UTF-8 by U+FFFD.
func replaceInvalid(b []byte) ([]byte, int) {
	out := make([]byte, 0, len(b)+64)
	n := 0
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			out = append(out, "\ufffd"...)
			n++
		} else {
			out = append(out, b[:size]...)
		}
		b = b[size:]
	}
	return out, n
}

// illegalByte marks the C0 controls XML forbids, and the bytes that may start
// something dropIllegal has to look at.
var illegalByte = func() (t [256]bool) {
	for i := range 0x20 {
		t[i] = i != '\t' && i != '\n' && i != '\r'
	}
	t['&'] = true
	t[0xef] = true // U+FFFE and U+FFFF, which XML forbids
	return t
}()

// allLegal reports eight bytes of which illegalByte marks none; it may be wrong only
// by saying no. A byte below m leaves its highest bit set when m is taken off.
func allLegal(eight uint64) bool {
	const each, highest = 0x0101010101010101, 0x8080808080808080
	below := func(x, m uint64) uint64 { return (x - each*m) &^ x & highest }
	return below(eight, 0x20)|below(eight^each*'&', 1)|below(eight^each*0xef, 1) == 0
}

// dropIllegal removes characters XML forbids, raw or as numeric references, and
// joins references to surrogate pairs. It returns b itself when it is clean.
// What is removed can join the halves of another reference around it, so after
// each removal the end of the output is looked at again.
func dropIllegal(b []byte) ([]byte, int) {
	var out []byte
	joined := make([]byte, 0, 4*longestReference)
	n, kept := 0, 0
	for i := 0; i < len(b); {
		if i+8 <= len(b) && allLegal(binary.LittleEndian.Uint64(b[i:])) {
			i += 8
			continue
		}
		if !illegalByte[b[i]] {
			i++
			continue
		}
		size, with := 0, ""
		switch b[i] {
		case '&':
			size, with = illegalReference(b[i:])
		case 0xef:
			if i+2 < len(b) && b[i+1] == 0xbf && b[i+2] >= 0xbe {
				size = 3
			}
		default:
			size = 1
		}
		if size == 0 {
			i++
			continue
		}
		if out == nil {
			out = make([]byte, 0, len(b))
		}
		for size > 0 {
			out = append(append(out, b[kept:i]...), with...)
			i += size
			kept = i
			n++
			size, with = 0, ""
			from := max(0, len(out)-longestReference)
			if at := bytes.LastIndexByte(out[from:], '&'); at >= 0 {
				at += from
				tail := len(out) - at
				joined = append(append(joined[:0], out[at:]...), b[i:min(len(b), i+2*longestReference)]...)
				if whole, w := illegalReference(joined); whole > tail {
					out = out[:at]
					size, with = whole-tail, w
				}
			}
		}
	}
	if n == 0 {
		return b, 0
	}
	return append(out, b[kept:]...), n
}

// longestReference bounds the bytes of a numeric reference: what is longer is
// left alone, and encoding/xml leaves it as text.
const longestReference = 16

// illegalReference looks at a numeric character reference at the start of b and
// returns how many bytes to replace, and with what; 0 when it is fine.
func illegalReference(b []byte) (size int, with string) {
	c, size, ok := reference(b)
	if !ok {
		return 0, ""
	}
	if utf16.IsSurrogate(rune(c)) {
		if d, size2, ok := reference(b[size:]); ok {
			if r := utf16.DecodeRune(rune(c), rune(d)); r != utf8.RuneError {
				return size + size2, string(r)
			}
		}
		return size, ""
	}
	if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0xfffe || c == 0xffff || c > utf8.MaxRune {
		return size, ""
	}
	return 0, ""
}

// reference reads "&#123;" or "&#x1f;".
func reference(b []byte) (c uint32, size int, ok bool) {
	if len(b) < 4 || b[0] != '&' || b[1] != '#' {
		return 0, 0, false
	}
	i, base := 2, uint32(10)
	if b[2] == 'x' || b[2] == 'X' {
		i, base = 3, 16
	}
	digits := i
	for ; i < len(b) && i < longestReference; i++ {
		d := uint32(99)
		switch ch := b[i]; {
		case '0' <= ch && ch <= '9':
			d = uint32(ch - '0')
		case 'a' <= ch && ch <= 'f':
			d = uint32(ch-'a') + 10
		case 'A' <= ch && ch <= 'F':
			d = uint32(ch-'A') + 10
		}
		if d >= base {
			break
		}
		c = min(c*base+d, 1<<24)
	}
	if i == digits || i >= min(len(b), longestReference) || b[i] != ';' {
		return 0, 0, false
	}
	return c, i + 1, true
}
