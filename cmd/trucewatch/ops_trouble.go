package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// This file decides what the operator is told. It reads no clock and touches nothing.

// trouble is one thing the operator should know.
type trouble struct {
	cause   string // one of causes
	subject string // the source, side, digest or message; what is new in a cause is known by it
	says    string // in words, one line
}

// cause is a kind of trouble, told together and at most once a day.
type cause struct {
	name   string
	begins string // headline
	ends   string // headline when it is over, or for sources what precedes their names; "" for what happens and does not last
}

// causes in the order in which they are told.
var causes = []cause{
	{"database", "The database can't be written", "The database is written again"},
	{"stalled", "Work does not get done", "Work gets done again"},
	{tokenCause, "Slack refuses the token", "Slack takes the token again"},
	{"outbox", "Messages are not delivered", "No message is held back any more"},
	{"late", "A digest is late", "No digest is late any more"},
	{"disk", "The disk is nearly full", "There is room on the disk again"},
	{"clock", "The clock jumped", ""},
	{"side", "A side is hardly heard", "Every side is heard again"},
	{sourceCause, "Sources can't be read", "Read again"},
	{"gap", "An official source may have been missed in part", ""},
}

const (
	tokenCause  = "token"
	sourceCause = "source"
)

// How long something lasts before it is trouble, and how often it is told.
const (
	sideSilent  = 6 * time.Hour
	digestLate  = 20 * time.Minute // a cut may wait ten minutes for the first round
	sendingLate = 30 * time.Minute
	stallTold   = 4 * time.Minute // before the watchdog ends the program
	gapTold     = 24 * time.Hour
	clockJump   = 2 * time.Minute
	toldEvery   = 24 * time.Hour
)

// watched is what the daemon sees of itself at one moment.
type watched struct {
	now       time.Time
	cond      store.Condition
	condErr   error             // the database could not be read: cond is empty
	blocked   string            // why the database can't be written, in words; "" when it can
	stalled   []string          // parts without a sign of work
	late      map[string]string // digest → what was due and not cut, in words
	token     string            // why Slack refuses the token; "" when it does not, as far as known
	free      float64           // share of the disk that is free; negative when unknown
	jump      time.Duration     // by which the clock jumped since the last look
	failedFor time.Duration
	sideBelow float64
}

// troubles lists what is wrong, in the order of causes and by subject.
func troubles(w watched) []trouble {
	var out []trouble
	add := func(cause, subject, format string, args ...any) {
		out = append(out, trouble{cause, subject, oneLine(fmt.Sprintf(format, args...))})
	}
	if w.blocked != "" {
		add("database", "database", "%s", w.blocked)
	} else if w.condErr != nil {
		add("database", "database", "it can't be read: %v", w.condErr)
	}
	for _, part := range w.stalled {
		add("stalled", part, "%s has done nothing for over %s; another program may hold the database, or the machine is too busy", part, span(stallTold))
	}
	if w.token != "" {
		add(tokenCause, w.token, "%s", refusedToken(w.token))
	}
	for _, name := range slices.Sorted(maps.Keys(w.late)) {
		add("late", name, "digest %s: %s", name, w.late[name])
	}
	if w.free >= 0 && w.free < lowDisk {
		add("disk", "disk", "%.1f %% is free where the database is", 100*w.free)
	}
	if w.jump.Abs() >= clockJump {
		way := "forward"
		if w.jump < 0 {
			way = "back"
		}
		add("clock", w.now.UTC().Format(time.RFC3339), "by %s %s, to %s; or the machine slept", span(w.jump.Abs()), way, stamp(w.now))
	}
	sendingTroubles(w, add)
	sourceTroubles(w, add)
	order := func(t trouble) int { return slices.IndexFunc(causes, func(c cause) bool { return c.name == t.cause }) }
	slices.SortStableFunc(out, func(a, b trouble) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.subject, b.subject))
	})
	return out
}

func sendingTroubles(w watched, add func(cause, subject, format string, args ...any)) {
	late, held := map[string]bool{}, ""
	for _, d := range w.cond.Open {
		if d.Message.Kind == "ops" && (d.State != news.Held || w.token != "") {
			continue // a late word to the operator is not told to the operator; that Slack refuses it says enough
		}
		id := fmt.Sprintf("message %d", d.ID)
		if d.State == news.Held && held == "" {
			held = id
		}
		switch {
		case d.State == news.Held, d.State == news.Parked:
			add("outbox", id, "message %d (%s) to %s is %s: %s", d.ID, d.Digest, d.Channel, d.State, d.Cause)
		case d.State == news.Unknown && d.Due.IsZero():
			add("outbox", id, "message %d (%s) to %s may or may not have arrived: %s", d.ID, d.Digest, d.Channel, d.Cause)
		case w.now.Sub(d.Created) >= sendingLate && !late[d.Digest]:
			late[d.Digest] = true
			why := d.Cause
			switch {
			case why == "" && held != "":
				why = held + " before it is held"
			case why == "":
				why = "its turn has not come"
			}
			add("late", d.Digest+" sending", "%s was made %s and is not sent: %s", d.Digest, stamp(d.Created), why)
		}
	}
}

func sourceTroubles(w watched, add func(cause, subject, format string, args ...any)) {
	of, silent := map[string]int{}, map[string]int{}
	for _, f := range w.cond.Feeds {
		if f.Paused {
			continue
		}
		since := f.Since
		gone := f.Poll.Gone
		of[f.Side]++
		if gone || !since.IsZero() && w.now.Sub(since) >= sideSilent || unread(w.cond.Alarms, "side", f.Side, f.Poll.LastOK) {
			silent[f.Side]++
		}
		switch {
		case gone:
			add(sourceCause, f.Name, "%s is gone: its server says so, and it is not asked again", f.Name)
		case !since.IsZero() && w.now.Sub(since) >= w.failedFor:
			add(sourceCause, f.Name, "%s has failed since %s: %s", f.Name, stamp(since), f.Poll.Err)
		case unread(w.cond.Alarms, sourceCause, f.Name, f.Poll.LastOK):
			add(sourceCause, f.Name, "%s is not read again yet", f.Name)
		}
		if g := f.Poll.Gap; f.Official && !g.IsZero() && w.now.Sub(g) < gapTold {
			add("gap", f.Name+" "+g.UTC().Format(time.RFC3339), "%s: at %s none of its entries was known; what it published between two visits may be missing", f.Name, stamp(g))
		}
	}
	for _, side := range slices.Sorted(maps.Keys(of)) {
		if read := of[side] - silent[side]; float64(read) < w.sideBelow*float64(of[side]) {
			add("side", side, "%s: %d of %d sources are read", side, read, of[side])
		}
	}
}

// unread is whether the operator was told of a subject, and what it is about was last
// read before that: a restored database, which knows nothing of the failures, does not
// say that they are over.
func unread(alarms []store.Alarm, cause, subject string, lastOK time.Time) bool {
	return slices.ContainsFunc(alarms, func(a store.Alarm) bool {
		return a.Cause == cause && a.Open && slices.Contains(a.Subjects, subject) && !lastOK.After(a.Told)
	})
}

func stamp(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") }

// oneLine keeps a server's words from breaking the message.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 300 {
		s = string(r[:299]) + "…"
	}
	return s
}

// told decides what the operator hears now: what begins, what is new in a cause that
// was told, and what is over, in one text; "" is nothing. A cause is told at most once a day, and its end
// only when its beginning was told. feeds are those that are configured. It returns the
// alarms that change.
func told(alarms []store.Alarm, feeds []store.FeedCondition, present []trouble, now time.Time) (changed []store.Alarm, text string) {
	known := map[string]store.Alarm{}
	for _, a := range alarms {
		known[a.Cause] = a
	}
	var out []string
	for _, c := range causes {
		a := known[c.name]
		a.Cause = c.name
		var subjects, fresh []string // fresh: the lines of what was not told
		for _, t := range present {
			if t.cause != c.name {
				continue
			}
			subjects = append(subjects, t.subject)
			if !a.Open || !slices.Contains(a.Subjects, t.subject) {
				fresh = append(fresh, t.says)
			}
		}
		switch {
		case len(subjects) == 0 && a.Open:
			switch {
			case c.name == sourceCause:
				out = append(out, readAgain(c.ends, a.Subjects, feeds))
			case c.ends != "":
				out = append(out, c.ends+".")
			}
			a.Open, a.Subjects = false, nil
		case len(fresh) > 0 && now.Sub(a.Told) >= toldEvery:
			text := c.begins + ":\n" + list(fresh)
			if n := len(subjects) - len(fresh); n > 0 {
				text += fmt.Sprintf("\n• and still %d told before: see `trucewatch status`", n)
			}
			out = append(out, text)
			a.Open, a.Subjects, a.Told = true, subjects, now
		default:
			continue
		}
		changed = append(changed, a)
	}
	return changed, strings.Join(out, "\n")
}

// readAgain names the sources that were told of and are read again; others may be failing
// for too short a time to be told of. One that is paused or not configured any more is
// not read: it is told apart.
func readAgain(headline string, names []string, feeds []store.FeedCondition) string {
	var read, left []string
	for _, name := range names {
		if slices.ContainsFunc(feeds, func(f store.FeedCondition) bool { return f.Name == name && !f.Paused }) {
			read = append(read, name)
		} else {
			left = append(left, name)
		}
	}
	var out []string
	if len(read) > 0 {
		out = append(out, headline+": "+someOf(read)+".")
	}
	if len(left) > 0 {
		out = append(out, "Not asked any more: "+someOf(left)+".")
	}
	return strings.Join(out, " ")
}

// someOf lists as many names as a message has room for.
func someOf(names []string) string {
	if more := len(names) - linesTold; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:linesTold], ", "), more)
	}
	return strings.Join(names, ", ")
}

// linesTold is how many lines of one cause are written out.
const linesTold = 12

func list(lines []string) string {
	var b strings.Builder
	for i, l := range lines {
		if i == linesTold {
			fmt.Fprintf(&b, "• and %d more: see `trucewatch status`\n", len(lines)-i)
			break
		}
		b.WriteString("• " + l + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// opsMessage is a text to the operator, ready for the outbox.
func opsMessage(text string) news.Message {
	first, _, _ := strings.Cut(text, "\n")
	return news.Message{Kind: "ops", Part: 1, Text: opsPrefix + strings.TrimSuffix(first, ":"), Plain: opsPrefix + text}
}

// opsPrefix begins each message to the operator.
const opsPrefix = "trucewatch: "
