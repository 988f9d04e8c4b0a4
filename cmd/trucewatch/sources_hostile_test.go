package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
)

func cp1251(t *testing.T, s string) string {
	t.Helper()
	out, err := charmap.Windows1251.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every fault of a site is named, and costs nothing but what it is a fault of.
func TestWhatASiteDoesWrongIsNamedAndNothingElseIsLost(t *testing.T) {
	const maps = "/index.xml"
	sitemapOf := func(s *site, bodies ...string) {
		index := "<sitemapindex>"
		for i, b := range bodies {
			path := fmt.Sprintf("/map%d.xml", i)
			index += "<sitemap><loc>" + s.URL + path + "</loc></sitemap>"
			s.says(path, b)
		}
		s.says(maps, index+"</sitemapindex>")
	}
	good := func(s *site) string { return urlset + newsURL(s.URL, 9) + "</urlset>" }
	elsewhere := newSite(t)
	elsewhere.says("/rss", rssPage("", 7))
	names := map[string]string{"elsewhere.example:80": elsewhere.Listener.Addr().String()}
	asOther := func(path string) string { return "http://elsewhere.example" + path }
	redirect := func(s *site, path, to string) {
		s.serve[path] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	sitemaps := func(t *testing.T, s *site) (source, error) {
		return openSitemap(s.web(t, nil), feedAt(s, maps), false, time.Time{}, "")
	}
	links := func(t *testing.T, s *site) (source, error) {
		w := s.web(t, nil)
		return openArchive(w, feedAt(s, "/rss"), byLinks, time.Time{}, "")
	}
	cdx := func(t *testing.T, s *site) (source, error) {
		return openCaptures(s.web(t, nil), feedAt(s, "/rss"), s.URL+"/cdx/search/cdx", time.Time{}, time.Time{}, "")
	}
	stamp := func(day int) string { return fmt.Sprintf("202501%02d000000", day) }
	index := func(s *site, lines ...string) {
		s.says("/cdx/search/cdx", strings.Join(lines, "\n")+"\n")
	}
	line := func(s *site, day int, digest string) string {
		return stamp(day) + " " + s.URL + "/rss 200 " + digest
	}
	capture := func(s *site, day int) string { return "/web/" + stamp(day) + "id_/" + s.URL + "/rss" }

	for name, c := range map[string]struct {
		set  func(s *site)
		open func(*testing.T, *site) (source, error)
		want []string
		bad  []string // words of what is named, in order
		end  string   // words of the error that ends the source; "" when it is read to its end
	}{
		"a sitemap in windows-1251": {func(s *site) {
			sitemapOf(s, strings.Replace(urlset, "UTF-8", "windows-1251", 1)+cp1251(t, strings.Replace(newsURL(s.URL, 1), "Report 1", "Перемирие", 1))+"</urlset>", good(s))
		}, sitemaps, []string{"Перемирие", "Report 9"}, nil, ""},
		"a sitemap in UTF-16": {func(s *site) {
			sitemapOf(s, utf16LE(strings.Replace(urlset, "UTF-8", "UTF-16", 1)+newsURL(s.URL, 1)+"</urlset>"), good(s))
		}, sitemaps, reports(1, 9), nil, ""},
		"a gzip file cut off": {func(s *site) {
			whole := packed(urlset + newsURL(s.URL, 1) + newsURL(s.URL, 2) + strings.Repeat(" ", 1000) + "</urlset>")
			sitemapOf(s, whole[:len(whole)-20], good(s))
		}, sitemaps, reports(1, 2, 9), []string{"map0.xml: cut off: what came of it is read"}, ""},
		"the only sitemap cut off": {func(s *site) {
			s.says(maps, urlset+newsURL(s.URL, 1)+"<url><loc>")
		}, sitemaps, reports(1), []string{"index.xml: damaged"}, ""},
		"a page for a sitemap": {func(s *site) { sitemapOf(s, "<html><body>Welcome</body></html>", good(s)) },
			sitemaps, reports(9), []string{"map0.xml: a document of <html>, no sitemap"}, ""},
		"a packed bomb": {func(s *site) {
			sitemapOf(s, packed(urlset+newsURL(s.URL, 1)+strings.Repeat(" ", sitemapBytes)), good(s))
		}, sitemaps, reports(1, 9), []string{"map0.xml: larger than 50 MiB unpacked"}, ""},
		"a sitemap that leads to another site": {func(s *site) {
			sitemapOf(s, "", good(s))
			redirect(s, "/map0.xml", asOther("/map"))
			elsewhere.says("/robots.txt", "User-agent: *\nDisallow: /map\n")
			elsewhere.says("/map", good(s))
		}, sitemaps, reports(9), []string{"robots.txt of elsewhere.example asks not to read this page"}, ""},
		"an older page that leads to another site": {func(s *site) {
			s.says("/rss", rssPage(`<atom:link rel="next" href="/2"/>`, 3))
			redirect(s, "/2", asOther("/rss"))
		}, links, reports(3), nil, "page 2 (SITE/2) leads to another site"},
		"an older page that is no feed": {func(s *site) {
			s.says("/rss", rssPage(`<atom:link rel="next" href="/2"/>`, 3))
			s.says("/2", "<html><body>Welcome</body></html>")
		}, links, reports(3), nil, "page 2 (SITE/2)"},
		"captures that are gone, and another of the same digest": {func(s *site) {
			index(s, line(s, 1, "A"), line(s, 2, "A"), line(s, 3, "A"))
			s.says(capture(s, 2), rssPage("", 1))
			s.says(capture(s, 3), rssPage("", 1))
		}, cdx, reports(1), []string{"capture of 20250101000000: 127.0.0.1: HTTP 404"}, ""},
		"one capture under two digests": {func(s *site) {
			index(s, line(s, 1, "A"), line(s, 2, "B"))
			s.says(capture(s, 1), rssPage("", 1))
			s.says(capture(s, 2), rssPage("", 1))
		}, cdx, reports(1, 1), nil, ""},
		"a capture that is a page, whatever the index says": {func(s *site) {
			index(s, line(s, 1, "A"), line(s, 2, "B"))
			s.says(capture(s, 1), "<html><body>Welcome</body></html>")
			s.says(capture(s, 2), rssPage("", 2))
		}, cdx, reports(2), []string{"capture of 20250101000000: "}, ""},
		"a capture that leads to one of another year": {func(s *site) {
			index(s, line(s, 1, "A"), line(s, 2, "B"))
			other := "/web/20190101000000id_/" + s.URL + "/rss"
			redirect(s, capture(s, 1), s.URL+other)
			s.says(other, rssPage("", 5))
			s.says(capture(s, 2), rssPage("", 2))
		}, cdx, reports(2), []string{"the archive has it no more and leads elsewhere (SITE/web/20190101000000id_/"}, ""},
		"captures in mixed encodings": {func(s *site) {
			index(s, line(s, 1, "A"), line(s, 2, "B"), line(s, 3, "C"))
			s.says(capture(s, 1), `<?xml version="1.0" encoding="windows-1251"?><rss version="2.0"><channel><item><guid>1</guid><title>`+cp1251(t, "Перемирие")+`</title></item></channel></rss>`)
			s.says(capture(s, 2), utf16LE(`<?xml version="1.0" encoding="UTF-16"?><rss version="2.0"><channel><item><guid>2</guid><title>Перемир’я</title></item></channel></rss>`))
			s.serve[capture(s, 3)] = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/xml; charset=koi8-r")
				out, _ := charmap.KOI8R.NewEncoder().String("<rss version=\"2.0\"><channel><item><guid>3</guid><title>Переговоры</title></item></channel></rss>")
				io.WriteString(w, out)
			}
		}, cdx, []string{"Перемирие", "Перемир’я", "Переговоры"}, nil, ""},
		"an archive that breaks down": {func(s *site) {
			var lines []string
			for d := range 20 {
				lines = append(lines, line(s, d+1, fmt.Sprint("D", d)))
				s.serve[capture(s, d+1)] = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) }
			}
			s.says(capture(s, 1), rssPage("", 1))
			index(s, lines...)
		}, cdx, reports(1), slices.Repeat([]string{"HTTP 502"}, webGiveUp-1), "5 documents of 127.0.0.1 in a row could not be had, the last one: 127.0.0.1: HTTP 502 Bad Gateway; run the same command again later"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.names = names
			c.set(s)
			src, err := c.open(t, s)
			if err != nil {
				t.Fatal(err)
			}
			got, bad, end := readAll(t, src)
			if !slices.Equal(got, c.want) {
				t.Errorf("read %q, want %q", got, c.want)
			}
			if len(bad) != len(c.bad) {
				t.Errorf("named %q, want %q", bad, c.bad)
			}
			for i := range min(len(bad), len(c.bad)) {
				if want := strings.ReplaceAll(c.bad[i], "SITE", s.URL); !strings.Contains(bad[i], want) {
					t.Errorf("named %q, want %q", bad[i], want)
				}
			}
			want := strings.ReplaceAll(c.end, "SITE", s.URL)
			if want == "" && end != nil || want != "" && (end == nil || !strings.Contains(end.Error(), want)) {
				t.Errorf("ended with %v, want %q", end, want)
			}
		})
	}
}

// A site whose addresses move to another name of its own is read on there.
func TestAFeedThatMovedToWWWIsReadThere(t *testing.T) {
	for _, c := range [][2]string{{"https://wire.example/rss", "https://www.wire.example/rss?page=2"}, {"http://www.wire.example/", "https://wire.example:8443/x"}} {
		if !sameSite(c[0], c[1]) {
			t.Errorf("%s and %s are taken for two sites", c[0], c[1])
		}
	}
	for _, c := range [][2]string{{"https://wire.example/", "https://evil.example/"}, {"https://wire.example/", "https://www.wire.example.evil.example/"}, {"", ""}, {"%", "%"}} {
		if sameSite(c[0], c[1]) {
			t.Errorf("%s and %s are taken for one site", c[0], c[1])
		}
	}
}
