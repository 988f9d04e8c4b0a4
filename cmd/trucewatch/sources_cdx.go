package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor/feed"
)

// defaultCDX is the index of the largest public web archive.
const defaultCDX = "https://web.archive.org/cdx/search/cdx"

const (
	cdxLines    = 2_000   // asked for at a time
	cdxCaptures = 100_000 // of one feed
	cdxTime     = "20060102150405"
	cdxLater    = 7 * 24 * time.Hour // captures so long after the window may hold its entries
)

// captures are what a web archive stored of a feed, from the oldest to the newest.
type captures struct {
	web      *politeWeb
	feed     news.Feed
	endpoint string
	from, to time.Time // of the capture; zero: any

	list    []capture       // of the index, in order
	at      int             // of list
	whole   bool            // the index was read to its end
	listed  map[string]bool // stamp and digest of what was on the list
	digests map[string]bool // of captures that were read
	entries []news.Entry
	next    int
	stamp   string // of the capture that entries are of
	skip    int    // entries of the first capture that a former run did
	total   int
	done    int
}

// capture is one line of the index.
type capture struct{ stamp, original, digest string }

func openCaptures(w *politeWeb, f news.Feed, endpoint string, from, to time.Time, cursor string) (*captures, error) {
	if !to.IsZero() {
		to = to.Add(cdxLater)
	}
	c := &captures{web: w, feed: f, endpoint: endpoint, from: from, to: to, listed: map[string]bool{}, digests: map[string]bool{}}
	if cursor != "" {
		n, stamp, _ := strings.Cut(cursor, " ")
		var err error
		if c.skip, err = strconv.Atoi(n); err != nil {
			return nil, fmt.Errorf("where a former run stopped cannot be read: %q", cursor)
		}
		if stamp != "" {
			if c.from, err = time.Parse(cdxTime, stamp); err != nil {
				return nil, fmt.Errorf("where a former run stopped cannot be read: %q", cursor)
			}
		}
	}
	return c, nil
}

func (c *captures) Next(ctx context.Context) (*news.ImportEntry, error) {
	for c.next >= len(c.entries) {
		if c.at == len(c.list) {
			if err := c.index(ctx); err != nil {
				return nil, err
			}
			if len(c.list) == 0 {
				return nil, io.EOF
			}
		}
		one := c.list[c.at]
		c.at++
		c.done++
		if c.digests[one.digest] {
			continue
		}
		c.entries, c.next, c.stamp = nil, 0, one.stamp
		entries, err := c.read(ctx, one)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if ends(err) {
			return nil, err
		}
		if err != nil {
			c.skip = 0
			return nil, &badEntry{"capture of " + one.stamp, err}
		}
		c.digests[one.digest] = true
		c.entries, c.next, c.skip = entries, min(c.skip, len(entries)), 0
	}
	c.next++
	return asEntry(c.feed.Name, c.entries[c.next-1]), nil
}

// index reads the next lines of the index into the list; none at its end. Lines
// that are no captures of the feed are left out, and an index that does not move on
// is at its end.
func (c *captures) index(ctx context.Context) error {
	c.list, c.at = nil, 0
	for !c.whole && len(c.list) == 0 {
		q := url.Values{"url": {c.feed.URL}, "fl": {"timestamp,original,statuscode,digest"}, "filter": {"statuscode:200"}, "collapse": {"digest"}, "limit": {strconv.Itoa(cdxLines)}}
		if !c.from.IsZero() {
			q.Set("from", c.from.Format(cdxTime))
		}
		if !c.to.IsZero() {
			q.Set("to", c.to.Format(cdxTime))
		}
		resp, err := c.web.get(ctx, c.endpoint+"?"+q.Encode(), "text/plain, */*;q=0.1")
		if err != nil {
			return fmt.Errorf("the archive's index: %w", err)
		}
		lines, list, err := parseCDX(resp.Body, c.feed.URL, c.from, c.to)
		if err != nil {
			return fmt.Errorf("the archive's index: %w", err)
		}
		last := c.from
		for _, one := range list {
			if t, _ := time.Parse(cdxTime, one.stamp); t.After(last) {
				last = t
			}
			if key := one.stamp + " " + one.digest; c.listed[key] {
				continue
			} else {
				c.listed[key] = true
			}
			if c.total++; c.total > cdxCaptures {
				return fmt.Errorf("more than %d captures: what there is more is left unread; --since and --until divide them", cdxCaptures)
			}
			c.list = append(c.list, one)
		}
		if lines < cdxLines || !last.After(c.from) {
			c.whole = true
		}
		c.from = last
	}
	return nil
}

// parseCDX reads lines of "timestamp original statuscode digest", in order of time.
// It believes none of them: a line of another address, of a time that was not asked
// for or of a failed capture is passed over.
func parseCDX(b []byte, feedURL string, from, to time.Time) (lines int, out []capture, err error) {
	sc := bufio.NewScanner(bytes.NewReader(b))
	sc.Buffer(nil, 64<<10)
	want := feed.Canonical(feedURL)
	for sc.Scan() {
		if strings.TrimSpace(sc.Text()) == "" {
			continue
		}
		lines++
		f := strings.Fields(sc.Text())
		if len(f) != 4 || f[2] != "200" || f[3] == "-" || len(f[3]) > 128 {
			continue
		}
		t, err := time.Parse(cdxTime, f[0])
		if err != nil || t.Before(from) || !to.IsZero() && !t.Before(to) || feed.Canonical(f[1]) != want {
			continue
		}
		out = append(out, capture{f[0], f[1], f[3]})
	}
	if err := sc.Err(); err != nil {
		return lines, nil, err
	}
	if lines > 0 && len(out) == 0 && bytes.HasPrefix(bytes.TrimSpace(b), []byte("<")) {
		return lines, nil, errors.New("a page came in place of an index")
	}
	slices.SortStableFunc(out, func(a, b capture) int { return strings.Compare(a.stamp, b.stamp) })
	return lines, out, nil
}

// read reads one capture as what it is: a document of its day.
func (c *captures) read(ctx context.Context, one capture) ([]news.Entry, error) {
	at, err := time.Parse(cdxTime, one.stamp)
	if err != nil {
		return nil, err
	}
	resp, err := c.web.get(ctx, replayAddress(c.endpoint, one), acceptFeed)
	if err != nil {
		return nil, err
	}
	if m := replayed.FindStringSubmatch(resp.FinalURL); m == nil || m[1] != one.stamp {
		return nil, fmt.Errorf("the archive has it no more and leads elsewhere (%s)", resp.FinalURL)
	}
	resp.FinalURL = one.original // links in it are relative to where it stood
	doc, err := parseFeed(resp, c.feed, at)
	return doc.Entries, err
}

// replayed finds the time of a capture in its address.
var replayed = regexp.MustCompile(`/(\d{14})id_/`)

// replayAddress is where an archive keeps a capture's own bytes: beside its index,
// /web/TIMEid_/URL where the index is /cdx/search/cdx, else /TIMEid_/URL.
func replayAddress(endpoint string, one capture) string {
	base, wayback := strings.CutSuffix(strings.TrimSuffix(endpoint, "/"), "/cdx/search/cdx")
	if wayback {
		base += "/web"
	} else {
		base = strings.TrimSuffix(base, "/cdx")
	}
	return base + "/" + one.stamp + "id_/" + one.original
}

func (c *captures) Cursor() string       { return fmt.Sprintf("%d %s", c.next, c.stamp) }
func (c *captures) Version() string      { return "captures of " + c.endpoint }
func (c *captures) Done() (int64, int64) { return int64(c.done), 0 }
func (c *captures) OwnGUIDs() bool       { return false }
func (c *captures) Close() error         { return nil }

// offeredCaptures is what an archive has of a feed, as far as its index was read.
type offeredCaptures struct {
	n     int
	more  bool
	first time.Time
}

func (o offeredCaptures) String() string {
	if o.more {
		return fmt.Sprintf("%d captures and more", o.n)
	}
	return plural(int64(o.n), "capture", "captures")
}

// probeCaptures tells what captures an archive has of a feed, and from when on.
func probeCaptures(ctx context.Context, w *politeWeb, f news.Feed, endpoint string, from, to time.Time) (o offeredCaptures, err error) {
	c, err := openCaptures(w, f, endpoint, from, to, "")
	if err != nil {
		return o, err
	}
	if err := c.index(ctx); err != nil || len(c.list) == 0 {
		return o, err
	}
	o.n, o.more = len(c.list), !c.whole
	o.first, err = time.Parse(cdxTime, c.list[0].stamp)
	return o, err
}
