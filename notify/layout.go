package notify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// channelPage lays out the message that stands in the channel.
func channelPage(d Digest) page {
	switch d.Kind {
	case "quiet", "blind":
		return quietPage(d)
	case "recap":
		return recapPage(d)
	case "hello":
		return helloPage(d)
	case "alert", "correction":
		return alertPage(d)
	}
	p := page{
		{kind: heading, lines: []line{row(text(d.Headline))}},
		{kind: small, lines: []line{row(text(windowLine(d)))}},
	}
	if stand := standingLines(d); len(stand) > 0 {
		p = append(p, para{kind: body, lines: append([]line{row(bold("Where things stand"))}, stand...)})
	}
	if lines := datesLines(d); len(lines) > 0 {
		p = append(p, para{kind: body, lines: append([]line{row(bold("Dates ahead"))}, lines...)})
	}
	if len(d.Earlier) > 0 {
		p = append(p, para{kind: body, lines: append([]line{row(bold("Alerts here since the last digest"))}, earlierLines(d)...)})
	}
	p = append(p, para{kind: rule})
	section := ""
	shown := map[string]bool{}
	for _, e := range d.Entries[:d.Shown] {
		e.Says = countOnce(e.Says, shown)
		if e.Section != section {
			section = e.Section
			p = append(p, para{kind: body, lines: []line{row(bold(section))}})
		}
		last := &p[len(p)-1]
		last.lines = append(last.lines, entryLines(e, true)...)
	}
	p = append(p, para{kind: rule})
	return append(p, para{kind: small, lines: []line{row(text(footer(d)))}})
}

var sourceCount = regexp.MustCompile(` \(\d+ of \d+ [^()]* sources read\)`)

// countOnce drops a count of sources that the page has shown before.
func countOnce(says string, shown map[string]bool) string {
	return sourceCount.ReplaceAllStringFunc(says, func(count string) string {
		if shown[count] {
			return ""
		}
		shown[count] = true
		return count
	})
}

func windowLine(d Digest) string {
	parts := []string{
		in(d.zone, d.From).Format(stampMinute) + " to " + d.stamp(d.Slot),
		counted(len(d.Entries), "development", "developments") + " from " + articlesOf(d),
		sourcesRead(d.Coverage),
	}
	if d.First {
		parts = append(parts, "first digest: the last "+span24(d.Slot.Sub(d.From))+" count as new")
	}
	return strings.Join(parts, " · ")
}

// articlesOf words how many articles tell the developments, of how many that were read.
func articlesOf(d Digest) string {
	return fmt.Sprintf("%s of %d read", counted(d.Telling, "article", "articles"), d.Articles)
}

// span24 words how long a window is.
func span24(w time.Duration) string {
	if h := int(w.Round(time.Hour) / time.Hour); h <= 48 {
		return counted(h, "hour", "hours")
	}
	return counted(int(w.Round(24*time.Hour)/(24*time.Hour)), "day", "days")
}

func standingLines(d Digest) []line {
	var out []line
	for _, s := range d.Changed {
		l := row(text("• " + s.Subject + ": "))
		if s.Was != "" {
			l.spans = append(l.spans, text(s.Was+" → "))
		}
		l.spans = append(l.spans, bold(s.Now))
		if s.Who != "" {
			l.spans = append(l.spans, text(" ("+s.Who+")"))
		}
		out = append(out, l)
	}
	if same := sameLine(d); same != "" {
		out = append(out, row(text("• No change: "+same)))
	}
	return out
}

func sameLine(d Digest) string {
	var parts []string
	for _, s := range d.Same {
		when := in(d.zone, s.At).Format("2 Jan")
		if s.Alone {
			when += ", " + oneReport
		}
		parts = append(parts, lowerFirst(s.Subject)+" "+s.Now+" ("+when+")")
	}
	return strings.Join(parts, " · ")
}

// lowerFirst starts a subject in the middle of a line; a place keeps its capital.
func lowerFirst(s string) string {
	for _, name := range mechanismNames {
		if s == name && name != mechanismNames["shipping"] {
			return strings.ToLower(s[:1]) + s[1:]
		}
	}
	return s
}

// datesLines are the dates ahead, and those that passed without news.
func datesLines(d Digest) []line {
	var out []line
	if len(d.Dates) > 0 {
		out = append(out, row(text(datesText(d.Dates, false))))
	}
	if len(d.Silent) > 0 {
		out = append(out, row(text("Passed without news: "+datesText(d.Silent, false))))
	}
	return out
}

// datesText lists dates, with the words that state them or without.
func datesText(dates []Date, quoted bool) string {
	var parts []string
	for _, x := range dates {
		s := x.When
		if x.Where != "" {
			s += ", " + x.Where
		}
		s += ": " + x.What
		if quoted && x.Quote != "" {
			s += " (“" + x.Quote + "”, " + x.Source + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " · ")
}

func earlierLines(d Digest) []line {
	var out []line
	for _, e := range d.Earlier {
		out = append(out, row(text("• "+in(d.zone, e.At).Format("Mon 15:04")+" "), linked(e.Headline, e.URL)))
	}
	return out
}

// entryLines are headline, standing and quotes of one entry.
func entryLines(e Entry, numbered bool) []line {
	var out []line
	n := ""
	if numbered {
		n = fmt.Sprintf("%d. ", e.Number)
	}
	if e.Lead != "" {
		out = append(out, row(bold(n+e.Lead)))
		n = ""
	}
	out = append(out, row(bold(n), span{text: e.Headline.Title, url: e.Headline.URL, bold: true}, text(" ("+sourceName(e.Headline)+")")))
	status := "New"
	if !e.New {
		status = "Changed: " + strings.Join(e.What, ", ")
	}
	if e.Tongue != "" {
		status += " (compared with reports " + e.Tongue + " only)"
	}
	parts := []string{status}
	if e.Stands != "" && !has(e.What, e.Stands) && !strings.Contains(e.Lead, e.Stands) {
		parts = append(parts, e.Stands)
	}
	if e.Says != "" {
		parts = append(parts, e.Says)
	}
	if e.Others != "" && !has(e.What, e.Others) {
		parts = append(parts, "other reports: "+e.Others)
	}
	if e.Place != "" {
		parts = append(parts, placeName(e.Place))
	}
	parts = append(parts, reportsLine(e))
	out = append(out, row(text(strings.Join(parts, " · "))))
	for _, q := range e.Quotes {
		out = append(out, quoted(text(q.Who+": “"+q.Text+"”")))
	}
	return out
}

func sourceName(s Source) string {
	if s.State {
		return s.Name + ", state media"
	}
	return s.Name
}

// footer says what else there is and admits what could not be read.
func footer(d Digest) string {
	var parts []string
	if rest := d.Entries[min(d.Shown, len(d.Entries)):]; len(rest) > 0 {
		n := 0
		for _, e := range rest {
			if e.New {
				n++
			}
		}
		parts = append(parts, fmt.Sprintf("In the thread: %d more (%s), one reply per number with its sources", len(rest), newAndChanged(n, len(rest)-n)))
	} else if d.Channel != news.TerminalChannel {
		parts = append(parts, "In the thread: one reply per number with its sources")
	}
	if d.Waiting > 0 {
		parts = append(parts, counted(d.Waiting, "more waits", "more wait")+" for the next digest")
	}
	if s := notRead(d.Coverage, d.zone); s != "" {
		parts = append(parts, s)
	}
	return strings.Join(append(parts, unfinished(d)...), " · ")
}

func newAndChanged(n, changed int) string {
	switch {
	case changed == 0:
		return fmt.Sprintf("%d new", n)
	case n == 0:
		return fmt.Sprintf("%d changed", changed)
	}
	return fmt.Sprintf("%d new, %d changed", n, changed)
}

// unfinished admits what was not done by the slot.
func unfinished(d Digest) []string {
	var parts []string
	if d.Pending > 0 {
		parts = append(parts, counted(d.Pending, "article", "articles")+" not examined yet")
	}
	return parts
}

// notRead names the sources that could not be read, and those whose turn has not come.
func notRead(c Coverage, zone *time.Location) string {
	var failed, yet []string
	for _, u := range c.Not {
		switch {
		case u.Why == notAskedYet:
			yet = append(yet, u.Feed)
		case u.Why != "" && !u.Since.IsZero():
			failed = append(failed, u.Feed+" ("+u.Why+" since "+in(zone, u.Since).Format("Mon 15:04")+")")
		case u.Why != "":
			failed = append(failed, u.Feed+" ("+u.Why+")")
		default:
			failed = append(failed, u.Feed)
		}
	}
	var parts []string
	for _, l := range []struct {
		head  string
		names []string
	}{{"Not read: ", failed}, {title(notAskedYet) + ": ", yet}} {
		if len(l.names) == 0 {
			continue
		}
		names := l.names[:min(maxUnread, len(l.names))]
		if more := len(l.names) - len(names); more > 0 {
			names = append(slices.Clone(names), fmt.Sprintf("and %d more", more))
		}
		parts = append(parts, l.head+strings.Join(names, ", "))
	}
	return strings.Join(parts, " · ")
}

// sourcesRead words how much was read; of a window that was imported nobody read it.
func sourcesRead(c Coverage) string {
	switch {
	case c.Imported:
		return "from imported history, before any source was read"
	case c.Over:
		return "a window of the past: which sources were read then is not kept"
	}
	return counts(c.Read, c.Of) + " sources read"
}

func sidesRead(c Coverage) string {
	var parts []string
	for _, s := range c.Sides {
		parts = append(parts, fmt.Sprintf("%s %d/%d", sideNames[s.Side].list, s.Read, s.Of))
	}
	return strings.Join(parts, " · ")
}

func quietPage(d Digest) page {
	p := page{{kind: body, lines: []line{row(bold(d.Headline))}}}
	var lines []line
	if d.Kind == "blind" {
		if read := readLine(d.Coverage); read != "" {
			lines = append(lines, row(text(read)))
		}
		lines = append(lines, missingLines(d.Coverage)...)
		lines = append(lines, row(text("The next digest covers this window again.")))
	} else {
		s := counted(d.Articles, "article", "articles") + " read"
		switch {
		case d.About > 0 && d.Narrow:
			s += fmt.Sprintf(" · %d about the talks, none of it both new and for this digest", d.About)
		case d.About > 0:
			s += fmt.Sprintf(" · %d about the talks%s", d.About, noNews(d))
		default:
			s += " · none about the talks"
		}
		lines = append(lines, row(text(s)))
	}
	if d.Last != nil {
		l := row(text("Last change: "+in(d.zone, d.Last.At).Format("Mon 2 Jan 15:04")+" "), linked(d.Last.Headline, d.Last.URL))
		lines = append(lines, l)
	}
	if len(d.Dates) > 0 {
		lines = append(lines, row(text(nextDate(d))))
	}
	if len(d.Silent) > 0 {
		lines = append(lines, row(text("Passed without news: "+datesText(d.Silent, false))))
	}
	p = append(p, para{kind: body, lines: lines})
	if len(d.Earlier) > 0 {
		p = append(p, para{kind: body, lines: append([]line{row(bold("Alerts here since the last digest"))}, earlierLines(d)...)})
	}
	foot := []string{"Sources read: " + sidesRead(d.Coverage)}
	if d.Coverage.uncounted() {
		foot[0] = title(sourcesRead(d.Coverage))
	}
	if s := notRead(d.Coverage, d.zone); s != "" {
		foot = append(foot, s)
	}
	return append(p, para{kind: small, lines: []line{row(text(strings.Join(append(foot, unfinished(d)...), " · ")))}})
}

// nextDate is the first of the dates ahead, in words that nobody takes for the next
// digest's.
func nextDate(d Digest) string { return "Next date in the talks: " + datesText(d.Dates[:1], false) }

// readLine names the sides of which enough was read.
func readLine(c Coverage) string {
	var read Coverage
	for _, s := range c.Sides {
		if s.Read*2 >= s.Of {
			read.Sides = append(read.Sides, s)
		}
	}
	if len(read.Sides) == 0 {
		return ""
	}
	return "What was read (" + strings.ReplaceAll(sidesRead(read), " · ", ", ") + ") holds nothing new."
}

// missingLines say what could be missing where too little was read of a side.
func missingLines(c Coverage) []line {
	var silent []string
	var out []line
	for _, s := range c.Sides {
		switch {
		case s.Read*2 >= s.Of:
		case s.Side == "independent":
			out = append(out, row(text("What independent sources report could be missing.")))
		default:
			silent = append(silent, by(s.Side))
		}
	}
	if len(silent) > 0 {
		out = slices.Insert(out, 0, row(text("A statement from "+listed(silent, "or")+" could be missing.")))
	}
	return out
}

// noNews says why what was read about the talks is no news, as far as it is
// counted.
func noNews(d Digest) string {
	switch d.About {
	case d.Repeats:
		if d.About == 1 {
			return ", which repeats what is known"
		}
		return ", all repeats of what is known"
	case d.Old:
		return ", published too long ago to be news"
	case d.Comments:
		return ", comment only"
	case d.Repeats + d.Old + d.Comments:
		var parts []string
		if d.Repeats > 0 {
			parts = append(parts, counted(d.Repeats, "repeat", "repeats"))
		}
		if d.Old > 0 {
			parts = append(parts, fmt.Sprintf("%d published too long ago to be news", d.Old))
		}
		if d.Comments > 0 {
			parts = append(parts, counted(d.Comments, "comment", "comments"))
		}
		return ": " + strings.Join(parts, ", ")
	}
	return ", none of it news for this digest"
}

// replyPage lays out the thread reply of one entry: all its sources with times.
func replyPage(d Digest, e Entry, sources int) page {
	inChannel := e.Number <= d.Shown
	lines := entryLines(e, true)
	if inChannel {
		lines = lines[:1] // the channel holds the rest
		if e.Lead != "" {
			lines = entryLines(e, true)[:2]
		}
	}
	p := page{{kind: body, lines: lines}}
	var list []line
	for _, s := range e.Sources[:min(sources, len(e.Sources))] {
		at := in(d.zone, s.At).Format("Mon 2 Jan 15:04") + " " + d.Zone
		l := row(text("• "+sourceName(s)+": "), linked(s.Title, s.URL), text(" · "), moment(at, s.At))
		var notes []string
		if s.Official {
			notes = append(notes, "official site")
		}
		if s.Aside {
			notes = append(notes, "comment")
		}
		if s.Apart {
			notes = append(notes, "not counted above")
		}
		if s.Repeat {
			notes = append(notes, "repeat")
		}
		if len(notes) > 0 {
			l.spans = append(l.spans, text(" · "+strings.Join(notes, ", ")))
		}
		list = append(list, l)
	}
	if more := len(e.Sources) - min(sources, len(e.Sources)); more > 0 {
		list = append(list, row(text(fmt.Sprintf("and %d more", more))))
	}
	return append(p, para{kind: body, lines: list})
}
