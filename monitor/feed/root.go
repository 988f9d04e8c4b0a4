package feed

import (
	"bytes"
	"strings"
)

// rootTag is where a feed's root starts.
type rootTag struct {
	at   int
	kind string // rss, atom or rdf
	junk string // what stood before it and should not, in words
}

// findRoot finds the root tag of a feed. Declarations, comments, processing
// instructions and document types before it are skipped; so is junk such as a
// server's warning, unless it is a whole HTML page.
func findRoot(b []byte) (rootTag, bool) {
	junk := ""
	work := 0 // bytes looked at; bounds what hostile prologues cost
	for i := 0; i < len(b) && work < 16*len(b)+1<<16; work++ {
		lt := bytes.IndexByte(b[i:], '<')
		if lt < 0 {
			return rootTag{}, false
		}
		if junk == "" && len(bytes.TrimSpace(b[i:i+lt])) > 0 {
			junk = "text before the XML: " + quoteStart(b[i:])
		}
		i += lt
		rest := b[i:]
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			// An unclosed comment hides nothing: go on behind its mark.
			end := bytes.Index(rest, []byte("-->"))
			if end < 0 {
				i += 4
				work += len(rest)
			} else {
				i += end + 3
			}
			continue
		case bytes.HasPrefix(rest, []byte("<?")):
			// A long one is code that leaked: look inside.
			if end := bytes.Index(rest[:min(len(rest), 1024)], []byte("?>")); end >= 0 {
				i += end + 2
			} else {
				i += 2
				work += 1024
			}
			continue
		case hasFold(rest, "<!doctype html"), isTag(rest, "html"):
			end := lastIndexFold(b[i:], "</html>")
			if end < 0 {
				return rootTag{}, false
			}
			junk = "an HTML page before the XML"
			i += end + len("</html>")
			continue
		case bytes.HasPrefix(rest, []byte("<!")):
			end := directiveEnd(rest)
			if end == 2 {
				work += len(rest)
			}
			i += end
			continue
		}
		if kind := rootKind(rest); kind != "" {
			return rootTag{at: i, kind: kind, junk: junk}, true
		}
		if isForeignRoot(rest) && junk == "" {
			return rootTag{}, false
		}
		if junk == "" {
			junk = "markup before the XML: " + quoteStart(rest)
		}
		i++
	}
	return rootTag{}, false
}

// directiveEnd is the length of the <!…> at the start of b. A document type may
// hold declarations in brackets; one that does not end is skipped by its mark.
func directiveEnd(b []byte) int {
	depth := 0
	for i, c := range b {
		switch c {
		case '<':
			depth++
			if i > 0 && rootKind(b[i:]) != "" {
				return i // it was never closed
			}
		case '>':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 2
}

// rootKind says which kind of feed the tag at the start of b opens, "" if none.
func rootKind(b []byte) string {
	name, ok := tagName(b)
	if !ok {
		return ""
	}
	local := name
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		local = name[i+1:]
	}
	switch {
	case hasFold(local, "rss") && len(local) == 3:
		return "rss"
	case hasFold(local, "rdf") && len(local) == 3:
		return "rdf"
	case hasFold(local, "feed") && len(local) == 4:
		return "atom"
	}
	return ""
}

// isForeignRoot reports whether the tag at the start of b opens a document of
// another known kind, in which a feed's tag would be an accident.
func isForeignRoot(b []byte) bool {
	for _, name := range []string{"urlset", "sitemapindex", "opml", "svg", "error"} {
		if isTag(b, name) {
			return true
		}
	}
	return false
}

// tagName is the name of the start tag at the start of b.
func tagName(b []byte) (name []byte, ok bool) {
	if len(b) < 2 || b[0] != '<' {
		return nil, false
	}
	n := 1
	for n < len(b) && n < 64 && isNameByte[b[n]] {
		n++
	}
	if n == 1 || n == len(b) || n == 64 {
		return nil, false
	}
	switch b[n] {
	case ' ', '\t', '\r', '\n', '>', '/':
		return b[1:n], true
	}
	return nil, false
}

// isTag reports whether b starts with a start tag of that name, in any case.
func isTag(b []byte, name string) bool {
	got, ok := tagName(b)
	return ok && strings.EqualFold(string(got), name)
}

// hasFold reports whether b starts with the ASCII prefix, in any case.
func hasFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

// lastIndexFold is the last index of an ASCII string in b, in any case.
func lastIndexFold(b []byte, s string) int {
	for i := len(b) - len(s); i >= 0; i-- {
		if b[i]|0x20 == s[0]|0x20 && hasFold(b[i:], s) {
			return i
		}
	}
	return -1
}

// quoteStart shows how b starts, for a message.
func quoteStart(b []byte) string {
	s := PlainText(string(bytes.ToValidUTF8(b[:min(len(b), 200)], nil)))
	s, _, _ = strings.Cut(s, "\n")
	if len(s) > 60 {
		s = clip(s, 60) + "…"
	}
	if s == "" {
		return "blank markup"
	}
	return "“" + s + "”"
}
