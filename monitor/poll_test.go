package monitor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor/feed"
)

const (
	feedURL = "https://wire.example/feed"
	newURL  = "https://wire.example/new"
)

// pollTime is a Sunday, 10:00:00.25 UTC: ticks come a little after the second.
var pollTime = time.Date(2026, 11, 22, 10, 0, 0, 250e6, time.UTC)

func ago(d time.Duration) time.Time { return pollTime.Add(-d) }

// known is a feed read before, on time, with something new an hour ago.
func known(change func(*news.Feed)) news.Feed {
	f := news.Feed{Name: "Example Wire", URL: feedURL, Polled: true, Poll: news.PollState{
		URL: feedURL, ETag: `"v1"`, Modified: "Sun, 22 Nov 2026 09:00:00 GMT", ValidatorURL: feedURL,
		Interval: 15 * time.Minute, NextPoll: pollTime, LastTry: ago(15 * time.Minute), LastOK: ago(15 * time.Minute),
		LastFull: ago(15 * time.Minute), LastNew: ago(15 * time.Minute), FirstOK: ago(48 * time.Hour),
	}}
	if change != nil {
		change(&f)
	}
	return f
}

func read(change func(*Outcome)) Outcome {
	o := Outcome{Result: Read, Status: 200, FinalURL: feedURL, Conditional: true, ETag: `"v2"`, Modified: "Sun, 22 Nov 2026 10:00:00 GMT"}
	if change != nil {
		change(&o)
	}
	return o
}

func same(change func(*Outcome)) Outcome {
	o := Outcome{Result: Unchanged, Status: 304, FinalURL: feedURL, Conditional: true}
	if change != nil {
		change(&o)
	}
	return o
}

func failed(status int, words string) Outcome {
	return Outcome{Result: Failed, Status: status, FinalURL: feedURL, Words: words}
}

// TestManners is the specification of how publishers are treated. Every row
// says what was known, what happened, and what must be remembered.
func TestManners(t *testing.T) {
	quietFor := func(d time.Duration) func(*news.Feed) {
		return func(f *news.Feed) { f.Poll.LastNew = ago(d) }
	}
	next := func(d time.Duration, words ...string) func(news.PollState) string {
		return func(st news.PollState) string {
			if want := pollTime.Add(d); st.NextPoll.Sub(want).Abs() > time.Second {
				return fmt.Sprintf("next poll in %v (%s), want %v", st.NextPoll.Sub(pollTime), st.Reason, d)
			}
			for _, w := range words {
				if !strings.Contains(st.Reason, w) {
					return fmt.Sprintf("reason %q lacks %q", st.Reason, w)
				}
			}
			return ""
		}
	}
	validators := func(etag, modified, url string) func(news.PollState) string {
		return func(st news.PollState) string {
			if st.ETag != etag || st.Modified != modified || st.ValidatorURL != url {
				return fmt.Sprintf("validators %q %q of %q, want %q %q of %q", st.ETag, st.Modified, st.ValidatorURL, etag, modified, url)
			}
			return ""
		}
	}
	asks := func(url, movedTo string, seen int) func(news.PollState) string {
		return func(st news.PollState) string {
			if st.URL != url || st.MovedTo != movedTo || st.MovedSeen != seen {
				return fmt.Sprintf("asks %s, moving to %q seen %d; want %s, %q, %d", st.URL, st.MovedTo, st.MovedSeen, url, movedTo, seen)
			}
			return ""
		}
	}
	is := func(what string, ok func(news.PollState) bool) func(news.PollState) string {
		return func(st news.PollState) string {
			if !ok(st) {
				return fmt.Sprintf("%s does not hold of %+v", what, st)
			}
			return ""
		}
	}
	moved := func(seen int) func(*news.Feed) {
		return func(f *news.Feed) { f.Poll.MovedTo, f.Poll.MovedSeen = newURL, seen }
	}
	permanent := func(o *Outcome) { o.Permanent, o.FinalURL = newURL, newURL }
	fresh := func(d time.Duration) func(*Outcome) { return func(o *Outcome) { o.Fresh = d } }
	hint := func(d time.Duration) func(*Outcome) {
		return func(o *Outcome) { o.Hints = feed.Hints{Interval: d} }
	}
	official := func(f *news.Feed) { f.Official = true }
	const old = "Sun, 22 Nov 2026 09:00:00 GMT"

	for _, row := range []struct {
		name string
		feed news.Feed
		got  Outcome
		ov   news.Overlap
		want []func(news.PollState) string
	}{
		// Intervals.
		{"a first poll starts at the configured interval whatever it brings",
			news.Feed{Name: "x", URL: feedURL}, read(nil), news.Overlap{Entries: 40, New: 40},
			[]func(news.PollState) string{next(15*time.Minute, "first poll, 40 entries: every 15m"), asks(feedURL, "", 0),
				is("no gap", func(st news.PollState) bool { return st.Gap.IsZero() }),
				is("first, last and newest are now", func(st news.PollState) bool {
					return st.FirstOK == pollTime && st.LastOK == pollTime && st.LastNew == pollTime && st.LastTry == pollTime && st.LastFull == pollTime
				})}},
		{"a poll of mostly new entries is followed by a sooner one",
			known(nil), read(nil), news.Overlap{Entries: 40, New: 30, Known: 10},
			[]func(news.PollState) string{next(7*time.Minute+30*time.Second, "30 of 40 entries new: every 7m30s, was 15m")}},
		{"no poll comes sooner than poll.min",
			known(func(f *news.Feed) { f.Poll.Interval = 6 * time.Minute }), read(nil), news.Overlap{Entries: 10, New: 9, Known: 1},
			[]func(news.PollState) string{next(5 * time.Minute)}},
		{"a few new entries leave the interval as it is",
			known(nil), read(nil), news.Overlap{Entries: 40, New: 3, Known: 37},
			[]func(news.PollState) string{next(15*time.Minute, "3 of 40 entries new: every 15m")}},
		{"half new is not most",
			known(nil), read(nil), news.Overlap{Entries: 40, New: 20, Known: 20},
			[]func(news.PollState) string{next(15*time.Minute, "20 of 40 entries new: every 15m")}},
		{"something new after a quiet time brings the interval back",
			known(func(f *news.Feed) { f.Poll.Interval = 6 * time.Hour }), read(nil), news.Overlap{Entries: 40, New: 1, Known: 39},
			[]func(news.PollState) string{next(15*time.Minute, "every 15m, was 6h")}},
		{"all known once changes nothing",
			known(quietFor(15 * time.Minute)), read(nil), all(40),
			[]func(news.PollState) string{next(15*time.Minute, "all 40 entries known: every 15m")}},
		{"all known twice on time is followed by a later poll",
			known(quietFor(30 * time.Minute)), read(nil), all(40),
			[]func(news.PollState) string{next(30*time.Minute, "all 40 entries known twice on time: every 30m, was 15m")}},
		{"polls made before they were due do not count as on time",
			known(quietFor(2 * time.Minute)), read(nil), all(40),
			[]func(news.PollState) string{next(15 * time.Minute)}},
		{"a revised entry is a sign of life",
			known(quietFor(30 * time.Minute)), read(nil), news.Overlap{Entries: 40, Known: 39, Revised: 1},
			[]func(news.PollState) string{next(15 * time.Minute)}},
		{"304 counts as all known",
			known(quietFor(time.Hour)), same(nil), news.Overlap{},
			[]func(news.PollState) string{next(30*time.Minute, "unchanged (304) twice on time: every 30m, was 15m")}},
		{"no interval grows past poll.max",
			known(func(f *news.Feed) { f.Poll.Interval, f.Poll.LastNew = 4*time.Hour, ago(20*time.Hour) }), same(nil), news.Overlap{},
			[]func(news.PollState) string{next(6 * time.Hour)}},
		{"an empty feed document is no sign of anything",
			known(quietFor(time.Hour)), read(nil), news.Overlap{},
			[]func(news.PollState) string{next(15*time.Minute, "no entries")}},
		{"official feeds are never slowed past 15m by adaptation",
			known(func(f *news.Feed) { official(f); f.Poll.LastNew = ago(40 * time.Hour) }), same(nil), news.Overlap{},
			[]func(news.PollState) string{next(15 * time.Minute)}},
		{"official feeds read sooner are slowed to 15m at most",
			known(func(f *news.Feed) { official(f); f.Poll.Interval, f.Poll.LastNew = 10*time.Minute, ago(time.Hour) }), read(nil), all(5),
			[]func(news.PollState) string{next(15 * time.Minute)}},
		{"a fixed interval stays, quiet or not",
			known(func(f *news.Feed) { f.Every, f.Poll.LastNew = 2*time.Minute, ago(40*time.Hour) }), same(nil), news.Overlap{},
			[]func(news.PollState) string{next(2*time.Minute, "fixed by the configuration: every 2m")}},
		{"a fixed interval stays when everything is new",
			known(func(f *news.Feed) { f.Every = time.Hour }), read(nil), news.Overlap{Entries: 9, New: 9},
			[]func(news.PollState) string{next(time.Hour)}},

		// The server's wishes.
		{"max-age postpones",
			known(nil), read(fresh(time.Hour)), all(3),
			[]func(news.PollState) string{next(time.Hour, "unchanged for 1h"), is("interval stays", func(st news.PollState) bool { return st.Interval == 15*time.Minute })}},
		{"max-age on a 304 postpones",
			known(nil), same(fresh(time.Hour)), news.Overlap{},
			[]func(news.PollState) string{next(time.Hour)}},
		{"max-age below the interval changes nothing",
			known(nil), read(fresh(time.Minute)), all(3),
			[]func(news.PollState) string{next(15 * time.Minute)}},
		{"a postponement holds past poll.max and past a fixed interval",
			known(func(f *news.Feed) { f.Every = time.Minute }), read(fresh(20 * time.Hour)), all(3),
			[]func(news.PollState) string{next(20 * time.Hour)}},
		{"no server postpones by more than a day",
			known(nil), same(fresh(90 * 24 * time.Hour)), news.Overlap{},
			[]func(news.PollState) string{next(24 * time.Hour)}},
		{"the feed's ttl is honoured",
			known(nil), read(hint(time.Hour)), all(3),
			[]func(news.PollState) string{next(time.Hour, "no more often than every 1h: every 1h, was 15m")}},
		{"the feed's ttl is still honoured after a 304, which cannot repeat it",
			known(func(f *news.Feed) { f.Poll.Interval, f.Poll.LastNew = time.Hour, ago(time.Hour); official(f) }), same(nil), news.Overlap{},
			[]func(news.PollState) string{next(time.Hour)}},
		{"a ttl taken back no longer slows an official feed",
			known(func(f *news.Feed) { f.Poll.Interval = time.Hour; official(f) }), read(nil), all(3),
			[]func(news.PollState) string{next(15 * time.Minute)}},
		{"hints are honoured up to poll.max",
			known(nil), read(hint(7 * 24 * time.Hour)), all(3),
			[]func(news.PollState) string{next(6 * time.Hour)}},
		{"a fixed interval says freshness first, before hints",
			known(func(f *news.Feed) { f.Every = 10 * time.Minute }), read(func(o *Outcome) { o.Hints = feed.Hints{Interval: time.Hour, SkipHours: []int{10, 11}} }), all(3),
			[]func(news.PollState) string{next(10 * time.Minute)}},
		{"hours the feed asks to skip are skipped",
			known(nil), read(func(o *Outcome) { o.Hints.SkipHours = []int{10, 11} }), all(3),
			[]func(news.PollState) string{next(2*time.Hour, "not to be read in these hours")}},
		{"hours to skip are remembered, because a 304 cannot repeat them",
			known(func(f *news.Feed) { f.Poll.SkipHours = 1<<10 | 1<<11 }), same(nil), news.Overlap{},
			[]func(news.PollState) string{next(2*time.Hour, "not to be read in these hours"), is("still remembered", func(st news.PollState) bool { return st.SkipHours == 1<<10|1<<11 })}},
		{"a failing feed is not tried again in the hours to skip",
			known(func(f *news.Feed) { f.Poll.SkipHours = 1<<10 | 1<<11 }), failed(500, "HTTP 500"), news.Overlap{},
			[]func(news.PollState) string{next(2 * time.Hour)}},
		{"hours to skip are forgotten when a whole document no longer names them",
			known(func(f *news.Feed) { f.Poll.SkipHours, f.Poll.SkipDays = 1<<10, 1 }), read(nil), all(3),
			[]func(news.PollState) string{next(15 * time.Minute), is("forgotten", func(st news.PollState) bool { return st.SkipHours == 0 && st.SkipDays == 0 })}},
		{"part of a document does not take hours to skip back",
			known(func(f *news.Feed) { f.Poll.SkipHours = 1 << 10 }), Outcome{Result: Salvaged, Status: 200, Words: "cut"}, all(3),
			[]func(news.PollState) string{next(time.Hour)}},
		{"days the feed asks to skip are skipped up to poll.max",
			known(nil), read(func(o *Outcome) { o.Hints.SkipDays = []time.Weekday{time.Sunday} }), all(3),
			[]func(news.PollState) string{next(6 * time.Hour)}},
		{"a feed that asks to skip every hour is read every poll.max",
			known(nil), read(func(o *Outcome) {
				for h := range 24 {
					o.Hints.SkipHours = append(o.Hints.SkipHours, h)
				}
			}), all(3),
			[]func(news.PollState) string{next(6 * time.Hour)}},

		// Errors.
		{"an error is tried again after an interval and a little",
			known(nil), failed(500, "HTTP 500"), news.Overlap{},
			[]func(news.PollState) string{is("between 15m and 19m", func(st news.PollState) bool {
				d := st.NextPoll.Sub(pollTime)
				return d >= 15*time.Minute && d < 19*time.Minute && st.Failures == 1 && st.Err == "HTTP 500" && strings.HasPrefix(st.Reason, "failed once: trying again in 1")
			}), validators(`"v1"`, old, feedURL)}},
		{"errors back off",
			known(func(f *news.Feed) { f.Poll.Failures = 3 }), failed(0, "refused"), news.Overlap{},
			[]func(news.PollState) string{is("between 2h and 2h30m", func(st news.PollState) bool {
				d := st.NextPoll.Sub(pollTime)
				return d >= 2*time.Hour && d <= 150*time.Minute && strings.Contains(st.Reason, "4 times in a row")
			})}},
		{"errors are never given up, and tried at least every poll.max",
			known(func(f *news.Feed) { f.Poll.Failures = 100_000 }), failed(404, "HTTP 404"), news.Overlap{},
			[]func(news.PollState) string{is("between 4h30m and 6h", func(st news.PollState) bool {
				d := st.NextPoll.Sub(pollTime)
				return d >= 270*time.Minute && d <= 6*time.Hour+time.Second && !st.Gone
			})}},
		{"a failing feed with a fixed interval backs off too",
			known(func(f *news.Feed) { f.Every, f.Poll.Failures = time.Minute, 4 }), failed(0, "timeout"), news.Overlap{},
			[]func(news.PollState) string{is("between 16m and 20m", func(st news.PollState) bool {
				d := st.NextPoll.Sub(pollTime)
				return d >= 16*time.Minute && d <= 20*time.Minute+time.Second
			})}},
		{"Retry-After beyond the back-off is kept",
			known(nil), Outcome{Result: Failed, Status: 429, Words: "HTTP 429", RetryAfter: 3 * time.Hour}, news.Overlap{},
			[]func(news.PollState) string{next(3*time.Hour, "asks to wait 3h")}},
		{"Retry-After on 503 is kept, a day at most",
			known(nil), Outcome{Result: Failed, Status: 503, Words: "HTTP 503", RetryAfter: 30 * 24 * time.Hour}, news.Overlap{},
			[]func(news.PollState) string{next(24 * time.Hour)}},
		{"Retry-After is no leave to come sooner",
			known(nil), Outcome{Result: Failed, Status: 429, Words: "HTTP 429", RetryAfter: time.Second}, news.Overlap{},
			[]func(news.PollState) string{is("15m or later", func(st news.PollState) bool { return st.NextPoll.Sub(pollTime) >= 15*time.Minute })}},
		{"a success ends the failures",
			known(func(f *news.Feed) { f.Poll.Failures, f.Poll.Err = 5, "HTTP 500" }), same(nil), news.Overlap{},
			[]func(news.PollState) string{next(15 * time.Minute), is("no failures", func(st news.PollState) bool { return st.Failures == 0 && st.Err == "" })}},
		{"410 means gone",
			known(nil), failed(410, "HTTP 410"), news.Overlap{},
			[]func(news.PollState) string{is("gone, and says what to do", func(st news.PollState) bool {
				return st.Gone && strings.Contains(st.Reason, "`trucewatch feeds resume 'Example Wire'`")
			})}},
		{"410 behind a temporary redirect is only an error",
			known(nil), Outcome{Result: Failed, Status: 410, Words: "HTTP 410", Temporary: true}, news.Overlap{},
			[]func(news.PollState) string{is("not gone", func(st news.PollState) bool { return !st.Gone && st.Failures == 1 })}},
		{"410 at a remembered address sends us back to the configured one first",
			known(func(f *news.Feed) { f.Poll.URL = newURL }), failed(410, "HTTP 410"), news.Overlap{},
			[]func(news.PollState) string{asks(feedURL, "", 0), is("not gone", func(st news.PollState) bool { return !st.Gone })}},

		// Redirects.
		{"a permanent redirect is not remembered at once",
			known(nil), read(permanent), all(3), []func(news.PollState) string{asks(feedURL, newURL, 1)}},
		{"a permanent redirect is remembered after two polls that parsed",
			known(moved(1)), read(permanent), all(3), []func(news.PollState) string{asks(newURL, "", 0)}},
		{"a 304 there is the second such poll",
			known(moved(1)), same(permanent), news.Overlap{}, []func(news.PollState) string{asks(newURL, "", 0)}},
		{"only the permanent part of a chain is remembered",
			known(moved(1)), read(func(o *Outcome) {
				o.Permanent, o.FinalURL, o.Temporary = newURL, "https://cdn.example/x", true
			}), all(3),
			[]func(news.PollState) string{asks(newURL, "", 0), validators(`"v2"`, "Sun, 22 Nov 2026 10:00:00 GMT", "https://cdn.example/x")}},
		{"a temporary redirect moves nothing",
			known(nil), read(func(o *Outcome) { o.FinalURL, o.Temporary = newURL, true }), all(3),
			[]func(news.PollState) string{asks(feedURL, "", 0), validators(`"v2"`, "Sun, 22 Nov 2026 10:00:00 GMT", newURL)}},
		{"a permanent redirect to a page moves nothing and starts the count again",
			known(moved(1)), Outcome{Result: Wrong, Status: 200, Words: "got an HTML page", FinalURL: newURL, Permanent: newURL}, news.Overlap{},
			[]func(news.PollState) string{asks(feedURL, "", 0), validators(`"v1"`, old, feedURL)}},
		{"a redirect that points elsewhere starts the count again",
			known(moved(1)), read(func(o *Outcome) { o.Permanent = "https://other.example/" }), all(3),
			[]func(news.PollState) string{asks(feedURL, "https://other.example/", 1)}},
		{"a redirect that ceased is forgotten",
			known(moved(1)), read(nil), all(3), []func(news.PollState) string{asks(feedURL, "", 0)}},
		{"a network error between two redirects does not count",
			known(moved(1)), failed(0, "timeout"), news.Overlap{}, []func(news.PollState) string{asks(feedURL, newURL, 1)}},
		{"a salvaged document does not confirm a redirect",
			known(moved(1)), Outcome{Result: Salvaged, Status: 200, Words: "cut", FinalURL: newURL, Permanent: newURL}, all(3),
			[]func(news.PollState) string{asks(feedURL, newURL, 1)}},
		{"a remembered redirect that keeps failing is given up",
			known(func(f *news.Feed) { f.Poll.URL, f.Poll.Failures = newURL, 3 }), failed(404, "HTTP 404"), news.Overlap{},
			[]func(news.PollState) string{asks(feedURL, "", 0), is("says so", func(st news.PollState) bool {
				return strings.Contains(st.Reason, "configured address")
			})}},

		// Validators.
		{"validators of a complete document are kept with the URL that gave them",
			known(nil), read(nil), all(3), []func(news.PollState) string{validators(`"v2"`, "Sun, 22 Nov 2026 10:00:00 GMT", feedURL)}},
		{"a bare 304 keeps the validators",
			known(nil), same(nil), news.Overlap{}, []func(news.PollState) string{validators(`"v1"`, old, feedURL)}},
		{"a 304 may bring a new validator",
			known(nil), same(func(o *Outcome) { o.ETag = `W/"v1b"` }), news.Overlap{}, []func(news.PollState) string{validators(`W/"v1b"`, old, feedURL)}},
		{"a feed that stops sending validators loses them",
			known(nil), read(func(o *Outcome) { o.ETag, o.Modified = "", "" }), all(3), []func(news.PollState) string{validators("", "", "")}},
		{"a feed that stops sending one of two loses that one",
			known(nil), read(func(o *Outcome) { o.Modified = "" }), all(3), []func(news.PollState) string{validators(`"v2"`, "", feedURL)}},
		{"a salvaged document's validators are not kept",
			known(nil), Outcome{Result: Salvaged, Status: 200, Words: "cut off within item 7", FinalURL: feedURL, ETag: `"bad"`}, all(6),
			[]func(news.PollState) string{validators(`"v1"`, old, feedURL), next(15*time.Minute, "6 entries salvaged"),
				is("partial, and read", func(st news.PollState) bool {
					return st.Partial == "cut off within item 7" && st.Err == "" && st.LastOK == pollTime && st.LastFull == ago(15*time.Minute)
				})}},
		{"a wrong document's validators are not kept",
			known(nil), Outcome{Result: Wrong, Status: 200, Words: "got an HTML page", FinalURL: feedURL, ETag: `"page"`}, news.Overlap{},
			[]func(news.PollState) string{validators(`"v1"`, old, feedURL), is("a failure", func(st news.PollState) bool {
				return st.Failures == 1 && st.Err == "got an HTML page" && st.LastOK == ago(15*time.Minute)
			})}},
		{"a 304 nobody asked for ends the validators",
			known(nil), Outcome{Result: Failed, Status: 304, Words: "304 to an unconditional request", FinalURL: newURL}, news.Overlap{},
			[]func(news.PollState) string{validators("", "", ""), is("a failure", func(st news.PollState) bool { return st.Failures == 1 })}},

		{"validators of a document longer than we read are kept: it came whole",
			known(nil), read(func(o *Outcome) { o.Words = "more than 2000 items: only the first 2000 were read" }), all(2000),
			[]func(news.PollState) string{validators(`"v2"`, "Sun, 22 Nov 2026 10:00:00 GMT", feedURL), is("said", func(st news.PollState) bool {
				return strings.HasPrefix(st.Partial, "more than 2000 items") && st.LastFull == pollTime
			})}},

		// Gaps.
		{"no overlap with the last poll is a gap",
			known(nil), read(nil), news.Overlap{Entries: 20, New: 20},
			[]func(news.PollState) string{is("a gap now", func(st news.PollState) bool { return st.Gap == pollTime }), next(7*time.Minute+30*time.Second, "all 20 entries new, so some may have been missed")}},
		{"one known entry is overlap enough",
			known(nil), read(nil), news.Overlap{Entries: 20, New: 19, Known: 1},
			[]func(news.PollState) string{is("no gap", func(st news.PollState) bool { return st.Gap.IsZero() })}},
		{"the first entries of a feed that was empty are no gap",
			known(func(f *news.Feed) { f.Poll.LastNew = time.Time{} }), read(nil), news.Overlap{Entries: 2, New: 2},
			[]func(news.PollState) string{is("no gap", func(st news.PollState) bool { return st.Gap.IsZero() })}},
		{"a gap stays on record",
			known(func(f *news.Feed) { f.Poll.Gap = ago(time.Hour) }), read(nil), all(20),
			[]func(news.PollState) string{is("still recorded", func(st news.PollState) bool { return st.Gap == ago(time.Hour) })}},
	} {
		t.Run(row.name, func(t *testing.T) {
			st := Decide(row.feed, row.got, row.ov, Limits{}, pollTime)
			for _, check := range row.want {
				if problem := check(st); problem != "" {
					t.Error(problem)
				}
			}
			if st.Reason == "" || st.LastTry != pollTime || !st.NextPoll.After(pollTime) {
				t.Errorf("reason %q, last try %v, next poll %v", st.Reason, st.LastTry, st.NextPoll)
			}
			if again := Decide(row.feed, row.got, row.ov, Limits{}, pollTime); again != st {
				t.Errorf("decided differently the second time: %+v and %+v", st, again)
			}
		})
	}
}

func TestFeedsThatFailTogetherComeBackOneByOne(t *testing.T) {
	seen := map[time.Time]bool{}
	for i := range 50 {
		st := Decide(news.Feed{Name: fmt.Sprintf("feed %d", i), URL: feedURL}, failed(0, "the network failed"), news.Overlap{}, Limits{}, pollTime)
		seen[st.NextPoll.Truncate(time.Second)] = true
	}
	if len(seen) < 30 {
		t.Errorf("50 feeds come back at %d different seconds; want them spread", len(seen))
	}
}

func TestRequestIsConditionalButForOnceADay(t *testing.T) {
	for _, row := range []struct {
		name        string
		feed        news.Feed
		url         string
		conditional bool
	}{
		{"never asked", news.Feed{URL: feedURL}, feedURL, false},
		{"known", known(nil), feedURL, true},
		{"moved, validators still of the address that gave them", known(func(f *news.Feed) { f.Poll.URL = newURL }), newURL, true},
		{"one validator", known(func(f *news.Feed) { f.Poll.Modified = "" }), feedURL, true},
		{"read in full nearly a day ago", known(func(f *news.Feed) { f.Poll.LastFull = ago(24*time.Hour - time.Second) }), feedURL, true},
		{"read in full a day ago", known(func(f *news.Feed) { f.Poll.LastFull = ago(24 * time.Hour) }), feedURL, false},
	} {
		r := Request(row.feed, pollTime)
		want := row.feed.Poll
		if !row.conditional {
			want.ETag, want.Modified, want.ValidatorURL = "", "", ""
		}
		if r.URL != row.url || r.ETag != want.ETag || r.Modified != want.Modified || r.ValidatorURL != want.ValidatorURL {
			t.Errorf("%s: %+v", row.name, r)
		}
		if !strings.Contains(r.Accept, "application/rss+xml") || !strings.Contains(r.Accept, "application/atom+xml") || !r.Now.Equal(pollTime) {
			t.Errorf("%s: accept %q, now %v", row.name, r.Accept, r.Now)
		}
	}
}

func TestADayOfAQuietFeedIsPolite(t *testing.T) {
	f := news.Feed{Name: "Quiet", URL: feedURL}
	now, polls, full := pollTime, 0, 0
	for now.Before(pollTime.Add(72 * time.Hour)) {
		o := same(nil)
		ov := news.Overlap{}
		if Request(f, now).ValidatorURL == "" {
			o, full = read(nil), full+1
			if ov = all(10); polls == 0 {
				ov = news.Overlap{Entries: 10, New: 10}
			}
		}
		f.Poll = Decide(f, o, ov, Limits{}, now)
		now, polls = f.Poll.NextPoll, polls+1
	}
	if polls > 20 || full < 3 || full > 4 {
		t.Errorf("%d polls, %d of them in full, in three days; want at most 20, and one a day in full", polls, full)
	}
}

func all(n int) news.Overlap { return news.Overlap{Entries: n, Known: n} }

func TestSpansAreWrittenShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 10 * time.Second: "10s", time.Minute: "1m", 90 * time.Second: "1m30s", 10 * time.Minute: "10m",
		time.Hour: "1h", 61 * time.Minute: "1h1m", 24 * time.Hour: "24h", 20*time.Hour + time.Second: "20h0m1s",
	} {
		if got := span(d); got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
	}
}

// FuzzDecide holds the bounds no history and no server can move.
func FuzzDecide(f *testing.F) {
	f.Add(uint8(0), 200, int64(0), int64(0), int64(900), 3, 40, 2, uint8(0), "https://wire.example/new")
	f.Add(uint8(4), 503, int64(1<<40), int64(1<<62), int64(0), 90, 0, 0, uint8(255), "")
	f.Fuzz(func(t *testing.T, result uint8, status int, fresh, retry, interval int64, failures, entries, fresher int, bits uint8, permanent string) {
		results := []Result{Read, Salvaged, Unchanged, Wrong, Failed}
		feeds := known(func(f *news.Feed) {
			f.Poll.Interval = time.Duration(interval)
			f.Poll.Failures = failures & 0xfffff
			f.Official = bits&1 != 0
			if bits&2 != 0 {
				f.Every = time.Minute
			}
			if bits&4 != 0 {
				f.Poll.LastNew = time.Time{}
			}
		})
		entries, fresher = entries&0xffff, fresher&0xffff
		ov := news.Overlap{Entries: entries, New: min(entries, fresher), Known: entries - min(entries, fresher)}
		o := Outcome{Result: results[int(result)%len(results)], Status: status, Words: "words", FinalURL: feedURL, Permanent: permanent,
			Fresh: max(0, time.Duration(fresh)), RetryAfter: max(0, time.Duration(retry)), ETag: `"v2"`,
			Hints: feed.Hints{Interval: max(0, time.Duration(fresh)), SkipHours: []int{int(bits) % 24}}}
		st := Decide(feeds, o, ov, Limits{}, pollTime)
		wait := st.NextPoll.Sub(pollTime)
		if wait < 59*time.Second || wait > 24*time.Hour+time.Second && wait > feeds.Poll.Interval+time.Second {
			t.Fatalf("next poll in %v (%s)", wait, st.Reason)
		}
		if o.Result != Failed && o.Result != Wrong && feeds.Every == 0 && (st.Interval < 5*time.Minute || st.Interval > 6*time.Hour) {
			t.Fatalf("interval %v", st.Interval)
		}
		if st.ETag != feeds.Poll.ETag && o.Result != Read && o.Result != Unchanged && status != 304 {
			t.Fatalf("validators of a poll that was %s were kept", o.Result)
		}
		if st.URL != feeds.URL {
			t.Fatalf("moved to %s after one poll", st.URL)
		}
		if (st.Failures == 0) != (o.Result != Failed && o.Result != Wrong) || (st.Err == "") != (st.Failures == 0) {
			t.Fatalf("%d failures, error %q after a poll that was %s", st.Failures, st.Err, o.Result)
		}
	})
}
