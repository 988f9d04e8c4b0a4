package feed

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Bounds on one document. What exceeds one is not given to gofeed as a whole.
const (
	maxDepth      = 256     // open elements
	maxNamespaces = 100     // xmlns declarations in scope at once
	maxAttributes = 256     // of one element
	maxBases      = 8192    // xml:base attributes that count
	maxField      = 2 << 20 // bytes of one field of an item
	maxTagWork    = 4e6     // 16 per element, plus its attributes and the declarations in scope
	minTextWork   = 64e6    // bytes copied when an element's text comes in pieces; or 32 times the size
)

// scanned is what one pass over the tags of a document found.
type scanned struct {
	spans   []span
	head    int    // where the root's start tag ends
	cause   string // why gofeed must not or can not read the document, in words; "" when it may
	damaged bool   // tags do not fit each other, or items stand where they should not
	what    string // what is damaged, in words
	cut     bool   // the document ends before its root does
	more    bool   // there are more than the wanted items
	end     int    // where the feed ends, or its last complete item when it is cut
	closers []byte // end tags missing at end
	around  []byte // end tags of what is open around the last complete item
	open    int    // start of the item that was open at the end of a cut document; 0: none
	edits   []edit // what gofeed need not or must not see, in order
}

// edit is doc[start:end], which gofeed is not given.
type edit struct{ start, end int }

// lean is what gofeed is given: the sound part of the document, edited and closed.
func (s scanned) lean(doc []byte) []byte {
	size := s.end + len(s.closers)
	for _, e := range s.edits {
		if e.end <= s.end {
			size -= e.end - e.start
		}
	}
	return append(s.edited(make([]byte, 0, size), doc, 0, s.end), s.closers...)
}

// edited appends doc[from:to] with the edits that lie within it.
func (s scanned) edited(b, doc []byte, from, to int) []byte {
	first, _ := slices.BinarySearchFunc(s.edits, from, func(e edit, at int) int { return e.start - at })
	for _, e := range s.edits[first:] {
		if e.end > to {
			break
		}
		b = append(b, doc[from:e.start]...)
		from = e.end
	}
	return append(b, doc[from:to]...)
}

// span is one item: doc[start:end], its start tag doc[start:tagEnd].
type span struct {
	start, tagEnd, end int
	id                 [2]int // of the content of an Atom entry's own id; zero: none
	description        [2]int // of an RSS item's description, which gofeed does not see
	encoded            [2]int // of its content:encoded, neither
	date               [2]int // of its pubDate, neither
	base               string // xml:base in scope, "" when none is
}

// element is an open element.
type element struct {
	name  []byte // as written, with its prefix
	decls int    // xmlns declarations it made
	text  int    // bytes of text so far
	base  string
	start int  // of its start tag
	edits int  // edits made before it
	drop  bool // gofeed need not see it
}

// isNameByte marks the bytes of names, as encoding/xml reads them before it
// checks the characters.
var isNameByte = func() (t [256]bool) {
	for i := range t {
		c := byte(i)
		t[i] = c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			c == '_' || c == ':' || c == '.' || c == '-'
	}
	return t
}()

// scan walks over the tags of doc, which starts at its root tag, by the rules of
// encoding/xml's decoder in its lenient mode, and keeps the stack of open
// elements that decoder keeps: an end tag of another name closes elements until
// one of its name is closed. So the depth it sees is the depth gofeed would
// recurse to, whatever the markup; FuzzScan holds it against the decoder. Where
// the decoder would fail, scan may go on, never the other way round. It needs
// time linear in the document.
func scan(doc []byte, kind string, maxItems int) scanned {
	w := walker{doc: doc, kind: kind, maxItems: maxItems, textBudget: max(minTextWork, 32*len(doc))}
	w.run()
	return w.scanned
}

type walker struct {
	scanned
	doc        []byte
	kind       string
	maxItems   int
	stack      []element
	prefix     []byte // the root's, without the colon
	item       int    // depth of the open item, 0 when none is
	dropping   int    // depth of the open element that is dropped, 0 when none is
	stray      int
	based      int // xml:base attributes read
	namespaces int
	tagWork    int
	textWork   int
	textBudget int
	started    func(name []byte) // for tests: called for each start tag
	ended      func()            // and for each element closed
}

// fail stops the walk for a reason.
func (w *walker) fail(at int, why string) {
	w.cause = "line " + strconv.Itoa(lineOf(w.doc, at)) + ": " + why
}

func (w *walker) damage(at int, what string) {
	if !w.damaged {
		w.damaged = true
		w.what = "line " + strconv.Itoa(lineOf(w.doc, at)) + ": " + what
	}
}

func lineOf(doc []byte, at int) int {
	return 1 + bytes.Count(doc[:min(at, len(doc))], []byte("\n"))
}

func (w *walker) run() {
	b := w.doc
	i := 0
	for i < len(b) {
		if b[i] != '<' {
			n := bytes.IndexByte(b[i:], '<')
			if n < 0 {
				n = len(b) - i
			}
			if !w.text(i, n) {
				return
			}
			i += n
			continue
		}
		if i+1 >= len(b) {
			break
		}
		var next int
		switch c := b[i+1]; {
		case c == '/':
			next = w.endTag(i)
		case c == '?':
			next = w.instruction(i)
		case c == '!':
			next = w.bang(i)
		default:
			next = w.startTag(i)
		}
		switch {
		case w.cause != "" || w.more:
			return
		case next == 0: // the document ends within this tag
			w.cutOff(i)
			return
		}
		i = next
		if len(w.stack) == 0 {
			w.end = i
			if w.stray > 0 {
				w.damage(i, "items stand where no items belong")
			} else if itemFollows(b[i:], w.kind) {
				w.damage(i, "items follow after the end of the feed")
			}
			return
		}
	}
	w.cutOff(len(b))
}

// cutOff notes that the document ends at byte i with elements open, or with a
// CDATA section or comment that nothing closes.
func (w *walker) cutOff(i int) {
	w.cut = true
	w.end = i
	if w.item > 0 {
		w.open = w.spans[len(w.spans)-1].start
		w.spans = w.spans[:len(w.spans)-1]
	}
	switch {
	case i < len(w.doc) && itemFollows(w.doc[i+1:], w.kind):
		w.damage(i, "something opens here that nothing closes")
	case w.stray > 0:
		w.damage(i, "items stand where no items belong")
	case len(w.spans) > 0:
		w.end = w.spans[len(w.spans)-1].end
		w.closers = w.around
	default:
		w.closers = endTags(nil, w.stack)
	}
}

// endTags appends the end tags of open elements.
func endTags(b []byte, open []element) []byte {
	for i := len(open) - 1; i >= 0; i-- {
		b = append(append(append(b, "</"...), open[i].name...), '>')
	}
	return b
}

func (w *walker) text(at, n int) bool {
	if len(w.stack) == 0 || n == 0 {
		return true
	}
	e := &w.stack[len(w.stack)-1]
	e.text += n
	// The first piece costs nothing: it is not copied again.
	if e.text > n {
		w.textWork += e.text
		if w.textWork > w.textBudget {
			w.fail(at, "text in too many pieces")
			return false
		}
	}
	return true
}

// instruction skips <?…?>. A second XML declaration is refused: the decoder
// would change the encoding in mid-document.
func (w *walker) instruction(at int) int {
	b := w.doc
	i := at + 2
	for i < len(b) && isNameByte[b[i]] {
		i++
	}
	if i >= len(b) {
		return 0
	}
	if i == at+2 || hasFold(b[at+2:i], "xml") {
		w.fail(at, "an XML declaration or broken instruction inside the feed")
		return 0
	}
	end := bytes.Index(b[i:], []byte("?>"))
	if end < 0 {
		return 0
	}
	return i + end + 2
}

// bang skips a comment or a CDATA section. Nothing else belongs inside a feed.
func (w *walker) bang(at int) int {
	b := w.doc
	rest := b[at:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		end := bytes.Index(rest[4:], []byte("--"))
		if end < 0 || end+6 >= len(rest) {
			return 0
		}
		if rest[end+6] != '>' {
			w.fail(at, "“--” inside a comment")
			return 0
		}
		return at + end + 7
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		end := bytes.Index(rest[9:], []byte("]]>"))
		if end < 0 {
			return 0
		}
		// Index is many times faster than LastIndex, and nearly always finds nothing.
		if inside := rest[9 : 9+end]; bytes.Contains(inside, []byte("<![CDATA[")) &&
			closesItem(inside[:bytes.LastIndex(inside, []byte("<![CDATA["))], w.prefix, w.kind) {
			w.damage(at, "CDATA opens here and swallows the next item")
		}
		if !w.text(at, end+12) {
			return 0
		}
		return at + end + 12
	case len(rest) < 9 && (bytes.HasPrefix([]byte("<!--"), rest) || bytes.HasPrefix([]byte("<![CDATA["), rest)):
		return 0
	}
	w.fail(at, "“<!” that starts neither a comment nor CDATA")
	return 0
}

func (w *walker) startTag(at int) int {
	b := w.doc
	i := at + 1
	for i < len(b) && isNameByte[b[i]] {
		i++
	}
	if i >= len(b) {
		return 0
	}
	if i == at+1 {
		w.fail(at, "unescaped “<” in text")
		return 0
	}
	name := b[at+1 : i]
	e := element{name: name, start: at, edits: len(w.edits)}
	if n := len(w.stack); n > 0 {
		e.base = w.stack[n-1].base
	}
	attributes := 0
	empty := false
	for {
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i >= len(b) {
			return 0
		}
		if b[i] == '>' {
			i++
			break
		}
		if b[i] == '/' {
			if i+1 >= len(b) {
				return 0
			}
			if b[i+1] != '>' {
				w.fail(at, "stray “/” in tag "+tagWord(name))
				return 0
			}
			empty = true
			i += 2
			break
		}
		from := i
		for i < len(b) && isNameByte[b[i]] {
			i++
		}
		if i >= len(b) {
			return 0
		}
		if i == from {
			w.fail(at, "attributes without quotes or stray characters in tag "+tagWord(name))
			return 0
		}
		attribute := b[from:i]
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		var value []byte
		if i < len(b) && b[i] == '=' {
			i++
			for i < len(b) && isSpace(b[i]) {
				i++
			}
			if i >= len(b) {
				return 0
			}
			if q := b[i]; q == '"' || q == '\'' {
				n := bytes.IndexByte(b[i+1:], q)
				end := i + 1 + n
				if n < 0 {
					end = len(b)
				}
				if bytes.IndexByte(b[i+1:end], '<') >= 0 {
					w.fail(at, "“<” inside an attribute of tag "+tagWord(name))
					return 0
				}
				if n < 0 {
					return 0
				}
				value = b[i+1 : i+1+n]
				i += n + 2
			} else {
				from := i
				for i < len(b) && isBareByte(b[i]) {
					i++
				}
				value = b[from:i]
			}
		}
		if attributes++; attributes > maxAttributes {
			w.fail(at, "more than 256 attributes in tag "+tagWord(name))
			return 0
		}
		switch {
		case bytes.HasPrefix(attribute, []byte("xmlns")) && (len(attribute) == 5 || attribute[5] == ':'):
			e.decls++
		case string(attribute) == "xml:base":
			// gofeed resolves links by rules of its own, rewrites ids, and parses
			// all HTML to do so.
			w.edits = append(w.edits, edit{from, i})
			if len(w.stack) == 0 || len(w.stack) <= 3 && w.item == 0 || len(w.stack) == w.item && localIs(name, "link") {
				if w.based++; w.based > maxBases {
					w.fail(at, "too many xml:base attributes")
					return 0
				}
				e.base = joinBase(e.base, string(value))
			}
		}
	}
	w.namespaces += e.decls
	w.tagWork += 16 + attributes + w.namespaces
	switch {
	case len(w.stack) >= maxDepth:
		w.fail(at, "elements nested deeper than 256")
		return 0
	case w.namespaces > maxNamespaces:
		w.fail(at, "more than 100 namespaces in scope")
		return 0
	case w.tagWork > maxTagWork:
		w.fail(at, "too many elements")
		return 0
	}
	if w.started != nil {
		w.started(name)
	}
	w.stack = append(w.stack, e)
	w.opened(at, i)
	if w.more {
		return 0
	}
	if empty {
		w.closed(i, i)
	}
	return i
}

// opened notes what the start tag doc[at:end] means for the items.
func (w *walker) opened(at, end int) {
	depth := len(w.stack)
	e := &w.stack[depth-1]
	if depth == 1 {
		w.head = end
		if i := bytes.IndexByte(e.name, ':'); i > 0 {
			w.prefix = e.name[:i]
		}
		return
	}
	if !w.isItem(e.name) {
		if w.item > 0 {
			w.openedField(e, depth, at, end)
		}
		return
	}
	switch {
	case w.item == 0 && (depth == 2 || depth == 3 && w.kind != "atom" && localIs(w.stack[1].name, "channel")):
		if len(w.spans) >= w.maxItems {
			w.more = true
			w.end = at
			w.closers = endTags(nil, w.stack[:depth-1])
			return
		}
		w.item = depth
		w.spans = append(w.spans, span{start: at, tagEnd: end, base: e.base})
	case w.item == 0:
		w.stray++
	case depth == w.item+1:
		w.damage(at, "an item starts inside another")
	}
}

// openedField notes what a start tag inside an item means. Fields not used are
// kept from gofeed, which takes most of its time for them; so are dates, which it
// would try with some 180 layouts, and long texts, which it would copy many
// times and for whose smallest fault it would give up the whole document.
func (w *walker) openedField(e *element, depth, at, end int) {
	if w.dropping == 0 && isUnused(e.name, depth == w.item+1) {
		e.drop = true
		w.dropping = depth
	}
	if depth != w.item+1 {
		return
	}
	s := &w.spans[len(w.spans)-1]
	switch {
	case localIs(e.name, "link"):
		s.base = e.base
	case localIs(e.name, "id"):
		s.id[0] = end
	default:
		if place := w.ownField(e.name); place != nil {
			*place = [2]int{end, 0}
		}
	}
}

// ownField is where the place of a field of the open RSS item is kept that we read
// ourselves; nil for other fields. Atom's texts have types, and stay with gofeed.
func (w *walker) ownField(name []byte) *[2]int {
	if w.kind == "atom" {
		return nil
	}
	s := &w.spans[len(w.spans)-1]
	switch string(name) {
	case "description":
		return &s.description
	case "content:encoded":
		return &s.encoded
	}
	if len(name) == len("pubDate") && strings.EqualFold(string(name), "pubDate") {
		return &s.date
	}
	return nil
}

// isUnused reports fields of an item that nothing is taken from. field says that
// it is a child of the item; otherwise it is deeper.
func isUnused(name []byte, field bool) bool {
	prefix, local := splitName(name)
	if len(prefix) == 0 {
		return field && unusedFields[string(local)]
	}
	if string(prefix) == "media" && (string(local) == "content" || string(local) == "thumbnail") {
		return true
	}
	return field && !usedExtensions[string(local)]
}

var (
	unusedFields = set("category enclosure comments author source contributor rights")
	// usedExtensions are local names, for a feed may bind any prefix.
	usedExtensions = set("encoded date language title description created issued modified published updated link group " +
		"full-text fulltext content origLink summary id guid pubDate")
)

// closed notes that the innermost element is closed; its end tag is doc[at:end].
// For <a/>, and for one closed by another's end tag, at is end.
func (w *walker) closed(at, end int) {
	depth := len(w.stack)
	e := w.stack[depth-1]
	w.stack = w.stack[:depth-1]
	w.namespaces -= e.decls
	if w.ended != nil {
		w.ended()
	}
	if depth == w.item+1 && w.item > 0 && at-e.start > maxField {
		w.fail(e.start, "more than 2 MiB in tag "+tagWord(e.name))
	}
	if depth == w.dropping {
		w.dropping = 0
		w.drop(e, end)
	} else if w.item > 0 && depth == w.item+1 && at < end {
		if place := w.ownField(e.name); place != nil {
			place[1] = at
			w.drop(e, end)
		}
	}
	switch {
	case w.item == 0:
	case depth == w.item:
		w.spans[len(w.spans)-1].end = end
		w.item = 0
		w.around = endTags(w.around[:0], w.stack)
	case depth == w.item+1 && localIs(e.name, "id") && at < end:
		s := &w.spans[len(w.spans)-1]
		s.id[1] = at
	}
}

// drop keeps an element that ends at end from gofeed.
func (w *walker) drop(e element, end int) {
	w.edits = w.edits[:e.edits]
	if n := len(w.edits); n > 0 && w.edits[n-1].end == e.start {
		w.edits[n-1].end = end
		return
	}
	w.edits = append(w.edits, edit{e.start, end})
}

func (w *walker) endTag(at int) int {
	b := w.doc
	i := at + 2
	for i < len(b) && isNameByte[b[i]] {
		i++
	}
	name := b[at+2 : i]
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	if i >= len(b) {
		return 0
	}
	if len(name) == 0 || b[i] != '>' {
		w.fail(at, "broken end tag")
		return 0
	}
	i++
	prefix, local := splitName(name)
	for len(w.stack) > 0 {
		p, l := splitName(w.stack[len(w.stack)-1].name)
		if string(l) == string(local) {
			if string(p) != string(prefix) {
				w.fail(at, "end tag "+tagWord(name)+" has the wrong prefix")
				return 0
			}
			w.closed(at, i)
			return i
		}
		// Unclosed markup within a text is common and harmless. Anything
		// else takes the elements after it with it.
		if depth := len(w.stack); w.item == 0 && depth <= 3 || w.item > 0 && depth <= w.item+1 {
			w.damage(at, "end tag </"+clip(string(name), 40)+"> where </"+clip(string(w.stack[depth-1].name), 40)+"> should be")
		}
		w.closed(at, at)
	}
	w.fail(at, "end tag </"+clip(string(name), 40)+"> closes nothing")
	return 0
}

// isItem reports whether a tag's name is that of an item of this kind of feed.
func (w *walker) isItem(name []byte) bool {
	return isItemName(name, w.prefix, w.kind)
}

func isItemName(name, prefix []byte, kind string) bool {
	p, local := splitName(name)
	if len(p) > 0 && string(p) != string(prefix) {
		return false
	}
	if kind == "atom" {
		return len(local) == 5 && strings.EqualFold(string(local), "entry")
	}
	return len(local) == 4 && strings.EqualFold(string(local), "item")
}

// itemFollows reports whether an item's start tag stands in b.
func itemFollows(b []byte, kind string) bool {
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 {
			return false
		}
		b = b[i:]
		if name, ok := tagName(b); ok && isItemName(name, nil, kind) {
			return true
		}
		b = b[1:]
	}
}

// splitName splits a name as encoding/xml does.
func splitName(name []byte) (prefix, local []byte) {
	i := bytes.IndexByte(name, ':')
	if i <= 0 || i == len(name)-1 {
		return nil, name
	}
	return name[:i], name[i+1:]
}

func localIs(name []byte, local string) bool {
	_, l := splitName(name)
	return len(l) == len(local) && strings.EqualFold(string(l), local)
}

func isSpace(c byte) bool { return c == ' ' || c == '\r' || c == '\n' || c == '\t' }

// isBareByte reports the bytes the decoder takes for a value without quotes.
func isBareByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == ':' || c == '-'
}

func tagWord(name []byte) string { return "<" + clip(string(name), 40) + ">" }

// joinBase resolves an xml:base against the one around it (RFC 3986; gofeed
// takes every base for a directory). A broken one counts for nothing.
func joinBase(outer, inner string) string {
	u, err := url.Parse(strings.TrimSpace(unescape(inner)))
	if err != nil || len(inner) > maxURL {
		return outer
	}
	if o, err := url.Parse(outer); err == nil && outer != "" {
		u = o.ResolveReference(u)
	}
	return u.String()
}
