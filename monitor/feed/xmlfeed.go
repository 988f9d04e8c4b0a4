package feed

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"trucewatch/internal/news"
)

// batchSize bounds what gofeed is given at once, in bytes: it holds several copies
// of what it reads.
const batchSize = 512 << 10

// readWhole reads a sound document with one gofeed parse, or in batches of items if
// it is large. It fails when the parser does, or returns another number of items
// than the document has.
func readWhole(doc []byte, kind string, s scanned, o Options) (Document, error) {
	// Where the batches start; the first also has what stands before the items,
	// the last what stands behind them.
	var starts []int
	for i, p := range s.spans {
		if i == 0 || p.start-s.spans[starts[len(starts)-1]].start > batchSize {
			starts = append(starts, i)
		}
	}
	if len(starts) < 2 || s.spans[0].start > batchSize {
		h, items, err := readXML(s.lean(doc), kind)
		if err == nil && len(items) != len(s.spans) {
			err = fmt.Errorf("only %d of %d items are where a parser finds them, perhaps because of a wrong namespace", len(items), len(s.spans))
		}
		if err != nil {
			return Document{}, err
		}
		d := h.document(doc[:s.head], kind, o)
		d.Entries = make([]news.Entry, 0, len(items))
		d.add(items, s.spans, doc, o)
		return d, nil
	}
	before := s.edited(nil, doc, 0, s.spans[0].start)
	var first head
	var d Document
	var buffer []byte
	for n, i := range starts {
		j, to, closers := len(s.spans), s.end, s.closers
		if n+1 < len(starts) {
			j = starts[n+1]
			to, closers = s.spans[j].start, s.around
		}
		buffer = append(s.edited(append(buffer[:0], before...), doc, s.spans[i].start, to), closers...)
		h, items, err := readXML(buffer, kind)
		if err != nil {
			return Document{}, err
		}
		if len(items) != j-i {
			return Document{}, fmt.Errorf("only %d of %d items are where a parser finds them", len(items), j-i)
		}
		if n == 0 {
			// What a channel says of itself may stand behind the items, too.
			first = h
			d = h.document(doc[:s.head], kind, o)
			d.Entries = make([]news.Entry, 0, len(s.spans))
		} else if n == len(starts)-1 && (h.lang != first.lang || h.title != first.title) {
			last := h.document(doc[:s.head], kind, o)
			last.Entries = d.Entries
			for k := range last.Entries {
				last.Entries[k].Lang = cmp.Or(last.Entries[k].Lang, last.Lang)
			}
			d = last
		}
		d.add(items, s.spans[i:j], doc, o)
	}
	return d, nil
}

// add makes entries of items that stand at spans.
func (d *Document) add(items []item, spans []span, doc []byte, o Options) {
	b := builder{o: o, lang: d.Lang, base: cmp.Or(o.URL, d.Site)}
	for i, it := range items {
		spans[i].complete(&it, doc, d.Kind)
		if it.title == "" && len(it.links) == 0 {
			// In a namespace gofeed does not know, perhaps.
			if l := extract(doc[spans[i].start:spans[i].end], d.Kind); l.title != "" || len(l.links) > 0 {
				l.base, l.lang = it.base, cmp.Or(l.lang, it.lang)
				it = l
			}
		}
		d.Entries = append(d.Entries, b.entry(it))
	}
}

// complete adds what gofeed leaves out, alters or did not see: xml:base, xml:lang,
// rdf:about, Atom's id as it is written, and RSS's long texts and date.
func (s span) complete(it *item, doc []byte, kind string) {
	it.base = s.base
	tag := doc[s.start:s.tagEnd]
	if len(tag) > len("<entry >") {
		if l := attribute(tag, "xml:lang"); l != "" {
			it.lang = l
		}
		if about := attribute(tag, "rdf:about"); about != "" && kind == "rdf" {
			it.guid = cmp.Or(it.guid, about)
			it.links = append(it.links, about)
		}
	}
	if s.description[1] > 0 {
		it.summary = cmp.Or(textOf(doc[s.description[0]:s.description[1]]), it.summary)
	}
	if s.encoded[1] > 0 {
		it.content = cmp.Or(textOf(doc[s.encoded[0]:s.encoded[1]]), it.content)
	}
	if s.date[1] > 0 {
		if date := textOf(doc[s.date[0]:s.date[1]]); date != "" {
			it.published = slices.Insert(it.published, 0, date)
		}
	}
	if kind == "atom" && s.id[1] > s.id[0] {
		it.guid = textOf(doc[s.id[0]:s.id[1]])
	}
}

// head is what a document says of itself.
type head struct {
	title, lang, site string
	ttl               string
	skipHours         []string
	skipDays          []string
	extensions        ext.Extensions
	links             []*atom.Link
}

// readXML parses with gofeed.
func readXML(doc []byte, kind string) (head, []item, error) {
	r := bytes.NewReader(doc)
	if kind == "atom" {
		f, err := new(atom.Parser).Parse(r)
		if err != nil {
			return head{}, nil, notWellFormed(err)
		}
		items := make([]item, len(f.Entries))
		for i, e := range f.Entries {
			items[i] = fromAtom(e)
		}
		return head{title: f.Title, lang: f.Language, extensions: f.Extensions, links: f.Links}, items, nil
	}
	f, err := new(rss.Parser).Parse(r)
	if err != nil {
		return head{}, nil, notWellFormed(err)
	}
	items := make([]item, len(f.Items))
	for i, e := range f.Items {
		items[i] = fromRSS(e)
	}
	h := head{title: f.Title, lang: f.Language, site: f.Link, ttl: f.TTL, skipHours: f.SkipHours, skipDays: f.SkipDays, extensions: f.Extensions}
	if h.lang == "" {
		h.lang = extension(f.Extensions, "dc", "language")
	}
	return h, items, nil
}

func notWellFormed(err error) error {
	return fmt.Errorf("not well-formed: %s", clip(strings.TrimPrefix(clean(err.Error()), "XML syntax error on "), 200))
}

// fromRSS takes an item of RSS or RDF.
func fromRSS(e *rss.Item) item {
	it := item{
		title:   cmp.Or(e.Title, extension(e.Extensions, "dc", "title"), extension(e.Extensions, "media", "title")),
		summary: cmp.Or(e.Description, extension(e.Extensions, "media", "description"), extension(e.Extensions, "dc", "description"), extension(e.Extensions, "atom", "summary"), extension(e.Extensions, "itunes", "summary")),
		content: cmp.Or(e.Content, extension(e.Extensions, "yandex", "full-text"), extension(e.Extensions, "rambler", "fulltext"),
			extension(e.Extensions, "turbo", "content"), extension(e.Extensions, "atom", "content"), e.Custom["encoded"], e.Custom["fulltext"], e.Custom["full-text"], e.Custom["content"]),
		lang:      cmp.Or(extension(e.Extensions, "dc", "language"), e.Custom["language"]),
		published: stated(e.PubDate, extension(e.Extensions, "dc", "date"), extension(e.Extensions, "dcterms", "created"), extension(e.Extensions, "dcterms", "issued"), extension(e.Extensions, "atom", "published"), e.Custom["published"], e.Custom["date"]),
		updated:   stated(extension(e.Extensions, "dcterms", "modified"), extension(e.Extensions, "atom", "updated"), e.Custom["updated"], e.Custom["lastBuildDate"]),
	}
	if original := extension(e.Extensions, "feedburner", "origLink"); original != "" {
		it.links = append(it.links, original)
	}
	if e.Link != "" {
		it.links = append(it.links, e.Link)
	}
	// gofeed keeps the last link of several; the others are second choice.
	for _, l := range e.Links {
		if l != e.Link && l != "" {
			it.links = append(it.links, l)
		}
	}
	var self []string
	for _, l := range e.Extensions["atom"]["link"] {
		switch href := l.Attrs["href"]; l.Attrs["rel"] {
		case "", "alternate":
			it.links = append(it.links, href)
		case "self":
			self = append(self, href)
		}
	}
	if e.GUID != nil {
		it.guid = e.GUID.Value
		if isWebURL(it.guid) {
			it.links = append(it.links, it.guid)
		} else if strings.EqualFold(strings.TrimSpace(e.GUID.IsPermalink), "true") && strings.HasPrefix(strings.TrimSpace(it.guid), "/") {
			it.links = append(it.links, it.guid)
		}
	}
	it.links = append(it.links, self...)
	return it
}

// fromAtom takes an Atom entry.
func fromAtom(e *atom.Entry) item {
	it := item{
		guid:      e.ID,
		title:     cmp.Or(e.Title, extension(e.Extensions, "media", "title")),
		summary:   cmp.Or(e.Summary, extension(e.Extensions, "media", "description")),
		published: stated(e.Published, extension(e.Extensions, "dc", "date")),
		updated:   stated(e.Updated),
	}
	var src string
	if c := e.Content; c != nil {
		if !isMedia(c.Type) {
			it.content = c.Value
		}
		src = c.Src
	}
	for _, l := range e.Links {
		it.addLink(l.Rel, l.Type, l.Href)
	}
	it.fallbackLinks(e.Links, src)
	return it
}

// addLink adds an alternate link; web pages come before other alternates.
func (it *item) addLink(rel, mediaType, href string) {
	if rel != "" && !strings.EqualFold(rel, "alternate") || href == "" {
		return
	}
	if mediaType == "" || strings.Contains(strings.ToLower(mediaType), "html") {
		// Before the first alternate that is not a page.
		i := it.pages
		it.links = slices.Insert(it.links, i, href)
		it.pages++
		return
	}
	it.links = append(it.links, href)
}

// fallbackLinks adds what may stand in for an alternate link.
func (it *item) fallbackLinks(links []*atom.Link, src string) {
	if src != "" {
		it.links = append(it.links, src)
	}
	for _, l := range links {
		if strings.EqualFold(l.Rel, "canonical") {
			it.links = append(it.links, l.Href)
		}
	}
	if isWebURL(it.guid) {
		it.links = append(it.links, it.guid)
	}
	for _, l := range links {
		if strings.EqualFold(l.Rel, "self") {
			it.links = append(it.links, l.Href)
		}
	}
}

func isMedia(contentType string) bool {
	t := strings.ToLower(contentType)
	return strings.HasPrefix(t, "image/") || strings.HasPrefix(t, "audio/") || strings.HasPrefix(t, "video/") || strings.HasPrefix(t, "application/octet")
}

// isWebURL reports an absolute http(s) URL.
func isWebURL(s string) bool {
	s = strings.TrimSpace(s)
	return hasFold([]byte(s), "http://") || hasFold([]byte(s), "https://")
}

// extension is the text of an extension element, "" when there is none.
func extension(all ext.Extensions, prefix, name string) string {
	for _, e := range all[prefix][name] {
		if e.Value != "" {
			return e.Value
		}
	}
	if prefix == "media" {
		for _, group := range all["media"]["group"] {
			for _, e := range group.Children[name] {
				if e.Value != "" {
					return e.Value
				}
			}
		}
	}
	return ""
}

// stated keeps the dates that are there.
func stated(dates ...string) []string {
	return slices.DeleteFunc(dates, func(s string) bool { return s == "" })
}

// document makes a Document without entries of what a document with that root
// tag says of itself.
func (h head) document(root []byte, kind string, o Options) Document {
	if base := resolveURL(o.URL, attribute(root, "xml:base")); base != "" {
		o.URL = base
	}
	d := Document{Kind: kind, Title: clip(oneLine(PlainText(h.title)), maxTitle), Lang: language(clean(h.lang))}
	links := slices.Clone(h.links)
	for _, l := range h.extensions["atom"]["link"] {
		links = append(links, &atom.Link{Rel: l.Attrs["rel"], Href: l.Attrs["href"], Type: l.Attrs["type"]})
	}
	set := func(to *string, href string) {
		if *to == "" {
			*to = resolveURL(o.URL, href)
		}
	}
	set(&d.Site, h.site)
	for _, l := range links {
		switch strings.ToLower(l.Rel) {
		case "", "alternate":
			if l.Type == "" || strings.Contains(l.Type, "html") {
				set(&d.Site, l.Href)
			}
		case "self":
			set(&d.Archive.Self, l.Href)
		case "current":
			set(&d.Archive.Current, l.Href)
		case "next":
			set(&d.Archive.Next, l.Href)
		case "previous", "prev":
			set(&d.Archive.Previous, l.Href)
		case "first":
			set(&d.Archive.First, l.Href)
		case "last":
			set(&d.Archive.Last, l.Href)
		case "prev-archive":
			set(&d.Archive.PrevArchive, l.Href)
		case "next-archive":
			set(&d.Archive.NextArchive, l.Href)
		}
	}
	d.Hints = Hints{
		Interval:  max(minutes(h.ttl), updatePeriod(extension(h.extensions, "sy", "updatePeriod"), extension(h.extensions, "sy", "updateFrequency"))),
		SkipHours: skipHours(h.skipHours),
		SkipDays:  skipDays(h.skipDays),
	}
	return d
}

// maxHint bounds an interval a document asks for.
const maxHint = 366 * 24 * time.Hour

// minutes reads an RSS ttl.
func minutes(s string) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n <= 0 {
		return 0
	}
	return min(time.Duration(min(n, 1e6))*time.Minute, maxHint)
}

// updatePeriod is the interval of RSS 1.0's syndication module.
func updatePeriod(period, frequency string) time.Duration {
	d, ok := map[string]time.Duration{
		"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour,
		"monthly": 30 * 24 * time.Hour, "yearly": 365 * 24 * time.Hour,
	}[strings.ToLower(strings.TrimSpace(period))]
	if !ok {
		return 0
	}
	if n, err := strconv.Atoi(strings.TrimSpace(frequency)); err == nil && n > 1 {
		d /= time.Duration(min(n, 3600))
	}
	return d
}

func skipHours(words []string) []int {
	var hours []int
	for _, w := range words {
		if h, err := strconv.Atoi(strings.TrimSpace(w)); err == nil && h >= 0 && h <= 24 {
			hours = append(hours, h%24)
		}
	}
	slices.Sort(hours)
	return slices.Compact(hours)
}

func skipDays(words []string) []time.Weekday {
	var days []time.Weekday
	for _, w := range words {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(strings.TrimSpace(w), d.String()) {
				days = append(days, d)
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}
