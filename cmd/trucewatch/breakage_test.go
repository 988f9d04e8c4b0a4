package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// breakage is one way feeds break in the wild. Unless the row says otherwise the
// document's two entries are in the database whole, and the feed is in order.
type breakage struct {
	name   string
	body   string
	header string
	items  []string // titles in the database; nil: both
	links  []string // nil is not looked at
	state  string   // "" is ok; damaged keeps the validators out, failing stores nothing
	says   string   // to the publisher, by way of the listing
}

// The two entries of a broken document.
var bothTitles = []string{"Перемовини у Стамбулі", "Друга новина"}

const (
	firstItem  = `<item><guid>one</guid><link>https://wire.example/1</link><title>Перемовини у Стамбулі</title><pubDate>Sun, 22 Nov 2026 08:00:00 GMT</pubDate><description>Сторони зустрілися.</description></item>`
	secondItem = `<item><guid>two</guid><link>https://wire.example/2</link><title>Друга новина</title><pubDate>Sun, 22 Nov 2026 09:00:00 GMT</pubDate><description>Далі буде.</description></item>`
	plainRSS   = `<rss version="2.0"><channel><title>Проба</title>` + firstItem + "\n" + secondItem + `</channel></rss>`
	plainAtom  = `<feed xmlns="http://www.w3.org/2005/Atom"><title>Проба</title>` +
		`<entry><id>one</id><title>Перемовини у Стамбулі</title><link href="https://wire.example/1"/><updated>2026-11-22T08:00:00Z</updated></entry>` +
		`<entry><id>two</id><title>Друга новина</title><link href="https://wire.example/2"/><updated>2026-11-22T09:00:00Z</updated></entry></feed>`
	plainRDF = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://wire.example/"><title>Проба</title></channel>` +
		`<item rdf:about="https://wire.example/1"><title>Перемовини у Стамбулі</title><link>https://wire.example/1</link></item>` +
		`<item rdf:about="https://wire.example/2"><title>Друга новина</title><link>https://wire.example/2</link></item></rdf:RDF>`
	plainJSON = `{"version":"https://jsonfeed.org/version/1.1","title":"Проба","items":[` +
		`{"id":"one","url":"https://wire.example/1","title":"Перемовини у Стамбулі","content_text":"Сторони зустрілися."},` +
		`{"id":"two","url":"https://wire.example/2","title":"Друга новина","content_text":"Далі буде."}]}`
)

// with is a document with one thing changed.
func with(document, old, now string) string {
	if !strings.Contains(document, old) {
		panic("nothing to change: " + old)
	}
	return strings.Replace(document, old, now, 1)
}

// upTo is a document cut before some text.
func upTo(document, text string) string { return document[:strings.Index(document, text)] }

// cyrillic is text in windows-1251.
func cyrillic(s string) string {
	var b []byte
	for _, r := range s {
		switch {
		case r < 0x80:
			b = append(b, byte(r))
		case 'А' <= r && r <= 'я':
			b = append(b, byte(r-'А')+0xC0)
		default:
			b = append(b, map[rune]byte{'і': 0xB3, 'ї': 0xBF, 'є': 0xBA}[r])
		}
	}
	return string(b)
}

// wide is text in UTF-16, little endian, without a mark. Its runes are below U+10000.
func wide(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}

var breakages = []breakage{
	{name: "RSS, whole", body: plainRSS},
	{name: "Atom, whole", body: plainAtom},
	{name: "RDF, whole", body: plainRDF},
	{name: "JSON Feed, whole", body: plainJSON, header: "Content-Type: application/feed+json"},

	// Encodings.
	{name: "a label nobody knows", body: `<?xml version="1.0" encoding="win-1251"?>` + cyrillic(plainRSS)},
	{name: "UTF-8 labelled windows-1251", body: `<?xml version="1.0" encoding="windows-1251"?>` + plainRSS},
	{name: "UTF-8 served as koi8-r", body: plainRSS, header: "Content-Type: text/xml; charset=koi8-r"},
	{name: "windows-1251 by HTTP alone", body: cyrillic(plainRSS), header: "Content-Type: application/rss+xml; charset=windows-1251"},
	{name: "windows-1251 without a label", body: cyrillic(plainRSS)},
	{name: "UTF-16 with a mark", body: "\xff\xfe" + wide(plainRSS)},
	{name: "UTF-16 without a mark", body: wide(plainRSS)},
	{name: "one invalid byte", body: with(plainRSS, "Далі", "Далі\xff")},
	{name: "a rune cut in half", body: with(plainRSS, "Далі", "Дал\xd1")},
	{name: "a reference to a control character", body: with(plainRSS, "Далі", "Далі&#x8;")},
	{name: "U+FFFE and U+FFFF", body: with(plainRSS, "Далі", "Далі\ufffe\uffff")},
	{name: "JSON with a byte order mark", body: "\ufeff" + plainJSON, header: "Content-Type: application/json"},
	{name: "XML 1.1", body: `<?xml version="1.1"?>` + plainRSS},

	// Before the root.
	{name: "a warning of PHP before the feed", body: "<br />\n<b>Warning</b>: Undefined index: x in <b>feed.php</b> on line <b>3</b><br />\n<?xml version='1.0'?>" + plainRSS},
	{name: "a zero width space before the feed", body: "\u200b" + plainRSS},
	{name: "blank lines before the declaration", body: "\n\n<?xml version='1.0'?>" + plainRSS},
	{name: "a root after 4096 bytes", body: "<?xml version='1.0'?><!--" + strings.Repeat(" long", 1000) + "-->" + plainRSS},

	// Markup.
	{name: "a raw < in a title", body: with(plainRSS, "Друга новина", "Друга < новина"), items: []string{"Перемовини у Стамбулі", "Друга < новина"}, state: "damaged", says: "unescaped “<”"},
	{name: "an attribute without quotes", body: with(plainRSS, "Далі", `<img src=foo.jpg> Далі`)},
	{name: "an attribute without quotes in a title", body: with(plainRSS, "Друга", `<img src=foo.jpg>Друга`), state: "damaged", says: "invalid XML name"},
	{name: "]]> in a title", body: with(plainRSS, "Друга", "]]>Друга"), items: []string{"Перемовини у Стамбулі", "]]>Друга новина"}, state: "damaged", says: "]]>"},
	{name: "-- in a comment", body: with(plainRSS, "<guid>two", "<!-- a -- b --><guid>two"), state: "damaged", says: "--"},
	{name: "a CDATA section never closed", body: with(plainRSS, "Сторони", "<![CDATA[Сторони"), state: "damaged", says: "opens here that nothing closes"},
	{name: "an attribute twice", body: with(plainRSS, `version="2.0"`, `version="2.0" version="2.0"`)},
	{name: "a misspelt end tag", body: with(plainRSS, "Стамбулі</title>", "Стамбулі</titel>"), state: "damaged", says: "</titel>"},
	{name: "an item not closed", body: with(plainRSS, "</item>", ""), state: "damaged", says: "inside another"},
	{name: "RSS in the namespace of Atom", body: with(plainRSS, "<rss ", `<rss xmlns="http://www.w3.org/2005/Atom" `), state: "damaged", says: "namespace"},
	{name: "unescaped ampersands", body: with(plainRSS, "wire.example/2", "wire.example/2?a=1&b=2"), links: []string{"https://wire.example/1", "https://wire.example/2?a=1&b=2"}},
	{name: "entities nobody defined", body: with(plainRSS, "Далі", "Далі&nbsp;&foo;")},

	// Cut off.
	{name: "cut within an item by its own server", body: upTo(plainRSS, "Далі"), items: bothTitles[:1], state: "damaged", says: "cut off within item 2"},
	{name: "cut between two items", body: upTo(plainRSS, "\n<item>"), items: bothTitles[:1], state: "damaged", says: "cut off"},
	{name: "Atom cut within an entry", body: upTo(plainAtom, "<id>two"), items: bothTitles[:1], state: "damaged", says: "cut off within item 2"},
	{name: "JSON cut within an item", body: upTo(plainJSON, "Далі"), header: "Content-Type: application/feed+json", items: bothTitles[:1], state: "damaged", says: "cut"},
	{name: "cut before the end of the first item", body: upTo(plainRSS, "Сторони"), items: []string{}, state: "failing", says: "cut off"},

	// Links and identity.
	{name: "no link but a GUID that is one", body: with(plainRSS, "<guid>two</guid><link>https://wire.example/2</link>", "<guid>https://wire.example/2</guid>"), links: []string{"https://wire.example/1", "https://wire.example/2"}},
	{name: "no link but atom:link", body: with(plainRSS, "<link>https://wire.example/2</link>", `<atom:link rel="self" href="https://wire.example/2"/>`), links: []string{"https://wire.example/1", "https://wire.example/2"}},
	{name: "a link with blanks around it", body: with(plainRSS, "https://wire.example/2</link>", "\n https://wire.example/2 \n</link>"), links: []string{"https://wire.example/1", "https://wire.example/2"}},
	{name: "relative links and xml:base", body: strings.ReplaceAll(with(plainAtom, "<feed ", `<feed xml:base="https://other.example/a/" `), "https://wire.example/", ""), links: []string{"https://other.example/a/1", "https://other.example/a/2"}},

	// Not a feed.
	{name: "an HTML page", body: welcome, items: []string{}, state: "failing", says: "got an HTML page titled “Welcome”, not a feed; it advertises http://wire.example/rss.xml"},
	{name: "a sitemap", body: `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://wire.example/1</loc></url></urlset>`, items: []string{}, state: "failing", says: "got a sitemap"},
	{name: "an OPML list", body: `<opml version="2.0"><body><outline xmlUrl="https://wire.example/rss"/></body></opml>`, items: []string{}, state: "failing", says: "got an OPML list"},
	{name: "an error in JSON", body: `{"error":"no such feed"}`, items: []string{}, state: "failing", says: "got a JSON error that says “no such feed”"},
	{name: "JSON that is no feed", body: `{"items":[{"title":"x"}]}`, items: []string{}, state: "failing", says: "no JSON Feed"},
	{name: "a network's filler", body: "Hello World", items: []string{}, state: "failing", says: "got a placeholder that says “Hello World”"},
	{name: "a consent page", body: `<html><head><title>Before you continue</title></head><body><form action="https://consent.example/save"></form></body></html>`, items: []string{}, state: "failing", says: "got a consent page"},
	{name: "a challenge page", body: `<html><head><title>Just a moment...</title></head><body></body></html>`, items: []string{}, state: "failing", says: "got a challenge page"},
	{name: "gzip nobody unpacked", body: "\x1f\x8b\x08\x00\x00\x00\x00\x00", items: []string{}, state: "failing", says: "gzip"},
	{name: "blanks only", body: " \n ", items: []string{}, state: "failing", says: "empty"},
	{name: "items that say nothing", body: `<rss version="2.0"><channel><title>x</title><item/><item></item></channel></rss>`, items: []string{}},
}

// Every breakage is read through all of the program: what can be read is stored
// once however often it comes, the validators are kept exactly when the document
// was whole, and the listing says what is wrong.
func TestBreakages(t *testing.T) {
	c := newConformance(t)
	for _, b := range breakages {
		t.Run(b.name, func(t *testing.T) {
			m := manner{name: "broken: " + b.name, items: b.items, links: b.links, state: b.state}
			if m.items == nil {
				m.items = bothTitles
			}
			if b.says != "" {
				m.says = []string{b.says}
			}
			m.asked = []string{at, at + " v1"}
			if b.state != "" {
				m.asked[1] = at
			}
			m.server = func(int, *http.Request) says { return says{header: b.header + "\nETag: v1", body: b.body} }
			c.run(t, m)
		})
	}
}

// No two rows may have the same name: documentation names them.
func TestRowsAreNamedApart(t *testing.T) {
	var names []string
	for _, m := range manners {
		names = append(names, m.name)
	}
	for _, b := range breakages {
		names = append(names, b.name)
	}
	slices.Sort(names)
	if n := len(slices.Compact(slices.Clone(names))); n != len(names) {
		t.Errorf("%d rows, %d names", len(names), n)
	}
}
