package text

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"codeberg.org/readeck/go-readability"
	"codeberg.org/readeck/go-readability/render"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/transform"
)

// PageKind says why a page gave no article text. Its text is fit for a status page.
type PageKind string

// Kinds of PageError.
const (
	PagePaywall   PageKind = "a paywall"
	PageConsent   PageKind = "a consent page"
	PageChallenge PageKind = "a page that checks for robots"
	PageScript    PageKind = "a page that shows nothing without JavaScript"
	PageMissing   PageKind = "a page that says there is no such article"
	PageEmpty     PageKind = "a page without a main text"
	PageBroken    PageKind = "a page that cannot be read"
)

// PageError is a page that is no article.
type PageError struct {
	Kind   PageKind
	Detail string // what gave it away; often ""
}

func (e *PageError) Error() string {
	if e.Detail == "" {
		return "got " + string(e.Kind)
	}
	return fmt.Sprintf("got %s (%s)", e.Kind, e.Detail)
}

// Bounds of a page. Word counts were chosen on pages of our own writing that
// imitate what publishers show; an article's lede alone is longer than minWords.
const (
	maxPage     = 4 << 20 // bytes of HTML looked at
	maxElements = 60_000  // elements; longer pages are not read
	maxPageText = 1 << 18 // bytes of main text kept, cut at a paragraph
	minWords    = 25      // less is no main text
	shortPage   = 150     // up to so many words a page is suspected of being no article
)

// ExtractPage reads the main text of an article's page. Paragraphs are
// separated by an empty line, list items by a line break. What is no article,
// such as a paywall or a check for robots, is a *PageError.
//
// The encoding is UTF-8 if the bytes are valid UTF-8, whatever a label says;
// else as the HTML standard finds it. The main text is chosen by Readability
// (Mozilla's algorithm, in go-readability).
func ExtractPage(page []byte, contentType, pageURL string) (title, text string, err error) {
	defer func() {
		if r := recover(); r != nil {
			title, text, err = "", "", &PageError{PageBroken, "the extractor stumbled over it"}
		}
	}()
	page = page[:min(len(page), maxPage)]
	doc, err := html.Parse(decoded(page, contentType))
	if err != nil { // x/net/html refuses what is nested more than 512 deep
		return "", "", &PageError{PageBroken, "its elements are nested too deeply"}
	}
	seen := notice(doc)
	if seen.elements > maxElements {
		return "", "", &PageError{PageBroken, fmt.Sprintf("more than %d elements", maxElements)}
	}
	base, err := url.Parse(pageURL)
	if err != nil {
		base = &url.URL{}
	}
	parser := readability.NewParser()
	article, err := parser.ParseDocument(doc, base)
	if err != nil {
		return "", "", &PageError{PageBroken, "no structure to find a text in"}
	}
	if article.Node != nil {
		text = tidy(render.InnerText(article.Node))
	}
	if problem := suspect(seen, base, text); problem != nil {
		return "", "", problem
	}
	return strings.Join(strings.Fields(article.Title), " "), text, nil
}

// decoded reads a page as UTF-8.
func decoded(page []byte, contentType string) io.Reader {
	if utf8.Valid(page) {
		return bytes.NewReader(page)
	}
	e, name, certain := charset.DetermineEncoding(page[:min(len(page), 1024)], contentType)
	if name == "utf-8" || !certain && nearlyUTF8(page) {
		return strings.NewReader(strings.ToValidUTF8(string(page), "\uFFFD"))
	}
	return transform.NewReader(bytes.NewReader(page), e.NewDecoder())
}

// nearlyUTF8 reports whether bytes beyond ASCII are mostly valid UTF-8, as
// when a page was cut or one comment is broken.
func nearlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		i += n
	}
	return good > 10*bad
}

// noticed is what a page shows before its main text is chosen.
type noticed struct {
	elements int
	title    string // lower case
	words    string // all visible text, lower case, up to a bound
	robots   string // a marker of a check for robots
	locked   bool   // it says it is not accessible for free
}

var notFree = regexp.MustCompile(`(?i)"isAccessibleForFree"\s*:\s*"?false`)

// robotChecks are found in the scripts, names and addresses of pages that check for robots.
var robotChecks = []string{
	"cf-chl-", "cf_chl_opt", "_incapsula_resource", "px-captcha", "captcha-delivery.com", "ddos-guard",
	"sucuri_cloudproxy", "awswafintegration", "g-recaptcha", "h-captcha", "cf-turnstile", "smartcaptcha",
}

// notice walks a parsed page once.
func notice(doc *html.Node) noticed {
	var n noticed
	var visible strings.Builder
	robot := func(s string) {
		s = strings.ToLower(s)
		for _, mark := range robotChecks {
			if n.robots == "" && strings.Contains(s, mark) {
				n.robots = mark
			}
		}
	}
	for node := range doc.Descendants() {
		switch node.Type {
		case html.ElementNode:
			n.elements++
			for _, a := range node.Attr {
				switch {
				case a.Key == "id" || a.Key == "class" || a.Key == "src" || a.Key == "action":
					robot(a.Val)
				case node.Data == "meta" && a.Key == "content" && strings.EqualFold(a.Val, "locked"):
					n.locked = true // article:content_tier
				}
			}
		case html.TextNode:
			switch in := node.Parent.Data; in {
			case "title":
				if n.title == "" {
					n.title = strings.ToLower(strings.Join(strings.Fields(node.Data), " "))
				}
			case "script":
				robot(node.Data)
				n.locked = n.locked || notFree.MatchString(node.Data)
			case "style", "template":
			default:
				if visible.Len() < maxPageText {
					visible.WriteString(node.Data + " ")
				}
			}
		}
	}
	n.words = strings.ToLower(strings.Join(strings.Fields(visible.String()), " "))
	return n
}

// Titles and phrases, lower case, that give a page away. Titles count only on
// pages with little text: an article may be about any of this.
var (
	robotTitles = []string{
		"just a moment", "attention required", "checking your browser", "verify you are human", "verifying you are human",
		"are you a robot", "are you human", "access denied", "ddos-guard", "ddos protection", "security check", "one more step",
		"bot verification", "human verification", "captcha", "pardon our interruption", "robot check", "request rejected",
		"проверка браузера", "перевірка браузера", "вы не робот", "ви не робот", "доступ ограничен", "доступ обмежено", "доступ заборонено",
	}
	missingTitles = []string{
		"404 not found", "error 404", "404 error", "ошибка 404", "помилка 404", "page not found", "страница не найдена", "сторінку не знайдено", "сторінка не знайдена",
	}
	consentTitles = []string{
		"before you continue", "your privacy", "privacy choices", "privacy settings", "cookie", "consent",
		"конфіденційн", "конфиденциальн", "згода на", "согласие на",
	}
	consentWords = []string{
		"cookie", "consent", "our partners", "vendors", "personal data", "legitimate interest", "accept all", "reject all", "privacy policy",
		"файли cookie", "файлы cookie", "персональних даних", "персональных данных", "прийняти всі", "принять все", "згод", "соглас",
	}
	scriptWords = []string{
		"enable javascript", "javascript is disabled", "javascript is required", "requires javascript", "turn on javascript",
		"увімкніть javascript", "увімкнути javascript", "включите javascript", "включить javascript",
	}
	payWords = []string{
		"subscribe to continue", "subscribe to read", "subscribe now to read", "to continue reading this article", "to continue reading, ",
		"to read the full article", "to read the full story", "to read this article in full",
		"this article is for subscribers", "this content is for subscribers", "is available to subscribers", "exclusively for subscribers", "for subscribers only", "subscriber-only",
		"register to continue", "sign in to continue reading", "log in to continue reading", "create a free account to continue",
		"reached your article limit", "reached your limit of free articles", "free articles remaining",
		"только подписчик", "только для подписчик", "доступен по подписке", "доступно по подписке", "доступна по подписке", "оформите подписку, чтобы",
		"для передплатників", "лише передплатник", "тільки передплатник", "лише для підписник", "тільки для підписник", "оформіть передплату, щоб", "передплатіть, щоб", "доступний за передплатою", "доступно за передплатою", "доступна за передплатою",
	}
)

// suspect says what a page is instead of an article, or nil.
func suspect(seen noticed, base *url.URL, text string) *PageError {
	lower := strings.ToLower(text)
	words := strings.Fields(lower)
	short := len(words) < shortPage
	whole := strings.Fields(seen.words)

	if word := holds(seen.title, robotTitles); len(whole) < shortPage && word != "" {
		return &PageError{PageChallenge, word}
	}
	if short && seen.robots != "" && len(whole) < shortPage {
		return &PageError{PageChallenge, seen.robots}
	}
	if strings.HasPrefix(base.Hostname(), "consent.") || short && holds(seen.title, consentTitles) != "" && dense(seen.words, len(whole)) || dense(lower, len(words)) {
		return &PageError{PageConsent, ""}
	}
	// A wall stands at the end of what is shown, or is all that is shown.
	tail := lower
	if !short {
		tail = strings.Join(words[len(words)-60:], " ")
	}
	if word := holds(tail, payWords); word != "" {
		return &PageError{PagePaywall, word}
	}
	if word := holds(seen.words, payWords); short && word != "" {
		return &PageError{PagePaywall, word}
	}
	if short && seen.locked {
		return &PageError{PagePaywall, "it says it is not accessible for free"}
	}
	if word := holds(seen.words, scriptWords); len(whole) < shortPage && word != "" {
		return &PageError{PageScript, ""}
	}
	if word := holds(seen.title, missingTitles); short && word != "" {
		return &PageError{PageMissing, word}
	}
	if len(words) < minWords {
		return &PageError{PageEmpty, fmt.Sprintf("%d words", len(words))}
	}
	return nil
}

// dense reports whether a text speaks of little but consent: four times at
// least, and once in every dozen words.
func dense(text string, words int) bool {
	hits := 0
	for _, w := range consentWords {
		hits += strings.Count(text, w)
	}
	return hits >= 4 && hits*12 >= words
}

func holds(text string, phrases []string) string {
	for _, p := range phrases {
		if strings.Contains(text, p) {
			return p
		}
	}
	return ""
}

// tidy makes rendered text fit to be kept: valid UTF-8, plain spaces, no
// control characters, at most one empty line in a row, bounded.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\u00ad' || r == '\ufeff' || r == utf8.RuneError:
			return -1
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	var out strings.Builder
	empty := 0
	for line := range strings.Lines(s) {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" {
			empty++
			continue
		}
		if out.Len()+len(line) > maxPageText {
			break
		}
		if out.Len() > 0 {
			out.WriteString("\n")
			if empty > 0 {
				out.WriteString("\n")
			}
		}
		out.WriteString(line)
		empty = 0
	}
	return out.String()
}
