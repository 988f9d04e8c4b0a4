package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/monitor/feed"
)

const (
	acceptFeed   = "application/rss+xml, application/atom+xml, application/feed+json;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
	archivePages = 5_000 // of one feed
)

// How a feed's older pages are found.
const (
	byLinks = "links" // prev-archive or next links (RFC 5005), next_url of JSON Feed
	byPaged = "paged" // WordPress: ?paged=N
	byPage  = "page"  // ?page=N
)

// archive is a feed's own archive: its pages, from the newest to the oldest.
type archive struct {
	web   *politeWeb
	feed  news.Feed // name, URL, language and zone
	mode  string
	since time.Time // older pages are not wanted; zero: all
	note  string    // what its reader should know

	page    string // address of the page that entries are of
	number  int    // of the page, 1 for the feed itself
	entries []news.Entry
	next    int    // of entries
	after   string // address of the page that follows; "" at the end
	read    bool   // the page was read
	seen    map[[16]byte]bool
	stale   int // pages in a row with nothing inside the window
}

// openArchive opens a feed's archive in a mode that probeArchive found.
func openArchive(w *politeWeb, f news.Feed, mode string, since time.Time, cursor string) (*archive, error) {
	a := &archive{web: w, feed: f, mode: mode, since: since, page: f.URL, number: 1, seen: map[[16]byte]bool{}}
	if cursor == "" {
		return a, nil
	}
	parts := strings.SplitN(cursor, " ", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("where a former run stopped cannot be read: %q", cursor)
	}
	var err error
	a.page = parts[2]
	if a.number, err = strconv.Atoi(parts[0]); err != nil {
		return nil, err
	}
	a.next, err = strconv.Atoi(parts[1])
	return a, err
}

func (a *archive) Next(ctx context.Context) (*news.ImportEntry, error) {
	for {
		if !a.read {
			if err := a.load(ctx); err != nil {
				return nil, err
			}
		}
		if a.next < len(a.entries) {
			a.next++
			return asEntry(a.feed.Name, a.entries[a.next-1]), nil
		}
		if a.after == "" {
			return nil, io.EOF
		}
		if a.number >= archivePages {
			return nil, fmt.Errorf("more than %d pages: what is older is left unread", archivePages)
		}
		a.page, a.number, a.next, a.read = a.after, a.number+1, 0, false
	}
}

// load reads the present page. A page that was read before, under whatever
// address, is the end: archives that go in circles are read once.
func (a *archive) load(ctx context.Context) error {
	resp, err := a.web.get(ctx, a.page, acceptFeed)
	if err != nil {
		if a.number > 1 && a.mode != byLinks && missing(err) {
			a.entries, a.after, a.read = nil, "", true // behind the last page
			return nil
		}
		return fmt.Errorf("page %d (%s): %w", a.number, a.page, err)
	}
	doc, err := parseFeed(resp, a.feed, a.web.now())
	if err != nil {
		if _, wrong := errors.AsType[*feed.WrongDocument](err); wrong && a.number > 1 && a.mode != byLinks {
			a.entries, a.after, a.read = nil, "", true // a page in words for "no more"
			return nil
		}
		return fmt.Errorf("page %d (%s): %w", a.number, a.page, err)
	}
	if a.number > 1 && !sameSite(resp.FinalURL, a.page) {
		return fmt.Errorf("page %d (%s) leads to another site (%s): what is older is left unread", a.number, a.page, resp.FinalURL)
	}
	mark := pageMark(doc.Entries)
	if a.seen[mark] || len(doc.Entries) == 0 && a.mode != byLinks {
		a.entries, a.after, a.read = nil, "", true
		return nil
	}
	a.seen[mark] = true
	a.entries, a.read = doc.Entries, true
	a.next = min(a.next, len(a.entries))
	if a.after, err = a.follow(doc, resp.FinalURL); err != nil {
		return err
	}
	if a.stale++; !a.since.IsZero() {
		for _, e := range doc.Entries {
			if e.Published.IsZero() || !e.Published.Before(a.since) {
				a.stale = 0
			}
		}
		if a.stale >= 2 {
			a.after = ""
		}
	}
	return nil
}

// follow is the address of the next older page.
func (a *archive) follow(doc feed.Document, base string) (string, error) {
	if a.mode != byLinks {
		return pageAddress(a.feed.URL, a.mode, a.number+1), nil
	}
	to := olderLink(doc.Archive)
	if to == "" || to == a.page || to == base {
		return "", nil
	}
	if !sameSite(to, a.feed.URL) && !sameSite(to, base) {
		return "", fmt.Errorf("page %d leads to another site (%s): what is older is left unread", a.number, to)
	}
	return to, nil
}

func olderLink(l feed.Links) string {
	if l.PrevArchive != "" {
		return l.PrevArchive
	}
	return l.Next
}

func parseFeed(resp egress.Response, f news.Feed, now time.Time) (feed.Document, error) {
	zone := time.UTC
	if f.Zone != "" {
		if z, err := time.LoadLocation(f.Zone); err == nil {
			zone = z
		}
	}
	return feed.Parse(resp.Body, feed.Options{URL: resp.FinalURL, ContentType: resp.ContentType, Lang: f.Lang, Zone: zone, Now: now})
}

// pageAddress is a feed's address with the number of a page.
func pageAddress(feedURL, mode string, n int) string {
	u, err := url.Parse(feedURL)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set(mode, strconv.Itoa(n))
	u.RawQuery = q.Encode()
	return u.String()
}

// pageMark identifies a page by its entries.
func pageMark(es []news.Entry) (mark [16]byte) {
	h := sha256.New()
	for _, e := range es {
		fmt.Fprintf(h, "%q %q %q\n", e.GUID, e.URL, e.Title)
	}
	copy(mark[:], h.Sum(nil))
	return mark
}

func (a *archive) Cursor() string       { return fmt.Sprintf("%d %d %s", a.number, a.next, a.page) }
func (a *archive) Version() string      { return "archive by " + a.mode }
func (a *archive) Done() (int64, int64) { return int64(a.number), 0 }
func (a *archive) OwnGUIDs() bool       { return false }
func (a *archive) Note() string         { return a.note }
func (a *archive) Close() error         { return nil }

// probeArchive finds out how a feed's older pages are found; "" when it has none.
func probeArchive(ctx context.Context, w *politeWeb, f news.Feed) (string, error) {
	resp, err := w.get(ctx, f.URL, acceptFeed)
	if err != nil {
		return "", err
	}
	doc, err := parseFeed(resp, f, w.now())
	if err != nil {
		return "", err
	}
	if olderLink(doc.Archive) != "" {
		return byLinks, nil
	}
	first := map[string]bool{}
	for _, e := range doc.Entries {
		first[e.GUID+" "+e.URL+" "+e.Title] = true
	}
	for _, mode := range []string{byPaged, byPage} {
		resp, err := w.get(ctx, pageAddress(f.URL, mode, 2), acceptFeed)
		if err != nil {
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			continue
		}
		older, err := parseFeed(resp, f, w.now())
		if err != nil {
			continue
		}
		fresh := 0
		for _, e := range older.Entries {
			if !first[e.GUID+" "+e.URL+" "+e.Title] {
				fresh++
			}
		}
		if fresh > 0 && 2*fresh >= len(older.Entries) { // a server that ignores the number repeats the first page
			return mode, nil
		}
	}
	return "", nil
}
