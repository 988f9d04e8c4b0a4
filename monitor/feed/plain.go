package feed

import (
	"html"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	nethtml "golang.org/x/net/html"
)

// PlainText turns HTML into text: tags out, entities decoded, scripts, styles and
// frames out, white space collapsed. Blocks are separated by one line break,
// table cells by a space. Markup that was escaped twice is taken off too. The
// result is valid UTF-8 without control characters but for the line breaks.
func PlainText(s string) string {
	if isPlain(s) {
		return s
	}
	out := plainOnce(s)
	if strings.IndexByte(out, '<') >= 0 && looksEscapedTwice(out) || strings.IndexByte(out, '&') >= 0 && hasEntity(out) {
		out = plainOnce(out)
	}
	return out
}

// isPlain reports whether PlainText would return s as it is; it may be wrong
// only by saying no.
func isPlain(s string) bool {
	space := true // at the start
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			if space {
				return false
			}
			space = true
		case c < 0x20 || c == '<' || c == '&' || c == 0x7f:
			return false
		case c == 0xc2 || c == 0xe2 || c == 0xef || c == 0xe1 || c == 0xe3: // blanks and invisible characters start so
			if r, _ := utf8.DecodeRuneInString(s[i:]); kindOf(r) != visible {
				return false
			}
			space = false
		default:
			space = false
		}
	}
	return (!space || s == "") && utf8.ValidString(s)
}

func looksEscapedTwice(s string) bool {
	for _, mark := range []string{"</p>", "<p>", "<br", "</a>", "</b>", "</strong>", "</div>", "<img ", "</span>", "</em>", "</i>", "</li>"} {
		if strings.Contains(s, mark) {
			return true
		}
	}
	return false
}

func hasEntity(s string) bool {
	for _, e := range []string{"&amp;", "&quot;", "&#", "&nbsp;", "&lt;", "&gt;", "&laquo;", "&raquo;", "&mdash;", "&ndash;", "&rsquo;", "&apos;"} {
		if strings.Contains(s, e) {
			return true
		}
	}
	return false
}

func plainOnce(s string) string {
	if strings.IndexByte(s, '<') < 0 {
		return clean(html.UnescapeString(s))
	}
	if out, ok := plainSimple(s); ok {
		return out
	}
	return plainTokens(s)
}

// plainTokens reads any markup as a browser would.
func plainTokens(s string) string {
	w := newPlainWriter()
	defer w.free()
	z := nethtml.NewTokenizer(strings.NewReader(s))
	z.AllowCDATA(true)
	seen := 0 // bytes of s the tokenizer has handed out
	hidden := ""
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			// A tag that never ends is text: "if a<b and so on".
			if seen < len(s) && hidden == "" {
				w.text(html.UnescapeString(s[seen:]))
			}
			return w.string()
		case nethtml.TextToken:
			seen += len(z.Raw())
			if hidden == "" {
				w.text(string(z.Text()))
			}
		case nethtml.StartTagToken:
			seen += len(z.Raw())
			name, _ := z.TagName()
			tag := string(name)
			hidden = ""
			if hiddenTags[tag] {
				// The tokenizer gives all up to its end tag as one text.
				hidden = tag
			}
			w.tag(tag)
		case nethtml.EndTagToken, nethtml.SelfClosingTagToken:
			seen += len(z.Raw())
			name, _ := z.TagName()
			hidden = ""
			w.tag(string(name))
		default:
			seen += len(z.Raw())
		}
	}
}

// plainSimple does what plainTokens does for the markup that nearly all summaries
// have: tags that are well written, of elements whose content is text. It says so
// when there is anything else in s. A text within one element is returned as it
// stands, without a copy.
func plainSimple(s string) (out string, ok bool) {
	w := newPlainWriter()
	defer w.free()
	only := "" // all text so far, not written yet
	write := func() {
		if only != "" {
			line, space := w.line, w.space
			w.text(only)
			w.line, w.space, only = line, space, ""
		}
	}
	for i := 0; i < len(s); {
		if s[i] == '<' {
			name, size := simpleTag(s[i:])
			if size == 0 {
				return "", false
			}
			w.tag(name)
			i += size
			continue
		}
		end := len(s)
		if n := strings.IndexByte(s[i:], '<'); n >= 0 {
			end = i + n
		}
		text := s[i:end]
		i = end
		if only == "" && len(w.b) == 0 && isPlain(text) {
			only = text
			w.line, w.space = false, false
			continue
		}
		write()
		if strings.IndexByte(text, '&') >= 0 {
			text = nethtml.UnescapeString(text)
		}
		w.text(text)
	}
	if only != "" && 4*len(only) >= 3*len(s) {
		return only, true
	}
	write()
	return w.string(), true
}

// simpleTag reads the tag at the start of s: its name in lower case, and how many
// bytes it takes, 0 when it is none, not well written or begins an element that is
// not read as markup.
func simpleTag(s string) (name string, size int) {
	i := 1
	closes := i < len(s) && s[i] == '/'
	if closes {
		i++
	}
	from, upper := i, false
	for i < len(s) && ('a' <= s[i]|0x20 && s[i]|0x20 <= 'z' || i > from && '0' <= s[i] && s[i] <= '9') {
		upper = upper || s[i] < 'a' && s[i] > '9'
		i++
	}
	if name = s[from:i]; upper {
		name = strings.ToLower(name)
	}
	if name == "" || rawTags[name] {
		return "", 0
	}
	for !closes && i < len(s) && s[i] == ' ' {
		i++
		from := i
		for i < len(s) && ('a' <= s[i]|0x20 && s[i]|0x20 <= 'z' || s[i] == '-') {
			i++
		}
		if i == from { // a blank before the end
			break
		}
		if !strings.HasPrefix(s[i:], `="`) {
			return "", 0
		}
		i += 2
		n := strings.IndexByte(s[i:], '"')
		if n < 0 {
			return "", 0
		}
		i += n + 1
	}
	if !closes && i < len(s) && s[i] == '/' {
		i++
	}
	if i >= len(s) || s[i] != '>' {
		return "", 0
	}
	return name, i + 1
}

// rawTags begin what is not read as markup up to their end tag, or at all.
var rawTags = map[string]bool{
	"iframe": true, "noembed": true, "noframes": true, "noscript": true, "plaintext": true, "script": true,
	"style": true, "textarea": true, "title": true, "xmp": true,
}

var hiddenTags = map[string]bool{"script": true, "style": true, "noscript": true, "iframe": true, "noembed": true, "noframes": true}

var blockTags = map[string]bool{
	"address": true, "article": true, "aside": true, "blockquote": true, "br": true, "center": true, "dd": true,
	"div": true, "dl": true, "dt": true, "fieldset": true, "figcaption": true, "figure": true, "footer": true,
	"form": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "header": true, "hr": true,
	"iframe": true, "li": true, "main": true, "nav": true, "ol": true, "option": true, "p": true, "pre": true,
	"section": true, "table": true, "title": true, "tr": true, "ul": true, "video": true, "audio": true,
}

// plainWriter collects text and collapses what separates it.
type plainWriter struct {
	b     []byte
	space bool
	line  bool
	keep  bool // line breaks of the text are kept
}

// plainWriters are used again, for what they collect is copied once it is whole.
var plainWriters = sync.Pool{New: func() any { return new(plainWriter) }}

func newPlainWriter() *plainWriter {
	w := plainWriters.Get().(*plainWriter)
	*w = plainWriter{b: w.b[:0]}
	return w
}

func (w *plainWriter) free() { plainWriters.Put(w) }

func (w *plainWriter) tag(name string) {
	if _, local, ok := strings.Cut(name, ":"); ok {
		name = local // x:div of XHTML in Atom
	}
	switch {
	case blockTags[name]:
		w.line = true
	case name == "td" || name == "th" || name == "img":
		w.space = true
	}
}

func (w *plainWriter) text(s string) {
	for i := 0; i < len(s); {
		// The usual case: a run of printable ASCII and of runes from U+00C0 to
		// U+07FF, all of which are visible, with single spaces between them.
		from, end := i, i
		for i < len(s) {
			if c := s[i]; c > ' ' && c < 0x7f {
				i++
			} else if c >= 0xc3 && c <= 0xdf && i+1 < len(s) && s[i+1]&0xc0 == 0x80 {
				i += 2
			} else if c == ' ' && i == end && i > from {
				i++
				continue
			} else {
				break
			}
			end = i
		}
		if end > from {
			w.separate()
			w.b = append(w.b, s[from:end]...)
			w.space = i > end
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch kindOf(r) {
		case blank:
			w.space = true
			if w.keep && (r == '\n' || r == '\u2028' || r == '\u2029') {
				w.line = true
			}
		case visible:
			w.separate()
			w.b = utf8.AppendRune(w.b, r)
		}
	}
}

// string is what was written.
func (w *plainWriter) string() string { return string(w.b) }

func (w *plainWriter) separate() {
	if len(w.b) > 0 {
		if w.line {
			w.b = append(w.b, '\n')
		} else if w.space {
			w.b = append(w.b, ' ')
		}
	}
	w.space, w.line = false, false
}

type runeKind int

const (
	visible   runeKind = iota
	blank              // collapses with its like
	invisible          // dropped
)

// kindOf sorts runes. Joiners stay: Persian, Urdu and emoji need them.
func kindOf(r rune) runeKind {
	if r > ' ' && r < 0x7f {
		return visible
	}
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r == '\f' || r == '\v' || r == 0x85:
		return blank
	case unicode.IsControl(r):
		return invisible
	case r == '\u200b', r == '\u2060', r == '\ufeff', r == '\u00ad', // zero width, soft hyphen
		'\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069', // change the direction of what follows
		r&0xfffe == 0xfffe: // no characters
		return invisible
	case unicode.IsSpace(r):
		return blank
	}
	return visible
}

// clean makes text that is no HTML presentable on one line.
func clean(s string) string {
	if isPlain(s) {
		return s
	}
	w := newPlainWriter()
	defer w.free()
	w.text(s)
	return w.string()
}

// cleanLines makes text that is no HTML presentable and keeps its lines.
func cleanLines(s string) string {
	w := newPlainWriter()
	defer w.free()
	w.keep = true
	w.text(s)
	return w.string()
}

// oneLine joins the lines of plain text.
func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }

// unescape decodes the entities of an attribute or of text.
func unescape(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return html.UnescapeString(s)
}
