package story

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

const (
	maxDates    = 8 // of one item
	maxDuration = 400 * 24 * time.Hour
	maxField    = 4000 // runes that are read
	maxQuote    = 120  // runes
)

// Dates reads the dates and durations that a title and lede state for an arrangement or a
// meeting: "30-day", "until Sunday", "from midnight", "Istanbul on 2 June", "by the end of
// June", in the shipped languages. They are resolved against the publication time in zone,
// or in the zone the text names. Times are UTC; dates before the day of publication are
// left out, for they are history. Item, Story, Feed and URL are the caller's to fill in.
func Dates(title, lede, lang string, published time.Time, zone *time.Location, tags []news.Tag) []news.StatedDate {
	if published.IsZero() {
		return nil
	}
	if zone == nil {
		zone = time.UTC
	}
	out := datesOf(title, lede, published, zone, tags, time.Time{})
	// A duration in the title runs from the start that only the summary states.
	if i := slices.IndexFunc(out, func(d news.StatedDate) bool { return d.Kind == "starts" }); i >= 0 {
		return datesOf(title, lede, published, zone, tags, out[i].At)
	}
	return out
}

// datesOf reads both fields. A duration runs from the start its sentence states, else from
// start, else from publication.
func datesOf(title, lede string, published time.Time, zone *time.Location, tags []news.Tag, start time.Time) []news.StatedDate {
	var out []news.StatedDate
	for _, field := range []string{title, lede} {
		field = firstRunes(field, maxField)
		for _, sentence := range sentencesOf(tokens(field)) {
			for _, d := range datesIn(field, sentence, published, zone, tags, start) {
				same := func(o news.StatedDate) bool {
					return o.At.Equal(d.At) && o.Kind == d.Kind && o.What == d.What
				}
				if len(out) < maxDates && !slices.ContainsFunc(out, same) {
					out = append(out, d)
				}
			}
		}
	}
	return out
}

func sentencesOf(ts []token) [][]token {
	var out [][]token
	start := 0
	for i := 1; i < len(ts); i++ {
		if ts[i].first {
			// "2. Juni" is no end of a sentence.
			if ts[i-1].digit && monthOf(ts[i].text) > 0 {
				continue
			}
			out = append(out, ts[start:i])
			start = i
		}
	}
	if start < len(ts) {
		out = append(out, ts[start:])
	}
	return out
}

// datesIn reads one sentence. It must speak of an arrangement or a meeting. Elsewhere is
// the start another sentence states, or zero.
func datesIn(field string, ts []token, published time.Time, zone *time.Location, tags []news.Tag, elsewhere time.Time) []news.StatedDate {
	what, where, meeting := subjectOf(ts, tags)
	if what == "" {
		return nil
	}
	zone = zoneOf(ts, zone)
	local := published.In(zone)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	moved := slices.ContainsFunc(ts, func(t token) bool { return movedWords.of(t.text) })
	quote := func(from, to int) string {
		q := firstRunes(field[ts[from].from:ts[to].to], maxQuote)
		return strings.TrimSpace(string([]rune(q))) // valid, whatever the feed sent
	}
	var out []news.StatedDate
	var start time.Time // stated in this sentence
	add := func(at time.Time, precision, kind string, from, to int) {
		if at.Before(today) || at.After(published.Add(maxDuration)) {
			return
		}
		if kind == "starts" && start.IsZero() {
			start = at
		}
		w, where := what, where
		switch {
		case kind == "meets":
			w = "meeting"
		case tagged(tags, "venue", where) && !tagged(tags, "place", where): // where it was agreed is not where it holds
			where = ""
		}
		out = append(out, news.StatedDate{At: at.UTC(), Precision: precision, Zone: zone.String(), What: w, Where: where, Kind: kind, Moved: moved, Quote: quote(from, to)})
	}
	// kindAt says what happens at a date whose words begin at i, and where its quote begins.
	kindAt := func(i int) (string, int) {
		from := i
		for k := i - 1; k >= max(0, i-3); k-- {
			switch {
			case moved && (toWords[ts[k].text] || untilWords[ts[k].text]):
				switch {
				case meeting:
					return "meets", k
				case !untilWords[ts[k].text]:
					return "starts", k
				}
				return "ends", k
			case (untilWords[ts[k].text] || endingWords[ts[k].text]) && !meeting:
				return "ends", k
			case fromWords[ts[k].text]:
				return "starts", k
			}
		}
		if i > 0 && !ts[i].brk {
			from = i - 1
		}
		if meeting {
			return "meets", from
		}
		return "starts", from
	}
	type duration struct {
		stretch
		from, to int
	}
	var durations []duration
	for i := 0; i < len(ts); i++ {
		t := ts[i]
		next := func(k int) string {
			if i+k < len(ts) {
				return ts[i+k].text
			}
			return ""
		}
		if midnight.of(t.text) {
			k, from := kindAt(i)
			if k == "meets" {
				k = "starts"
			}
			at := today.AddDate(0, 0, 1)
			// "midnight on 8 May", "midnight on Wednesday": the day that follows says which.
			for j := i + 1; j <= min(i+3, len(ts)-1); j++ {
				if day, to, ok := dayAt(ts, j, today); ok {
					at, i = day, to
					break
				}
				if day, ok := namedDay(ts[j].text, today, true); ok {
					at, i = day, j
					break
				}
			}
			add(at, "minute", k, from, i)
			continue
		}
		if n := count(t); n > 0 && n <= 400 {
			if d, ok := unitOf(next(1)); ok && d.times(n).fits() {
				if !looksBack(ts, i, i+1) {
					durations = append(durations, duration{d.times(n), i, i + 1})
				}
				i++
				continue
			}
		}
		if d, ok := compound(t.text); ok {
			durations = append(durations, duration{d, i, i})
			continue
		}
		if moved && fromWords[t.text] && !t.brk && i+2 < len(ts) {
			// "moved from 20 to 22 January", "von Freitag auf Montag": not what it was moved from.
			if _, to, ok := dayAt(ts, i+1, today); ok && to+2 < len(ts) {
				i = to
				continue
			}
			if _, ok := namedDay(ts[i+1].text, today, true); ok || ts[i+1].digit && toWords[ts[i+2].text] {
				i++
				continue
			}
		}
		if day, to, ok := dayAt(ts, i, today); ok {
			k, from := kindAt(i)
			add(day, "day", k, from, to)
			i = to
			continue
		}
		// "by the end of June"
		if endWords.of(t.text) {
			for j := i + 1; j <= min(i+2, len(ts)-1); j++ {
				if m := monthOf(ts[j].text); m > 0 && len([]rune(ts[j].text)) >= 3 {
					year := local.Year()
					if time.Month(m) < local.Month() {
						year++
					}
					k, from := kindAt(i)
					if k == "starts" {
						k = "ends"
					}
					add(time.Date(year, time.Month(m)+1, 0, 0, 0, 0, 0, zone), "month", k, from, j)
					i = j
					break
				}
			}
			continue
		}
		if !tomorrow[t.text] && weekdayOf(t.text) < 0 {
			continue
		}
		k, from := kindAt(i)
		stated := from < i && (untilWords[ts[from].text] || fromWords[ts[from].text] || k == "ends")
		said := i > 0 && says(ts[i-1].text) || i > 1 && says(ts[i-2].text)
		if !stated && (said || !planned(ts)) {
			continue // "said on Monday" looks back
		}
		if day, ok := namedDay(t.text, today, stated); ok {
			add(day, "day", k, from, i)
		}
	}
	for _, d := range durations {
		if meeting && what == "meeting" {
			continue // "talks lasted three hours" states no end
		}
		begin, precision := local, "day"
		if start.IsZero() {
			start = elsewhere
		}
		if !start.IsZero() {
			begin = start
			if d.short() {
				precision = "minute"
			}
		}
		add(d.after(begin), precision, "ends", d.from, d.to)
	}
	slices.SortStableFunc(out, func(a, b news.StatedDate) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind)) })
	return out
}

// namedDay reads tomorrow or a day of the week, the next one from today. Today's own name
// is today, or a week on where it is stated as a start or an end.
func namedDay(t string, today time.Time, stated bool) (time.Time, bool) {
	if tomorrow[t] {
		return today.AddDate(0, 0, 1), true
	}
	day := weekdayOf(t)
	if day < 0 {
		return time.Time{}, false
	}
	ahead := (day - int(today.Weekday()) + 7) % 7
	if ahead == 0 && stated {
		ahead = 7
	}
	return today.AddDate(0, 0, ahead), true
}

// dayAt reads a day and month at ts[i], in either order, and returns the last token of it.
// The year is the one that puts the day nearest ahead, but for the last two months.
func dayAt(ts []token, i int, today time.Time) (time.Time, int, bool) {
	if i+1 >= len(ts) {
		return time.Time{}, 0, false
	}
	d, m, to := 0, 0, i+1
	if ts[i].digit {
		d, m = count(ts[i]), monthOf(ts[i+1].text)
	} else if ts[i+1].digit && !ts[i+1].brk {
		d, m = count(ts[i+1]), monthOf(ts[i].text)
	}
	if d < 1 || d > 31 || m == 0 {
		return time.Time{}, 0, false
	}
	year := today.Year()
	if to+1 < len(ts) && ts[to+1].digit {
		if y := count(ts[to+1]); y >= 2000 && y <= 2100 {
			year, to = y, to+1
			return time.Date(year, time.Month(m), d, 0, 0, 0, 0, today.Location()), to, true
		}
	}
	at := time.Date(year, time.Month(m), d, 0, 0, 0, 0, today.Location())
	if at.Before(today.AddDate(0, -2, 0)) {
		at = at.AddDate(1, 0, 0)
	}
	return at, to, true
}

// weekdayOf is the day of the week that a word names, from Sunday; -1 when none.
func weekdayOf(t string) int {
	for _, h := range lex.find([]token{{text: t}}) {
		if c := &lex.concepts[h.concept]; c.kind == classNumber {
			return slices.Index(weekdays, c.name)
		}
	}
	return -1
}

// mechanisms maps concepts to the taxonomy's values.
var mechanisms = map[string]string{"ceasefire": "full", "partial": "partial", "holiday": "partial", "humanitarian": "humanitarian", "exchange": "exchange",
	"settlement": "settlement", "guarantees": "guarantees", "shipping": "shipping"}

// subjectOf says what a sentence's dates are about: the mechanism of its tags or concepts,
// else a meeting, and the venue or place.
func subjectOf(ts []token, tags []news.Tag) (what, where string, meeting bool) {
	var own string
	stops := false // a pause in strikes is an arrangement where the tags say so
	for _, h := range lex.find(ts) {
		switch c := lex.concepts[h.concept]; c.kind {
		case classMechanism:
			if m := mechanisms[c.name]; m != "" && (own == "" || own == "settlement" || own == "full" && m == "partial") {
				own = m
			}
		case classAct:
			stops = stops || c.name == "pause"
			meeting = meeting || c.name == "meet" || c.name == "summit" || c.name == "talks"
			if c.name == "prepare" && h.to-h.from > 1 { // "will meet" is a plan and a meeting
				_, _, inner := subjectOf(ts[h.from+1:h.to], nil)
				meeting = meeting || inner
			}
		case classPlace:
			where = cmp.Or(where, c.name)
		}
	}
	for _, t := range tags {
		switch t.Facet {
		case "mechanism":
			if own != "" || stops {
				what = cmp.Or(what, t.Value)
			}
		case "venue", "place":
			if where != "" {
				where = t.Value
			}
		}
	}
	what = cmp.Or(what, own)
	if what == "" && meeting {
		what = "meeting"
	}
	return what, where, meeting
}

func tagged(tags []news.Tag, facet, value string) bool {
	return slices.ContainsFunc(tags, func(t news.Tag) bool { return t.Facet == facet && t.Value == value })
}

// zoneNames are how texts name a party's time.
var zoneNames = []struct {
	words []string
	zone  string
}{
	{[]string{"moscow", "time"}, "Europe/Moscow"}, {[]string{"moskauer", "zeit"}, "Europe/Moscow"}, {[]string{"heure", "de", "moscou"}, "Europe/Moscow"}, {[]string{"czasu", "moskiewskiego"}, "Europe/Moscow"},
	{[]string{"московскому", "времени"}, "Europe/Moscow"}, {[]string{"московським", "часом"}, "Europe/Moscow"},
	{[]string{"kyiv", "time"}, "Europe/Kyiv"}, {[]string{"kiev", "time"}, "Europe/Kyiv"}, {[]string{"kiewer", "zeit"}, "Europe/Kyiv"}, {[]string{"heure", "de", "kiev"}, "Europe/Kyiv"}, {[]string{"czasu", "kijowskiego"}, "Europe/Kyiv"},
	{[]string{"киевскому", "времени"}, "Europe/Kyiv"}, {[]string{"київським", "часом"}, "Europe/Kyiv"},
}

// zoneOf is the zone a sentence names ("Moscow time"), else zone. Moscow's has not moved
// since 2014; Kyiv's is looked up where the system knows it.
func zoneOf(ts []token, zone *time.Location) *time.Location {
	for _, z := range zoneNames {
		if !hasRow(ts, z.words) {
			continue
		}
		if l, err := time.LoadLocation(z.zone); err == nil {
			return l
		}
		if z.zone == "Europe/Moscow" {
			return time.FixedZone(z.zone, 3*3600)
		}
	}
	return zone
}

// hasRow reports whether the words stand in ts one after another.
func hasRow(ts []token, words []string) bool {
	for i := 0; i+len(words) <= len(ts); i++ {
		n := 0
		for n < len(words) && ts[i+n].text == words[n] {
			n++
		}
		if n == len(words) {
			return true
		}
	}
	return false
}
