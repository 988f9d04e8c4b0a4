package notify

import (
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// Week is what only a recap holds.
type Week struct {
	Unconfirmed []Claim    `json:"unconfirmed,omitempty"` // said by one side for more than 48 hours
	Alleged     []Alleged  `json:"alleged,omitempty"`
	Monitors    bool       `json:"monitors"` // a UN, aid or monitoring source was read
	Access      []Standing `json:"access,omitempty"`
	Alerts      int        `json:"alerts"`
	Withdrawn   int        `json:"withdrawn"`
	Cuts        int        `json:"cuts"`
	OnTime      int        `json:"on_time"`
	Former      int        `json:"former"`          // developments of the window before
	Blind       string     `json:"blind,omitempty"` // too few sources were read to say what did not change: how many of which
}

// Claim is one side's word that nobody else has confirmed.
type Claim struct {
	Side string    `json:"side"`
	At   time.Time `json:"at"`
	Source
}

// Alleged counts the developments in which a side alleges breaches.
type Alleged struct {
	Side  string `json:"side"`
	Count int    `json:"count"`
}

// unconfirmedAfter is how long one side's word may stand alone before a recap
// points at it.
const unconfirmedAfter = 48 * time.Hour

// recap words a week. It neither reads nor writes told marks: everything whose
// news lies in the window counts.
func recap(d Digest, e news.Edition) Digest {
	d.Kind = "recap"
	w := &Week{Alerts: e.Alerts, Withdrawn: e.Withdrawn, Cuts: e.Cuts, OnTime: e.OnTime, Former: e.Former}
	d.Week = w
	d.Narrow = narrow(e.Digest.Select)
	var pick []chosen
	var stories []news.Development
	for _, s := range e.Stories {
		if e.Digest.StateMedia == "omit" {
			s = withoutState(s)
		}
		if len(s.Reports) == 0 || !Selected(s, e.Digest.Select) || !s.Last.After(e.From) || s.First.After(e.Slot) {
			continue
		}
		lead := headline(s, nil, e.Digest.Select.Languages)
		pick = append(pick, chosen{d: s, f: about(s, lead), t: Telling{New: s.First.After(e.From), Lead: lead}})
		stories = append(stories, s)
	}
	slices.SortFunc(pick, func(a, b chosen) int {
		return cmp.Or(a.d.First.Compare(b.d.First), cmp.Compare(a.d.ID, b.d.ID))
	})
	alleged := map[string]int{}
	for i, c := range pick {
		x := entry(c, e)
		x.Number = i + 1
		d.Entries = append(d.Entries, x)
		if x.OneSided != "" && c.d.First.Before(e.Slot.Add(-unconfirmedAfter)) && x.Stage != "" && x.Stage != "analysis" && x.Stage != "violation" && !c.own(x.OneSided) {
			w.Unconfirmed = append(w.Unconfirmed, Claim{Side: x.OneSided, At: c.d.First, Source: x.Headline})
		}
		for _, side := range x.Alleged {
			alleged[side]++
		}
	}
	for _, side := range append(topicParties(e.Digest.Select.Topics), "un_ngo") {
		w.Alleged = append(w.Alleged, Alleged{Side: side, Count: alleged[side]})
	}
	for _, s := range d.Coverage.Sides {
		if s.Side == "un_ngo" && s.Read > 0 {
			w.Monitors = true
		}
	}
	d.Changed, d.Same = standings(e, stories)
	d.Telling = telling(e, stories)
	for _, s := range slices.Concat(d.Changed, d.Same) {
		if s.Access {
			w.Access = append(w.Access, s)
		}
	}
	w.Unconfirmed = w.Unconfirmed[:min(len(w.Unconfirmed), 6)]
	d.Headline = fmt.Sprintf("%s to %s: ", span7(e.Slot.Sub(e.From)), in(d.zone, e.Slot).Format(stampDay))
	what := fmt.Sprintf("%s changed, %d did not", counted(len(d.Changed), "position", "positions"), len(d.Same))
	switch low := tooLow(d.Coverage, e.Digest.Select.Topics); {
	case low == "":
		d.Headline += what
	case len(d.Changed) == 0:
		w.Blind = low
		d.Headline += "cannot say whether anything changed, " + low + " sources read"
	default:
		w.Blind = low
		d.Headline += what + " as far as was read, " + low + " sources"
	}
	return d
}

// own is whether what c tells is a side's own act or stand, which only that side can say:
// it accepts, refuses, offers or is ready. There is nothing to confirm.
func (c chosen) own(side string) bool {
	switch c.f.stage {
	case "accept", "reject":
		return c.f.doer == "one:"+side
	case "signal", "proposal":
		who := statedBy(c.t.Lead).who
		return len(who) > 0 && !slices.ContainsFunc(who, func(s string) bool { return s != side })
	}
	return false
}

func span7(w time.Duration) string {
	if w > 6*24*time.Hour && w < 8*24*time.Hour {
		return "Week"
	}
	return title(span24(w))
}

func span7Word(w time.Duration) string {
	if s := span7(w); s != "Week" {
		return s
	}
	return "week"
}

func recapPage(d Digest) page {
	w := d.Week
	p := page{{kind: heading, lines: []line{row(text(d.Headline))}}}
	add := func(head string, lines ...line) {
		if len(lines) > 0 {
			p = append(p, para{kind: body, lines: append([]line{row(bold(head))}, lines...)})
		}
	}
	var changed []line
	for _, s := range d.Changed {
		l := row(text("• " + s.Subject + ": "))
		if s.Was != "" {
			l.spans = append(l.spans, text(s.Was+" → "))
		}
		note := in(d.zone, s.At).Format("Mon")
		if s.Who != "" {
			note += "; " + s.Who
		}
		l.spans = append(l.spans, bold(s.Now), text(" ("+note+")"))
		if s.URL != "" {
			l.spans = append(l.spans, text(" "), linked("source", s.URL))
		}
		changed = append(changed, l)
	}
	if w.Blind != "" {
		p = append(p, para{kind: body, lines: missingLines(d.Coverage)})
	}
	add("Changed", changed...)
	if same := sameLine(d); same != "" {
		add("Did not change", row(text(same)))
	}
	var claims []line
	for _, c := range w.Unconfirmed {
		claims = append(claims, row(text("• "+sideNames[c.Side].name+" says ("+in(d.zone, c.At).Format("Mon")+"): "),
			linked(c.Title, c.URL), text(" ("+sourceName(c.Source)+")")))
	}
	add("Said by one side and still unconfirmed after 48 hours", claims...)
	var alleged []string
	total := 0
	for _, a := range w.Alleged {
		total += a.Count
		name := sideNames[a.Side].name + " alleges"
		if a.Side == "un_ngo" {
			name = "monitors report"
		}
		s := fmt.Sprintf("%s %d", name, a.Count)
		if a.Side == "un_ngo" && !w.Monitors {
			s += " (no monitor source read)"
		}
		alleged = append(alleged, s)
	}
	if total > 0 {
		add("Alleged violations", row(text(strings.Join(alleged, " · "))))
	}
	var access []line
	for _, s := range w.Access {
		l := row(text("• " + s.Subject + ": " + s.Now + " (" + in(d.zone, s.At).Format("Mon 2 Jan") + ")"))
		if s.URL != "" {
			l.spans = append(l.spans, text(" "), linked("source", s.URL))
		}
		access = append(access, l)
	}
	add("Access", access...)
	add("Dates ahead", datesLines(d)...)
	developments := counted(len(d.Entries), "development", "developments")
	if w.Former > 0 && !d.Narrow {
		developments += fmt.Sprintf(" (%d the %s before)", w.Former, span7Word(d.Slot.Sub(d.From)))
	}
	developments += " from " + articlesOf(d)
	alerts := counted(w.Alerts, "alert", "alerts")
	if w.Withdrawn > 0 {
		alerts += fmt.Sprintf(", %d withdrawn", w.Withdrawn)
	}
	foot := []string{
		developments, alerts,
	}
	if w.Cuts > 0 { // none was due in a window of imported history
		foot = append(foot, fmt.Sprintf("%d of %s on time", w.OnTime, counted(w.Cuts, "digest", "digests")))
	}
	if d.Coverage.uncounted() {
		foot = append(foot, sourcesRead(d.Coverage))
	} else {
		foot = append(foot, "sources read: "+strings.ReplaceAll(sidesRead(d.Coverage), " · ", ", "))
	}
	if s := notRead(d.Coverage, d.zone); s != "" {
		foot = append(foot, s)
	}
	if len(d.Entries) > 0 && d.Channel != terminal {
		foot = append(foot, "table in the thread") // which says what it holds
	}
	return append(p, para{kind: small, lines: []line{row(text(strings.Join(append(foot, unfinished(d)...), " · ")))}})
}

// tableRows bounds the table of a recap.
const tableRows = 300

// tableTitle says what the table of a recap holds.
func tableTitle(d Digest) string {
	if n := len(d.Entries); n > tableRows {
		return fmt.Sprintf("The week as a table: the first %d of %d developments", tableRows, n)
	}
	return "The week as a table: " + counted(len(d.Entries), "development", "developments")
}

// tablePages are the week as comma-separated values, in as many messages as it
// takes. Only a recap has one.
func tablePages(d Digest) []page {
	if d.Kind != "recap" || len(d.Entries) == 0 {
		return nil
	}
	rows := CSV(d)
	var out []page
	cur := para{kind: code}
	size := 0
	for _, r := range rows {
		l := row(text(r))
		n := units(mrkdwn(r)) + 1
		if size+n > budget-1000 {
			out = append(out, page{cur})
			cur, size = para{kind: code}, 0
		}
		cur.lines = append(cur.lines, l)
		size += n
	}
	return append(out, page{cur})
}

// tableFile is the week as a file in the thread, which spreadsheets open: it begins
// with the mark by which they know its encoding.
func tableFile(d Digest, part int) news.Message {
	rows := strings.Join(CSV(d), "\n") + "\n"
	return news.Message{
		Kind: d.Kind, Part: part, Text: tableTitle(d), Plain: tableTitle(d) + "\n" + rows,
		File: &news.File{Name: tableName(d), Content: "\ufeff" + rows},
	}
}

// tableName is the name of a table's file, by which it is looked for in Slack. What
// stands in it of the digest's name is for the reader; the sum over the whole name and the
// slot tells digests apart whose names differ in other signs only, and the two of an
// hour that the clocks repeat.
func tableName(d Digest) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(d.Name)), "-")
	sum := sha256.Sum256([]byte(d.Name + "\x00" + d.Slot.UTC().Format(time.RFC3339)))
	return fmt.Sprintf("%s-%s-%x.csv", cmp.Or(name, "week"), in(d.zone, d.Slot).Format("2006-01-02-1504"), sum[:4])
}

// CSV is a recap's table, one line of comma-separated values per development
// after a header line, of at most 300. A value that a spreadsheet would take for a
// formula is set off with an apostrophe (news.Inert).
func CSV(d Digest) []string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	put := func(cells ...string) {
		for i, c := range cells {
			cells[i] = news.Inert(c)
		}
		w.Write(cells) // a strings.Builder takes everything
	}
	put("date", "what", "stage", "committed", "place", "who", "original reports", "repeats", "headline", "source", "url")
	for _, e := range d.Entries[:min(tableRows, len(d.Entries))] {
		put(in(d.zone, e.First).Format("2006-01-02 15:04"), e.Mechanism, e.Stage, e.Committed, e.Place, e.OneSided,
			fmt.Sprint(e.Originals), fmt.Sprint(e.Repeats), clip(e.Headline.Title, 150), e.Headline.Name, e.Headline.URL)
	}
	w.Flush()
	return strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
}
