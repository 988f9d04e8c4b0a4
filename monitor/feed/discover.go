package feed

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

const (
	maxDiscoverBytes = 1 << 20 // of a page searched
	maxDiscovered    = 20      // feeds named
)

// readPage reads the feeds an HTML page advertises by <link rel=alternate>,
// absolute http(s) URLs in the page's order, feeds of comments last, at most
// maxDiscovered, and the page's title. base is the page's URL.
func readPage(page []byte, base string) (feeds []string, title string) {
	z := html.NewTokenizer(bytes.NewReader(page[:min(len(page), maxDiscoverBytes)]))
	var comments []string
	inTitle := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return append(feeds, comments...)[:min(len(feeds)+len(comments), maxDiscovered)], title
		case html.TextToken:
			if inTitle && title == "" {
				title = clean(string(z.Text()))
			}
			inTitle = false
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			inTitle = string(name) == "title"
			isBase, isLink := string(name) == "base", string(name) == "link"
			if !isBase && !isLink || !more {
				continue
			}
			at := map[string]string{}
			for n := 0; more && n < maxAttributes; n++ {
				var key, value []byte
				key, value, more = z.TagAttr()
				if _, ok := at[string(key)]; !ok {
					at[string(key)] = string(value)
				}
			}
			if isBase {
				if b := resolveURL(base, at["href"]); b != "" {
					base = b
				}
				continue
			}
			if !isFeedLink(at["rel"], at["type"]) {
				continue
			}
			u := resolveURL(base, at["href"])
			if u == "" || slices.Contains(feeds, u) || slices.Contains(comments, u) || len(feeds)+len(comments) >= maxDiscovered {
				continue
			}
			if strings.Contains(strings.ToLower(at["title"]+at["href"]), "comment") {
				comments = append(comments, u)
			} else {
				feeds = append(feeds, u)
			}
		}
	}
}

func isFeedLink(rel, mediaType string) bool {
	mediaType, _, _ = strings.Cut(strings.ToLower(mediaType), ";")
	switch strings.TrimSpace(mediaType) {
	case "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/rss+xml", "application/rss", "application/atom":
	case "application/json", "text/xml", "application/xml", "":
		// Too general, unless the relation says feed.
		return slices.Contains(strings.Fields(strings.ToLower(rel)), "feed")
	default:
		return false
	}
	for word := range strings.FieldsSeq(strings.ToLower(rel)) {
		if word == "alternate" || word == "feed" {
			return true
		}
	}
	return false
}
