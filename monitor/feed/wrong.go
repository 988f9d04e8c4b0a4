package feed

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// WrongDocument is the error for a document that is no feed. It says what came
// instead.
type WrongDocument struct {
	// Kind is one of "html page", "challenge page" (asks for proof of being
	// human), "consent page", "placeholder" (a server's or network's filler),
	// "sitemap", "opml", "json error", "json document", "xml error", "xml
	// document", "plain text", "gzip", "zip", "pdf", "image", "binary data" and
	// "empty".
	Kind  string
	Title string   // its title or first words, "" when it has none
	Feeds []string // feeds an HTML page advertises, absolute
}

func (w *WrongDocument) Error() string {
	if w.Kind == "empty" {
		return "got an empty document, not a feed"
	}
	var b strings.Builder
	b.WriteString("got " + article[w.Kind])
	if w.Title != "" {
		titled := " titled “"
		if !strings.HasSuffix(w.Kind, "page") {
			titled = " that says “"
		}
		b.WriteString(titled + w.Title + "”")
	}
	b.WriteString(", not a feed")
	if len(w.Feeds) > 0 {
		b.WriteString("; it advertises " + strings.Join(w.Feeds[:min(len(w.Feeds), 3)], ", "))
	}
	return b.String()
}

// article is each kind as a sentence says it.
var article = map[string]string{
	"html page": "an HTML page", "challenge page": "a challenge page", "consent page": "a consent page",
	"placeholder": "a placeholder", "sitemap": "a sitemap", "opml": "an OPML list", "json error": "a JSON error",
	"json document": "a JSON document that is no JSON Feed", "xml error": "an XML error", "xml document": "an XML document of another kind",
	"plain text": "plain text", "gzip": "gzip data nobody unpacked", "zip": "a ZIP archive", "pdf": "a PDF file",
	"image": "an image", "binary data": "binary data",
}

// binaryKind recognises what is no text at all; "" for what may be.
func binaryKind(b []byte) string {
	for _, m := range []struct{ mark, kind string }{
		{"\x1f\x8b", "gzip"}, {"PK\x03\x04", "zip"}, {"%PDF-", "pdf"}, {"\x89PNG", "image"}, {"GIF8", "image"},
		{"\xff\xd8\xff", "image"}, {"RIFF", "image"}, {"\x28\xb5\x2f\xfd", "binary data"}, {"BZh", "binary data"},
	} {
		if bytes.HasPrefix(b, []byte(m.mark)) {
			return m.kind
		}
	}
	if markedEncoding(b) != nil || zeroByteEncoding(b) != nil {
		return ""
	}
	head := b[:min(len(b), 1024)]
	odd := 0
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b {
			odd++
		}
	}
	if odd*5 > len(head) && bytes.IndexByte(head, '<') < 0 {
		return "binary data"
	}
	return ""
}

// nameWrong names a text document without a feed's root.
func nameWrong(b []byte, url string) *WrongDocument {
	head := b[:min(len(b), 64<<10)]
	for _, m := range []struct{ tag, kind string }{{"urlset", "sitemap"}, {"sitemapindex", "sitemap"}, {"opml", "opml"}, {"error", "xml error"}} {
		if at := tagIndex(head, m.tag); at >= 0 && tagIndex(head[:at], "html") < 0 {
			w := &WrongDocument{Kind: m.kind}
			if m.kind == "xml error" {
				w.Title = words(head)
			}
			return w
		}
	}
	if bytes.IndexByte(head, '<') < 0 {
		w := &WrongDocument{Kind: "plain text", Title: words(head)}
		if isPlaceholder(w.Title, len(b)) {
			w.Kind = "placeholder"
		}
		return w
	}
	isHTML := false
	for _, tag := range []string{"html", "head", "body", "title", "meta", "script", "div", "p", "h1", "center", "pre", "br"} {
		if tagIndex(head, tag) >= 0 {
			isHTML = true
			break
		}
	}
	if !isHTML && !hasFold(b, "<!doctype html") {
		return &WrongDocument{Kind: "xml document", Title: words(head)}
	}
	feeds, title := readPage(b, url)
	w := &WrongDocument{Kind: "html page", Title: title, Feeds: feeds}
	text := ""
	if len(b) <= 64<<10 {
		text = PlainText(string(b))
	}
	if w.Title == "" {
		w.Title = text
	}
	w.Title = shorten(oneLine(w.Title))
	low := strings.ToLower(string(head))
	switch {
	case isChallenge(strings.ToLower(title), low, len(text)):
		w.Kind = "challenge page"
	case isConsent(strings.ToLower(title), low, strings.ToLower(url)):
		w.Kind = "consent page"
	case isPlaceholder(w.Title, len(text)):
		w.Kind = "placeholder"
	}
	return w
}

// tagIndex finds a start tag by its name, in any case; -1 without one.
func tagIndex(b []byte, name string) int {
	for i := 0; ; i++ {
		lt := bytes.IndexByte(b[i:], '<')
		if lt < 0 {
			return -1
		}
		i += lt
		if got, ok := tagName(b[i:]); ok {
			if _, local := splitName(got); strings.EqualFold(string(local), name) {
				return i
			}
		}
	}
}

// words shows how a document starts.
func words(b []byte) string {
	return shorten(oneLine(PlainText(string(b[:min(len(b), 4<<10)]))))
}

func shorten(s string) string {
	if utf8.RuneCountInString(s) <= 80 {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > 80 {
			return s[:i] + "…"
		}
	}
	return s
}

// isChallenge recognises pages that ask for proof of being human. Marks that
// whole sites carry count only when there is little text.
func isChallenge(title, page string, textBytes int) bool {
	for _, t := range []string{"just a moment", "attention required", "ddos-guard", "ddos protection", "are you a robot", "are you human",
		"security check", "pardon our interruption", "access denied", "verify you are human", "проверка браузера", "перевірка браузера", "captcha", "bot verification"} {
		if strings.Contains(title, t) {
			return true
		}
	}
	if textBytes > 2000 {
		return false
	}
	for _, m := range []string{"cf-chl", "challenge-platform", "_incapsula_resource", "captcha-delivery", "g-recaptcha", "h-captcha", "checking your browser",
		"please enable js", "enable javascript and cookies", "verify you are human", "ddos-guard", "__qrator", "qauth", "sucuri_cloudproxy", "aws-waf-token", "perimeterx", "px-captcha"} {
		if strings.Contains(page, m) {
			return true
		}
	}
	return false
}

// isConsent recognises pages that ask to accept cookies before showing anything.
func isConsent(title, page, url string) bool {
	if strings.Contains(url, "://consent.") || strings.Contains(url, "/consent?") || strings.Contains(url, "privacy-wall") {
		return true
	}
	for _, t := range []string{"before you continue", "consent", "cookie settings", "privacy settings", "your privacy", "datenschutz-einstellungen", "avant d'accéder", "perform a variety of tasks"} {
		if strings.Contains(title, t) {
			return true
		}
	}
	return strings.Contains(page, `action="https://consent.`) || strings.Contains(page, "collectconsent?sessionid")
}

// isPlaceholder recognises what servers and networks show when there is nothing
// to show: short, or with a well-known title.
func isPlaceholder(title string, textBytes int) bool {
	low := strings.ToLower(strings.Trim(title, " .!\"“”"))
	if textBytes > 4000 {
		return false
	}
	for _, t := range []string{"hello world", "hello, world", "it works", "welcome to nginx", "test page", "default page", "default web site page", "index of /", "under construction",
		"coming soon", "domain for sale", "is for sale", "this domain", "parked", "account suspended", "web server's default page", "apache2", "iis windows", "site not found", "welcome to openresty"} {
		if strings.HasPrefix(low, t) || len(low) < 120 && strings.Contains(low, t) {
			return true
		}
	}
	return low == "ok" || low == "pong" || low == "healthy"
}
