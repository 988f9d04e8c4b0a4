package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

var (
	alertItems  = flag.String("alerts.items", "", "JSON Lines of items (as backfill takes them) to replay, to list the alerts they raise")
	alertLabels = flag.String("alerts.labels", "", "JSON Lines of labels (id, rel, stage_must) of those items, to list what raised no alert")
	alertTwice  = flag.Bool("alerts.twice", false, "replay as if a second outlet had reported each item by itself")
)

// replayedItem is an item to replay.
type replayedItem struct {
	GUID, URL, Title, Summary, Content, Published, Lang, Feed, Day, Side string

	published, seen time.Time
}

// readReplay reads items in the order in which they are seen: each at the first
// quarter of an hour after its publication.
func readReplay(t *testing.T, path string) (items []replayedItem) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 8<<20)
	for sc.Scan() {
		var it replayedItem
		if err := json.Unmarshal(sc.Bytes(), &it); err != nil {
			t.Fatal(err)
		}
		if it.published, err = time.Parse(time.RFC3339, it.Published); err != nil {
			continue // without a date it cannot be replayed
		}
		it.seen = it.published
		if day, err := time.Parse(time.DateOnly, it.Day); err == nil && day.After(it.seen) {
			it.seen = day // it stood in its feed on a later day
		}
		it.seen = it.seen.Truncate(replayStep).Add(replayStep)
		items = append(items, it)
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(items, func(a, b replayedItem) int { return a.seen.Compare(b.seen) })
	return items
}

// replayStep is how often the feeds of a replay are asked.
const replayStep = 15 * time.Minute

// publisherOf is the family of a feed that is named by its address.
func publisherOf(feed string) string {
	u, err := url.Parse(feed)
	if err != nil || u.Host == "" {
		return feed
	}
	p := strings.Split(u.Hostname(), ".")
	n := 2
	if len(p) > 2 && len(p[len(p)-2]) <= 3 { // bbci.co.uk
		n = 3
	}
	return strings.TrimSuffix(strings.Join(p[max(0, len(p)-n):], "."), "/")
}

// alertedThen is one alert or correction of a replay, with what it rested on.
type alertedThen struct {
	at      time.Time
	message news.Message
	kind    string
	reports []news.Report
	story   news.StoryID
}

// replayAlerts runs items through the store, judging, developments, morning
// digests and the default alerts, as the daemon does, by a clock of its own.
func replayAlerts(t *testing.T, items []replayedItem, twice bool) (alerts []alertedThen, in map[string]news.StoryID) {
	t.Helper()
	var feeds []string
	sides := map[string]string{}
	for _, it := range items {
		if !slices.ContainsFunc(feeds, func(f string) bool { return strings.EqualFold(f, it.Feed) }) {
			feeds = append(feeds, it.Feed)
		}
		sides[it.Feed] = cmp.Or(sides[it.Feed], it.Side, "independent")
	}
	var y strings.Builder
	y.WriteString(`
topics: [{name: russia-ukraine, pack: builtin}]
digests: [{name: morning, channel: terminal, cron: "0 8 * * *", timezone: Europe/Kyiv, topics: [russia-ukraine], languages: [en]}]
alerts: [{name: turn, channel: terminal, topics: [russia-ukraine], languages: [en]}]
feeds:
`)
	for i, f := range feeds {
		fmt.Fprintf(&y, "  - {name: %q, url: \"http://feed-%d.test/rss\", side: %s, publisher: %q}\n", f, i, sides[f], publisherOf(f))
	}
	cfg := worldConfig(t, filepath.Join(t.TempDir(), "replay.db"), y.String())
	ctx := t.Context()
	st, err := store.Open(ctx, cfg.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	now := items[0].seen.Add(-24 * time.Hour).Truncate(replayStep)
	e := &env{ctx: ctx, cli: &CLI{}, getenv: func(string) string { return "" }, stdout: io.Discard, stderr: io.Discard, log: slog.New(slog.DiscardHandler)}
	a, err := newApp(e, cfg, st, options{now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer a.client.Close()
	d := newDaemon(a)
	d.reconciledNow()
	var out []alertedThen
	a.cuts = &watchedCuts{cutter: st, twice: twice, saw: func(c alertedThen) {
		c.at = now
		out = append(out, c)
	}}
	poll := func(entries map[string][]news.Entry, all bool) {
		fs, err := st.Feeds(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var polls []news.Poll
		for _, f := range fs {
			if f.Polled && (all || len(entries[strings.ToLower(f.Name)]) > 0) {
				polls = append(polls, news.Poll{Feed: f, At: now, Status: 200, Entries: entries[strings.ToLower(f.Name)]})
			}
		}
		_, err = st.RecordPolls(ctx, polls, cfg.Poll.HistoryBefore, func(p news.Poll, ov news.Overlap) news.PollState {
			s := p.Feed.Poll
			s.LastTry, s.LastOK, s.FirstOK = now, now, cmp.Or(s.FirstOK, now)
			if ov.New > 0 {
				s.LastNew = now
			}
			return s
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	poll(nil, true) // what is read next is no backlog
	for len(items) > 0 {
		now = now.Add(replayStep)
		if gap := items[0].seen.Sub(now); gap > 2*24*time.Hour { // nothing for days
			now = items[0].seen.Add(-time.Hour).Truncate(replayStep)
		}
		entries := map[string][]news.Entry{}
		for len(items) > 0 && !items[0].seen.After(now) {
			it := items[0]
			items = items[1:]
			feed := strings.ToLower(it.Feed)
			entries[feed] = append(entries[feed], news.Entry{GUID: it.GUID, URL: it.URL, Canonical: it.URL, Title: it.Title, Summary: it.Summary, Content: it.Content, Lang: it.Lang, Published: it.published, PublishedFrom: news.PublishedStated})
		}
		if len(entries) > 0 || now.Minute() == 0 {
			poll(entries, now.Minute() == 0)
		}
		if _, err := d.monitor.Process(ctx, now); err != nil {
			t.Fatal(err)
		}
		if err := d.alert(ctx, now); err != nil {
			t.Fatal(err)
		}
		if err := d.cutDigest(ctx, d.digests[0], now); err != nil {
			t.Fatal(err)
		}
		for {
			m, err := st.ClaimDelivery(ctx, now)
			if errors.Is(err, news.ErrNotFound) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			m.State, m.TS = news.Sent, fmt.Sprint(m.ID)
			if err := st.RecordDelivery(ctx, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	in = map[string]news.StoryID{}
	err = st.Export(ctx, news.ExportFilter{}, func(x news.Exported) error {
		if x.Story != nil {
			in[x.GUID] = *x.Story
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, in
}

// watchedCuts shows each alert that is cut, with the reports it rests on.
type watchedCuts struct {
	cutter
	twice bool
	saw   func(alertedThen)
}

func (w *watchedCuts) CutAlert(ctx context.Context, spec news.AlertSpec, now time.Time, decide func(news.Edition, func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool)) (bool, error) {
	var seen []alertedThen
	cut, err := w.cutter.CutAlert(ctx, spec, now, func(e news.Edition, original func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool) {
		if w.twice {
			e.Stories = slices.Clone(e.Stories)
			for i, d := range e.Stories {
				e.Stories[i].Reports = reportedTwice(d.Reports)
			}
		}
		c, ok := decide(e, original)
		seen = seen[:0] // the transaction may be tried again
		for _, told := range c.Told {
			for _, d := range e.Stories {
				if d.ID == told.Story {
					seen = append(seen, alertedThen{message: c.Messages[0], kind: c.Kind, reports: d.Reports, story: d.ID})
				}
			}
		}
		return c, ok
	})
	if cut && err == nil {
		for _, s := range seen {
			w.saw(s)
		}
	}
	return cut, err
}

// secondOutlet is what the numbers of a second outlet's reports begin at.
const secondOutlet = 1 << 40

// reportedTwice is reports as if a second outlet had each of them by itself.
func reportedTwice(reports []news.Report) []news.Report {
	out := slices.Clone(reports)
	for _, r := range reports {
		if r.First == news.Duplicate {
			continue
		}
		r.Item += secondOutlet
		r.Feed, r.Publisher, r.Of = "Second Outlet", "Second Outlet", 0
		r.Tags = slices.DeleteFunc(slices.Clone(r.Tags), func(t news.Tag) bool { return t.Facet == "origin" })
		out = append(out, r)
	}
	return out
}

// The labelled items of six languages, which are of our own writing, raise the
// alerts of testdata/alerts.txt: each was read and is right, and none repeats
// another. With -alerts.items another file's alerts are listed, to be read.
func TestReplayOfAlerts(t *testing.T) {
	path := cmp.Or(*alertItems, "../../monitor/story/testdata/languages_items.jsonl")
	items := readReplay(t, path)
	alerts, in := replayAlerts(t, items, *alertTwice)
	perDay := map[string]int{}
	told := map[news.StoryID]bool{}
	var waits []time.Duration
	var list strings.Builder
	for _, a := range alerts {
		perDay[a.at.Format(time.DateOnly)]++
		told[a.story] = true
		head, _, _ := strings.Cut(a.message.Plain, "\n")
		fmt.Fprintf(&list, "%s %s: %s\n", a.at.Format("2006-01-02 15:04"), a.kind, head)
		if _, rest, ok := strings.Cut(a.message.Plain, "Published "); ok { // of the first report it rests on, at most six hours ago
			at, err := time.Parse("15:04", rest[:5])
			if err != nil {
				t.Fatal(err)
			}
			waits = append(waits, (time.Duration(a.at.Hour()-at.Hour())*time.Hour+time.Duration(a.at.Minute()-at.Minute())*time.Minute+24*time.Hour)%(24*time.Hour))
		}
		if *alertItems != "" {
			t.Logf("%s %s\n%s", a.at.Format("2006-01-02 15:04"), a.kind, a.message.Plain)
			for _, r := range a.reports {
				if r.Item < secondOutlet {
					t.Logf("    %s %s | %s | %.140s", r.Published.Format("01-02 15:04"), r.Feed, r.Title, r.Lede)
				}
			}
		}
	}
	slices.Sort(waits)
	most := 0
	for _, n := range perDay {
		most = max(most, n)
	}
	t.Logf("%d items, %d alerts, at most %d a day", len(items), len(alerts), most)
	if len(waits) > 0 {
		t.Logf("published to posted: median %v, longest %v", waits[len(waits)/2], waits[len(waits)-1])
	}
	missed(t, items, func(guid string) bool { return told[in[guid]] })
	if *alertItems == "" && !*alertTwice {
		want, err := os.ReadFile("testdata/alerts.txt")
		if err != nil {
			t.Fatal(err)
		}
		if list.String() != string(want) {
			t.Errorf("alerts:\n%s\nwant:\n%s", list.String(), want)
		}
	}
}

// missed lists labelled items on something agreed, in effect or ended that no alert rests on.
func missed(t *testing.T, items []replayedItem, told func(guid string) bool) {
	if *alertLabels == "" {
		return
	}
	titles := map[string]string{}
	for _, it := range items {
		titles[it.GUID] = it.Title + " | " + it.Summary
	}
	f, err := os.Open(*alertLabels)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	n, of := 0, 0
	for sc.Scan() {
		var l struct {
			ID        string
			Rel       int
			StageMust []string `json:"stage_must"`
			Committed any
		}
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		if l.Rel != 2 || !slices.ContainsFunc(l.StageMust, func(s string) bool { return s == "agreed" || s == "in_effect" || s == "ended" }) {
			continue
		}
		of++
		if !told(l.ID) {
			n++
			t.Logf("MISSED %v %v %s", l.StageMust, l.Committed, titles[l.ID])
		}
	}
	t.Logf("missed %d of %d labelled items", n, of)
}
