package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor/feed"
	"trucewatch/monitor/text"
)

// Bounds of a site's sitemaps (sitemaps.org allows 50,000 addresses and 50 MiB in one).
const (
	sitemapBytes   = 50 << 20 // of one, unpacked
	sitemapEntries = 50_000   // of one
	sitemapFiles   = 2_000    // of one site
	sitemapDepth   = 3        // of indexes within indexes
	sitemapField   = 4 << 10  // bytes of one field
	acceptSitemap  = "application/xml, text/xml;q=0.9, */*;q=0.1"
	acceptPage     = "text/html, application/xhtml+xml;q=0.9"
)

// sitemap is a news sitemap or an index of such, in the index's order.
type sitemap struct {
	web   *politeWeb
	feed  news.Feed
	pages bool      // read the pages, for entries that state no title and for their text
	since time.Time // files last changed before it are passed over

	todo    []sitemapFile // to be read, the last one next
	seen    map[string]bool
	files   int // read so far
	file    string
	entries []news.Entry
	next    int
	resume  string // file a former run stopped in: those before it are passed over
	skip    int    // entries of it
	entered bool   // the first file was put on the list
}

type sitemapFile struct {
	address string
	depth   int
}

func openSitemap(w *politeWeb, f news.Feed, pages bool, since time.Time, cursor string) (*sitemap, error) {
	s := &sitemap{web: w, feed: f, pages: pages, since: since, seen: map[string]bool{}}
	if cursor != "" {
		n, file, ok := strings.Cut(cursor, " ")
		var err error
		if s.skip, err = strconv.Atoi(n); err != nil || !ok {
			return nil, fmt.Errorf("where a former run stopped cannot be read: %q", cursor)
		}
		s.resume = file
	}
	return s, nil
}

func (s *sitemap) Next(ctx context.Context) (*news.ImportEntry, error) {
	if !s.entered {
		s.entered = true
		s.push(s.feed.URL, 0)
	}
	for s.next >= len(s.entries) {
		if len(s.todo) == 0 && s.resume != "" { // where a former run stopped is gone: from the start
			s.resume, s.skip, s.seen = "", 0, map[string]bool{}
			s.push(s.feed.URL, 0)
		}
		if len(s.todo) == 0 {
			return nil, io.EOF
		}
		f := s.todo[len(s.todo)-1]
		s.todo = s.todo[:len(s.todo)-1]
		if err := s.load(ctx, f); err != nil {
			if ctx.Err() != nil || ends(err) || s.files == 1 && len(s.entries)+len(s.todo) == 0 {
				return nil, err
			}
			return nil, &badEntry{f.address, err}
		}
	}
	e := s.entries[s.next]
	s.next++
	if s.pages {
		title, body, err := s.page(ctx, e.URL)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case ends(err):
			return nil, err
		case err != nil && e.Title == "":
			return nil, &badEntry{e.URL, err}
		case err == nil:
			if e.Title == "" {
				e.Title = title
			}
			e.Content = body
		}
	}
	if e.Title == "" && e.Content == "" {
		return nil, &badEntry{e.URL, errors.New("the sitemap states no title; --pages reads the article")}
	}
	return asEntry(s.feed.Name, e), nil
}

// push puts a file on the list, unless it was there; false when it is left unread.
func (s *sitemap) push(address string, depth int) bool {
	if s.seen[address] {
		return true
	}
	if !sameSite(address, s.feed.URL) || len(s.seen) >= sitemapFiles || depth > sitemapDepth {
		return false
	}
	s.seen[address] = true
	s.todo = append(s.todo, sitemapFile{address, depth})
	return true
}

// load reads one file: an index adds its files to the list, a sitemap gives entries.
func (s *sitemap) load(ctx context.Context, f sitemapFile) error {
	s.entries, s.next = nil, 0
	s.files++
	resp, err := s.web.get(ctx, f.address, acceptSitemap)
	if err != nil {
		return err
	}
	body, err := unpacked(resp.Body)
	if err != nil {
		return err
	}
	files, entries, err := readSitemap(body, resp.ContentType, s.since, s.web.now())
	left, example := 0, ""
	for _, address := range slices.Backward(files) { // the list is read from its end
		if !s.push(address, f.depth+1) {
			left, example = left+1, address
		}
	}
	if left > 0 {
		err = errors.Join(err, fmt.Errorf("%s that it names left unread, of other sites, nested deeper than %d, or more than %d in all (%s); name them with --sitemap to read them", plural(int64(left), "file", "files"), sitemapDepth, sitemapFiles, example))
	}
	if s.resume != "" && s.resume != f.address {
		return err // a former run read it
	}
	s.file, s.entries = f.address, entries
	if s.resume != "" {
		s.next, s.resume, s.skip = min(s.skip, len(entries)), "", 0
	}
	return err
}

// unpacked is the document in a body that may be a gzip file.
func unpacked(b []byte) (io.Reader, error) {
	if !bytes.HasPrefix(b, []byte("\x1f\x8b")) {
		return bytes.NewReader(b), nil
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("not readable as gzip: %w", err)
	}
	return z, nil
}

// readSitemap reads an index's files and a sitemap's entries. What was read until
// an error comes with it.
func readSitemap(r io.Reader, contentType string, since, now time.Time) (files []string, entries []news.Entry, err error) {
	left := &io.LimitedReader{R: r, N: sitemapBytes + 1}
	d := xml.NewDecoder(feed.Decoded(left, contentType))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	type entry struct {
		loc, lastmod, title, published, lang string
	}
	var now1 entry // being read
	var field *string
	var in string // url or sitemap
	depth := 0
	for {
		t, err := d.Token()
		if left.N <= 0 {
			return files, entries, fmt.Errorf("larger than %d MiB unpacked", sitemapBytes>>20)
		}
		if errors.Is(err, io.EOF) {
			if depth == 0 && len(files)+len(entries) == 0 && in == "" {
				return files, entries, errors.New("no sitemap")
			}
			return files, entries, nil
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return files, entries, errors.New("cut off: what came of it is read")
		}
		if err != nil {
			return files, entries, fmt.Errorf("damaged, and read up to there: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > 16 {
				return files, entries, errors.New("nested too deeply to be a sitemap")
			}
			field = nil
			switch name := t.Name.Local; name {
			case "url", "sitemap":
				now1, in = entry{}, name
			case "urlset", "sitemapindex":
				in = name
			case "loc":
				if depth == 3 {
					field = &now1.loc
				}
			case "lastmod":
				field = &now1.lastmod
			case "title":
				field = &now1.title
			case "publication_date":
				field = &now1.published
			case "language":
				field = &now1.lang
			default:
				if depth == 1 {
					return files, entries, fmt.Errorf("a document of <%.40s>, no sitemap", name)
				}
			}
		case xml.CharData:
			if field != nil && len(*field)+len(t) <= sitemapField {
				*field += string(t)
			}
		case xml.EndElement:
			depth--
			field = nil
			if t.Name.Local != "url" && t.Name.Local != "sitemap" {
				continue
			}
			loc := strings.TrimSpace(now1.loc)
			changed, _ := feed.ParseDate(strings.TrimSpace(now1.lastmod), time.UTC, time.Time{})
			switch {
			case feed.Canonical(loc) == "":
			case t.Name.Local == "sitemap":
				if since.IsZero() || changed.IsZero() || !changed.Before(since) {
					files = append(files, loc)
				}
			default:
				e := news.Entry{URL: loc, Canonical: feed.Canonical(loc), Title: feed.PlainText(now1.title), Lang: strings.TrimSpace(now1.lang), PublishedFrom: news.PublishedNone}
				if p := strings.TrimSpace(now1.published); p != "" {
					e.Published, e.PublishedFrom = feed.ParseDate(p, time.UTC, now)
				} else if now1.lastmod != "" {
					if e.Published, e.PublishedFrom = feed.ParseDate(strings.TrimSpace(now1.lastmod), time.UTC, now); e.PublishedFrom == news.PublishedStated {
						e.PublishedFrom = news.PublishedUpdated
					}
				}
				entries = append(entries, e)
			}
			if len(entries) > sitemapEntries || len(files) > sitemapFiles {
				return files, entries, fmt.Errorf("more than %d entries: the rest is left unread", min(len(entries), sitemapEntries))
			}
		}
	}
}

// page reads an article.
func (s *sitemap) page(ctx context.Context, address string) (title, body string, err error) {
	resp, err := s.web.get(ctx, address, acceptPage)
	if err != nil {
		return "", "", err
	}
	return text.ExtractPage(resp.Body, resp.ContentType, resp.FinalURL)
}

func (s *sitemap) Cursor() string       { return fmt.Sprintf("%d %s", s.next, s.file) }
func (s *sitemap) Version() string      { return fmt.Sprintf("sitemap pages=%v", s.pages) }
func (s *sitemap) Done() (int64, int64) { return int64(s.files), int64(s.files + len(s.todo)) }
func (s *sitemap) OwnGUIDs() bool       { return false }
func (s *sitemap) Close() error         { return nil }

// offeredSitemap is a sitemap that was found, and how much it holds.
type offeredSitemap struct{ address, holds string }

// probeSitemaps finds the sitemaps a feed's site names that hold news: entries with
// titles, or indexes.
func probeSitemaps(ctx context.Context, w *politeWeb, f news.Feed) (out []offeredSitemap) {
	u, err := url.Parse(f.URL)
	if err != nil {
		return nil
	}
	rules, err := w.rules(ctx, u)
	if err != nil && ctx.Err() != nil {
		return nil
	}
	named := rules.Sitemaps
	if len(named) == 0 {
		named = []string{u.Scheme + "://" + u.Host + "/sitemap-news.xml", u.Scheme + "://" + u.Host + "/news-sitemap.xml"}
	}
	for _, address := range named {
		resp, err := w.get(ctx, address, acceptSitemap)
		if err != nil {
			continue
		}
		body, err := unpacked(resp.Body)
		if err != nil {
			continue
		}
		files, entries, _ := readSitemap(body, resp.ContentType, time.Time{}, w.now())
		titled := slices.ContainsFunc(entries, func(e news.Entry) bool { return e.Title != "" })
		if titled || slices.ContainsFunc(files, func(f string) bool { return strings.Contains(strings.ToLower(f), "news") }) {
			holds := plural(int64(len(entries)), "entry", "entries")
			if len(files) > 0 {
				holds = "an index of " + plural(int64(len(files)), "file", "files")
			}
			out = append(out, offeredSitemap{address, holds})
		}
	}
	return out
}
