package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// What was read to find out what a feed offers is not asked for again to be imported,
// and no robots.txt is read for each source.
func TestAutoAsksForNothingTwice(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		uri := r.URL.RequestURI()
		mu.Lock()
		asked[uri]++
		mu.Unlock()
		switch {
		case uri == "/robots.txt":
			fmt.Fprintf(w, "User-agent: *\nSitemap: http://%s/news.xml\n", r.Host)
		case uri == "/rss":
			io.WriteString(w, rssPage("", 6, 5))
		case uri == "/rss?paged=2":
			io.WriteString(w, rssPage("", 4, 3))
		case uri == "/news.xml":
			fmt.Fprintf(w, `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>http://%s/r/9</loc><n:news><n:publication_date>2025-01-09</n:publication_date><n:title>Report 9</n:title></n:news></url></urlset>`, r.Host)
		case strings.HasPrefix(uri, "/cdx/search/cdx?"):
			fmt.Fprintf(w, "20250111000000 http://%s/rss 200 DIGEST\n", r.Host)
		case strings.HasPrefix(uri, "/web/20250111000000id_/"):
			io.WriteString(w, rssPage("", 2))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(site.Close)
	config := filepath.Join(t.TempDir(), "c.yaml")
	body := fmt.Sprintf("database: %q\nseeds: \"\"\nhttp: {allow: [%q]}\nfeeds: [{name: Wire, url: %q, lang: en}]\n", filepath.Join(t.TempDir(), "t.db"), site.Listener.Addr(), site.URL+"/rss")
	if err := os.WriteFile(config, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	code := run([]string{"-c", config, "backfill", "--pace", "0s", "--yes", "--cdx", site.URL + "/cdx/search/cdx", "--auto", "Wire"}, func(string) string { return "" }, strings.NewReader(""), &out, &out)
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, &out)
	}
	if !strings.Contains(out.String(), "archive of Wire: 4 entries read") {
		t.Errorf("the archive's four entries were not read:\n%s", &out)
	}
	for uri, n := range asked {
		if n != 1 {
			t.Errorf("%s was asked for %d times, want once", uri, n)
		}
	}
	if len(asked) < 6 {
		t.Errorf("asked for %v only: proves nothing", asked)
	}
}
