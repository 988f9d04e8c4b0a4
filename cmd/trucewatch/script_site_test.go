package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// historySite is a site with a past: a feed with older pages, a news sitemap that its
// robots.txt names, and a web archive that captured the feed. /broken is a feed whose
// second page is gone, /bare one without any history.
func historySite() *httptest.Server {
	var s *httptest.Server
	serve := map[string]func(w io.Writer){
		"/robots.txt":   func(w io.Writer) { fmt.Fprintf(w, "User-agent: *\nDisallow: /private\nSitemap: %s/news.xml\n", s.URL) },
		"/rss":          func(w io.Writer) { historyPage(w, s.URL+"/rss?before=3", 4, 3) },
		"/rss?before=3": func(w io.Writer) { historyPage(w, "", 2, 1) },
		"/broken":       func(w io.Writer) { historyPage(w, s.URL+"/broken/2", 6) },
		"/bare":         func(w io.Writer) { historyPage(w, "", 7) },
		"/news.xml": func(w io.Writer) {
			fmt.Fprintf(w, `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>%s/a/9</loc><news:news><news:publication_date>2025-01-09T10:00:00Z</news:publication_date><news:title>%s</news:title></news:news></url></urlset>`,
				s.URL, historyTitle(9))
		},
		"/cdx/search/cdx": func(w io.Writer) { fmt.Fprintf(w, "20250111000000 %s/rss 200 DIGEST\n", s.URL) },
	}
	serve["/web/20250111000000id_/{site}/rss"] = func(w io.Writer) { historyPage(w, "", 10) }
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		uri := strings.ReplaceAll(r.URL.RequestURI(), s.URL, "{site}")
		h := serve[uri]
		if h == nil && !strings.HasPrefix(uri, "/rss?") && !strings.HasPrefix(uri, "/bare?") { // numbers of pages are not known here
			h = serve[r.URL.Path]
		}
		if h == nil {
			http.NotFound(w, r)
			return
		}
		if r.URL.Path == "/cdx/search/cdx" && !strings.HasSuffix(r.URL.Query().Get("url"), "/rss") {
			return // no captures of the others
		}
		h(w)
	}))
	return s
}

func historyTitle(n int) string {
	return fmt.Sprintf("Kremlin rejects offer number %d of a truce with Ukraine", n)
}

func historyPage(w io.Writer, older string, numbers ...int) {
	fmt.Fprint(w, `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Wire</title>`)
	if older != "" {
		fmt.Fprintf(w, `<atom:link rel="next" href="%s"/>`, older)
	}
	for _, n := range numbers {
		fmt.Fprintf(w, `<item><guid>h%d</guid><link>https://wire.example/h/%[1]d</link><title>%s</title><description>Moscow will not stop its strikes for %[1]d days, a spokesman said of the offer.</description><pubDate>%[3]s</pubDate></item>`,
			n, historyTitle(n), time.Date(2025, 1, n, 12, 0, 0, 0, time.UTC).Format(time.RFC1123Z))
	}
	fmt.Fprint(w, `</channel></rss>`)
}
