package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/store"
)

var writeFortnight = flag.Bool("fortnight.write", false, "write the digests of a fortnight as they are now to its digests.txt")

// fortnightItem is an item of an items.txt.
type fortnightItem struct {
	worldEntry
	source, tells string // the development it tells; "-" none
}

func readFortnight(t *testing.T, dir string, zone *time.Location) []fortnightItem {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "items.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var items []fortnightItem
	var lines []string
	sc := bufio.NewScanner(f)
	end := func() {
		if n := len(items); n > 0 && len(lines) == 2 {
			items[n-1].title, items[n-1].text = lines[0], lines[1]
		} else if n > 0 {
			t.Fatalf("item %d has %d lines, want a title and a summary", n, len(lines))
		}
		lines = nil
	}
	for sc.Scan() {
		line := strings.TrimSpace(sc.Text())
		head, ok := strings.CutPrefix(line, "== ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case ok:
			end()
			part := strings.Split(head, " | ")
			if len(part) != 3 {
				t.Fatalf("%q: want time | source | development", line)
			}
			at, err := time.ParseInLocation("2006-01-02 15:04", part[0], zone)
			if err != nil {
				t.Fatal(err)
			}
			items = append(items, fortnightItem{worldEntry{id: fmt.Sprint("item-", len(items)+1), at: at}, part[1], part[2]})
		default:
			lines = append(lines, line)
		}
	}
	end()
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return items
}

func sourceHost(source string) string {
	return strings.ReplaceAll(strings.ToLower(source), " ", "-") + ".test"
}

const fortnightFeeds = `
timezone: Europe/Kyiv
topics: [{name: russia-ukraine, pack: builtin}]
digests:
  - {name: morning, channel: terminal, cron: "0 8 * * *", timezone: Europe/Kyiv, languages: [en, uk, ru]}
alerts: []
poll: {every: 15m, max: 30m}
feeds:
  - {name: Example Wire, url: "http://example-wire.test/rss", lang: en, side: independent}
  - {name: Placeholder Radio, url: "http://placeholder-radio.test/rss", lang: en, side: europe}
  - {name: Demo Post, url: "http://demo-post.test/rss", lang: en, side: us}
  - {name: Beispiel Zeitung, url: "http://beispiel-zeitung.test/rss", lang: de, side: europe}
  - {name: Kyiv Demo TV, url: "http://kyiv-demo-tv.test/rss", lang: uk, side: ukraine, zone: Europe/Kyiv}
  - {name: Dnipro Sample Daily, url: "http://dnipro-sample-daily.test/rss", lang: en, side: ukraine}
  - {name: Sample Times, url: "http://sample-times.test/rss", lang: ru, side: russia, state_media: true, zone: Europe/Moscow}
  - {name: Moscow Demo News, url: "http://moscow-demo-news.test/rss", lang: en, side: russia, zone: Europe/Moscow}
  - {name: Ankara Example Agency, url: "http://ankara-example-agency.test/rss", lang: en, side: mediator, official: true}
  - {name: UN Example Desk, url: "http://un-example-desk.test/rss", lang: en, side: un_ngo, official: true}
`

// disputeFeeds are on every side, parties' own sites among them, in six languages; readers
// have English alone.
const disputeFeeds = `
timezone: Europe/Kyiv
topics: [{name: russia-ukraine, pack: builtin}]
digests:
  - {name: morning, channel: terminal, cron: "0 8 * * *", timezone: Europe/Kyiv, languages: [en]}
  - {name: weekly, kind: recap, window: 7d, channel: terminal, cron: "30 8 * * 1", timezone: Europe/Kyiv, languages: [en]}
alerts: []
poll: {every: 15m, max: 30m}
feeds:
  - {name: Example Wire, url: "http://example-wire.test/rss", lang: en, side: independent}
  - {name: Demo Post, url: "http://demo-post.test/rss", lang: en, side: us}
  - {name: Washington Demo House, url: "http://washington-demo-house.test/rss", lang: en, side: us, official: true}
  - {name: Beispiel Zeitung, url: "http://beispiel-zeitung.test/rss", lang: de, side: europe}
  - {name: Journal Exemple, url: "http://journal-exemple.test/rss", lang: fr, side: europe}
  - {name: Gazeta Wzorcowa, url: "http://gazeta-wzorcowa.test/rss", lang: pl, side: europe}
  - {name: Kyiv Demo TV, url: "http://kyiv-demo-tv.test/rss", lang: uk, side: ukraine, zone: Europe/Kyiv}
  - {name: Dnipro Sample Daily, url: "http://dnipro-sample-daily.test/rss", lang: en, side: ukraine}
  - {name: Bankova Demo Site, url: "http://bankova-demo-site.test/rss", lang: uk, side: ukraine, official: true}
  - {name: Sample Times, url: "http://sample-times.test/rss", lang: ru, side: russia, state_media: true, zone: Europe/Moscow}
  - {name: Moscow Demo News, url: "http://moscow-demo-news.test/rss", lang: en, side: russia, zone: Europe/Moscow}
  - {name: Kremlin Demo Site, url: "http://kremlin-demo-site.test/rss", lang: ru, side: russia, official: true, zone: Europe/Moscow}
  - {name: Ankara Example Agency, url: "http://ankara-example-agency.test/rss", lang: en, side: mediator, official: true}
  - {name: UN Example Desk, url: "http://un-example-desk.test/rss", lang: en, side: un_ngo, official: true}
`

// Two fortnights that a person can read: an items.txt goes in, published hour by hour by
// sources on several sides, and digests.txt is what readers get each morning. In the first
// no development holds items that tell different things.
func TestAFortnightReadsWell(t *testing.T) {
	made := readsWell(t, "testdata/fortnight", fortnightFeeds)
	for _, what := range made.wrong {
		t.Error(what)
	}
	times := map[string]int{}
	for id, what := range made.tells {
		if len(what) > 1 {
			t.Errorf("development %d tells %v: want one thing each", id, what)
		}
		for _, x := range what {
			times[x]++
		}
	}
	for what, n := range times {
		if n != 1 {
			t.Errorf("%s is told by %d developments, want 1", what, n)
		}
	}
}

// The second is of contradictions: what one side says, the other denies, refuses, counts
// otherwise and ends. Some of it is put together that had better stand apart: how that is
// worded is what is asked here.
func TestAFortnightOfContradictionsReadsWell(t *testing.T) {
	readsWell(t, "testdata/dispute", disputeFeeds)
}

// madeOf is what became of the items of an items.txt.
type madeOf struct {
	tells map[news.StoryID][]string // which of its developments each of ours tells
	wrong []string                  // what is in a development and tells none, or the other way round
}

// readsWell runs the daemon for a fortnight on the items of a directory and compares what
// it prints with the digests there.
func readsWell(t *testing.T, dir, feeds string) (made madeOf) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	items := readFortnight(t, dir, kyiv)
	db := filepath.Join(t.TempDir(), "fortnight.db")
	var printed bytes.Buffer
	made.tells = map[news.StoryID][]string{}
	synctest.Test(t, func(t *testing.T) {
		y, m, d := items[0].at.Date()
		start := time.Date(y, m, d, 7, 0, 0, 0, kyiv)
		<-time.After(time.Until(start))
		w := newWorld(t)
		go func() {
			for _, it := range items {
				<-time.After(time.Until(it.at))
				w.publish(sourceHost(it.source), it.worldEntry)
			}
		}()
		ctx, cancel := context.WithDeadline(t.Context(), start.Add(14*24*time.Hour+2*time.Hour))
		defer cancel()
		cfg := worldConfig(t, db, feeds)
		st, err := store.Open(ctx, cfg.Database)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		e := &env{ctx: ctx, cli: &CLI{}, getenv: func(string) string { return "" }, stdout: &printed, stderr: t.Output(), log: slog.New(slog.DiscardHandler)}
		a, err := newApp(e, cfg, st, options{egress: func(p *egress.Policy) { p.Dial = w.dial }})
		if err != nil {
			t.Fatal(err)
		}
		defer a.client.Close()
		if err := newDaemon(a).run(ctx); err != nil {
			t.Fatal(err)
		}
		tells := map[string]string{}
		for _, it := range items {
			tells["http://"+sourceHost(it.source)+"/"+it.id] = it.tells
		}
		err = st.Export(t.Context(), news.ExportFilter{}, func(x news.Exported) error {
			what, ours := tells[x.URL]
			switch {
			case !ours: // the seed corpus
			case what == "-" && x.Story != nil:
				made.wrong = append(made.wrong, fmt.Sprintf("%q was made a development of the talks", x.Title))
			case what != "-" && x.Story == nil:
				made.wrong = append(made.wrong, fmt.Sprintf("%q is in no development", x.Title))
			case what != "-" && !slices.Contains(made.tells[*x.Story], what):
				made.tells[*x.Story] = append(made.tells[*x.Story], what)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	golden := filepath.Join(dir, "digests.txt")
	if *writeFortnight {
		if err := os.WriteFile(golden, printed.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := printed.String(); got != string(want) {
		g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		i := 0
		for i < min(len(g), len(w)) && g[i] == w[i] {
			i++
		}
		t.Errorf("line %d is %q, want %q; if the new text reads well, run with -fortnight.write", i+1, lineOf(g, i), lineOf(w, i))
	}
	return made
}

func lineOf(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(end)"
}
