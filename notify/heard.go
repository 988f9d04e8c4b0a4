package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// coverage counts the sources that answered since from.
func coverage(e news.Edition) Coverage {
	if e.Imported {
		return Coverage{Imported: true}
	}
	if e.Over {
		return Coverage{Over: true}
	}
	return sourceCoverage(e.Sources, e.From)
}

func sourceCoverage(sources []news.Source, from time.Time) Coverage {
	c := Coverage{Of: len(sources)}
	for _, side := range news.Sides {
		s := SideRead{Side: side}
		for _, src := range sources {
			if src.Side == side {
				s.Of++
				if answered(src, from) {
					s.Read++
				}
			}
		}
		if s.Of > 0 {
			c.Sides = append(c.Sides, s)
		}
	}
	for _, src := range sources {
		if answered(src, from) {
			c.Read++
			continue
		}
		u := Unread{Feed: clip(clean(src.Feed), 60), Why: plainTrouble(src.Trouble), Since: src.Since}
		switch {
		case src.Paused:
			u.Why = "paused"
		case yetToAsk(src):
			u.Why, u.Since = notAskedYet, time.Time{}
		case src.Trouble == "":
			u.Why, u.Since = "not asked", src.LastOK // the program was off, or its turn has not come again
		}
		c.Not = append(c.Not, u)
	}
	return c
}

// troubles are a reader's words for what went wrong in reading a source. The operator's
// own are in `status`.
var troubles = []struct {
	words string
	signs []string
}{
	{"asks us to wait", []string{"http 429", "asks to wait"}},
	{"blocked", []string{"challenge page", "http 401", "http 403", "http 451"}},
	{"no longer there", []string{"http 404", "http 410", "gone"}},
	{"its server is in trouble", []string{"http 5"}},
	{"its certificate is not accepted", []string{"certificate", "x509", "tls", "encrypted connection"}},
	{"does not answer in time", []string{"took too long", "timeout", "deadline"}},
	{"its address is not found", []string{"no such host", "lookup", "does not resolve"}},
	{"cannot be reached", []string{"dial", "refused", "unreachable", "reset", "eof", "broken pipe", "no route", "connection", "network failed", "cannot be reached"}},
	{"leads elsewhere", []string{"redirect"}},
	{"its address cannot be used", []string{"cannot be used", "not public"}},
	{"too large to read", []string{"too large"}},
	{"holds no readable news", []string{"feed:", "html page", "plain text", "xml document", "json document", "well-formed", "decompressed", "cut off", "not proper http"}},
}

// plainTrouble words a trouble without the machine's terms: addresses, protocols, codes.
func plainTrouble(trouble string) string {
	s := strings.ToLower(clean(trouble))
	for _, t := range troubles {
		for _, sign := range t.signs {
			if strings.Contains(s, sign) {
				return t.words
			}
		}
	}
	if strings.ContainsAny(s, ":/\\<>{}0123456789") {
		return "could not be read"
	}
	return clip(s, 60)
}

// answered is whether a source was read after since. After a start it has to be asked anew
// to count: what it says by now is not known.
func answered(s news.Source, since time.Time) bool {
	return !s.Paused && !s.Unasked && s.LastOK.After(since)
}

// yetToAsk is whether a source was not asked since the start, or never: nothing can be said
// of it, neither that it is silent nor that it cannot be read.
func yetToAsk(s news.Source) bool {
	return !s.Paused && (s.Unasked || s.LastOK.IsZero() && s.Trouble == "")
}

const notAskedYet = "not asked yet"

// blindSides are the sides of which less than half was read: the parties always,
// another side when it has at least three sources.
func blindSides(c Coverage, parties []string) []SideRead {
	var out []SideRead
	for _, s := range c.Sides {
		if s.Read*2 < s.Of && (has(parties, s.Side) || s.Of >= 3) {
			out = append(out, s)
		}
	}
	return out
}

// uncounted is whether it is not known how many sources were read.
func (c Coverage) uncounted() bool { return c.Imported || c.Over }

// tooLow says of which sides too few sources were read to tell silence from blindness,
// with how many; "" when enough was read, or nobody was to read.
func tooLow(c Coverage, topics []string) string {
	if c.uncounted() {
		return ""
	}
	var low []string
	for _, s := range blindSides(c, topicParties(topics)) {
		low = append(low, counts(s.Read, s.Of)+" "+sideNames[s.Side].kind)
	}
	if len(low) == 0 && c.Read == 0 {
		low = []string{counts(c.Read, c.Of)}
	}
	return join(low)
}

// longSilence is from when on it is told that a side has nothing newer: before,
// most of its sources were not asked again yet.
const longSilence = 6 * time.Hour

// notHeard words the silence of the parties that do not say so. waited is how long
// ago the development was first seen; 0 is at once, as in an alert. That a
// side was not heard is a measurement: at least half of its sources brought fresh
// items after the development was first seen. A side whose sources answer and
// have nothing newer yet is told of only once that has lasted; one that could not
// be read, always.
func notHeard(d news.Development, f facts, sources []news.Source, waited time.Duration) string {
	seen := firstSeen(d)
	var out, silent, read, still []string
	for _, party := range parties(d.Topic) {
		if has(f.spoke, party) || has(f.present, party) || has(f.answered, party) || mentioned(d, party) {
			continue // carried without its own word: neither heard nor silent
		}
		var fresh, answers, yet, of int
		for _, s := range sources {
			if s.Side != party {
				continue
			}
			of++
			if answered(s, seen) && s.LastNew.After(seen) {
				fresh++
			}
			switch {
			case yetToAsk(s):
				yet++
			case answered(s, seen) || !s.Paused && s.Trouble == "":
				answers++ // it answers; its next turn to be asked may be yet to come
			}
		}
		w := sideNames[party]
		switch {
		case of == 0:
			out = append(out, "no "+w.kind+" source is read")
		case fresh*2 >= of:
			silent, read = append(silent, w.name), append(read, counts(fresh, of)+" "+w.kind)
		case answers*2 < of && (answers+yet)*2 >= of:
			out = append(out, fmt.Sprintf("%s not read yet (%d of %d sources)", w.name, answers, of))
		case answers*2 < of:
			out = append(out, fmt.Sprintf("%s could not be read (%d of %d sources)", w.name, answers, of))
		case waited == 0:
			out = append(out, "too early to hear from "+w.name)
		case waited >= longSilence && fresh == 0:
			still = append(still, fmt.Sprintf("%s (%d of %d sources)", w.name, fresh, of))
		case waited >= longSilence:
			out = append(out, fmt.Sprintf("little newer yet from %s (%d of %d sources)", w.name, fresh, of))
		}
	}
	if len(still) > 0 {
		out = append(out, "nothing newer yet from "+strings.Join(still, " or "))
	}
	if len(silent) == 2 {
		silent = []string{"neither side"}
	}
	if len(silent) > 0 {
		out = append([]string{join(silent) + " not heard (" + strings.Join(read, ", ") + " sources read)"}, out...)
		out[0] = strings.Replace(out[0], "neither side not heard", "neither side heard", 1)
	}
	return strings.Join(out, ", ")
}

// mentioned is whether a side speaks somewhere in a development, though not in a
// title or first sentences: in a claim further down, or in sentences that an
// update brought.
func mentioned(d news.Development, side string) bool {
	return slices.ContainsFunc(d.Reports, func(r news.Report) bool {
		return slices.ContainsFunc(r.Novel, func(s string) bool { return speaks(s, side) }) ||
			slices.ContainsFunc(r.Tags, func(t news.Tag) bool { return t.Facet == "claim" && speakerSide(r, t) == side })
	})
}

// speaks is whether a sentence names a speaker of a side.
func speaks(s, side string) bool {
	s = strings.ToLower(s)
	return slices.ContainsFunc(speakers, func(x struct{ word, side string }) bool { return x.side == side && strings.Contains(s, x.word) })
}

func firstSeen(d news.Development) time.Time {
	var first time.Time
	for _, r := range d.Reports {
		if first.IsZero() || r.Seen.Before(first) {
			first = r.Seen
		}
	}
	return first
}

// waited is how long before the slot a development was first seen.
func waited(d news.Development, e news.Edition) time.Duration {
	if e.Imported || e.Over {
		return unheard
	}
	return max(e.Slot.Sub(firstSeen(d)), 1)
}

// unheard is what was waited where nobody listened, or nobody knows who was listened to:
// nobody was silent then.
const unheard time.Duration = -1

// says words who says so and who was not heard; waited as for notHeard, or unheard.
func says(d news.Development, f facts, sources []news.Source, waited time.Duration) string {
	who := whoSays(f, d.Topic)
	if who == "" {
		who = carriedBy(f.carried)
	}
	if len(f.says) == 0 && (f.stage == "" || f.stage == "analysis") {
		return who // nothing is claimed that a side could be silent about
	}
	if waited == unheard {
		return who
	}
	if silent := notHeard(d, f, sources, waited); silent != "" {
		if who != "" {
			who += "; "
		}
		who += silent
	}
	return who
}

// carriedBy words which sides' sources carry news nobody is named for.
func carriedBy(sides []string) string {
	var kinds []string
	for _, s := range sides {
		kinds = append(kinds, sideNames[s].kind)
	}
	if len(kinds) == 0 {
		return ""
	}
	return "reported by " + join(kinds) + " sources"
}
