package feed

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"trucewatch/internal/news"
)

// DefaultMaxItems is how many items of one document are read when Options does
// not say otherwise.
const DefaultMaxItems = 2000

// Options is what is known about a document apart from its bytes.
type Options struct {
	URL         string         // final URL it was read from; base of relative links
	ContentType string         // HTTP Content-Type; only its charset is used
	Lang        string         // language expected, helps guess an unlabelled encoding
	Zone        *time.Location // of dates that state none; nil is UTC
	Now         time.Time      // when it was fetched; later dates are clamped to it; zero clamps nothing
	MaxItems    int            // items read at most; 0 is DefaultMaxItems
}

// Document is what a feed document says.
type Document struct {
	Kind    string // rss, atom, rdf or json
	Title   string // plain text
	Lang    string // BCP 47, "" when not stated
	Site    string // absolute URL of the site's page, "" when not stated
	Entries []news.Entry
	// Partial says in words a publisher could act on why items had to be
	// salvaged or were left out; "" when the document was whole.
	Partial string
	// Mended says what was wrong with the document although nothing was lost,
	// such as a false encoding label; "" when nothing was.
	Mended  string
	Hints   Hints
	Archive Links
}

// Hints are a document's wishes about how often to be asked.
type Hints struct {
	Interval  time.Duration  // the longer of ttl and sy:updatePeriod divided by sy:updateFrequency; 0: none
	SkipHours []int          // 0 to 23, UTC, ascending
	SkipDays  []time.Weekday // UTC, from Sunday
}

// Links are a document's links to other documents of the same feed (RFC 5005,
// or next_url of JSON Feed), absolute, "" when absent.
type Links struct {
	Self, Current, Next, Previous, First, Last, PrevArchive, NextArchive string
}

// Parse reads a feed document. What is not a feed gives a *WrongDocument. A
// feed without items is no error; a feed of which no item could be read is.
// Entries stand in the document's order, with valid UTF-8 text without control
// characters but for line breaks between blocks of Summary and Content.
func Parse(b []byte, o Options) (Document, error) {
	if o.MaxItems <= 0 {
		o.MaxItems = DefaultMaxItems
	}
	if kind := binaryKind(b); kind != "" {
		return Document{}, &WrongDocument{Kind: kind}
	}
	text, mended := normalise(b, o.ContentType, o.Lang)
	trimmed := bytes.TrimLeft(text, " \t\r\n\u200b\u2060\ufeff")
	if len(trimmed) == 0 {
		return Document{}, &WrongDocument{Kind: "empty"}
	}
	var d Document
	var err error
	if trimmed[0] == '{' || trimmed[0] == '[' {
		d, err = parseJSON(trimmed, o)
	} else {
		root, ok := findRoot(text)
		if !ok {
			return Document{}, nameWrong(trimmed, o.URL)
		}
		if root.junk != "" {
			mended = append(mended, root.junk)
		}
		d, err = parseXML(text[root.at:], root.kind, o)
	}
	if err != nil {
		return Document{}, err
	}
	d.Mended = strings.Join(mended, "; ")
	return d, nil
}

// parseXML reads a document that starts at its root tag.
func parseXML(doc []byte, kind string, o Options) (Document, error) {
	s := scan(doc, kind, o.MaxItems)
	sound := s.cause == "" && !s.damaged && (!s.cut || len(s.spans) > 0)
	why := ""
	if sound {
		d, err := readWhole(doc, kind, s, o)
		if err == nil {
			switch {
			case s.more:
				d.Partial = moreWords(o.MaxItems)
			case s.cut:
				d.Partial = cutWords(len(s.spans), s.open > 0, kind)
			}
			return d, nil
		}
		why = err.Error()
	}
	return salvage(doc, kind, s, why, o)
}

func moreWords(n int) string {
	return fmt.Sprintf("more than %d items: only the first %d were read", n, n)
}

// cutWords says that a document ends too early, after n items, within another
// or between two.
func cutWords(n int, within bool, kind string) string {
	if within {
		return fmt.Sprintf("the document is cut off within item %d, which was left out; the %d before it were read", n+1, n)
	}
	return fmt.Sprintf("the document is cut off: no </%s>; %d items were read", rootWord(kind), n)
}

func rootWord(kind string) string {
	switch kind {
	case "atom":
		return "feed"
	case "rdf":
		return "rdf:RDF"
	}
	return "rss"
}

// clip shortens s to at most n bytes at a rune boundary, and lets go of the rest.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.Clone(s[:n])
}
