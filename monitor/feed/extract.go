package feed

import (
	"bytes"
	"html"
	"strings"

	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"
)

// extract reads one item whose markup is broken by looking for the tags of its
// fields. It recurses nowhere and needs time linear in the item. What it finds
// goes the same way as what gofeed finds.
func extract(b []byte, kind string) item {
	x := extractor{b: b, kind: kind, skip: skipper{doc: b}, unclosed: map[string]bool{}}
	x.rss.Extensions, x.rss.Custom = ext.Extensions{}, map[string]string{}
	x.run()
	var it item
	if kind == "atom" {
		x.atom.Extensions = x.rss.Extensions
		it = fromAtom(&x.atom)
	} else {
		x.rss.Link = strings.TrimSpace(x.rss.Link)
		it = fromRSS(&x.rss)
	}
	if end := bytes.IndexByte(b, '>'); end >= 0 {
		(span{tagEnd: end + 1}).complete(&it, b, kind)
	}
	return it
}

type extractor struct {
	b        []byte
	kind     string
	skip     skipper
	unclosed map[string]bool // names without an end tag in the rest
	others   int             // links and extensions kept
	rss      rss.Item
	atom     atom.Entry
}

// Fields that end an unclosed one. Long ones may hold HTML with tags of any name.
var (
	shortFields = map[string]bool{"title": true, "link": true, "guid": true, "id": true, "pubdate": true, "published": true,
		"issued": true, "updated": true, "modified": true, "author": true, "category": true, "enclosure": true,
		"comments": true, "source": true, "dc:date": true, "dc:creator": true, "language": true, "ttl": true,
		"contributor": true, "rights": true, "image": true, "fulltext": true}
	longFields = map[string]bool{"description": true, "summary": true, "content": true, "content:encoded": true, "encoded": true, "subtitle": true}
	// opaqueFields hold titles and links of something else.
	opaqueFields = map[string]bool{"source": true, "author": true, "contributor": true, "image": true, "textinput": true}
)

func (x *extractor) run() {
	b := x.b
	for i := 0; i < len(b); {
		lt := bytes.IndexByte(b[i:], '<')
		if lt < 0 {
			return
		}
		i += lt
		if next := x.skip.over(i, func([]byte) bool { return true }); next > i {
			i = next
			continue
		}
		raw, ok := tagName(b[i:])
		if !ok {
			i++
			continue
		}
		name := x.fieldName(raw)
		open, empty := tagEnd(b[i:])
		tag := b[i : i+open]
		i += open
		if !shortFields[name] && !longFields[name] && !strings.Contains(name, ":") {
			continue
		}
		value := []byte(nil)
		if !empty {
			end := x.valueEnd(i, string(raw), name)
			value = b[i:end]
			i = end
		}
		if !opaqueFields[name] {
			x.set(name, string(raw), tag, value)
		}
	}
}

// fieldName is the lower-case name of a field, without Atom's own prefix in Atom.
func (x *extractor) fieldName(raw []byte) string {
	name := strings.ToLower(string(raw))
	if x.kind == "atom" {
		if local, ok := strings.CutPrefix(name, "atom:"); ok {
			return local
		}
	}
	return name
}

// tagEnd is the length of the start tag at the start of b, and whether it is
// empty. Quotes are respected unless they are never closed or a tag starts
// within them.
func tagEnd(b []byte) (n int, empty bool) {
	quote := byte(0)
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == '<':
			return i, false
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && i > 0 && (b[i-1] == '=' || isSpace(b[i-1])):
			quote = c
		case c == '>':
			return i + 1, b[i-1] == '/'
		}
	}
	return len(b), false
}

// valueEnd finds the end of the value that starts at i: the field's end tag, else
// the start of another field.
func (x *extractor) valueEnd(i int, raw, name string) int {
	b := x.b
	closed := !x.unclosed[raw]
	if closed && longFields[name] {
		if closed = closes(b[i:], raw); !closed {
			x.unclosed[raw] = true
		}
	}
	for i < len(b) {
		lt := bytes.IndexByte(b[i:], '<')
		if lt < 0 {
			return len(b)
		}
		i += lt
		if next := x.skip.over(i, func(s []byte) bool { return closes(s, raw) }); next > i {
			i = next
			continue
		}
		if n, end := endTagName(b[i:]); end > 0 {
			if strings.EqualFold(string(n), raw) {
				return i
			}
		} else if n, ok := tagName(b[i:]); ok && !(closed && longFields[name]) {
			if f := x.fieldName(n); f != name && (shortFields[f] || longFields[f]) {
				return i
			}
		}
		i++
	}
	return len(b)
}

// closes reports whether the end tag of a name stands in b.
func closes(b []byte, name string) bool {
	for {
		i := bytes.Index(b, []byte("</"))
		if i < 0 {
			return false
		}
		b = b[i:]
		if n, end := endTagName(b); end > 0 && strings.EqualFold(string(n), name) {
			return true
		}
		b = b[2:]
	}
}

// maxOthers bounds the links and extensions kept of one item.
const maxOthers = 256

// set stores one field the way gofeed would have.
func (x *extractor) set(name, raw string, tag, value []byte) {
	text := textOf(value[:min(len(value), maxField)])
	if x.kind == "atom" {
		x.setAtom(name, tag, value, text)
	} else {
		x.setRSS(name, tag, text)
	}
	prefix, local, ok := strings.Cut(raw, ":")
	prefix = strings.ToLower(prefix)
	if !ok || !usedExtensions[local] {
		return
	}
	if x.others++; x.others > maxOthers {
		return
	}
	e := ext.Extension{Name: local, Value: text, Attrs: map[string]string{}}
	if strings.EqualFold(local, "link") {
		eachAttribute(tag, func(name, value string) { e.Attrs[name] = unescape(value) })
	}
	if x.rss.Extensions[prefix] == nil {
		x.rss.Extensions[prefix] = map[string][]ext.Extension{}
	}
	x.rss.Extensions[prefix][local] = append(x.rss.Extensions[prefix][local], e)
}

func (x *extractor) setRSS(name string, tag []byte, text string) {
	switch name {
	case "title":
		x.rss.Title = text
	case "link":
		if text == "" {
			text = attribute(tag, "href")
		}
		x.rss.Link = text
		if x.others++; x.others <= maxOthers {
			x.rss.Links = append(x.rss.Links, text)
		}
	case "guid":
		permalink := attribute(tag, "isPermaLink")
		if permalink == "" {
			permalink = "true"
		}
		x.rss.GUID = &rss.GUID{Value: text, IsPermalink: permalink}
	case "description":
		x.rss.Description = text
	case "content:encoded":
		x.rss.Content = text
	case "pubdate":
		x.rss.PubDate = text
	case "language", "encoded", "fulltext", "content", "published", "updated":
		x.rss.Custom[name] = text
	}
}

func (x *extractor) setAtom(name string, tag, value []byte, text string) {
	if strings.Contains(attribute(tag, "type"), "xhtml") {
		text = string(value[:min(len(value), maxField)])
	}
	switch name {
	case "title":
		x.atom.Title = text
	case "id":
		x.atom.ID = text
	case "summary":
		x.atom.Summary = text
	case "content":
		x.atom.Content = &atom.Content{Src: attribute(tag, "src"), Type: attribute(tag, "type"), Value: text}
	case "published", "issued":
		x.atom.Published = text
	case "updated", "modified":
		x.atom.Updated = text
	case "link":
		rel := attribute(tag, "rel")
		if rel == "" {
			rel = "alternate"
		}
		if x.others++; x.others > maxOthers {
			return
		}
		x.atom.Links = append(x.atom.Links, &atom.Link{Rel: rel, Type: attribute(tag, "type"), Href: attribute(tag, "href")})
	}
}

// textOf is the text of an element's raw content: CDATA unwrapped, the rest
// decoded once, markup kept.
func textOf(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	if bytes.IndexByte(raw, '&') < 0 && !bytes.Contains(raw, []byte("<![CDATA[")) {
		return string(raw)
	}
	w := newPlainWriter()
	defer w.free()
	for {
		before, rest, ok := bytes.Cut(raw, []byte("<![CDATA["))
		w.decode(before)
		if !ok {
			break
		}
		inside, after, closed := bytes.Cut(rest, []byte("]]>"))
		if !closed {
			// Nothing closes it; what follows was meant to be inside.
			w.b = append(w.b, rest...)
			break
		}
		w.b = append(w.b, inside...)
		raw = after
	}
	return w.string()
}

// decode writes b with the references decoded that end in a semicolon, and only
// those, so that "?a=1&copy=2" stays a URL.
func (w *plainWriter) decode(b []byte) {
	for {
		amp := bytes.IndexByte(b, '&')
		if amp < 0 {
			w.b = append(w.b, b...)
			return
		}
		w.b = append(w.b, b[:amp]...)
		b = b[amp:]
		n := 1
		for n < len(b) && n < 34 && (b[n] == '#' || '0' <= b[n] && b[n] <= '9' || 'a' <= b[n]|0x20 && b[n]|0x20 <= 'z') {
			n++
		}
		if n > 1 && n < len(b) && b[n] == ';' {
			if c, ok := xmlEntities[string(b[:n+1])]; ok {
				w.b = append(w.b, c)
				b = b[n+1:]
				continue
			}
			if decoded := html.UnescapeString(string(b[:n+1])); decoded != html.UnescapeString(string(b[:n]))+";" {
				w.b = append(w.b, decoded...)
				b = b[n+1:]
				continue
			}
		}
		w.b = append(w.b, '&')
		b = b[1:]
	}
}

// xmlEntities are what nearly all references are.
var xmlEntities = map[string]byte{"&lt;": '<', "&gt;": '>', "&amp;": '&', "&quot;": '"', "&apos;": '\'', "&#34;": '"', "&#39;": '\'', "&#60;": '<', "&#62;": '>'}

// attribute is the decoded value of an attribute of a start tag, "" without it.
func attribute(tag []byte, name string) string {
	value, found := "", false
	eachAttribute(tag, func(n, v string) {
		if !found && (n == name || strings.EqualFold(n, name)) {
			value, found = unescape(v), true
		}
	})
	return strings.TrimSpace(value)
}

// eachAttribute calls f for the attributes of a start tag, at most maxAttributes,
// however broken the tag is. Values are not decoded.
func eachAttribute(tag []byte, f func(name, value string)) {
	i := 1
	for i < len(tag) && isNameByte[tag[i]] {
		i++
	}
	for range maxAttributes {
		for i < len(tag) && !isNameByte[tag[i]] {
			i++
		}
		from := i
		for i < len(tag) && isNameByte[tag[i]] {
			i++
		}
		if from == i {
			return
		}
		name := string(tag[from:i])
		for i < len(tag) && isSpace(tag[i]) {
			i++
		}
		if i >= len(tag) || tag[i] != '=' {
			continue
		}
		i++
		for i < len(tag) && isSpace(tag[i]) {
			i++
		}
		if i >= len(tag) {
			return
		}
		var value []byte
		if q := tag[i]; q == '"' || q == '\'' {
			value = tag[i+1:]
			if n := bytes.IndexByte(value, q); n >= 0 {
				value = value[:n]
			}
			i += len(value) + 2
		} else {
			from := i
			for i < len(tag) && !isSpace(tag[i]) && tag[i] != '>' {
				i++
			}
			value = bytes.TrimSuffix(tag[from:i], []byte("/"))
		}
		f(name, string(value))
	}
}
