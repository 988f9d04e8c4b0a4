package feed

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// findEncoding is the encoding of b, nil for UTF-8, which b may be with faults, and
// what was wrong with its label or that there was none. valid says whether b is valid
// UTF-8.
//
// The order of trust: a byte order mark; zero bytes that give UTF-16 away;
// bytes that are valid UTF-8 (no other encoding's text is by accident, while
// labels often lie); the HTTP charset; the XML declaration; a guess. Mostly
// valid UTF-8 with a few bad bytes is UTF-8 too.
func findEncoding(b []byte, valid bool, contentType, lang string) (encoding.Encoding, string) {
	if e := markedEncoding(b); e != nil {
		return e, ""
	}
	if e := zeroByteEncoding(b); e != nil {
		return e, "UTF-16 without a byte order mark"
	}
	declared, label := declaredCharset(b), statedCharset(b, contentType)
	enc, name := lookup(label)
	if valid {
		if name == "iso-2022-jp" && bytes.Contains(b, []byte("\x1b$")) {
			return enc, ""
		}
		if label != "" && name != "utf-8" && !isASCII(b) {
			return nil, fmt.Sprintf("labelled %s but is UTF-8", clip(clean(label), 40))
		}
		return nil, ""
	}
	good, bad := countUTF8(b)
	if good > bad {
		return nil, ""
	}
	if name != "utf-8" && enc != nil {
		return enc, ""
	}
	if other, otherName := lookup(declared); other != nil && otherName != "utf-8" {
		return other, fmt.Sprintf("served as %s but is %s", clip(clean(label), 40), otherName)
	}
	guess := guessCharset(b, lang)
	enc, _ = lookup(guess)
	if label == "" {
		return enc, "no encoding stated; read as " + guess
	}
	return enc, fmt.Sprintf("labelled %s but seems to be %s", clip(clean(label), 40), guess)
}

// statedCharset is the label that counts, of the HTTP answer's and the document's own.
func statedCharset(b []byte, contentType string) string {
	http := ""
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		http = params["charset"]
	} else if _, after, ok := strings.Cut(strings.ToLower(contentType), "charset="); ok {
		http = after
	}
	if declared := declaredCharset(b); http == "" || isDefaultLabel(http) && declared != "" {
		// Servers send iso-8859-1 for everything; the document knows better.
		return declared
	}
	return http
}

// decodedHead is how much of a document is looked at to find its encoding.
const decodedHead = 64 << 10

// Decoded reads a document of another kind than a feed as UTF-8, without holding it:
// its encoding is found as a feed's is, by its first 64 KiB.
func Decoded(r io.Reader, contentType string) io.Reader {
	br := bufio.NewReaderSize(r, decodedHead)
	head, err := br.Peek(decodedHead)
	var body io.Reader = br
	if err != nil && err != io.EOF { // Peek has taken it from who reads on
		body = io.MultiReader(io.LimitReader(br, int64(len(head))), failing{err})
	}
	if len(head) == decodedHead {
		for n := 1; n < utf8.UTFMax; n++ {
			if last := head[len(head)-n:]; utf8.RuneStart(last[0]) {
				if !utf8.FullRune(last) { // the edge divides it
					head = head[:len(head)-n]
				}
				break
			}
		}
	}
	e, _ := findEncoding(head, utf8.Valid(head), contentType, "")
	if e == nil && isASCII(head) { // what follows is as its label says
		if enc, name := lookup(statedCharset(head, contentType)); name != "utf-8" {
			e = enc
		}
	}
	if e == nil {
		return body
	}
	return transform.NewReader(body, e.NewDecoder())
}

// failing is a reader that gives nothing but an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// UTF8 decodes a text whose encoding nobody states, such as a file's: by a byte order
// mark, as the UTF-8 it is, or by a guess. A text with zero bytes is none, and false.
func UTF8(b []byte) ([]byte, bool) {
	e, _ := findEncoding(b, utf8.Valid(b), "", "")
	b = decode(b, e)
	return bytes.TrimPrefix(b, []byte("\uFEFF")), bytes.IndexByte(b, 0) < 0
}

// markedEncoding is the encoding a byte order mark names; nil without one or
// with UTF-8's.
func markedEncoding(b []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(b, []byte{0, 0, 0xfe, 0xff}):
		return utf32.UTF32(utf32.BigEndian, utf32.UseBOM)
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}), bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return nil
}

// zeroByteEncoding recognises UTF-16 without a byte order mark by a document's
// first characters, which are ASCII in any feed.
func zeroByteEncoding(b []byte) encoding.Encoding {
	if len(b) < 8 {
		return nil
	}
	even, odd := 0, 0
	head := b[:min(len(b), 64)&^1]
	for i, c := range head {
		if c == 0 && i%2 == 0 {
			even++
		} else if c == 0 {
			odd++
		}
	}
	half := len(head) / 2
	switch {
	case odd*4 > half*3 && even == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case even*4 > half*3 && odd == 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return nil
}

var declaration = regexp.MustCompile(`(?i)<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9_:. -]{1,40})`)

// declaredCharset is the label in the XML declaration, which need not be first.
func declaredCharset(b []byte) string {
	if m := declaration.FindSubmatch(b[:min(len(b), 4096)]); m != nil {
		return string(m[1])
	}
	return ""
}

// isDefaultLabel reports labels that servers send without having looked.
func isDefaultLabel(label string) bool {
	_, name := lookup(label)
	return name == "windows-1252" // what iso-8859-1 and us-ascii mean on the web
}

// lookup finds an encoding by a label as publishers write it, and its proper
// name; nil and "" for unknown labels.
func lookup(label string) (encoding.Encoding, string) {
	label = strings.ToLower(strings.Trim(label, " \t\r\n\"';"))
	if label == "" {
		return nil, ""
	}
	if e, name := charset.Lookup(label); e != nil {
		return e, name
	}
	squeezed := strings.NewReplacer("-", "", "_", "", " ", "", ".", "").Replace(label)
	for _, prefix := range []string{"windows", "win", "cp", "ansi", ""} {
		if digits, ok := strings.CutPrefix(squeezed, prefix); ok && len(digits) >= 3 && len(digits) <= 4 && strings.Trim(digits, "0123456789") == "" {
			name := "windows-" + digits
			if digits == "866" {
				name = "ibm866"
			}
			return charset.Lookup(name)
		}
	}
	switch {
	case strings.HasPrefix(squeezed, "utf8"):
		return charset.Lookup("utf-8")
	case squeezed == "koi8", squeezed == "koi8r":
		return charset.Lookup("koi8-r")
	case squeezed == "koi8u":
		return charset.Lookup("koi8-u")
	case squeezed == "latin1":
		return charset.Lookup("iso-8859-1")
	}
	return nil, ""
}

// decode converts b; x/text replaces what it cannot convert by U+FFFD and
// reports no error for the encodings used here.
func decode(b []byte, e encoding.Encoding) []byte {
	if e == nil {
		return b
	}
	out, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return b
	}
	return out
}

// countUTF8 counts valid multi-byte sequences and bytes that are part of none.
func countUTF8(b []byte) (good, bad int) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			bad++
		} else {
			good++
		}
		i += size
	}
	return good, bad
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// guessCharset names the single-byte encoding of unlabelled text. Cyrillic text
// has its high bytes in runs, Latin text has single ones; among the Cyrillic
// encodings the one that makes most letters common lower-case ones wins.
func guessCharset(b []byte, lang string) string {
	b = b[:min(len(b), 256<<10)]
	high, runs := 0, 0
	for i, c := range b {
		if c >= 0x80 {
			high++
			if i == 0 || b[i-1] < 0x80 {
				runs++
			}
		}
	}
	if runs == 0 || high < 2*runs {
		switch primary, _, _ := strings.Cut(strings.ToLower(lang), "-"); primary {
		case "pl", "cs", "sk", "hu", "ro", "hr", "sl":
			return "windows-1250"
		case "tr", "az":
			return "windows-1254"
		case "lt", "lv", "et":
			return "windows-1257"
		}
		return "windows-1252"
	}
	switch primary, _, _ := strings.Cut(strings.ToLower(lang), "-"); primary {
	case "el":
		return "windows-1253"
	case "he":
		return "windows-1255"
	case "ar", "fa", "ur":
		return "windows-1256"
	}
	best, most := "windows-1251", -1
	for _, c := range cyrillicCommon {
		n := 0
		for _, x := range b {
			if x >= 0x80 && bytes.IndexByte(c.common, x) >= 0 {
				n++
			}
		}
		if n > most {
			best, most = c.name, n
		}
	}
	return best
}

// cyrillicCommon holds, per encoding, the bytes of the most frequent lower-case
// letters of Russian and Ukrainian, о е а и н т с р в л.
var cyrillicCommon = func() (all []struct {
	name   string
	common []byte
}) {
	for _, name := range []string{"windows-1251", "koi8-u", "iso-8859-5", "ibm866"} {
		e, _ := charset.Lookup(name)
		common, err := e.NewEncoder().Bytes([]byte("оеаинтсрвл"))
		if err != nil {
			panic("feed: " + name + " has no Cyrillic letters")
		}
		all = append(all, struct {
			name   string
			common []byte
		}{name, common})
	}
	return all
}()
