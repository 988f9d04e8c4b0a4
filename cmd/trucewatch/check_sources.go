package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/monitor"
)

// sourceWord begins what a finding about a source is about.
const sourceWord = "source "

// checkSources asks every source once, unconditionally and storing nothing. Where
// a page came in a feed's place, the feeds it advertises are asked as well.
func checkSources(ctx context.Context, cfg config.Config, client *egress.Client) []finding {
	p := &monitor.Poller{Fetch: client, Concurrency: cfg.Poll.Concurrency, PerHost: cfg.HTTP.PerHost}
	now := time.Now().UTC()
	polls := map[string]news.Poll{}
	var mu sync.Mutex
	p.Round(ctx, cfg.NewsFeeds(), now, func(poll news.Poll) {
		mu.Lock()
		defer mu.Unlock()
		polls[poll.Feed.Name] = poll
	})
	var out []finding
	for _, f := range cfg.Feeds {
		poll, asked := polls[f.Name]
		if !asked {
			continue
		}
		r := sourceFinding(poll, now)
		if offer := findOffer(ctx, p, poll, now); offer != "" {
			r.Fix = offer
		}
		out = append(out, r)
	}
	return out
}

// quietSource is how old the newest entry of a source may be before a check asks
// whether its publisher still uses it.
const quietSource = 30 * 24 * time.Hour

func sourceFinding(p news.Poll, now time.Time) finding {
	f := finding{Level: "ok", What: sourceWord + p.Feed.Name, Says: countEntries(len(p.Entries))}
	o, ok := p.Outcome.(monitor.Outcome)
	if o.Kind != "" {
		f.Says = o.Kind + ", " + f.Says
	}
	var newest time.Time
	for _, e := range p.Entries {
		newest = later(newest, e.Published)
	}
	if !newest.IsZero() {
		f.Says += ", the newest " + ago(newest, now)
	}
	switch {
	case !ok:
		f.Level, f.Says = "warn", "was not asked"
	case o.Result == monitor.Failed || o.Result == monitor.Wrong:
		f.Level, f.Says, f.Fix = "fail", o.Words, mendSource(o)
	case o.Result == monitor.Salvaged:
		f.Level = "warn"
		f.Says += ", but the document is damaged: " + o.Words
		f.Fix = fmt.Sprintf("tell the publisher: at %s, %s", o.FinalURL, o.Words)
	case o.Words != "":
		f.Level = "warn"
		f.Says += ": " + o.Words
		f.Fix = "nothing is lost as long as fewer than that are new between two polls"
	case o.Permanent != "" && o.Permanent != p.Feed.URL:
		f.Level = "warn"
		f.Says += "; it has moved for good"
		f.Fix = "write url: " + yamlString(o.Permanent)
	case len(p.Entries) == 0:
		f.Level, f.Says = "warn", "a feed without entries"
		f.Fix = "look whether its publisher still uses it"
	case !newest.IsZero() && now.Sub(newest) > quietSource:
		f.Level = "warn"
		f.Fix = "look whether its publisher still uses it"
	case o.Mended != "":
		f.Says += "; mended: " + o.Mended
	}
	return f
}

// What to do about a source that can't be read.
const (
	mendURL     = "correct its url, or switch it off"
	askAgain    = "try again later: its server is in trouble"
	askAgainOr  = "try again later; if it stays so, correct its url, or switch it off"
	mendNetwork = "is the network up? Look at it, then check again"
)

// mendSource tells what may pass by itself from what only another url mends.
func mendSource(o monitor.Outcome) string {
	switch {
	case o.Result == monitor.Failed && (o.Status >= 500 || o.Status == 429):
		return askAgain
	case o.Result == monitor.Failed && o.Status == 0:
		return askAgainOr
	}
	return mendURL
}

func countEntries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// offersTried is how many feeds that one page advertises are asked.
const offersTried = 3

// findOffer says which of the feeds that a page advertises can be read, "" for
// none. It is only offered: nothing is followed by itself.
func findOffer(ctx context.Context, p *monitor.Poller, poll news.Poll, now time.Time) string {
	o, _ := poll.Outcome.(monitor.Outcome)
	for _, u := range o.Offers[:min(len(o.Offers), offersTried)] {
		if u == poll.Feed.URL {
			continue
		}
		f := poll.Feed
		f.URL, f.Poll = u, news.PollState{}
		there := p.Poll(ctx, f, now)
		if r, _ := there.Outcome.(monitor.Outcome); r.Result == monitor.Read && len(there.Entries) > 0 {
			return fmt.Sprintf("the page advertises a feed of %s: write url: %s", countEntries(len(there.Entries)), yamlString(u))
		}
	}
	return ""
}

// switchOff is the last finding: the lines of the configuration that switch off
// the sources that could not be read, commented out as they would stand there. A server
// in trouble is left alone, and where nothing at all answers it is not the sources.
func switchOff(cfg config.Config, file string, fs []finding) []finding {
	var names []string
	failed, silent, asked := 0, 0, 0
	for _, f := range fs {
		name, ok := strings.CutPrefix(f.What, sourceWord)
		if ok {
			asked++
		}
		if !ok || f.Level != "fail" {
			continue
		}
		failed++
		if f.Fix == askAgainOr {
			silent++
		}
		if f.Fix != askAgain {
			names = append(names, name)
		}
	}
	if silent > 1 && silent == asked {
		return []finding{{"warn", "sources", fmt.Sprintf("none of %d sources answered", asked), mendNetwork}}
	}
	if len(names) == 0 {
		return nil
	}
	says := fmt.Sprintf("%d of %d sources can't be read", failed, len(cfg.Feeds))
	if failed > len(names) {
		says += fmt.Sprintf(", %d of them for now", failed-len(names))
	}
	if lines := commentedOut(cfg, file, names); lines != nil {
		return []finding{{"warn", "sources", says,
			fmt.Sprintf("these lines of %s, with a # before them as here, switch them off:\n%s", filepath.Base(file), strings.Join(lines, "\n"))}}
	}
	var fix []string
	for _, n := range names {
		fix = append(fix, "trucewatch feeds pause "+news.ShellWord(n))
	}
	return []finding{{"warn", "sources", says, "these commands switch them off:\n" + strings.Join(fix, "\n")}}
}

// commentedOut returns the lines of the file that configure the feeds of these
// names, each with a # before it; nil unless the file with them commented out is
// the same configuration without these feeds.
func commentedOut(cfg config.Config, file string, names []string) (out []string) {
	b, err := os.ReadFile(file)
	if file == "" || err != nil {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	left := 0
	for _, f := range cfg.Feeds {
		if !slices.Contains(names, f.Name) {
			left++
			continue
		}
		from, to := entryLines(lines, f.URL)
		for i := from; i < to; i++ {
			lines[i] = "#" + lines[i]
			out = append(out, lines[i])
		}
	}
	c, err := config.Read(bytes.NewReader([]byte(strings.Join(lines, "\n")+"\n")), config.Where{File: file}, checks)
	if err != nil || len(c.Feeds) != left || slices.ContainsFunc(c.Feeds, func(f config.Feed) bool { return slices.Contains(names, f.Name) }) {
		return nil
	}
	return out
}

// entryLines finds the lines of the list entry in which an address stands: from
// its dash to before the next line that is indented no deeper.
func entryLines(lines []string, address string) (from, to int) {
	at := slices.IndexFunc(lines, func(l string) bool {
		return strings.Contains(l, address) && !strings.HasPrefix(strings.TrimSpace(l), "#") && endsThere(l, address)
	})
	if at < 0 {
		return 0, 0
	}
	for from = at; from >= 0 && !strings.HasPrefix(strings.TrimSpace(lines[from]), "- "); from-- {
	}
	if from < 0 {
		return 0, 0
	}
	to = from + 1
	for i := to; i < len(lines); i++ {
		text := strings.TrimSpace(lines[i])
		if text == "" || strings.HasPrefix(text, "#") {
			continue // belongs to the entry only if more of it follows
		}
		if indent(lines[i]) <= indent(lines[from]) {
			break
		}
		to = i + 1
	}
	return from, to
}

// endsThere reports whether an address ends where it is found in a line, and is
// not the beginning of a longer one.
func endsThere(line, address string) bool {
	_, rest, _ := strings.Cut(line, address)
	return rest == "" || strings.ContainsAny(rest[:1], "\"', }\t\r#")
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
