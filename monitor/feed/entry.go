package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"trucewatch/internal/news"
)

// Bounds on one entry, in bytes. Text is cut, an overlong GUID ends in its hash,
// an overlong URL counts as none.
const (
	maxTitle   = 2 << 10
	maxSummary = 256 << 10
	maxContent = 1 << 20
	maxGUID    = 1 << 10
	maxURL     = 4 << 10
)

// item is an entry as its format states it, before it is made presentable.
type item struct {
	guid      string
	links     []string // candidates, best first
	pages     int      // how many of the first links are alternates that are web pages
	base      string   // xml:base in scope
	title     string   // HTML, like the next two
	summary   string
	content   string
	plain     bool     // content is plain text, not HTML
	published []string // candidates, best first
	updated   []string
	lang      string
}

// builder makes entries of one document.
type builder struct {
	o    Options
	lang string
	base string // of links without an xml:base
}

// entry makes an item presentable.
func (b builder) entry(it item) news.Entry {
	var e news.Entry
	e.GUID = guid(it.guid)
	base := b.base
	if it.base != "" {
		base = resolveURL(b.base, it.base)
	}
	for _, l := range it.links {
		if e.URL = resolveURL(base, l); e.URL != "" {
			break
		}
	}
	e.Canonical = Canonical(e.URL)
	e.Title, e.Summary = oneLine(PlainText(it.title)), PlainText(it.summary)
	if it.plain {
		e.Content = cleanLines(it.content)
	} else {
		e.Content = PlainText(it.content)
	}
	e.Title = clip(e.Title, maxTitle)
	e.Summary, e.Content = clip(e.Summary, maxSummary), clip(e.Content, maxContent)
	if e.Title == "" {
		e.Title = firstWords(e.Summary)
	}
	if e.Title == "" {
		e.Title = firstWords(e.Content)
	}
	if e.Lang = language(it.lang); e.Lang == "" {
		e.Lang = b.lang
	}
	e.PublishedFrom = news.PublishedNone
	for _, s := range it.published {
		if e.Published, e.PublishedFrom = ParseDate(s, b.o.Zone, b.o.Now); e.PublishedFrom != news.PublishedNone {
			return e
		}
	}
	for _, s := range it.updated {
		if t, from := ParseDate(s, b.o.Zone, b.o.Now); from != news.PublishedNone {
			e.Published, e.PublishedFrom = t, news.PublishedUpdated
			if from == news.PublishedClamped {
				e.PublishedFrom = from
			}
			return e
		}
	}
	return e
}

// empty reports an item that says nothing at all.
func (it item) empty() bool {
	return it.guid == "" && len(it.links) == 0 && it.title == "" && it.summary == "" && it.content == ""
}

// guid trims an identifier and bounds its length.
func guid(s string) string {
	s = clean(s)
	if len(s) <= maxGUID {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return clip(s, maxGUID-70) + "#" + hex.EncodeToString(sum[:])
}

// firstWords is the first sentence or line of a text, for an entry without a
// title.
func firstWords(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	const limit = 120 // runes
	n, space := 0, 0
	for i, r := range s {
		if n++; n > limit {
			if space == 0 {
				space = i
			}
			return strings.TrimRight(s[:space], " ,;:–—-") + "…"
		}
		if r == ' ' {
			space = i
			if last, _ := utf8.DecodeLastRuneInString(s[:i]); n > 30 && strings.ContainsRune(".!?…", last) {
				return s[:i]
			}
		}
	}
	return s
}

// language makes a language tag of what publishers write for one; "" when it
// is none. Only primary language and region are kept.
func language(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if s == "" || len(s) > 35 {
		return ""
	}
	parts := strings.Split(s, "-")
	primary := strings.ToLower(parts[0])
	if len(primary) < 2 || len(primary) > 3 || !isLetters(primary) {
		return ""
	}
	if repaired, ok := notLanguages[primary]; ok {
		primary = repaired
	}
	for _, p := range parts[1:] {
		if len(p) == 2 && isLetters(p) {
			return primary + "-" + strings.ToUpper(p)
		}
	}
	return primary
}

// notLanguages are country codes that feeds give for a language.
var notLanguages = map[string]string{
	"ua": "uk", "us": "en", "gb": "en", "by": "be", "cz": "cs", "jp": "ja", "cn": "zh", "gr": "el", "dk": "da",
	"eng": "en", "rus": "ru", "ukr": "uk", "iw": "he",
}

func isLetters(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}
