package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// events are one development a day, none like the other.
var events = []struct{ title, text string }{
	{"Ukraine and Russia open ceasefire talks in Istanbul", "Delegations of Ukraine and Russia sat down in Istanbul on Wednesday to talk about a ceasefire, the Turkish foreign ministry said."},
	{"Kremlin rejects Kyiv's offer of a 30-day energy truce", "Russia has rejected an offer by Ukraine to stop strikes on power plants for thirty days, a Kremlin spokesman said in Moscow."},
	{"Russia and Ukraine exchange 205 prisoners after Abu Dhabi mediation", "Russia and Ukraine each released 205 prisoners of war on Friday in an exchange brokered by the United Arab Emirates."},
	{"Zelensky says security guarantees must come before any peace deal", "President Zelensky said that Ukraine would sign no peace agreement with Russia without security guarantees from Europe."},
	{"Witkoff to present Putin with a new peace plan in Moscow", "US envoy Steve Witkoff will travel to Moscow to present Vladimir Putin with a revised peace plan for Ukraine, the White House said."},
	{"UN asks both sides for a humanitarian corridor out of Sampleville", "The United Nations has asked Russia and Ukraine to agree on a humanitarian corridor so that civilians can leave Sampleville."},
	{"Black Sea shipping arrangement between Ukraine and Russia collapses", "Russia has withdrawn from the Black Sea shipping arrangement with Ukraine, the Russian foreign ministry said on Tuesday."},
}

var entryLink = regexp.MustCompile(`\*\d+\. <http://[a-z0-9-]+\.test/([a-z0-9-]+)\|`)

// toldEntries counts in how many channel messages each entry is told: numbered,
// not referred to.
func toldEntries(w *world) map[string]int {
	out := map[string]int{}
	for _, p := range w.channelPosts() {
		for id := range toldIn(p) {
			out[id]++
		}
	}
	return out
}

// toldIn is which entries a message tells.
func toldIn(p post) map[string]bool {
	in := map[string]bool{}
	for _, m := range entryLink.FindAllStringSubmatch(strings.ReplaceAll(strings.ReplaceAll(p.body, `\u003c`, "<"), `\u003e`, ">"), -1) {
		in[m[1]] = true
	}
	return in
}

// The whole daemon for a week in which Kyiv's clocks go forward: it is restarted
// half way, a feed fails for a day, and Slack refuses for hours and once loses an
// answer. Every development is told once, none is lost.
func TestAWeekTellsEveryDevelopmentOnce(t *testing.T) {
	db := filepath.Join(t.TempDir(), "week.db")
	synctest.Test(t, func(t *testing.T) {
		<-time.After(time.Until(time.Date(2000, 3, 22, 0, 0, 0, 0, time.UTC))) // bubble time; the clocks change on the 26th
		w := newWorld(t)
		start := time.Now()
		refused, lost := 0, 0
		w.slack = func(rw http.ResponseWriter, r *http.Request) (accept, answer bool) {
			switch day := int(time.Since(start).Hours() / 24); {
			case day == 2 && refused < 10: // 429 for hours
				refused++
				rw.Header().Set("Retry-After", "1200")
				rw.WriteHeader(http.StatusTooManyRequests)
				return false, false
			case day == 4 && lost == 0:
				lost++
				return true, false
			}
			return true, true
		}
		cfg := worldConfig(t, db, `
digests:
  - {name: morning, channel: C0123456789, cron: "30 3 * * *", timezone: Europe/Kyiv}
poll: {every: 15m, max: 1h}
feeds:
  - {name: Wire, url: "http://wire.test/rss", lang: en, every: 15m}
  - {name: Paper, url: "http://paper.test/rss", lang: en, every: 30m}
`)
		go func() { // the news: an event at noon UTC of each day, told by the paper in the same words two hours later
			for i, ev := range events {
				<-time.After(time.Until(start.Add(time.Duration(i)*24*time.Hour + 12*time.Hour)))
				id := fmt.Sprint("event-", i)
				w.publish("wire.test", worldEntry{id, ev.title, ev.text, time.Now()})
				<-time.After(2 * time.Hour)
				w.publish("paper.test", worldEntry{"copy-" + id, ev.title, ev.text, time.Now()})
				w.mu.Lock()
				w.down["paper.test"] = i == 4
				w.mu.Unlock()
			}
		}()
		for _, until := range []time.Duration{84*time.Hour + 20*time.Minute, 8 * 24 * time.Hour} { // stopped and started half way
			ctx, cancel := context.WithDeadline(t.Context(), start.Add(until))
			w.runDaemon(ctx, t, cfg)
			cancel()
		}
		if refused != 10 || lost != 1 {
			t.Fatalf("Slack refused %d and lost %d: the outage was not met", refused, lost)
		}
		got := toldEntries(w)
		for i := range events {
			id := fmt.Sprint("event-", i)
			if got[id]+got["copy-"+id] != 1 {
				t.Errorf("%s told %d times, its copy %d times: want one of them once", id, got[id], got["copy-"+id])
			}
		}
		posts := w.channelPosts()
		kyiv, err := time.LoadLocation("Europe/Kyiv")
		if err != nil {
			t.Fatal(err)
		}
		perDay := map[string]int{}
		for _, p := range posts {
			if strings.HasPrefix(p.key, "morning/") {
				slot, err := time.Parse(time.RFC3339, strings.Split(p.key, "/")[1])
				if err != nil {
					t.Fatal(err)
				}
				perDay[slot.In(kyiv).Format(time.DateOnly)]++
			}
		}
		for d := 22; d <= 29; d++ { // 26 March has no 03:30 in Kyiv
			if key := fmt.Sprintf("2000-03-%d", d); perDay[key] != 1 {
				t.Errorf("%d digests on %s, want 1 (%v)", perDay[key], key, perDay)
			}
		}
		if w.polls["wire.test"] > 8*24*4+10 {
			t.Errorf("the wire was asked %d times in 8 days at 15 minutes", w.polls["wire.test"])
		}
	})
}

// A channel that refuses for five days and opens again: what waited is one message
// with its thread, nothing is lost and nothing is told again.
func TestAChannelThatOpensAfterDaysIsNotFlooded(t *testing.T) {
	db := filepath.Join(t.TempDir(), "held.db")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		open := start.Add(6*24*time.Hour + 12*time.Hour)
		w.slack = func(rw http.ResponseWriter, r *http.Request) (accept, answer bool) {
			if since := time.Since(start); since > 20*time.Hour && time.Now().Before(open) {
				rw.Header().Set("Content-Type", "application/json")
				fmt.Fprint(rw, `{"ok":false,"error":"is_archived"}`)
				return false, false
			}
			return true, true
		}
		cfg := worldConfig(t, db, oldNewsConfig)
		go func() {
			for i, ev := range events[:6] {
				<-time.After(time.Until(start.Add(time.Duration(i)*24*time.Hour + 12*time.Hour)))
				w.publish("wire.test", worldEntry{fmt.Sprint("event-", i), ev.title, ev.text, time.Now()})
			}
		}()
		for _, until := range []time.Duration{6*24*time.Hour + 13*time.Hour, 8 * 24 * time.Hour} { // restarted once the channel is open
			ctx, cancel := context.WithDeadline(t.Context(), start.Add(until))
			w.runDaemon(ctx, t, cfg)
			cancel()
		}
		var merged, all string
		heads := 0
		for _, p := range w.channelPosts() {
			if p.at.After(open) && strings.Contains(p.text, "Held back") {
				merged += p.body
				heads++
			}
		}
		w.mu.Lock()
		for _, p := range w.posts {
			all += p.body
		}
		w.mu.Unlock()
		if heads != 1 || !strings.Contains(merged, "Held back: 3 messages") {
			t.Errorf("%d merged messages: %q; want one of the three that waited for over 72 hours", heads, merged)
		}
		for i := range events[:6] {
			if id := fmt.Sprint("http://wire.test/event-", i); !strings.Contains(all, id) {
				t.Errorf("event %d was never told", i)
			}
		}
		for id, n := range toldEntries(w) {
			if n != 1 {
				t.Errorf("%s told %d times as an entry", id, n)
			}
		}
	})
}
