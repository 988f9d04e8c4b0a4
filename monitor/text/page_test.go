package text

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// pageOf wraps paragraphs as a publisher's page would, with much around them.
func pageOf(head, title string, paragraphs ...string) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html><html><head>" + head + "<title>" + title + " | Example Wire</title></head><body>")
	b.WriteString(`<header><nav><ul>` + strings.Repeat(`<li><a href="/x">Section of the site</a></li>`, 20) + `</ul></nav></header>`)
	b.WriteString(`<main><article><h1>` + title + `</h1><div class="body">`)
	for _, p := range paragraphs {
		b.WriteString("<p>" + p + "</p>\n")
	}
	b.WriteString(`</div></article></main><aside class="related">` + strings.Repeat(`<a href="/y">Another story nobody asked for</a>`, 10) + `</aside>`)
	b.WriteString(`<footer><p>Cookie policy. Privacy policy. Subscribe to our newsletter.</p></footer><script>var a = "</p>not text";</script></body></html>`)
	return b.String()
}

var enParagraphs = []string{
	"Delegations of both sides met on Tuesday in the old customs house by the lake, the mediator said, and agreed to meet again within a week.",
	"The first item on the list was a pause in strikes on power stations, which one side had proposed on Sunday and the other had called worth a discussion.",
	"No text was signed. &laquo;We have a list of eleven points and agree on four,&raquo; the mediator&nbsp;told reporters, adding that monitors would be named on Friday.",
	"Families of prisoners waited outside for news of an exchange; lists with 180 names had been handed over in the morning, an official confirmed.",
}

var ukParagraphs = []string{
	"Делегації обох сторін зустрілися у вівторок у будівлі старої митниці біля озера, повідомив посередник, і домовилися зустрітися знову протягом тижня.",
	"Першим у переліку стояло питання про паузу в ударах по електростанціях, яку одна сторона запропонувала в неділю, а друга назвала вартою обговорення.",
	"Жодного документа не підписали. «Ми маємо перелік з одинадцяти пунктів і згодні щодо чотирьох», — сказав посередник журналістам.",
}

var ruParagraphs = []string{
	"Делегации обеих сторон встретились во вторник в здании старой таможни у озера, сообщил посредник, и договорились встретиться снова в течение недели.",
	"Первым в перечне стоял вопрос о паузе в ударах по электростанциям, которую одна сторона предложила в воскресенье, а другая назвала достойной обсуждения.",
	"Ни одного документа не подписали. «У нас есть перечень из одиннадцати пунктов, и мы согласны по четырём», — сказал посредник журналистам.",
}

func TestMainTextOfAPageIsFound(t *testing.T) {
	for name, paragraphs := range map[string][]string{"English": enParagraphs, "Ukrainian": ukParagraphs, "Russian": ruParagraphs} {
		title, got, err := ExtractPage([]byte(pageOf(`<meta charset="utf-8">`, "Talks by the lake", paragraphs...)), "text/html", "https://wire.example/a")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.HasPrefix(title, "Talks by the lake") {
			t.Errorf("%s: title %q", name, title)
		}
		for i, p := range paragraphs {
			want := strings.NewReplacer("&laquo;", "«", "&raquo;", "»", "&nbsp;", " ").Replace(p)
			if !strings.Contains(got, want) {
				t.Errorf("%s: paragraph %d is missing in\n%s", name, i, got)
			}
		}
		if n := strings.Count(got, "\n\n"); n < len(paragraphs)-1 {
			t.Errorf("%s: paragraphs run together:\n%s", name, got)
		}
		for _, not := range []string{"Section of the site", "Another story", "not text", "newsletter"} {
			if strings.Contains(got, not) {
				t.Errorf("%s: %q is taken for main text", name, not)
			}
		}
	}
}

func TestEncodingOfAPageIsFound(t *testing.T) {
	body := func(head string) string { return pageOf(head, "Переговори", ukParagraphs...) }
	encode := func(e encoding.Encoding, s string) []byte {
		b, err := e.NewEncoder().Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	broken := []byte(strings.Replace(body(""), "зустрілися", "зустр\xd1лися", 1))
	for name, page := range map[string]struct {
		bytes       []byte
		contentType string
	}{
		"windows-1251 in the header":            {encode(charmap.Windows1251, body("")), "text/html; charset=windows-1251"},
		"windows-1251 in a meta element":        {encode(charmap.Windows1251, body(`<meta charset="windows-1251">`)), "text/html"},
		"UTF-8 labelled windows-1251":           {[]byte(body(`<meta charset="windows-1251">`)), "text/html; charset=windows-1251"},
		"UTF-16 with a byte order mark":         {encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), body("")), "text/html"},
		"UTF-8 with a broken byte, no label":    {broken, "text/html"},
		"UTF-8 with a broken byte, labelled so": {broken, "text/html; charset=utf-8"},
	} {
		_, got, err := ExtractPage(page.bytes, page.contentType, "https://wire.example/a")
		if err != nil || !strings.Contains(got, ukParagraphs[1]) || !utf8.ValidString(got) {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

func TestPagesThatAreNoArticlesAreNamed(t *testing.T) {
	lede := "<p>Delegations of both sides met on Tuesday by the lake, the mediator said, and agreed to meet again within a week to speak of prisoners.</p>"
	for _, row := range []struct {
		name string
		page string
		url  string
		want PageKind
	}{
		{"challenge by title", `<html><head><title>Just a moment...</title></head><body><h1>wire.example</h1><p>Checking if the site connection is secure. This takes a few seconds and happens once.</p></body></html>`, "", PageChallenge},
		{"challenge by script", `<html><head><title>wire.example</title><script src="/x.js"></script><script>window._cf_chl_opt={cType:'managed'}</script></head><body><div id="main"><p>Enable cookies to continue.</p></div></body></html>`, "", PageChallenge},
		{"challenge by frame", `<html><head><title>wire.example</title></head><body><iframe src="https://geo.captcha-delivery.com/captcha/?x"></iframe></body></html>`, "", PageChallenge},
		{"challenge in Russian", `<html><head><title>Проверка браузера</title></head><body><p>Подождите несколько секунд, мы проверяем ваш браузер перед переходом на сайт.</p></body></html>`, "", PageChallenge},
		{"consent by text", `<html><head><title>Before you continue</title></head><body><div><p>We and our partners use cookies and process personal data. You can give your consent, or object where legitimate interest is used. See our privacy policy and the list of vendors.</p><button>Accept all</button><button>Reject all</button></div></body></html>`, "", PageConsent},
		{"consent by host", pageOf("", "Talks", enParagraphs...), "https://consent.wire.example/v2?x", PageConsent},
		{"paywall that says so in words", pageOf("", "Talks", lede[3:len(lede)-4], "Subscribe to continue reading. Already have an account?"), "", PagePaywall},
		{"paywall at the end of a long start", pageOf("", "Talks", append(append(append([]string{}, enParagraphs...), enParagraphs...), "This article is for subscribers only. One month costs two crowns.")...), "", PagePaywall},
		{"paywall outside the main text", strings.Replace(pageOf("", "Talks", enParagraphs[0], enParagraphs[1]), "</main>", `<div class="gate">To read the full story, choose a plan.</div></main>`, 1), "", PagePaywall},
		{"paywall that says so in its data", pageOf(`<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree": "False"}</script>`, "Talks", enParagraphs[0]), "", PagePaywall},
		{"paywall in its meta data", pageOf(`<meta property="article:content_tier" content="locked">`, "Talks", enParagraphs[0]), "", PagePaywall},
		{"paywall in Ukrainian", pageOf("", "Переговори", ukParagraphs[0], "Повний текст доступний лише для передплатників."), "", PagePaywall},
		{"paywall in Russian", pageOf("", "Переговоры", ruParagraphs[0], "Материал доступен по подписке."), "", PagePaywall},
		{"nothing without JavaScript", `<html><head><title>Example Wire</title></head><body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div></body></html>`, "", PageScript},
		{"no such article", `<html><head><title>Page not found | Example Wire</title></head><body><p>` + strings.Repeat("We looked everywhere and this address leads nowhere. ", 6) + `</p></body></html>`, "", PageMissing},
		{"only a gallery", `<html><head><title>Pictures</title></head><body><article><img src="a.jpg"><p>Picture one.</p></article></body></html>`, "", PageEmpty},
		{"nothing at all", ``, "", PageEmpty},
		{"no markup", `{"error":"not found"}`, "", PageEmpty},
		{"nesting bomb", strings.Repeat("<div>", 100_000), "", PageBroken},
		{"element bomb", strings.Repeat("<br>", 200_000), "", PageBroken},
	} {
		t.Run(row.name, func(t *testing.T) {
			address := row.url
			if address == "" {
				address = "https://wire.example/a"
			}
			_, got, err := ExtractPage([]byte(row.page), "text/html; charset=utf-8", address)
			if e, ok := errors.AsType[*PageError](err); !ok || e.Kind != row.want || got != "" {
				t.Errorf("%v, text %q; want %q", err, got, row.want)
			}
		})
	}
}

func TestArticlesAboutWallsAndCookiesAreArticles(t *testing.T) {
	long := append(append([]string{}, enParagraphs...), enParagraphs...)
	for name, page := range map[string]string{
		"metered, but shown":         pageOf(`<script type="application/ld+json">{"isAccessibleForFree":false}</script>`, "Talks", long...),
		"a subscription offer above": strings.Replace(pageOf("", "Talks", long...), "<main>", `<main><div>Subscribe to read more of what matters.</div>`, 1),
		"about a checkpoint":         pageOf("", "Access denied to inspectors at the dam", enParagraphs...),
		"with a comment form":        strings.Replace(pageOf("", "Talks", enParagraphs...), "</main>", `<form><div class="g-recaptcha"></div></form></main>`, 1),
		"about privacy":              pageOf("", "New privacy law and its cookie rule", append(append([]string{}, long...), "The law asks for consent before personal data are handed on.")...),
		"about a count of 404":       pageOf("", "404 prisoners come home", enParagraphs...),
	} {
		if _, got, err := ExtractPage([]byte(page), "text/html", "https://wire.example/a"); err != nil || !strings.Contains(got, "monitors would be named on Friday") {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

func TestPageTextIsBoundedAndClean(t *testing.T) {
	var many []string
	for i := range 3000 {
		many = append(many, fmt.Sprintf("%d: %s\u00ad\u200b\x07", i, enParagraphs[0]))
	}
	_, got, err := ExtractPage([]byte(pageOf("", "Long", many...)), "text/html", "https://wire.example/a")
	if err != nil || len(got) > maxPageText || len(got) < maxPageText/2 {
		t.Fatalf("%d bytes, %v; want at most %d", len(got), err, maxPageText)
	}
	if strings.ContainsAny(got, "\u00ad\x07\r\t") || strings.Contains(got, "\n\n\n") {
		t.Error("control characters or empty lines are left")
	}
}

func FuzzExtractPage(f *testing.F) {
	f.Add([]byte(pageOf("", "Talks", enParagraphs...)), "text/html")
	f.Add([]byte("<p>"+strings.Repeat("word ", 40)), "text/html; charset=windows-1251")
	f.Add([]byte("<table><svg><math><p>\xff\xfe\x00"), "")
	f.Fuzz(func(t *testing.T, page []byte, contentType string) {
		title, got, err := ExtractPage(page, contentType, "https://wire.example/a")
		if err != nil {
			if _, ok := errors.AsType[*PageError](err); !ok || title != "" || got != "" {
				t.Fatalf("error %v with title %q and text %q", err, title, got)
			}
			return
		}
		if !utf8.ValidString(got) || len(got) > maxPageText || len(strings.Fields(got)) < minWords || strings.Contains(got, "\n\n\n") || strings.TrimSpace(got) != got {
			t.Fatalf("text %q", got)
		}
	})
}
