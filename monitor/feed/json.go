package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// jsonHead is what of a JSON Feed stands outside its items.
type jsonHead struct {
	version, title, language, site, self, next string
	message                                    string // of a document that is an error
	isError                                    bool
	items                                      bool // there is an items member, an array
}

// parseJSON reads a JSON Feed (jsonfeed.org, versions 1 and 1.1) item by item, so
// that one bad item or a cut costs no others and no more than MaxItems are held.
func parseJSON(b []byte, o Options) (Document, error) {
	if b[0] == '[' {
		return Document{}, &WrongDocument{Kind: "json document"}
	}
	h, items, bad, more, err := readJSON(b, o.MaxItems)
	mended := false
	if err != nil && !isCut(err) {
		// Line breaks and tabs inside strings are the usual fault.
		if fixed, changed := escapeControls(b); changed {
			if h2, items2, bad2, more2, err2 := readJSON(fixed, o.MaxItems); err2 == nil || len(items2) > len(items) {
				h, items, bad, more, err = h2, items2, bad2, more2, err2
				mended = true
			}
		}
	}
	if !strings.Contains(h.version, "jsonfeed.org/version/") {
		w := &WrongDocument{Kind: "json document", Title: shorten(clean(h.message))}
		if h.isError {
			w.Kind = "json error"
		}
		return Document{}, w
	}
	if err != nil && len(items) == 0 {
		return Document{}, fmt.Errorf("read json feed: no item is readable: %s", jsonWords(err))
	}
	d := Document{
		Kind: "json", Title: clip(clean(h.title), maxTitle), Lang: language(h.language), Site: resolveURL(o.URL, h.site),
		Archive: Links{Self: resolveURL(o.URL, h.self), Next: resolveURL(o.URL, h.next)},
	}
	w := builder{o: o, lang: d.Lang, base: o.URL}
	if w.base == "" {
		w.base = d.Site
	}
	for _, it := range items {
		d.Entries = append(d.Entries, w.entry(it))
	}
	var words []string
	if err != nil {
		words = append(words, fmt.Sprintf("%s; the %d items before it were read", jsonWords(err), len(items)))
	}
	if bad > 0 {
		words = append(words, fmt.Sprintf("items without any text, link or id, left out: %d", bad))
	}
	if more {
		words = append(words, moreWords(o.MaxItems))
	}
	if mended && len(words) == 0 {
		words = append(words, "line breaks inside JSON strings")
	}
	d.Partial = strings.Join(words, "; ")
	return d, nil
}

func isCut(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) }

func jsonWords(err error) string {
	if isCut(err) {
		return "the document is cut off"
	}
	return "broken JSON: " + clip(clean(err.Error()), 200)
}

// readJSON reads what it can. bad counts items that are not what the format says.
func readJSON(b []byte, maxItems int) (h jsonHead, items []item, bad int, more bool, err error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	if _, err := dec.Token(); err != nil { // the opening brace
		return h, nil, 0, false, err
	}
	for members := 0; dec.More() && members < 1000; members++ {
		t, err := dec.Token()
		if err != nil {
			return h, items, bad, more, err
		}
		name, _ := t.(string)
		if name == "items" && !h.items {
			if err := readJSONItems(dec, maxItems, &h, &items, &bad, &more); err != nil || more {
				if more {
					err = nil
					h = h.seek(b, dec.InputOffset())
				}
				return h, items, bad, more, err
			}
			continue
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return h, items, bad, more, err
		}
		h.set(name, raw)
	}
	if !dec.More() {
		_, err = dec.Token() // the closing brace, or what stands in its place
	}
	return h, items, bad, more, err
}

// readJSONItems reads the value of the items member.
func readJSONItems(dec *json.Decoder, maxItems int, h *jsonHead, items *[]item, bad *int, more *bool) error {
	t, err := dec.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('[') {
		if t == json.Delim('{') {
			return errors.New("items is an object, not an array")
		}
		return nil
	}
	h.items = true
	for dec.More() {
		if len(*items)+*bad >= maxItems {
			*more = true
			return nil
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return err
		}
		it, ok := fromJSON(raw)
		if !ok {
			*bad++
			continue
		}
		*items = append(*items, it)
	}
	_, err = dec.Token()
	return err
}

// seek finds the version when it stands behind more items than are read.
func (h jsonHead) seek(b []byte, from int64) jsonHead {
	if h.version != "" {
		return h
	}
	if i := bytes.LastIndex(b[from:], []byte(`"version"`)); i >= 0 {
		var version string
		rest := bytes.TrimLeft(b[int(from)+i+len(`"version"`):], " \t\r\n:")
		if json.NewDecoder(bytes.NewReader(rest[:min(len(rest), 200)])).Decode(&version) == nil {
			h.version = version
		}
	}
	return h
}

func (h *jsonHead) set(name string, raw json.RawMessage) {
	var s string
	if len(raw) > 4096 || json.Unmarshal(raw, &s) != nil {
		s = ""
	}
	switch strings.ToLower(name) {
	case "version":
		h.version = s
	case "title":
		h.title = s
	case "language":
		h.language = s
	case "home_page_url":
		h.site = s
	case "feed_url":
		h.self = s
	case "next_url":
		h.next = s
	case "error", "errors", "message", "detail", "code", "status", "statuscode", "status_code":
		h.isError = true
		if s != "" && h.message == "" {
			h.message = s
		} else if h.message == "" && len(raw) < 200 && bytes.HasPrefix(raw, []byte("{")) {
			var inner struct{ Message string }
			if json.Unmarshal(raw, &inner) == nil {
				h.message = inner.Message
			}
		}
	}
}

// jsonItem holds the members used, raw: gofeed's type would also fill lists of
// attachments and authors, of which a hostile item can hold millions, and one
// member of a wrong type would cost the item.
type jsonItem struct {
	ID            json.RawMessage `json:"id"`
	URL           json.RawMessage `json:"url"`
	ExternalURL   json.RawMessage `json:"external_url"`
	Title         json.RawMessage `json:"title"`
	ContentHTML   json.RawMessage `json:"content_html"`
	ContentText   json.RawMessage `json:"content_text"`
	Summary       json.RawMessage `json:"summary"`
	DatePublished json.RawMessage `json:"date_published"`
	DateModified  json.RawMessage `json:"date_modified"`
	Language      json.RawMessage `json:"language"`
}

// fromJSON takes one item; false when it is no object or says nothing.
func fromJSON(raw json.RawMessage) (item, bool) {
	var e jsonItem
	if json.Unmarshal(raw, &e) != nil {
		return item{}, false
	}
	it := item{
		guid: jsonText(e.ID), title: jsonText(e.Title), summary: jsonText(e.Summary), lang: jsonText(e.Language),
		published: stated(jsonText(e.DatePublished)), updated: stated(jsonText(e.DateModified)),
	}
	for _, l := range []string{jsonText(e.URL), jsonText(e.ExternalURL)} {
		if l != "" {
			it.links = append(it.links, l)
		}
	}
	if isWebURL(it.guid) {
		it.links = append(it.links, it.guid)
	}
	// Titles and summaries are plain text by the format, yet often hold markup.
	if it.content = jsonText(e.ContentHTML); it.content == "" {
		it.content, it.plain = jsonText(e.ContentText), true
	}
	return it, !it.empty()
}

// jsonText is a string or a number as text, as the format asks for ids; "" for
// all else.
func jsonText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// escapeControls escapes raw control characters inside JSON strings.
func escapeControls(b []byte) ([]byte, bool) {
	out := make([]byte, 0, len(b)+64)
	in, changed := false, false
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case in && c == '\\' && i+1 < len(b):
			out = append(out, c)
			i++
			c = b[i]
		case c == '"':
			in = !in
		case in && (c == '\n' || c == '\r' || c == '\t'):
			changed = true
			out = append(out, '\\', map[byte]byte{'\n': 'n', '\r': 'r', '\t': 't'}[c])
			continue
		}
		out = append(out, c)
	}
	return out, changed
}
