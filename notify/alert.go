package notify

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// Alert is what only an alert or a correction holds.
type Alert struct {
	Turn      string    `json:"turn"`            // agreed_both, declared_one, ended, in_effect, leaders_meet; "" in a correction
	Heard     string    `json:"heard,omitempty"` // who says so and who was not heard
	Times     []Date    `json:"times,omitempty"` // stated with it
	Origins   []string  `json:"origins"`
	Published time.Time `json:"published"`
	Read      time.Time `json:"read"`
	Why       string    `json:"why"`           // the words that earned it
	Was       string    `json:"was,omitempty"` // of a correction: what the alert said
	Now       string    `json:"now,omitempty"`
	Told      time.Time `json:"told,omitzero"`
	Extra     []Entry   `json:"extra,omitempty"` // further developments of a summary
}

const (
	alertAge       = 6 * time.Hour  // news older than this is no alert
	alertSpacing   = 2 * time.Hour  // between alerts on one arrangement, unless it moves on
	repeatSpacing  = 24 * time.Hour // between alerts that say the same of it, whichever development they rest on
	meetingSpacing = 48 * time.Hour // between alerts on the same heads of state meeting
	summarySpaced  = time.Hour      // between summaries once the day's alerts are used up
	maxOrigins     = 3              // names of sources that original reports rest on
)

// AlertOf decides whether something must be told at once, and words it: the most
// pressing turn of e's developments, a correction of an alert that was denied,
// or, past the day's number, a summary. It is one cut; call it again with the
// next edition until it reports false. e is an edition of the alert's channel at
// e.Slot, which is now; original returns a sent message, for a correction to
// repeat. Turns are fired by an official source of a party or mediator or by two
// original reports, never by news older than six hours or that was there already
// when its source was first read.
//
// What quiet hours, the day's number or the distance between alerts hold back is
// not forgotten: again is when to look again, whether or not there is a cut; zero
// when nothing is held back. Quiet hours make no news older.
func AlertOf(e news.Edition, spec news.AlertSpec, original func(news.DeliveryID) (news.Message, bool)) (cut news.Cut, due bool, again time.Time) {
	if until := quietUntil(spec, e.Slot); !until.IsZero() {
		return news.Cut{}, false, until
	}
	e.Digest.Select, e.Digest.Name, e.Digest.Channel, e.Digest.Zone = spec.Select, spec.Name, spec.Channel, spec.Zone
	e.Digest.StateMedia = cmp.Or(spec.StateMedia, "name")
	if e.Digest.StateMedia == "omit" {
		e.Stories = mapped(e.Stories, withoutState)
	}
	if c, ok := correction(e, spec, original); ok {
		return c, true, time.Time{}
	}
	turns, again := turnsOf(e, spec)
	if len(turns) == 0 {
		return news.Cut{}, false, again
	}
	if !usedUp(e.Sent, cmp.Or(max(spec.MaxPerDay, 0), 5), e.Slot) {
		turns = turns[:1]
	} else if summary := e.Sent[len(e.Sent)-1].Add(summarySpaced); summary.After(e.Slot) {
		return news.Cut{}, false, sooner(again, summary)
	}
	d := alertDigest(e, turns)
	cut = news.Cut{Kind: "alert", Messages: Render(d)}
	for _, t := range turns {
		m := t.t.Mark
		m.Slot, m.At, m.Part = e.Slot, e.Slot, 1
		m.Headline = source(t.t.Lead).Title
		m.Turn, m.About, m.Committed = t.name, t.about, t.f.committed
		if t.name == "leaders_meet" {
			m.Stages["meeting"] = t.f.stage
		} else {
			m.Stages[t.f.mechanism] = t.stage
		}
		cut.Told = append(cut.Told, m)
	}
	if told := reverses(turns[0], e, spec.Name); told != nil && len(turns) == 1 {
		supersede(&cut, *told, in(spec.Zone, e.Slot).Format("15:04"), original)
	}
	return cut, true, again
}

// usedUp is whether the alerts of the 24 hours before now are as many as a day may have.
// Messages count, whatever they tell of; one that was sent past the number is a summary
// and takes no alert from the day that follows.
func usedUp(sent []time.Time, most int, now time.Time) bool {
	var alerts []time.Time
	full := func(at time.Time) bool {
		n := len(alerts)
		return n >= most && at.Sub(alerts[n-most]) < 24*time.Hour
	}
	for _, at := range sent {
		if !full(at) {
			alerts = append(alerts, at)
		}
	}
	return full(now)
}

func alertDigest(e news.Edition, turns []turn) Digest {
	t := turns[0]
	d := newDigest(e)
	d.Kind = "alert"
	d.Dates, d.Silent = nil, nil
	lead := entry(t.chosen, e)
	lead.Number = 1
	d.Entries, d.Shown = []Entry{lead}, 1
	d.Headline = turnHeading(t)
	first := t.evidence[0]
	a := &Alert{
		Turn: t.name, Heard: says(t.d, t.f, e.Sources, 0), Times: timesOf(e, t.d.ID),
		Origins: t.f.from[:min(len(t.f.from), maxOrigins)], Published: first.Time(), Read: first.Seen, Why: whyLine(first, t),
	}
	for _, more := range turns[1:] {
		x := entry(more.chosen, e)
		x.Lead = turnHeading(more)
		a.Extra = append(a.Extra, x)
	}
	if len(a.Extra) > 0 {
		d.Headline = counted(len(turns), "turn", "turns") + " since the day's alerts were used up"
		d.Entries[0].Lead = turnHeading(t)
	}
	d.Alert = a
	return d
}

// turnHeading words a turn: what, who, where, how long.
func turnHeading(t turn) string {
	what := turnWords(t.name, t.f)
	if t.name == "declared_one" && consents(t) {
		what = strings.Replace(what, "declares", "agrees", 1)
	}
	parts := []string{what}
	if t.name != "leaders_meet" {
		parts = append(parts, subject(t.f.mechanism, t.f.place))
	}
	for _, term := range t.f.terms {
		if w := durationWords(term); w != "" {
			parts = append(parts, w)
			break
		}
	}
	return strings.Join(parts, " · ")
}

// consent is a word of a side that agrees to what another asked for.
var consent = regexp.MustCompile(`(?i)\b(agree|accept|consent|approv)|погод|соглас|принял|прийня|stimmt[^.]{0,60}zu|zgodzi|zgadza|accepte|godkänn|går med på`)

// consents is whether a side is seen agreeing and not declaring.
func consents(t turn) bool {
	return !slices.ContainsFunc(t.evidence, func(r news.Report) bool {
		return !slices.ContainsFunc(r.Tags, func(x news.Tag) bool { return x.Facet == "committed" && consent.MatchString(x.Match) })
	})
}

// durationWords writes a term of time out; "" for another term. What lasts years
// is the war, not its pause.
func durationWords(term string) string {
	if len(term) < 2 {
		return ""
	}
	n, err := strconv.Atoi(term[:len(term)-1])
	unit := map[byte]string{'h': "hour", 'd': "day", 'w': "week", 'm': "month"}[term[len(term)-1]]
	if err != nil || unit == "" {
		return ""
	}
	return counted(n, unit, unit+"s")
}

// timesOf are the dates stated with a development.
func timesOf(e news.Edition, story news.StoryID) []Date {
	only := e
	only.Dates = slices.DeleteFunc(slices.Clone(e.Dates), func(s news.StatedDate) bool { return s.Story != story })
	return DatesAhead(only)
}

// whyLine quotes the words that earned an alert.
func whyLine(r news.Report, t turn) string {
	var words []string
	who := ""
	for _, tag := range r.Tags {
		switch {
		case tag.Facet == "stage" && tag.Value == t.stage, tag.Facet == "committed":
			if m := clip(clean(tag.Match), 60); m != "" && !has(words, "“"+m+"”") {
				words = append(words, "“"+m+"”")
			}
		case tag.Facet == "claim" && tag.Who != "":
			who = clip(clean(tag.Who), 40)
		}
	}
	s := strings.Join(words, ", ")
	if who != "" {
		s += cmp.Or(map[bool]string{true: ", "}[s != ""], "") + "speaker " + placeName(who)
	}
	return cmp.Or(s, "its title")
}

func alertPage(d Digest) page {
	a := d.Alert
	lead := d.Entries[0]
	clock := func(t time.Time) string { return in(d.zone, t).Format("15:04") }
	var lines []line
	if lead.Lead != "" {
		lines = append(lines, row(bold(lead.Lead)))
	}
	lines = append(lines, row(boldLink(lead.Headline.Title, lead.Headline.URL), text(" ("+sourceName(lead.Headline)+", "+clock(lead.Headline.At)+" "+d.Zone+")")))
	for _, q := range lead.Quotes {
		lines = append(lines, quoted(text(q.Who+": “"+q.Text+"”")))
	}
	if d.Kind == "correction" {
		lines = append(lines, row(bold("Was:"), text(" "+a.Was+" · "), bold("Now:"), text(" "+a.Now)))
	}
	if a.Heard != "" {
		lines = append(lines, row(bold("Who says so:"), text(" "+a.Heard)))
	}
	if len(a.Times) > 0 {
		lines = append(lines, row(bold("Stated times:"), text(" "+datesText(a.Times, true))))
	}
	reports := strings.Replace(reportsLine(lead), " original reports", " original", 1)
	reports = strings.Replace(reports, " original report", " original", 1)
	if len(a.Origins) > 0 {
		reports += " (" + strings.Join(a.Origins, ", ") + ")"
	}
	lines = append(lines, row(bold("Reports:"), text(" "+reports)))
	p := page{{kind: heading, lines: []line{row(text(d.Headline))}}, {kind: body, lines: lines}}
	for _, x := range a.Extra[:min(len(a.Extra), 8)] {
		p = append(p, para{kind: body, lines: entryLines(x, false)})
	}
	foot := []string{"Published " + clock(a.Published), "read " + clock(a.Read), "sent " + clock(d.Slot) + " " + d.Zone}
	if a.Why != "" {
		foot = append(foot, "shown because: "+a.Why)
	}
	return append(p, para{kind: small, lines: []line{row(text(strings.Join(foot, " · ")))}})
}
