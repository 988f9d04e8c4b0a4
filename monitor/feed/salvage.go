package feed

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"trucewatch/internal/news"
)

// salvage reads a damaged document item by item. why is what the whole-document
// parse complained of. A complete item that is itself sound comes out exactly as
// it would of a sound document.
func salvage(doc []byte, kind string, s scanned, why string, o Options) (Document, error) {
	rootEnd := s.head
	if rootEnd == 0 {
		if gt := bytes.IndexByte(doc, '>'); gt >= 0 {
			rootEnd = gt + 1
		}
	}
	root := doc[:rootEnd]
	why = cmp.Or(s.cause, s.what, why)
	chunks, cut := split(doc, rootEnd, kind, o.MaxItems+1)
	more := len(chunks) > o.MaxItems
	if more {
		chunks, cut = chunks[:o.MaxItems], false
	}
	if len(chunks) == 0 {
		if cut || s.cut && why == "" {
			why = "the document is cut off before the end of its first item"
		}
		return Document{}, fmt.Errorf("read %s feed: no item is readable: %s", kind, cmp.Or(why, "the markup is broken"))
	}

	d := readHead(doc[:chunks[0].start], rootEnd, kind).document(root, kind, o)
	b := builder{o: o, lang: d.Lang, base: cmp.Or(o.URL, d.Site)}
	before, after := wrapping(root, kind)
	base := attribute(root, "xml:base")
	byTags, lost := 0, 0
	for _, c := range chunks {
		it, sound := readChunk(doc[c.start:c.end], before, after, kind)
		if !sound {
			it = extract(doc[c.start:c.end], kind)
			if it.empty() {
				lost++
				continue
			}
			byTags++
		}
		if it.base == "" {
			it.base = base
		} else {
			it.base = joinBase(base, it.base)
		}
		d.Entries = append(d.Entries, b.entry(it))
	}
	if len(d.Entries) == 0 {
		return Document{}, fmt.Errorf("read %s feed: none of %d items is readable: %s", kind, len(chunks), cmp.Or(why, "the markup is broken"))
	}
	d.Partial = salvagedWords(why, d.Entries, byTags, lost, cut)
	if more {
		d.Partial += "; " + moreWords(o.MaxItems)
	}
	return d, nil
}

// salvagedWords tells the publisher what happened.
func salvagedWords(why string, entries []news.Entry, byTags, lost int, cut bool) string {
	words := []string{cmp.Or(why, "the markup is broken"), fmt.Sprintf("items read one by one: %d", len(entries))}
	if byTags > 0 {
		words = append(words, fmt.Sprintf("of these with broken markup inside: %d", byTags))
	}
	if lost > 0 {
		words = append(words, fmt.Sprintf("items that could not be read: %d", lost))
	}
	if cut {
		words = append(words, "the last item is cut off and was left out")
	}
	return strings.Join(words, "; ")
}

// readHead reads what stands before the first item.
func readHead(doc []byte, rootEnd int, kind string) head {
	s := scan(doc, kind, 1)
	if s.cause == "" {
		if h, _, err := readXML(s.lean(doc), kind); err == nil && h.title != "" {
			return h
		}
	}
	it := extract(doc[min(rootEnd, len(doc)):], kind)
	h := head{title: it.title, lang: cmp.Or(it.lang, attribute(doc[:min(rootEnd, len(doc))], "xml:lang"))}
	if kind != "atom" && len(it.links) > 0 {
		h.site = it.links[0]
	}
	return h
}

// readChunk reads one item by gofeed; false when it is not sound.
func readChunk(chunk, before, after []byte, kind string) (item, bool) {
	doc := make([]byte, 0, len(before)+len(chunk)+len(after))
	doc = append(append(append(doc, before...), chunk...), after...)
	s := scan(doc, kind, 2)
	if s.cause != "" || s.damaged || s.cut || len(s.spans) != 1 {
		return item{}, false
	}
	_, items, err := readXML(s.lean(doc), kind)
	if err != nil || len(items) != 1 {
		return item{}, false
	}
	it := items[0]
	s.spans[0].complete(&it, doc, kind)
	if it.empty() || it.title == "" && len(it.links) == 0 {
		return item{}, false
	}
	return it, true
}

// wrapping is a root to put around one item, with the namespaces the document's
// own root declares but for the default one, which may be what is wrong.
func wrapping(root []byte, kind string) (before, after []byte) {
	var declared strings.Builder
	seen := map[string]bool{}
	eachAttribute(root, func(name, value string) {
		if prefix, ok := strings.CutPrefix(name, "xmlns:"); ok && prefix != "" && !seen[prefix] && len(seen) < 64 &&
			len(value) < 512 && !strings.ContainsAny(value, "<>\"") && !strings.Contains(prefix, ":") {
			seen[prefix] = true
			declared.WriteString(" " + name + `="` + value + `"`)
		}
	})
	if kind == "atom" {
		return []byte(`<feed xmlns="http://www.w3.org/2005/Atom"` + declared.String() + `>`), []byte(`</feed>`)
	}
	return []byte(`<rss version="2.0"` + declared.String() + `><channel>`), []byte(`</channel></rss>`)
}

// chunk is one item's place in the document.
type chunk struct{ start, end int }

// split finds at most limit items by their tags alone, and reports whether the
// document ends within one more. CDATA and comments are stepped over unless
// they swallow the end of an item because nothing closes them. An item that is
// not closed ends where the next starts.
func split(doc []byte, from int, kind string, limit int) (chunks []chunk, cut bool) {
	var prefix []byte
	if name, ok := tagName(doc); ok {
		prefix, _ = splitName(name)
	}
	skip := skipper{doc: doc}
	start := -1
	closeAt := func(i int) {
		chunks = append(chunks, chunk{start, i})
		start = -1
	}
	for i := from; i < len(doc) && len(chunks) < limit; {
		lt := bytes.IndexByte(doc[i:], '<')
		if lt < 0 {
			break
		}
		i += lt
		if next := skip.over(i, func(b []byte) bool { return closesItem(b, prefix, kind) }); next > i {
			i = next
			continue
		}
		name, end := endTagName(doc[i:])
		switch {
		case end > 0 && isItemName(name, prefix, kind):
			if start >= 0 {
				closeAt(i + end)
			}
			i += end
			continue
		case end > 0 && start >= 0 && (rootKind([]byte("<"+string(name)+">")) == kind || kind != "atom" && localIs(name, "channel")):
			closeAt(i)
		case end == 0:
			if name, ok := tagName(doc[i:]); ok && isItemName(name, prefix, kind) {
				if start >= 0 {
					closeAt(i)
				}
				start = i
			}
		}
		i++
	}
	return chunks, start >= 0 && len(chunks) < limit
}

// endTagName reads the end tag at the start of b; its length is 0 when there is
// none.
func endTagName(b []byte) (name []byte, length int) {
	if len(b) < 4 || b[1] != '/' {
		return nil, 0
	}
	i := 2
	for i < len(b) && i < 64 && isNameByte[b[i]] {
		i++
	}
	name = b[2:i]
	for i < len(b) && isSpace(b[i]) && i < 96 {
		i++
	}
	if len(name) == 0 || i >= len(b) || b[i] != '>' {
		return nil, 0
	}
	return name, i + 1
}

// closesItem reports whether an item's end tag stands in b.
func closesItem(b, prefix []byte, kind string) bool {
	for {
		i := bytes.Index(b, []byte("</"))
		if i < 0 {
			return false
		}
		b = b[i:]
		if name, n := endTagName(b); n > 0 && isItemName(name, prefix, kind) {
			return true
		}
		b = b[2:]
	}
}

// skipper steps over CDATA sections and comments, remembering where their marks
// stand so that any number of them costs about one pass.
type skipper struct {
	doc            []byte
	cdata, comment marks
	work           int // bytes searched for end tags that a section swallows
}

// marks are the places of the marks around one kind of section.
type marks struct {
	known  bool
	from   int
	end    int // next closing mark at or after from; -1: none
	opened int // last opening mark before it at or after from; -1: none
}

// maxSkipWork bounds, in multiples of the document, what telling unclosed sections
// from long ones may cost.
const maxSkipWork = 32

// find looks for the closing mark at or after from.
func (m *marks) find(doc []byte, open, shut string, from int) {
	if m.known && from >= m.from && (m.end < 0 || from <= m.end) {
		return
	}
	*m = marks{known: true, from: from, end: -1, opened: -1}
	if i := bytes.Index(doc[from:], []byte(shut)); i >= 0 {
		m.end = from + i
		if i := bytes.LastIndex(doc[from:m.end], []byte(open)); i >= 0 {
			m.opened = from + i
		}
	}
}

// over returns where the CDATA section or comment at i ends; i itself when none
// starts there. One that runs over the start of another, and before that over
// something that broken reports, is taken for unclosed, and only its mark is
// stepped over.
func (s *skipper) over(i int, broken func([]byte) bool) int {
	open, shut, m := "<![CDATA[", "]]>", &s.cdata
	if !bytes.HasPrefix(s.doc[i:], []byte(open)) {
		open, shut, m = "<!--", "-->", &s.comment
		if !bytes.HasPrefix(s.doc[i:], []byte(open)) {
			return i
		}
	}
	body := i + len(open)
	m.find(s.doc, open, shut, body)
	if m.end < 0 {
		return body
	}
	if m.opened >= body && s.work < maxSkipWork*len(s.doc) {
		s.work += m.opened - i
		if broken(s.doc[i:m.opened]) {
			return body
		}
	}
	return m.end + len(shut)
}
