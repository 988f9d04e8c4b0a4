package text

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalise returns the form in which two texts are compared: NFKC, case
// folded, quotes, dashes and apostrophes unified, invisible and bidirectional
// marks out, white space collapsed, and the phrases of boilerplate.go out.
// Normalising twice changes nothing. It is version 1: content hashes rest on it,
// so a change of meaning needs a new version.
func Normalise(s string) string {
	b := appendFolded(make([]byte, 0, len(s)+16), s)
	b, _ = collapse(b, nil)
	return string(b)
}

// ContentHash identifies a title and body after normalisation: "v1:" and the
// hex SHA-256 of both, a newline between. It depends on nothing that was learnt.
func ContentHash(title, body string) string {
	var n normaliser
	sum := n.contentSum(title, body)
	return formatHash(sum[:])
}

const hashVersion = "v1:"

func formatHash(sum []byte) string {
	var b [len(hashVersion) + 2*sha256.Size]byte
	copy(b[:], hashVersion)
	hex.Encode(b[len(hashVersion):], sum)
	return string(b[:])
}

// normaliser is memory to normalise in, used again and again.
type normaliser struct {
	out   []byte
	words []word
}

func (n *normaliser) contentSum(title, body string) [sha256.Size]byte {
	n.out, n.words = collapse(appendFolded(n.out[:0], title), n.words)
	size := len(n.out)
	n.out = append(n.out, '\n')
	n.out = appendFolded(n.out, body)
	var rest []byte
	rest, n.words = collapse(n.out[size+1:], n.words)
	return sha256.Sum256(n.out[:size+1+len(rest)])
}

// foldLow holds the folded form of every code point below foldEnd that needs no
// neighbour to be folded; foldPunct the same for general punctuation. Text made
// of such code points, nearly all of it, is folded by looking up.
const (
	foldEnd   = 0x530
	punctFrom = 0x2000
	punctEnd  = 0x2070
)

type folded struct {
	ok   bool
	size uint8 // of form in bytes
	form string
	two  [2]byte // of a form of one or two bytes, as nearly all are
}

// append appends the form to dst.
func (f *folded) append(dst []byte) []byte {
	switch f.size {
	case 1:
		return append(dst, f.two[0])
	case 2:
		return append(dst, f.two[0], f.two[1])
	}
	return append(dst, f.form...)
}

var (
	foldLow   = foldTable(0, foldEnd)
	foldPunct = foldTable(punctFrom, punctEnd)
)

func foldTable(from, end rune) []folded {
	table := make([]folded, end-from)
	for i := range table {
		if form := foldSlowly(string(from + rune(i))); !strings.ContainsFunc(form, isMark) && !isMark(from+rune(i)) {
			table[i] = folded{ok: true, size: uint8(len(form)), form: form}
			copy(table[i].two[:], form)
		}
	}
	return table
}

func isMark(r rune) bool { return unicode.Is(unicode.M, r) }

// appendFolded appends the folded form of s to dst; white space is left for collapse.
func appendFolded(dst []byte, s string) []byte {
	start := len(dst)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				dst = append(dst, c+'a'-'A')
			} else if c >= ' ' && c != '`' && c != 0x7f {
				dst = append(dst, c)
			} else {
				dst = append(dst, foldLow[c].form...)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		var f *folded
		switch {
		case r < foldEnd:
			f = &foldLow[r]
		case punctFrom <= r && r < punctEnd:
			f = &foldPunct[r-punctFrom]
		}
		if f == nil || !f.ok {
			return append(dst[:start], foldSlowly(s)...)
		}
		dst = f.append(dst)
		i += n
	}
	return dst
}

// foldSlowly folds any text, by repeating until nothing changes: taking a mark
// out can bring two characters together that compose.
func foldSlowly(s string) string {
	for range 8 {
		t := norm.NFKC.String(foldRunes(s))
		if t == s {
			break
		}
		s = t
	}
	return s
}

func foldRunes(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case invisible(r):
		case isApostrophe(r):
			b.WriteByte('\'')
		case isQuote(r):
			b.WriteByte('"')
		case isDash(r):
			b.WriteByte('-')
		case r == 'ß' || r == 'ẞ':
			b.WriteString("ss")
		case r == 'ς':
			b.WriteRune('σ')
		case r == 'ё' || r == 'Ё': // written or not as the house likes
			b.WriteRune('е')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// invisible reports what shows nothing: format characters (zero width, bidi, soft
// hyphen), controls, variation selectors and fillers.
func invisible(r rune) bool {
	switch {
	case r < ' ', r >= 0x7f && r < 0xa0:
		return true
	case r == 0x34f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0:
		return true
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef, r >= 0x180b && r <= 0x180f:
		return true
	}
	return r >= 0xad && unicode.Is(unicode.Cf, r)
}

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '`', '´', '‘', '’', '‚', '‛', 'ʼ', 'ʹ', 'ʻ', 'ʽ', 'ˈ', '′', '‵', '‹', '›', '＇', '｀':
		return true
	}
	return false
}

func isQuote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '‟', '«', '»', '″', '‶', '〝', '〞', '〟', '＂', '❝', '❞':
		return true
	}
	return false
}

func isDash(r rune) bool {
	return r == '-' || r != '~' && r != '〜' && r > 0x7f && unicode.Is(unicode.Pd, r) || r == '−'
}

// collapse rewrites folded text in place: one space between words, runs of
// dashes as one, and boilerplate phrases out. Words go onto a stack from which a
// phrase is taken as soon as its last word arrives, so that none is left whatever
// taking one out brings together. words is memory for the stack, given back.
func collapse(b []byte, words []word) ([]byte, []word) {
	out := b[:0]
	words = words[:0]
	for i := 0; i < len(b); {
		if b[i] == ' ' {
			i++
			continue
		}
		start, dashes := i, false
		for i < len(b) && b[i] != ' ' {
			dashes = dashes || b[i] == '-' && i > start && b[i-1] == '-'
			i++
		}
		from := len(out)
		if from > 0 {
			out = append(out, ' ')
		}
		begin := len(out)
		if begin == start && !dashes {
			out = b[:i] // it stands where it belongs
		} else {
			for k := start; k < i; k++ {
				if b[k] != '-' || k == start || b[k-1] != '-' {
					out = append(out, b[k])
				}
			}
		}
		words = append(words, word{from: from})
		if last := core(out[begin:]); !phrases.mayEnd(last) || !phrases.hasEnd(hashBytes(last)) {
			continue
		}
		for k, to := len(words)-1, len(out); k >= max(0, len(words)-phrases.longest); k-- {
			w := &words[k]
			w.key, to = coreKey(out[w.from:to]), w.from
		}
		if n := phraseAtEnd(words); n > 0 {
			out = out[:words[len(words)-n].from]
			words = words[:len(words)-n]
		}
	}
	return out, words
}

// word is one word on collapse's stack.
type word struct {
	from int    // where it starts in the output, the space before it included
	key  uint64 // of the word without the punctuation around it; hashed when it may matter
}

// core is a word without the punctuation around it.
func core(w []byte) []byte {
	for len(w) > 0 && edge(w[0]) {
		w = w[1:]
	}
	for len(w) > 0 && edge(w[len(w)-1]) {
		w = w[:len(w)-1]
	}
	return w
}

// coreKey hashes a word without the punctuation around it; 0 when nothing is left.
func coreKey(w []byte) uint64 {
	if w = core(w); len(w) == 0 {
		return 0
	}
	return hashBytes(w)
}

func edge(c byte) bool {
	return c < utf8.RuneSelf && !('a' <= c && c <= 'z' || '0' <= c && c <= '9')
}
