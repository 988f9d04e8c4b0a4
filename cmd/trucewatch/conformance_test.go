package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/store"
)

// This file and breakage_test.go are what docs/polling.md promises, as tables: a
// row says what a server did, what it must have been asked, and what must then
// stand in the database and in the listing an operator sees. The store, the
// poller and the HTTP client are the real ones. Before every poll the program is
// as good as restarted: nothing but the database is kept.

// manner is one promise to publishers, or to those who read them.
type manner struct {
	name   string
	server func(n int, r *http.Request) says
	feed   func(*news.Feed) // how it is configured, apart from name and address
	polls  int              // each when it is due; 0 is 2

	asked  []string        // the requests, in order; nil is not looked at
	waits  []time.Duration // before the second poll and on; 0 is not looked at
	items  []string        // titles in the database, in order of arrival, with the revision if not the first; nil is not looked at
	links  []string        // likewise
	dates  []string        // publication times and how they were obtained, likewise
	state  string          // of the feed as `feeds list` shows it; "" is ok
	says   []string        // words that stand there with it
	unsaid []string        // words that do not
}

// start is a Sunday. Ticks come a little after the second.
var conformanceStart = time.Date(2026, 11, 22, 10, 0, 0, 250e6, time.UTC)

// Addresses of the rows.
const (
	at, to, cdn = "wire.example/feed", "wire.example/new", "cdn.example/x"
)

// doc is a document of items.
func doc(items ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Example Wire</title><link>https://wire.example/</link>` + strings.Join(items, "\n") + "</channel></rss>"
}

// entry is an item of a document, with changes: pairs of what to replace by what.
func entry(id string, changes ...string) string {
	e := fmt.Sprintf("<item><guid>id-%[1]s</guid><link>https://wire.example/%[1]s</link><title>Talks, day %[1]s</title>"+
		"<pubDate>Sun, 22 Nov 2026 09:00:00 GMT</pubDate><description>Both sides met on day %[1]s.</description></item>", id)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(e, changes[i]) {
			panic("nothing to change: " + changes[i])
		}
		e = strings.Replace(e, changes[i], changes[i+1], 1)
	}
	return e
}

// days are items of days from first to last.
func days(first, last int) (out []string) {
	for i := first; i <= last; i++ {
		out = append(out, entry(fmt.Sprint(i)))
	}
	return out
}

// titles are those of days.
func titles(first, last int) (out []string) {
	for i := first; i <= last; i++ {
		out = append(out, fmt.Sprintf("Talks, day %d", i))
	}
	return out
}

// good is a sound answer of three items.
func good(header string) says { return says{header: header, body: doc(days(1, 3)...)} }

func gives(code int, header string) says { return says{status: code, header: header} }

func moves(code int, target string) says {
	if !strings.Contains(target, ":") {
		target = "http://" + target
	}
	return says{status: code, header: "Location: " + target}
}

// on answers by address; other addresses answer 404.
func on(answers map[string]says) func(int, *http.Request) says {
	return func(_ int, r *http.Request) says {
		if a, ok := answers[r.Host+r.URL.RequestURI()]; ok {
			return a
		}
		return says{status: 404}
	}
}

const welcome = `<!DOCTYPE html><html><head><title>Welcome</title><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head><body>Welcome to our site.</body></html>`

var manners = []manner{
	// Conditional requests.
	{name: "the first request is plain, the second conditional, byte for byte",
		server: then(good("ETag: W/\"odd \nLast-Modified: yesterday at noon")),
		asked:  []string{at, at + ` W/"odd since yesterday at noon`}, items: titles(1, 3)},
	{name: "one validator is sent alone",
		server: then(good("Last-Modified: Sun, 22 Nov 2026 09:00:00 +0200")),
		asked:  []string{at, at + " since Sun, 22 Nov 2026 09:00:00 +0200"}},
	{name: "validators are not invented",
		server: then(good("Date: Sun, 22 Nov 2026 10:00:00 GMT")), asked: []string{at, at}},
	{name: "a bare 304 keeps the validators",
		server: then(good("ETag: v1"), gives(304, ""), gives(304, "")), polls: 3,
		asked: []string{at, at + " v1", at + " v1"}, items: titles(1, 3), says: []string{"unchanged (304)"}},
	{name: "a 304 may change one validator",
		server: then(good("ETag: v1\nLast-Modified: m1"), gives(304, "ETag: v2"), gives(304, "")), polls: 3,
		asked: []string{at, at + " v1 since m1", at + " v2 since m1"}},
	{name: "a feed that stops sending validators is sent none",
		server: then(good("ETag: v1"), good("")), polls: 3, asked: []string{at, at + " v1", at}},
	{name: "validators reach only the address that gave them",
		server: func(n int, r *http.Request) says {
			switch {
			case r.URL.Path == "/feed" && n == 1:
				return moves(302, to)
			case r.URL.Path == "/feed":
				return moves(302, cdn)
			}
			return good("ETag: v1")
		},
		asked: []string{at, to, at, cdn}},
	{name: "once a day the feed is read in full",
		server: func(_ int, r *http.Request) says {
			if r.Header.Get("If-None-Match") != "" {
				return gives(304, "")
			}
			return good("ETag: v1")
		},
		feed: func(f *news.Feed) { f.Every = 8 * time.Hour }, polls: 5,
		asked: []string{at, at + " v1", at + " v1", at, at + " v1"}},
	{name: "a 304 nobody asked for is an error",
		server: then(gives(304, "ETag: v9")), asked: []string{at, at}, state: "failing", says: []string{"304"}},

	// Validators vouch for items that are stored.
	{name: "a cut body's items are kept, its validators are not",
		server: then(says{header: "ETag: v1", body: doc(days(1, 3)...)[:len(doc(days(1, 3)...))-60], cut: true}),
		asked:  []string{at, at}, items: titles(1, 2), state: "damaged", says: []string{"cut off"}},
	{name: "a damaged document's items are kept, its validators are not",
		server: then(says{header: "ETag: v1", body: doc(entry("1"), entry("2", "</title>", "</titel>"), entry("3"))}),
		asked:  []string{at, at}, items: titles(1, 3), state: "damaged", says: []string{"</titel>"}},
	{name: "validators of the last whole document survive a damaged one",
		server: then(good("ETag: v1"), says{header: "ETag: v2", body: doc(entry("4", "</title>", "</titel>"))}, good("ETag: v3")), polls: 3,
		asked: []string{at, at + " v1", at + " v1"}, items: titles(1, 4)},
	{name: "a page's validators are not kept",
		server: then(says{header: "ETag: v1\nContent-Type: text/html", body: welcome}), asked: []string{at, at}, items: []string{}, state: "failing",
		says: []string{"got an HTML page titled “Welcome”, not a feed"}},
	{name: "an empty body's validators are not kept",
		server: then(says{header: "ETag: v1"}), asked: []string{at, at}, state: "failing", says: []string{"empty"}},
	{name: "a document longer than we read keeps its validators, and says so",
		server: then(says{header: "ETag: v1", body: doc(days(1, 2001)...)}),
		asked:  []string{at, at + " v1"}, items: titles(1, 2000), state: "damaged", says: []string{"more than 2000 items"}},

	// When to come back.
	{name: "max-age is obeyed, past a fixed interval too",
		server: then(good("Cache-Control: public, max-age=7200")), feed: func(f *news.Feed) { f.Every = 10 * time.Minute },
		waits: []time.Duration{2 * time.Hour}, says: []string{"stays unchanged for 2h"}},
	{name: "max-age on a 304 is obeyed, and no postponement is longer than a day",
		server: then(good("ETag: v1"), gives(304, "Cache-Control: max-age=999999"), good("")), polls: 3,
		waits: []time.Duration{15 * time.Minute, 24 * time.Hour}},
	{name: "Expires is obeyed, against the server's clock",
		server: then(good("Date: Sun, 01 Nov 2026 10:00:00 GMT\nExpires: Sun, 01 Nov 2026 12:00:00 GMT")), waits: []time.Duration{2 * time.Hour}},
	{name: "429 with seconds to wait is obeyed",
		server: then(gives(429, "Retry-After: 7200")), waits: []time.Duration{2 * time.Hour}, state: "failing", says: []string{"HTTP 429", "asks to wait 2h"}},
	{name: "503 with a date to wait for is obeyed, against the server's clock",
		server: then(gives(503, "Date: Sun, 01 Nov 2026 10:00:00 GMT\nRetry-After: Sun, 01 Nov 2026 13:00:00 GMT")),
		waits:  []time.Duration{3 * time.Hour}, state: "failing", says: []string{"HTTP 503"}},
	{name: "the feed's ttl is obeyed, also after a 304",
		server: then(says{header: "ETag: v1", body: strings.Replace(doc(days(1, 3)...), "<item>", "<ttl>90</ttl><item>", 1)}, gives(304, "")), polls: 3,
		waits: []time.Duration{90 * time.Minute, 90 * time.Minute}},
	{name: "the feed's sy:updatePeriod is obeyed",
		server: then(says{body: strings.Replace(doc(days(1, 3)...), "<item>", `<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly</sy:updatePeriod><item>`, 1)}),
		waits:  []time.Duration{time.Hour}, says: []string{"no more often than every 1h"}},
	{name: "skipHours is obeyed, also after a 304",
		server: then(says{header: "ETag: v1", body: strings.Replace(doc(days(1, 3)...), "<item>", "<skipHours><hour>10</hour><hour>12</hour></skipHours><item>", 1)}, gives(304, "")), polls: 6,
		waits: []time.Duration{time.Hour, 30 * time.Minute, 90 * time.Minute, 2 * time.Hour}, says: []string{"unchanged (304)"}},
	{name: "skipDays is obeyed as far as poll.max",
		server: then(says{body: strings.Replace(doc(days(1, 3)...), "<item>", "<skipDays><day>Sunday</day></skipDays><item>", 1)}),
		waits:  []time.Duration{6 * time.Hour}, says: []string{"asks not to be read in these hours"}},
	{name: "the operator's own interval comes before the feed's hints",
		server: then(says{body: strings.Replace(doc(days(1, 3)...), "<item>", "<ttl>90</ttl><skipHours><hour>10</hour></skipHours><item>", 1)}), feed: func(f *news.Feed) { f.Every = 10 * time.Minute },
		waits: []time.Duration{10 * time.Minute}, says: []string{"fixed by the configuration"}},
	{name: "a quiet feed is asked less and less",
		server: then(good("ETag: v1"), gives(304, "")), polls: 8,
		waits: []time.Duration{15 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour}},
	{name: "a quiet official feed is asked every 15 minutes",
		server: then(good("ETag: v1"), gives(304, "")), feed: func(f *news.Feed) { f.Official = true }, polls: 5,
		waits: []time.Duration{15 * time.Minute, 15 * time.Minute, 15 * time.Minute, 15 * time.Minute}},
	{name: "a busy feed is asked sooner",
		server: then(says{body: doc(days(1, 3)...)}, says{body: doc(days(2, 9)...)}, says{body: doc(days(9, 14)...)}, says{body: doc(days(9, 14)...)}), polls: 4,
		waits: []time.Duration{15 * time.Minute, 7*time.Minute + 30*time.Second, 5 * time.Minute}, items: titles(1, 14)},
	{name: "no overlap with the poll before is a gap, and stays shown",
		server: then(says{body: doc(days(1, 3)...)}, says{body: doc(days(7, 9)...)}, says{body: doc(days(7, 9)...)}), polls: 3,
		items: []string{"Talks, day 1", "Talks, day 2", "Talks, day 3", "Talks, day 7", "Talks, day 8", "Talks, day 9"}, says: []string{"entries may have been missed 7m ago", "all 3 entries known"}},
	{name: "one known entry is no gap",
		server: then(says{body: doc(days(1, 3)...)}, says{body: doc(days(3, 9)...)}), items: titles(1, 9), unsaid: []string{"missed"}},
	{name: "the first entries of a feed that was empty are no gap",
		server: then(says{body: doc()}, says{body: doc(days(1, 3)...)}), items: titles(1, 3), unsaid: []string{"missed"}},

	// Errors.
	{name: "an error is tried again later and later, and never given up",
		server: then(gives(500, "")), polls: 12, waits: []time.Duration{0, 0}, state: "failing", says: []string{"HTTP 500", "failed 12 times in a row: trying again in"}},
	{name: "a name that does not resolve is named",
		server: then(good("")), feed: func(f *news.Feed) { f.URL = "http://nowhere.example/feed" }, state: "failing", says: []string{"nowhere.example", "trying again in"}},
	{name: "a connection that breaks without an answer is named",
		server: then(says{drop: true}), state: "failing", says: []string{"failed 2 times in a row"}},
	{name: "404 is an error like others",
		server: then(gives(404, "")), state: "failing", says: []string{"HTTP 404"}},
	{name: "an error leaves validators and items as they were",
		server: then(good("ETag: v1"), gives(502, "ETag: bad"), gives(304, "")), polls: 3, asked: []string{at, at + " v1", at + " v1"}, items: titles(1, 3)},
	{name: "410 ends it, and says what to do",
		server: then(gives(410, "")), polls: 3, asked: []string{at}, state: "gone", says: []string{"HTTP 410", "take it out of the configuration", "feeds resume"}},
	{name: "410 behind a temporary redirect is an error like others",
		server: on(map[string]says{at: moves(302, to), to: gives(410, "")}), asked: []string{at, to, at, to}, state: "failing"},
	{name: "an answer that is no whole document is an error",
		server: then(says{status: 206, header: "ETag: v1", body: doc(days(1, 3)...)}), asked: []string{at, at}, items: []string{}, state: "failing", says: []string{"HTTP 206"}},
	{name: "a challenge page with an error status is named",
		server: then(says{status: 403, body: "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>"}),
		state:  "failing", says: []string{"HTTP 403", "proof of being human"}},

	// Redirects.
	{name: "a permanent redirect is followed twice and remembered then, with its validators",
		server: on(map[string]says{at: moves(301, to), to: good("ETag: v1")}), polls: 3,
		asked: []string{at, to, at, to + " v1", to + " v1"}},
	{name: "308 likewise",
		server: on(map[string]says{at: moves(308, to), to: good("")}), polls: 3, asked: []string{at, to, at, to, to}},
	{name: "of 301 then 302 only the 301 is remembered",
		server: on(map[string]says{at: moves(301, to), to: moves(302, cdn), cdn: good("")}), polls: 3,
		asked: []string{at, to, cdn, at, to, cdn, to, cdn}},
	{name: "of 302 then 301 nothing is remembered",
		server: on(map[string]says{at: moves(302, to), to: moves(301, cdn), cdn: good("")}), polls: 3,
		asked: []string{at, to, cdn, at, to, cdn, at, to, cdn}},
	{name: "302, 303 and 307 are followed each time",
		server: func(n int, r *http.Request) says {
			if r.URL.Path == "/feed" {
				return moves([]int{302, 303, 307}[n/2], to)
			}
			return good("")
		}, polls: 3, asked: []string{at, to, at, to, at, to}},
	{name: "a permanent redirect to a page moves nothing",
		server: on(map[string]says{at: moves(301, to), to: {body: welcome}}), polls: 3, asked: []string{at, to, at, to, at, to}, state: "failing", says: []string{"HTML page"}},
	{name: "a permanent redirect to a damaged document moves nothing",
		server: on(map[string]says{at: moves(301, to), to: {body: doc(entry("1", "</title>", "</titel>"))}}), polls: 3, asked: []string{at, to, at, to, at, to}, state: "damaged"},
	{name: "a remembered address that fails four times is given up for the configured one",
		server: func(n int, r *http.Request) says {
			switch {
			case n > 4 && r.URL.Path == "/new":
				return gives(404, "")
			case n < 5 && r.URL.Path == "/feed":
				return moves(301, to)
			}
			return good("")
		}, polls: 7, asked: []string{at, to, at, to, to, to, to, to, at}},
	{name: "a redirect loop ends after five hops",
		server: on(map[string]says{at: moves(301, at)}), polls: 1, asked: []string{at, at, at, at, at, at}, state: "failing", says: []string{"redirect"}},
	{name: "a redirect to loopback is refused",
		server: then(moves(302, "http://127.0.0.1:8080/feed")), asked: []string{at, at}, state: "failing"},
	{name: "a redirect to a metadata address is refused",
		server: then(moves(301, "http://169.254.169.254/latest/meta-data/")), asked: []string{at, at}, state: "failing"},
	{name: "a redirect to a mapped loopback address is refused",
		server: then(moves(301, "http://[::ffff:127.0.0.1]/feed")), asked: []string{at, at}, state: "failing"},
	{name: "a redirect to a file is refused",
		server: then(moves(302, "file:///etc/passwd")), asked: []string{at, at}, state: "failing", says: []string{"redirect"}},

	// The same entry, seen again.
	{name: "GUIDs that change with every poll make no new items",
		server: then(says{body: doc(days(1, 3)...)}, says{body: doc(entry("1", "id-1", "aa"), entry("2", "id-2", "bb"), entry("3", "id-3", "cc"))}),
		items:  titles(1, 3), says: []string{"all 3 entries known"}},
	{name: "utm parameters that change with every poll make no new items",
		server: then(says{body: doc(entry("1", "<guid>id-1</guid>", "", "/1<", "/1?utm_source=rss&amp;utm_campaign=a1<"))},
			says{body: doc(entry("1", "<guid>id-1</guid>", "", "/1<", "/1?utm_source=rss&amp;utm_campaign=b2<"))}),
		items: titles(1, 1), says: []string{"all 1 entry known"}},
	{name: "an address and its form for phones are one",
		server: then(says{body: doc(entry("1", "<guid>id-1</guid>", ""))}, says{body: doc(entry("1", "<guid>id-1</guid>", "", "https://wire.example/1", "http://m.wire.example/1/"))}),
		items:  titles(1, 1)},
	{name: "an edited title is a revision, not an item",
		server: then(says{body: doc(days(1, 3)...)}, says{body: doc(entry("1", "Talks, day 1", "Talks, day 1 (updated)"), entry("2"), entry("3"))}),
		items:  []string{"Talks, day 1 (updated), revision 2", "Talks, day 2", "Talks, day 3"}},
	{name: "an edited title with a new GUID is a revision as well",
		server: then(says{body: doc(days(1, 2)...)}, says{body: doc(entry("1", "id-1", "zz", "Talks, day 1", "Talks, first day"), entry("2"))}),
		items:  []string{"Talks, first day, revision 2", "Talks, day 2"}},
	{name: "an edited title with a new address is a revision as well",
		server: then(says{body: doc(days(1, 2)...)}, says{body: doc(entry("1", "wire.example/1", "wire.example/one", "Talks, day 1", "Talks, first day"), entry("2"))}),
		items:  []string{"Talks, first day, revision 2", "Talks, day 2"}},
	{name: "an entry with neither GUID nor link is known by its text",
		server: then(says{body: doc(entry("1", "<guid>id-1</guid>", "", "<link>https://wire.example/1</link>", ""))}), items: titles(1, 1)},
	{name: "entries that share a GUID but not a link are all kept, in every poll",
		server: then(says{body: doc(entry("1", "id-1", "same"), entry("2", "id-2", "same"), entry("3", "id-3", "same"))},
			says{body: doc(entry("2", "id-2", "same"), entry("3", "id-3", "same"), entry("4", "id-4", "same"))},
			says{body: doc(entry("5", "id-5", "same"))}), polls: 3,
		items: titles(1, 5)},
	{name: "entries that share a link but not a GUID are all kept, in every poll",
		server: then(says{body: doc(entry("1", "example/1", "example/live"), entry("2", "example/2", "example/live"))},
			says{body: doc(entry("1", "example/1", "example/live"), entry("2", "example/2", "example/live"), entry("3", "example/3", "example/live"))}),
		items: titles(1, 3), links: []string{"https://wire.example/live", "https://wire.example/live", "https://wire.example/live"}},
	{name: "the same entry twice in one document is one item",
		server: then(says{body: doc(entry("1"), entry("1"), entry("2"))}), items: titles(1, 2)},
	{name: "an archive announced again is known, whatever its GUIDs",
		server: then(says{body: doc(days(1, 50)...)}, says{body: strings.ReplaceAll(doc(days(1, 50)...), "<guid>id-", "<guid>new-")}), items: titles(1, 50), says: []string{"all 50 entries known"}},
	{name: "two entries of the same words and different addresses are two",
		server: then(says{body: doc(entry("1"), entry("2", "Talks, day 2", "Talks, day 1", "on day 2", "on day 1"))}), items: []string{"Talks, day 1", "Talks, day 1"}},

	// Links.
	{name: "only links of the web are kept, and the items with them",
		server: then(says{body: doc(entry("1", "https://wire.example/1", "javascript:alert(1)"), entry("2", "https://wire.example/2", "file:///etc/passwd"), entry("3", "https://wire.example/3", "data:text/html,x"), entry("4"))}),
		items:  titles(1, 4), links: []string{"", "", "", "https://wire.example/4"}},
	{name: "a relative link is resolved against the address that answered",
		server: on(map[string]says{at: moves(302, "cdn.example/rss/x"), "cdn.example/rss/x": {body: doc(entry("1", "https://wire.example/1", "../a"))}}),
		links:  []string{"http://cdn.example/a"}},

	// Dates.
	{name: "zones by name are read as the countries mean them",
		server: then(says{body: doc(
			entry("1", "09:00:00 GMT", "12:00:00 MSK"), entry("2", "22 Nov 2026 09:00:00 GMT", "21 Jun 2026 12:00:00 EEST"),
			entry("3", "09:00:00 GMT", "11:00:00 EET"), entry("4", "09:00:00 GMT", "12:00:00 GMT+3"))}),
		dates: []string{"2026-11-22T09:00Z stated", "2026-06-21T09:00Z stated", "2026-11-22T09:00Z stated", "2026-11-22T09:00Z stated"}},
	{name: "months in Ukrainian and Russian are read",
		server: then(says{body: doc(entry("1", "Sun, 22 Nov 2026 09:00:00 GMT", "22 листопада 2026 09:00"), entry("2", "Sun, 22 Nov 2026 09:00:00 GMT", "22 ноября 2026, 09:00"))}),
		dates:  []string{"2026-11-22T09:00Z zone", "2026-11-22T09:00Z zone"}},
	{name: "a date without a zone is read in the feed's",
		server: then(says{body: doc(entry("1", "09:00:00 GMT", "11:30:00"))}), feed: func(f *news.Feed) { f.Zone = "Europe/Kyiv" },
		dates: []string{"2026-11-22T09:30Z zone"}},
	{name: "a stated zone comes before the feed's",
		server: then(says{body: doc(entry("1"))}), feed: func(f *news.Feed) { f.Zone = "Europe/Kyiv" }, dates: []string{"2026-11-22T09:00Z stated"}},
	{name: "no date, an unreadable one and the year 1 are no date",
		server: then(says{body: doc(entry("1", "<pubDate>Sun, 22 Nov 2026 09:00:00 GMT</pubDate>", ""), entry("2", "Sun, 22 Nov 2026 09:00:00 GMT", "soon"), entry("3", "Sun, 22 Nov 2026 09:00:00 GMT", "0001-01-01T00:00:00Z"))}),
		dates:  []string{"none", "none", "none"}},
	{name: "a date ahead counts as the time it was fetched",
		server: then(says{body: doc(entry("1", "Nov 2026", "Nov 2030"))}), dates: []string{"2026-11-22T10:00Z clamped"}},
}

func TestManners(t *testing.T) {
	c := newConformance(t)
	for _, m := range manners {
		t.Run(m.name, func(t *testing.T) { c.run(t, m) })
	}
}

// conformance runs rows on one database; each has its own feed.
type conformance struct {
	store *store.Store
}

func newConformance(t *testing.T) *conformance {
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "conformance.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return &conformance{store: st}
}

func (c *conformance) run(t *testing.T, m manner) {
	if m.polls == 0 {
		m.polls = 2
	}
	if m.state == "" {
		m.state = "ok"
	}
	p := &publisher{answer: m.server}
	f := news.Feed{Name: m.name, URL: "http://" + at}
	if m.feed != nil {
		m.feed(&f)
	}
	if _, _, err := c.store.Configure(t.Context(), store.Configuration{Feeds: []news.Feed{f}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	now := conformanceStart
	for i := range m.polls {
		if f = c.feed(t, m.name); f.Poll.Gone {
			break
		}
		if i > 0 {
			due := f.Poll.NextPoll
			if i <= len(m.waits) && m.waits[i-1] != 0 && (due.Sub(now)-m.waits[i-1]).Abs() > time.Second {
				t.Errorf("poll %d comes after %v, want %v: %s", i+1, due.Sub(now), m.waits[i-1], f.Poll.Reason)
			}
			if due.Sub(now) < time.Minute || due.Sub(now) > 24*time.Hour+time.Second {
				t.Errorf("poll %d comes after %v: %s", i+1, due.Sub(now), f.Poll.Reason)
			}
			if early := c.poll(t, p, due.Add(-time.Second)); early.Polled != 0 {
				t.Errorf("asked a second before it was due")
			}
			now = due
		}
		c.poll(t, p, now)
	}
	p.checkManners(t)
	c.check(t, m, p, now)
}

// poll runs a round of a program just started.
func (c *conformance) poll(t *testing.T, p *publisher, now time.Time) monitor.Round {
	t.Helper()
	client, err := egress.New(egress.Policy{UserAgent: "trucewatch/test", Contact: "https://example.org/bot", Dial: p.dial, Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	m := &monitor.Monitor{Feeds: c.store, Items: c.store, Poller: &monitor.Poller{Fetch: client}, History: 48 * time.Hour, Log: slog.New(slog.DiscardHandler)}
	r, err := m.Poll(t.Context(), now, false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (c *conformance) feed(t *testing.T, name string) news.Feed {
	t.Helper()
	feeds, err := c.store.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(feeds, func(f news.Feed) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("no feed %q", name)
	}
	return feeds[i]
}

// items are those of a feed, in order of arrival. None was judged.
func (c *conformance) items(t *testing.T, feed news.FeedID) (out []news.Item) {
	t.Helper()
	works, err := c.store.Pending(t.Context(), conformanceStart.Add(1000*time.Hour), 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range works {
		if w.Item.Feed == feed {
			out = append(out, w.Item)
		}
	}
	return out
}

func (c *conformance) check(t *testing.T, m manner, p *publisher, now time.Time) {
	t.Helper()
	if got := p.requests(); m.asked != nil && !slices.Equal(got, m.asked) {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(m.asked, "\n"))
	}
	f := c.feed(t, m.name)
	var gotTitles, gotLinks, gotDates []string
	for _, it := range c.items(t, f.ID) {
		title := it.Title
		if it.Revision > 1 {
			title += fmt.Sprintf(", revision %d", it.Revision)
		}
		date := it.PublishedFrom
		if !it.Published.IsZero() {
			date = it.Published.Format("2006-01-02T15:04Z ") + date
		}
		gotTitles, gotLinks, gotDates = append(gotTitles, title), append(gotLinks, it.URL), append(gotDates, date)
	}
	for _, row := range []struct {
		what      string
		got, want []string
	}{{"items", gotTitles, m.items}, {"links", gotLinks, m.links}, {"dates", gotDates, m.dates}} {
		if row.want != nil && !slices.Equal(row.got, row.want) {
			t.Errorf("%s in the database\n%s\nwant\n%s", row.what, strings.Join(row.got, "\n"), strings.Join(row.want, "\n"))
		}
	}
	if got := stateOf(f); got != m.state {
		t.Errorf("state %q, want %q: %s", got, m.state, listed(f, now))
	}
	for _, w := range m.says {
		if !strings.Contains(listed(f, now), w) {
			t.Errorf("listed as %q, want %q in it", listed(f, now), w)
		}
	}
	for _, w := range m.unsaid {
		if strings.Contains(listed(f, now), w) {
			t.Errorf("listed as %q, want no %q in it", listed(f, now), w)
		}
	}
}

// listed is a feed as `feeds list` and `status` show it.
func listed(f news.Feed, now time.Time) string {
	var b bytes.Buffer
	feedTable([]news.Feed{f}, now).write(&b)
	_, row, _ := strings.Cut(b.String(), "\n")
	return strings.TrimSpace(strings.TrimPrefix(row, f.Name))
}
