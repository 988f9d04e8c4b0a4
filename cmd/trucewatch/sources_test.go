package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/store"
)

// site is a fixture server: what it serves by path and query, and what was asked.
type site struct {
	*httptest.Server
	serve map[string]http.HandlerFunc // by path with query, else by path
	names map[string]string           // of other sites, with their port → where they listen
	asked []string
}

func newSite(t *testing.T) *site {
	s := &site{serve: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.URL.RequestURI()) // one request at a time: that is the point
		for _, key := range []string{r.URL.RequestURI(), r.URL.Path} {
			if h := s.serve[key]; h != nil {
				h(w, r)
				return
			}
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// says serves a body.
func (s *site) says(path, body string) {
	s.serve[path] = func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) }
}

// web reads the site without waiting; the waits it would have made are recorded.
func (s *site) web(t *testing.T, waits *[]time.Duration) *politeWeb {
	t.Helper()
	client, err := egress.New(egress.Policy{UserAgent: "trucewatch-test", Allow: []string{s.Listener.Addr().String()},
		Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if to := s.names[addr]; to != "" { // no name is looked up
				addr = to
			}
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	if waits == nil {
		waits = new([]time.Duration)
	}
	clock := &wouldWait{waits: waits, now: time.Now()}
	return &politeWeb{fetch: client, robots: &monitor.Robots{Fetch: client}, looked: &lookedAt{}, now: clock.read, sleep: clock.sleep, pace: webPace,
		hosts: &hostTurns{store: openDatabase(t), now: clock.read, sleep: clock.sleep, yield: true}}
}

// wouldWait is a clock that sleeping moves on, and nothing else.
type wouldWait struct {
	waits *[]time.Duration
	now   time.Time
}

func (w *wouldWait) read() time.Time { return w.now }

func (w *wouldWait) sleep(ctx context.Context, d time.Duration) error {
	*w.waits, w.now = append(*w.waits, d), w.now.Add(d)
	return ctx.Err()
}

func openDatabase(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// rssPage is a feed page with items of these numbers and more in its channel.
func rssPage(more string, numbers ...int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0"><channel><title>Wire</title>%s`, more)
	for _, n := range numbers {
		fmt.Fprintf(&b, `<item><guid>n%d</guid><link>https://wire.example/%[1]d</link><title>Report %[1]d</title><description>What number %[1]d says.</description><pubDate>%s</pubDate></item>`,
			n, time.Date(2025, 1, n, 12, 0, 0, 0, time.UTC).Format(time.RFC1123Z))
	}
	return b.String() + "</channel></rss>"
}

// readAll reads a source to its end: the titles, what was unreadable, and the error.
func readAll(t *testing.T, s source) (titles []string, bad []string, end error) {
	t.Helper()
	for range 100_000 {
		e, err := s.Next(t.Context())
		if b, ok := errors.AsType[*badEntry](err); ok {
			bad = append(bad, b.Error())
			continue
		}
		if errors.Is(err, io.EOF) {
			return titles, bad, nil
		}
		if err != nil {
			return titles, bad, err
		}
		titles = append(titles, e.Title)
	}
	t.Fatal("the source does not end")
	return
}

func reports(numbers ...int) (out []string) {
	for _, n := range numbers {
		out = append(out, fmt.Sprint("Report ", n))
	}
	return out
}

func feedAt(s *site, path string) news.Feed { return news.Feed{Name: "Wire", URL: s.URL + path} }

// archiveOf probes and opens a feed's archive.
func archiveOf(t *testing.T, s *site, since time.Time) (*archive, string) {
	t.Helper()
	w := s.web(t, nil)
	mode, err := probeArchive(t.Context(), w, feedAt(s, "/rss"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := openArchive(w, feedAt(s, "/rss"), mode, since, "")
	if err != nil {
		t.Fatal(err)
	}
	return a, mode
}

func TestAFeedsArchiveIsReadByWhatItOffers(t *testing.T) {
	for name, c := range map[string]struct {
		mode  string
		pages map[string]string
		want  []string
	}{
		"archived feed (RFC 5005, section 4)": {byLinks, map[string]string{
			"/rss":     rssPage(`<atom:link rel="prev-archive" href="/2025/2"/>`, 6, 5),
			"/2025/2":  rssPage(`<fh:archive/><atom:link rel="prev-archive" href="/2025/1"/><atom:link rel="current" href="/rss"/>`, 4, 3),
			"/2025/1":  rssPage(`<fh:archive/><atom:link rel="next-archive" href="/2025/2"/>`, 2, 1),
			"/notread": rssPage("", 9),
		}, reports(6, 5, 4, 3, 2, 1)},
		"paged feed (RFC 5005, section 3)": {byLinks, map[string]string{
			"/rss":         rssPage(`<atom:link rel="next" href="/rss?start=2"/>`, 4, 3),
			"/rss?start=2": rssPage(`<atom:link rel="previous" href="/rss"/>`, 2, 1),
		}, reports(4, 3, 2, 1)},
		"WordPress, which answers 404 behind the last page": {byPaged, map[string]string{
			"/rss": rssPage("", 4, 3), "/rss?paged=2": rssPage("", 2), "/rss?paged=3": rssPage("", 1), "/rss?paged=4": "",
		}, reports(4, 3, 2, 1)},
		"numbered pages, the last one for ever": {byPage, map[string]string{
			"/rss": rssPage("", 4, 3), "/rss?page=2": rssPage("", 2, 1), "/rss?page=3": rssPage("", 2, 1),
		}, reports(4, 3, 2, 1)},
		"none: the number is ignored": {"", map[string]string{"/rss": rssPage("", 2, 1), "/rss?page=2": rssPage("", 2, 1), "/rss?paged=2": rssPage("", 2, 1)}, nil},
		"a circle of links": {byLinks, map[string]string{
			"/rss": rssPage(`<atom:link rel="next" href="/a"/>`, 4), "/a": rssPage(`<atom:link rel="next" href="/b"/>`, 3), "/b": rssPage(`<atom:link rel="next" href="/a"/>`, 2),
		}, reports(4, 3, 2)},
		"mixed encodings": {byLinks, map[string]string{
			"/rss":    rssPage(`<atom:link rel="next" href="/cp1251"/>`, 4),
			"/cp1251": "<?xml version=\"1.0\" encoding=\"windows-1251\"?><rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><atom:link rel=\"next\" href=\"/utf16\"/><item><guid>1</guid><title>\xcf\xe5\xf0\xe5\xec\xe8\xf0\xe8\xe5</title></item></channel></rss>",
			"/utf16":  utf16LE(`<?xml version="1.0" encoding="UTF-16"?><rss version="2.0"><channel><item><guid>2</guid><title>Перемир’я</title></item></channel></rss>`),
		}, []string{"Report 4", "Перемирие", "Перемир’я"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			for path, body := range c.pages {
				if s.says(path, body); body == "" {
					s.serve[path] = http.NotFound
				}
			}
			if s.serve["/rss?page=2"] == nil {
				s.serve["/rss?page=2"] = http.NotFound
			}
			if s.serve["/rss?paged=2"] == nil {
				s.serve["/rss?paged=2"] = http.NotFound
			}
			a, mode := archiveOf(t, s, time.Time{})
			if mode != c.mode {
				t.Fatalf("read by %q, want %q", mode, c.mode)
			}
			if mode == "" {
				return
			}
			if got, bad, err := readAll(t, a); err != nil || len(bad) > 0 || !slices.Equal(got, c.want) {
				t.Errorf("read %q, %q, %v; want %q", got, bad, err, c.want)
			}
		})
	}
}

func utf16LE(s string) string {
	out := []byte{0xff, 0xfe}
	for _, r := range s {
		out = append(out, byte(r), byte(r>>8))
	}
	return string(out)
}

func TestHostileArchivesEnd(t *testing.T) {
	s := newSite(t)
	n := 0
	s.serve["/rss"] = func(w http.ResponseWriter, r *http.Request) { // endless, and never the same
		n++
		fmt.Fprintf(w, `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><atom:link rel="next" href="/rss?p=%d"/><item><guid>%[1]d</guid><title>Report</title></item></channel></rss>`, n)
	}
	a, _ := archiveOf(t, s, time.Time{})
	titles, _, err := readAll(t, a)
	if err == nil || !strings.Contains(err.Error(), "more than 5000 pages") || len(titles) != archivePages {
		t.Errorf("an endless archive: %d entries, %v; want %d and an error", len(titles), err, archivePages)
	}

	s.says("/rss", rssPage(`<atom:link rel="next" href="http://169.254.169.254/latest"/>`, 3))
	a, _ = archiveOf(t, s, time.Time{})
	if titles, _, err := readAll(t, a); err == nil || !strings.Contains(err.Error(), "another site") || len(titles) != 0 && !slices.Equal(titles, reports(3)) {
		t.Errorf("a link to another site: %q, %v", titles, err)
	}
}

func TestAnArchiveGoesOnWhereItStoppedAndStopsAtTheWindow(t *testing.T) {
	s := newSite(t)
	s.says("/rss", rssPage(`<atom:link rel="next" href="/2"/>`, 8, 7))
	s.says("/2", rssPage(`<atom:link rel="next" href="/3"/>`, 6, 5))
	s.says("/3", rssPage(`<atom:link rel="next" href="/4"/>`, 4, 3))
	s.says("/4", rssPage(`<atom:link rel="next" href="/5"/>`, 2, 1))
	a, _ := archiveOf(t, s, time.Time{})
	for range 3 {
		if _, err := a.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.asked = nil
	again, err := openArchive(s.web(t, nil), feedAt(s, "/rss"), byLinks, time.Date(2025, 1, 7, 0, 0, 0, 0, time.UTC), a.Cursor())
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := readAll(t, again)
	if err != nil || !slices.Equal(got, reports(5, 4, 3)) {
		t.Errorf("after %q: %q, %v; want what was not read, to two pages behind the window", a.Cursor(), got, err)
	}
	if slices.Contains(s.asked, "/rss") || slices.Contains(s.asked, "/4") {
		t.Errorf("asked for %q, want neither the pages done nor those outside the window", s.asked)
	}
}

func TestTheWebIsReadAsSitesAsk(t *testing.T) {
	s := newSite(t)
	var waits []time.Duration
	w := s.web(t, &waits)
	s.says("/robots.txt", "User-agent: *\nDisallow: /\n\nUser-agent: trucewatch\nCrawl-delay: 7\nDisallow: /private\nAllow: /private/open$\nDisallow: /*.pdf\n")
	s.says("/ok", "fine")
	s.says("/private/open", "fine")
	for path, allowed := range map[string]bool{"/ok": true, "/private/x": false, "/private/open": true, "/private/open/x": false, "/a/b.pdf": false} {
		_, err := w.get(t.Context(), s.URL+path, "*/*")
		if denied := err != nil && strings.Contains(err.Error(), "robots.txt"); denied == allowed {
			t.Errorf("%s: %v; want allowed %v", path, err, allowed)
		}
	}
	if len(waits) != 2 || slices.ContainsFunc(waits, func(d time.Duration) bool { return d < 6*time.Second || d > 7*time.Second }) {
		t.Errorf("waited %v, want the crawl delay of 7 s between the three requests, robots.txt the first", waits)
	}
	waits = nil
	busy := 0
	s.serve["/busy"] = func(rw http.ResponseWriter, r *http.Request) {
		if busy++; busy < 3 {
			rw.Header().Set("Retry-After", "90")
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		io.WriteString(rw, "fine")
	}
	if r, err := w.get(t.Context(), s.URL+"/busy", "*/*"); err != nil || string(r.Body) != "fine" {
		t.Errorf("a busy server: %q, %v; want its answer in the end", r.Body, err)
	}
	total := time.Duration(0)
	for _, d := range waits {
		total += d
	}
	if want := 2*90*time.Second + 7*time.Second; total < want-time.Second || total > want+time.Second {
		t.Errorf("waited %v, %v in all; want the crawl delay and 90 s twice, as asked", waits, total)
	}
	s.serve["/never"] = func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Retry-After", "86400")
		rw.WriteHeader(http.StatusTooManyRequests)
	}
	s.asked = nil
	if _, err := w.get(t.Context(), s.URL+"/never", "*/*"); err == nil || len(s.asked) != 1 {
		t.Errorf("a server that wants a day: %v after %d requests; want an error after one", err, len(s.asked))
	}

	down := newSite(t)
	down.serve["/robots.txt"] = func(rw http.ResponseWriter, r *http.Request) { rw.WriteHeader(500) }
	if _, err := down.web(t, nil).get(t.Context(), down.URL+"/ok", "*/*"); err == nil || len(down.asked) != 1 {
		t.Errorf("a site that cannot say: %v, asked %q; want nothing read", err, down.asked)
	}
}

func packed(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.String()
}

func newsURL(base string, n int) string {
	return fmt.Sprintf(`<url><loc>%s/a/%d</loc><news:news><news:publication><news:language>en</news:language></news:publication><news:publication_date>2025-01-%02dT10:00:00Z</news:publication_date><news:title>Report %[2]d</news:title></news:news></url>`, base, n, n)
}

const urlset = `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">`

func TestSitemapsAndIndexesAreRead(t *testing.T) {
	s := newSite(t)
	loc := func(path, lastmod string) string {
		return `<sitemap><loc>` + s.URL + path + `</loc><lastmod>` + lastmod + `</lastmod></sitemap>`
	}
	s.says("/index.xml", `<sitemapindex>`+loc("/old.xml", "2024-01-01")+loc("/one.xml.gz", "2025-01-03")+loc("/index.xml", "2025-01-03")+loc("/two.xml", "")+loc("/gone.xml", "")+
		`<sitemap><loc>https://elsewhere.example/s.xml</loc></sitemap></sitemapindex>`)
	s.says("/old.xml", urlset+newsURL(s.URL, 9)+`</urlset>`)
	s.says("/one.xml.gz", packed(urlset+newsURL(s.URL, 1)+newsURL(s.URL, 2)+`</urlset>`))
	s.says("/two.xml", urlset+`<url><loc>`+s.URL+`/a/3</loc><lastmod>2025-01-03</lastmod></url>`+newsURL(s.URL, 4)+`</urlset>`)
	s.says("/a/3", "<html><head><title>Report 3</title></head><body><article><h1>Report 3</h1><p>"+strings.Repeat("What the third report says at some length. ", 12)+"</p></article></body></html>")
	since := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	open := func(pages bool, cursor string) *sitemap {
		m, err := openSitemap(s.web(t, nil), feedAt(s, "/index.xml"), pages, since, cursor)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	got, bad, err := readAll(t, open(false, ""))
	if err != nil || !slices.Equal(got, reports(1, 2, 4)) || len(bad) != 3 || !strings.Contains(bad[0], "other sites") || !strings.Contains(bad[1], "--pages") || !strings.Contains(bad[2], "404") {
		t.Errorf("read %q, %q, %v; want the titled entries of the files inside the window, and the three others named", got, bad, err)
	}
	m := open(true, "")
	if _, err := m.Next(t.Context()); err == nil || !strings.Contains(err.Error(), "https://elsewhere.example/s.xml") {
		t.Errorf("a file of another site: %v; want it named", err)
	}
	e, err := m.Next(t.Context())
	if err != nil || e.Title != "Report 1" || !e.Published.Equal(time.Date(2025, 1, 1, 10, 0, 0, 0, time.UTC)) || e.Lang != "en" || e.URL != s.URL+"/a/1" {
		t.Errorf("first entry %+v, %v", e, err)
	}
	got, _, err = readAll(t, open(true, m.Cursor()))
	if err != nil || !slices.Equal(got, reports(2, 3, 4)) {
		t.Errorf("after %q: %q, %v; want the rest, with the page's own title", m.Cursor(), got, err)
	}
	got, _, err = readAll(t, open(false, "1 "+s.URL+"/rolled-away.xml"))
	if err != nil || !slices.Equal(got, reports(1, 2, 4)) {
		t.Errorf("resumed in a file that is gone: %q, %v; want all of it", got, err)
	}
}

func TestHostileSitemapsEnd(t *testing.T) {
	s := newSite(t)
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, "<sitemap><loc>%s/deep/%d.xml</loc></sitemap>", s.URL, i)
	}
	for name, c := range map[string]struct{ body, want string }{
		"a gzip bomb":        {packed(urlset + strings.Repeat(" ", sitemapBytes+1)), "larger than 50 MiB"},
		"entities":           {`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>`, ""},
		"depth":              {strings.Repeat("<urlset>", 1000), "too deeply"},
		"too many files":     {"<sitemapindex>" + many.String() + "</sitemapindex>", "more than"},
		"too many addresses": {urlset + strings.Repeat("<url><loc>https://a.example/x</loc></url>", sitemapEntries+2) + "</urlset>", "more than 50000"},
		"cut off":            {urlset + newsURL(s.URL, 1) + "<url><loc>ht", "damaged"},
		"a page":             {"<html><body>Not found</body></html>", "no sitemap"},
		"nothing":            {"", "no sitemap"},
		"rubbish":            {"\x1f\x8b\x00\x01rubbish", "gzip"},
	} {
		body, err := unpacked([]byte(c.body))
		var entries []news.Entry
		if err == nil {
			_, entries, err = readSitemap(body, "", time.Time{}, time.Now())
		}
		if got := fmt.Sprint(err); c.want == "" && err != nil && !strings.Contains(got, "damaged") || c.want != "" && !strings.Contains(got, c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
		if name == "cut off" && len(entries) != 1 {
			t.Errorf("%s: %d entries, want the one before the cut", name, len(entries))
		}
	}
	// Every file is an index of another: endless, and of one request each.
	s.serve["/loop"] = func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		fmt.Fprintf(w, `<sitemapindex><sitemap><loc>%s/loop?n=%d</loc></sitemap><sitemap><loc>%[1]s/loop?n=%[3]d</loc></sitemap></sitemapindex>`, s.URL, 2*n+1, 2*n+2)
	}
	m, err := openSitemap(s.web(t, nil), feedAt(s, "/loop"), false, time.Time{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if titles, _, err := readAll(t, m); err != nil || len(titles) != 0 || len(s.asked) > 20 {
		t.Errorf("indexes of indexes: %q, %v after %d requests; want an end soon", titles, err, len(s.asked))
	}
}

// serveArchive serves a web archive that has captures of the site's feed, by time.
func serveArchive(s *site, index func(r *http.Request) string, pages map[string]string) {
	s.serve["/cdx/search/cdx"] = func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, index(r)) }
	for stamp, body := range pages {
		s.says("/web/"+stamp+"id_/"+s.URL+"/rss", body)
	}
}

func TestCapturesAreReadAsWhatTheyAreAndNoDigestTwice(t *testing.T) {
	s := newSite(t)
	line := func(stamp, digest string) string { return stamp + " " + s.URL + "/rss 200 " + digest + "\n" }
	serveArchive(s, func(r *http.Request) string {
		return line("20250103000000", "C") + line("20250101000000", "A") + line("20250102000000", "A") + line("20250104000000", "D") +
			// What the index says and nobody should believe.
			"20250105000000 https://evil.example/rss 200 E\n" + "20250106000000 " + s.URL + "/rss 404 F\n" + "20259999000000 " + s.URL + "/rss 200 G\n" +
			"x\n" + "20250107000000 " + s.URL + "/rss 200 -\n" + line("20250108000000", "H")
	}, map[string]string{"20250101000000": rssPage("", 2, 1), "20250103000000": rssPage("", 3, 2), "20250104000000": "<html>Welcome</html>"})
	open := func(cursor string) *captures {
		c, err := openCaptures(s.web(t, nil), feedAt(s, "/rss"), s.URL+"/cdx/search/cdx", time.Time{}, time.Time{}, cursor)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	got, bad, err := readAll(t, open(""))
	if err != nil || !slices.Equal(got, reports(2, 1, 3, 2)) {
		t.Errorf("read %q, %v; want the captures in order of time", got, err)
	}
	if len(bad) != 2 || !strings.Contains(bad[0], "20250104000000") || !strings.Contains(bad[1], "20250108000000") {
		t.Errorf("unreadable %q, want the page and the capture that is not there", bad)
	}
	if slices.Contains(s.asked, "/web/20250102000000id_/"+s.URL+"/rss") {
		t.Error("a capture of a digest read before was read again")
	}
	c := open("")
	for range 3 {
		if _, err := c.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got, _, err := readAll(t, open(c.Cursor())); err != nil || !slices.Equal(got, reports(2)) {
		t.Errorf("after %q: %q, %v; want the rest", c.Cursor(), got, err)
	}
}

func TestHostileIndexesEnd(t *testing.T) {
	s := newSite(t)
	n := 0
	index := ""
	serveArchive(s, func(r *http.Request) string { n++; return index }, nil)
	read := func() (bad int, err error) {
		n = 0
		c, err := openCaptures(s.web(t, nil), feedAt(s, "/rss"), s.URL+"/cdx/search/cdx", time.Time{}, time.Time{}, "")
		if err != nil {
			t.Fatal(err)
		}
		_, b, err := readAll(t, c)
		return len(b), err
	}
	// The same full page for ever, whatever is asked for.
	index = strings.Repeat("20250101000000 "+s.URL+"/rss 200 A\n", cdxLines)
	if bad, err := read(); err != nil || bad != 1 || n > 3 {
		t.Errorf("an index that does not move on: %d captures, %v after %d requests; want one after at most three", bad, err, n)
	}
	index = "<html>Too many requests</html>"
	if _, err := read(); err == nil || !strings.Contains(err.Error(), "a page came") {
		t.Errorf("a page for an index: %v", err)
	}
	index = strings.Repeat("x", 1<<20)
	if _, err := read(); err == nil {
		t.Error("a line of a mebibyte was taken")
	}
	index = ""
	if bad, err := read(); err != nil || bad != 0 {
		t.Errorf("no captures: %d, %v", bad, err)
	}
}
