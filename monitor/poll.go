package monitor

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/monitor/feed"
)

// This file decides how a feed is asked and when next: every manner towards a
// publisher is here, as two pure functions. Request says what to ask; Decide
// says what to remember of the answer and when to come back.

// Limits bound the intervals Decide chooses. Zero fields take their default.
type Limits struct {
	Every time.Duration // where adaptation starts and returns to; default 15 m
	Min   time.Duration // the shortest adapted interval; default 5 m
	Max   time.Duration // the longest, and the cap of back-off and hints; default 6 h
}

const (
	postponeMax  = 24 * time.Hour   // the longest a server may put us off
	fullEvery    = 24 * time.Hour   // at most this long without an unconditional fetch
	officialMax  = 15 * time.Minute // adaptation never makes an official feed slower
	movedAfter   = 2                // polls that parsed before a permanent redirect is remembered
	forgetMoveAt = 4                // failures in a row after which a remembered redirect is given up
)

// feedTypes is what a poll accepts.
const feedTypes = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"

// Result says what a poll came to.
type Result string

const (
	Read      Result = "read"      // a complete feed document
	Salvaged  Result = "salvaged"  // items of a document that was cut or damaged
	Unchanged Result = "unchanged" // 304 to a conditional request
	Wrong     Result = "wrong"     // a complete answer that is not a feed, or holds nothing
	Failed    Result = "failed"    // no answer, an error status, or no readable item
)

// Outcome is what happened in one poll, as far as the decision needs it.
type Outcome struct {
	Result      Result
	Status      int    // HTTP status of the last hop; 0 without an answer
	Words       string // what was wrong, in words; "" for Unchanged, and for Read unless items beyond the limit were left out
	FinalURL    string // the URL that answered
	Permanent   string // where the permanent redirects that open the chain lead; "" without any
	Temporary   bool   // a hop of the chain was temporary
	Conditional bool   // validators were sent to FinalURL
	ETag        string // verbatim, like Modified
	Modified    string
	Fresh       time.Duration // how long the answer says it stays as it is; 0 when it does not say
	RetryAfter  time.Duration // how long the server asks to wait; 0 when it does not
	Hints       feed.Hints    // the document's wishes; only of Read and Salvaged
	Kind        string        // rss, atom, rdf or json; "" without a document
	Mended      string        // what was wrong with a document of which nothing was lost, in words; "" when nothing was
	Offers      []string      // feeds that a page in the feed's place advertises; only of Wrong

	document document // what was read; zero unless it was read whole
}

// Request is what to ask a feed: conditionally when it gave validators, and
// unconditionally about once a day, because some servers keep validators while
// the content changes.
func Request(f news.Feed, now time.Time) egress.Request {
	r := egress.Request{URL: askURL(f), Accept: feedTypes, Now: now}
	// To the second: an interval that divides the day comes back exactly a day later.
	if p := f.Poll; p.ValidatorURL != "" && now.Sub(p.LastFull.Truncate(time.Second)) < fullEvery {
		r.ETag, r.Modified, r.ValidatorURL = p.ETag, p.Modified, p.ValidatorURL
	}
	return r
}

func askURL(f news.Feed) string {
	if f.Poll.URL != "" {
		return f.Poll.URL
	}
	return f.URL
}

// Decide returns what to remember of a feed after a poll. The zero PollState
// stands for a feed never asked. The overlap counts for Read and Salvaged only.
func Decide(f news.Feed, o Outcome, ov news.Overlap, lim Limits, now time.Time) news.PollState {
	lim = lim.filled()
	st := f.Poll
	st.URL = askURL(f)
	st.LastTry = now

	switch o.Result {
	case Read, Salvaged, Unchanged:
		remember(&st, o, ov, now)
		st.NextPoll, st.Interval, st.Reason = afterSuccess(f, o, ov, lim, now)
		waitOut(&st, f, lim, now)
	default:
		st.Failures++
		st.Err = o.Words
		if o.Result == Wrong {
			st.MovedTo, st.MovedSeen = "", 0 // a redirect to something else moves nothing
			st.Partial = ""
		}
		if o.Status == 304 { // to validators we did not send: ours are worth nothing there
			st.ETag, st.Modified, st.ValidatorURL = "", "", ""
		}
		st.NextPoll, st.Reason = afterFailure(f, o, st.Failures, lim, now)
		waitOut(&st, f, lim, now)
		moved := st.URL != f.URL
		switch {
		case o.Status == 410 && !o.Temporary && !moved:
			st.Gone = true
			st.Reason = fmt.Sprintf("gone (410): not asked again; take it out of the configuration, or `trucewatch feeds resume %s`", news.ShellWord(f.Name))
		case moved && (o.Status == 410 || st.Failures >= forgetMoveAt):
			st.URL, st.MovedTo, st.MovedSeen = f.URL, "", 0
			st.Reason += "; the configured address is asked again"
		}
	}
	return st
}

// remember takes over what a good poll taught us, apart from when to ask next.
func remember(st *news.PollState, o Outcome, ov news.Overlap, now time.Time) {
	st.LastOK = now
	if st.FirstOK.IsZero() {
		st.FirstOK = now
	}
	st.Failures, st.Err, st.Gone = 0, "", false
	st.Partial = o.Words

	// What a 304, or the part of a document that came, does not say again still holds.
	if skip := len(o.Hints.SkipHours)+len(o.Hints.SkipDays) > 0; skip || o.Result == Read {
		st.SkipHours, st.SkipDays = skipped(o.Hints)
	}

	// Validators vouch for a complete document whose entries are stored, so those
	// of a salvaged one are worth nothing; the old ones still vouch for theirs.
	switch o.Result {
	case Read:
		st.LastFull = now
		st.ETag, st.Modified, st.ValidatorURL = o.ETag, o.Modified, o.FinalURL
		if o.ETag == "" && o.Modified == "" {
			st.ValidatorURL = ""
		}
	case Unchanged:
		if o.ETag != "" {
			st.ETag = o.ETag
		}
		if o.Modified != "" {
			st.Modified = o.Modified
		}
	}

	// A permanent redirect is believed once two polls in a row found a feed
	// there. A 304 finds the feed that its validators came with.
	if o.Result != Salvaged {
		switch {
		case o.Permanent == "" || o.Permanent == st.URL:
			st.MovedTo, st.MovedSeen = "", 0
		case o.Permanent == st.MovedTo:
			st.MovedSeen++
		default:
			st.MovedTo, st.MovedSeen = o.Permanent, 1
		}
		if st.MovedSeen >= movedAfter {
			st.URL, st.MovedTo, st.MovedSeen = st.MovedTo, "", 0
		}
	}

	if ov.New > 0 && o.Result != Unchanged {
		if noOverlap(ov) && !st.LastNew.IsZero() {
			st.Gap = now
		}
		st.LastNew = now
	}
}

func noOverlap(ov news.Overlap) bool { return ov.Entries > 0 && ov.New >= ov.Entries }

// afterSuccess says when to ask next after an answer with a feed in it or a 304.
func afterSuccess(f news.Feed, o Outcome, ov news.Overlap, lim Limits, now time.Time) (next time.Time, interval time.Duration, reason string) {
	was := lim.interval(f.Poll.Interval)
	var why string
	switch {
	case f.Every > 0:
		interval, why = f.Every, "fixed by the configuration"
		was = interval
	default:
		interval, why = adapt(f, o, ov, was, lim, now)
		if hint := min(o.Hints.Interval, lim.Max); hint > 0 && hint >= interval {
			interval = hint
			why += "; the feed asks to be read no more often than every " + span(o.Hints.Interval)
		}
	}
	reason = why + ": every " + span(interval)
	if interval != was {
		reason += ", was " + span(was)
	}
	next = now.Add(interval).Truncate(time.Second) // ticks come a little after the second
	if wait := min(o.Fresh, postponeMax); wait > 0 && now.Add(wait).After(next) {
		next = ceilSecond(now.Add(wait))
		reason += "; the server says it stays unchanged for " + span(o.Fresh)
	}
	return next, interval, reason
}

// skipped are the hours and days a document asks to skip, as PollState keeps them.
func skipped(h feed.Hints) (hours uint32, days uint8) {
	for _, hour := range h.SkipHours {
		if 0 <= hour && hour < 24 {
			hours |= 1 << hour
		}
	}
	for _, day := range h.SkipDays {
		days |= 1 << day
	}
	return hours, days
}

// waitOut moves the next poll past the hours and days the feed asks to skip,
// within the longest interval, unless the operator fixed how often it is asked.
func waitOut(st *news.PollState, f news.Feed, lim Limits, now time.Time) {
	if f.Every > 0 {
		return
	}
	if later := allowed(st.NextPoll, st.SkipHours, st.SkipDays, now.Add(lim.Max)); later.After(st.NextPoll) {
		st.NextPoll = later
		st.Reason += "; the feed asks not to be read in these hours"
	}
}

// adapt chooses the interval from what the poll brought: sooner when most of
// it was new, later when nothing was for two intervals, back to where we
// started when something is new after a quiet time.
func adapt(f news.Feed, o Outcome, ov news.Overlap, was time.Duration, lim Limits, now time.Time) (time.Duration, string) {
	slowest := lim.Max
	if f.Official {
		slowest = max(min(slowest, officialMax), min(lim.Every, lim.Max), lim.Min)
	}
	quiet := f.Poll.LastNew
	if quiet.Before(f.Poll.FirstOK) {
		quiet = f.Poll.FirstOK
	}
	slower := func() time.Duration { return max(min(2*was, slowest), was) }
	keep := min(was, slowest)
	twice := !quiet.IsZero() && now.Sub(quiet) >= 2*was-time.Second

	switch {
	case o.Result == Unchanged && twice:
		return slower(), "unchanged (304) twice on time"
	case o.Result == Unchanged:
		return was, "unchanged (304)"
	case f.Poll.FirstOK.IsZero():
		return keep, fmt.Sprintf("first poll, %s", entries(ov.Entries))
	case o.Result == Salvaged:
		return keep, fmt.Sprintf("%s salvaged", entries(ov.Entries))
	case ov.Entries == 0:
		return keep, "no entries"
	case 2*ov.New > ov.Entries:
		why := fmt.Sprintf("%d of %s new", ov.New, entries(ov.Entries))
		if noOverlap(ov) && !f.Poll.LastNew.IsZero() {
			why = fmt.Sprintf("all %s new, so some may have been missed", entries(ov.Entries))
		}
		return max(min(keep, lim.Every)/2, lim.Min), why
	case ov.New > 0:
		return max(min(keep, lim.Every), lim.Min), fmt.Sprintf("%d of %s new", ov.New, entries(ov.Entries))
	case twice && ov.Revised == 0:
		return min(slower(), slowest), fmt.Sprintf("all %s known twice on time", entries(ov.Entries))
	default:
		return keep, fmt.Sprintf("all %s known", entries(ov.Entries))
	}
}

// afterFailure says when to try again: after twice as long each time, up to
// the longest interval, spread so that feeds that failed together come back
// one by one. It never gives up.
func afterFailure(f news.Feed, o Outcome, failures int, lim Limits, now time.Time) (time.Time, string) {
	base := f.Every
	if base <= 0 {
		base = lim.interval(f.Poll.Interval)
	}
	longest := max(lim.Max, base)
	wait := base
	for i := 1; i < failures && wait < longest; i++ {
		wait = min(2*wait, longest)
	}
	quarter := time.Duration(float64(wait) / 4 * jitter(f.Name, failures))
	if wait += quarter; wait > longest {
		wait = max(longest-quarter, base)
	}
	reason := "failed once"
	if failures > 1 {
		reason = fmt.Sprintf("failed %d times in a row", failures)
	}
	reason += ": trying again in " + span(wait.Round(time.Second))
	next := ceilSecond(now.Add(wait))
	if asked := min(o.RetryAfter, postponeMax); asked > wait {
		next = ceilSecond(now.Add(asked))
		reason += "; the server asks to wait " + span(o.RetryAfter)
	}
	return next, reason
}

// jitter is a fraction in [0,1) that depends on nothing but its arguments
// (FNV-1a, so that the same history gives the same times).
func jitter(name string, failures int) float64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s#%d", name, failures)
	return float64(h.Sum64()>>11) / (1 << 53)
}

// allowed is the first instant from t on in none of the hours and days to skip,
// but no later than limit.
func allowed(t time.Time, hours uint32, days uint8, limit time.Time) time.Time {
	if hours == 0 && days == 0 || t.After(limit) {
		return t
	}
	u := t.UTC()
	for hours>>u.Hour()&1 != 0 || days>>u.Weekday()&1 != 0 {
		u = u.Truncate(time.Hour).Add(time.Hour)
		if u.After(limit) {
			return limit
		}
	}
	return u
}

// interval is a stored interval within the limits of today.
func (l Limits) interval(stored time.Duration) time.Duration {
	if stored <= 0 {
		stored = l.Every
	}
	return max(min(stored, l.Max), l.Min)
}

func (l Limits) filled() Limits {
	if l.Every <= 0 {
		l.Every = 15 * time.Minute
	}
	if l.Min <= 0 {
		l.Min = 5 * time.Minute
	}
	if l.Max <= 0 {
		l.Max = 6 * time.Hour
	}
	return l
}

func ceilSecond(t time.Time) time.Time {
	if whole := t.Truncate(time.Second); !whole.Equal(t) {
		return whole.Add(time.Second)
	}
	return t
}

// entries counts entries in words.
func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// span writes a duration without its zeros: 1h, 7m30s.
func span(d time.Duration) string {
	d = d.Round(time.Second)
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
