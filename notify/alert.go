package notify

import (
	"cmp"
	"fmt"
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
	alertAge      = 6 * time.Hour // news older than this is no alert
	alertSpacing  = 2 * time.Hour // between alerts on one mechanism, unless it moves on
	summarySpaced = time.Hour     // between summaries once the day's alerts are used up
)

// turn is a development that one of the default rules picks out.
type turn struct {
	chosen
	name     string
	stage    string
	evidence []news.Report // what fired it, oldest first
}

// AlertOf decides whether something must be told at once, and words it: the most
// pressing turn of e's developments, a correction of an alert that was denied,
// or, past the day's number, a summary. It is one cut; call it again with the
// next edition until it reports false. e is an edition of the alert's channel at
// e.Slot, which is now; original returns a sent message, for a correction to
// repeat. Turns are fired by an official source of a party or mediator or by two
// original reports, never by news older than six hours or that was there already
// when its source was first read.
func AlertOf(e news.Edition, spec news.AlertSpec, original func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool) {
	if quietNow(spec, e.Slot) {
		return news.Cut{}, false
	}
	e.Digest.Select, e.Digest.Name, e.Digest.Channel, e.Digest.Zone = spec.Select, spec.Name, spec.Channel, spec.Zone
	if e.Digest.StateMedia == "" {
		e.Digest.StateMedia = "name"
	}
	if c, ok := correction(e, spec, original); ok {
		return c, true
	}
	var today, lastHour int
	for _, d := range e.Stories {
		if m := alertMark(d, spec.Name); m != nil {
			if e.Slot.Sub(m.At) < 24*time.Hour {
				today++
			}
			if e.Slot.Sub(m.At) < summarySpaced {
				lastHour++
			}
		}
	}
	turns := turnsOf(e, spec)
	most := cmp.Or(max(spec.MaxPerDay, 0), 5)
	switch {
	case len(turns) == 0, today >= most && lastHour > 0:
		return news.Cut{}, false
	case today < most:
		turns = turns[:1]
	}
	d := alertDigest(e, turns)
	cut := news.Cut{Kind: "alert", Messages: Render(d)}
	for _, t := range turns {
		m := t.t.Mark
		m.Slot, m.At, m.Part = e.Slot, e.Slot, 1
		m.Headline = source(headline(t.d, t.t.Fresh, spec.Select.Languages)).Title
		if t.stage != "" {
			m.Stages[t.f.mechanism] = t.stage
		}
		cut.Told = append(cut.Told, m)
	}
	return cut, true
}

// quietNow is whether now lies in the alert's quiet hours, "22:00-06:00".
func quietNow(spec news.AlertSpec, now time.Time) bool {
	from, to, ok := strings.Cut(spec.QuietHours, "-")
	a, errA := time.Parse("15:04", strings.TrimSpace(from))
	b, errB := time.Parse("15:04", strings.TrimSpace(to))
	if !ok || errA != nil || errB != nil {
		return false
	}
	local := in(spec.Zone, now)
	m, x, y := local.Hour()*60+local.Minute(), a.Hour()*60+a.Minute(), b.Hour()*60+b.Minute()
	if x <= y {
		return m >= x && m < y
	}
	return m >= x || m < y
}

// turnsOf are the turns to be told now, the most pressing first.
func turnsOf(e news.Edition, spec news.AlertSpec) []turn {
	var out []turn
	for _, d := range e.Stories {
		t, ok := Tell(d, latest(e.Horizon, e.Slot.Add(-alertAge)), e.Digest)
		if !ok {
			continue
		}
		c := chosen{d: d, f: factsOf(d), t: t}
		for _, name := range []string{"agreed_both", "ended", "declared_one", "in_effect", "leaders_meet"} {
			if len(spec.When) > 0 && !has(spec.When, name) {
				continue
			}
			found := turn{chosen: c, name: name, stage: turnStages[name]}
			found.evidence = evidenceOf(found, e)
			if fires(found) && !spent(found, e, spec) {
				out = append(out, found)
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b turn) int {
		return cmp.Or(cmp.Compare(strength(b.stage), strength(a.stage)), cmp.Compare(b.voice(), a.voice()), cmp.Compare(a.d.ID, b.d.ID))
	})
	return out
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

var turnStages = map[string]string{"agreed_both": "agreed", "declared_one": "agreed", "ended": "ended", "in_effect": "in_effect", "leaders_meet": ""}

var (
	heads = []string{"putin", "zelensky", "trump", "xi", "erdogan", "macron", "merz", "starmer"}
	// meets is a meeting as the news itself: it is held, or it is announced that it will be.
	meets = regexp.MustCompile(`(?i)\b(to|will|agree to|set to) meet\b|\bmeets?\b|\bmet\b|\bsits? down with\b|\b(summit|meeting|face-to-face) (is )?(set|announced|begins|starts|opens|ends|under way|on|in|of|between)\b|(announces?|confirms?) .{0,40}\b(summit|meeting)|` +
		`зустрі(неться|нуться|лися|чаються|вся)|(оголо|анонс|підтверд|призначен)[^.]{0,40}зустріч|зустріч[^.]{0,40}(відбу|розпоча|признач)|встрет(ится|ятся|ились|ился)|встречаются|(объяв|анонс|подтверд|назначен)[^.]{0,40}встреч|встреча[^.]{0,40}(состо|нача|назнач)|` +
		`treffen sich|trafen sich|trifft|kündigt[^.]{0,40}(treffen|gipfel)|spotka(ją|li|ł|ją) się|zapowiada[^.]{0,20} spotkanie|se rencontr|rencontreront|annonc[^.]{0,40}(sommet|rencontre)`)
	standIn = regexp.MustCompile(`(?i)envoy|adviser|advisor|aide\b|delegat|\bteam|посланец|посланник|спецпредстав|помощник|помічник|wysłannik|gesandt|émissaire|\bcalls?\b|\bspeaks?\b|phone|телефон|позвон|зателеф|\bhints?\b|\bpossib|\bjustif|\bready\b|\babout\b|\bpropos|\bshould\b|\bmust\b|мають|повинн|должн|предлага|пропону|готов`)
	unsure  = regexp.MustCompile(`\?|(?i)\b(if|whether|could|may|might|would|ready to|willing|calls? for|urges?|wants|hopes?|plans? to propose|won't|refuses)\b`)
	// longAgo is a look back; an anniversary is one in a title alone.
	longAgo     = regexp.MustCompile(`(?i)\blast year\b|\byears? (ago|on|later)\b|рок(у|и|ів) тому|(год|года|лет) назад|lat(a)? temu|rok temu|vor (einem|\p{L}+) jahr|il y a (un|deux|\d+) ans?`)
	anniversary = regexp.MustCompile(`(?i)\banniversary\b|річниц|годовщин|rocznic|jahrestag|anniversaire`)
	// roundup gathers several pieces of news under one title.
	roundup = regexp.MustCompile(`(?i)^(press review|week(ly)? in|the week|daily (brief|digest)|morning brief|timeline|factbox|explained|key (points|takeaways)|what (we know|to know)|in pictures|photos?|videos?|watch|новини за|головне за|дайджест|обзор прессы|главное за|przegląd prasy|presseschau|revue de presse)`)
)

// evidenceOf are the fresh reports that show the turn as fact, in the title
// first of all. A question, a condition, a look back, a roundup of several
// pieces of news and a breach of what was declared show nothing.
func evidenceOf(t turn, e news.Edition) []news.Report {
	horizon := latest(e.Horizon, e.Slot.Add(-alertAge))
	var out []news.Report
	for _, r := range t.d.Reports {
		if r.Backlog || !tellable(r, horizon) || r.Relevance != news.Main || aside(r) || !asFact(r) {
			continue
		}
		if unsure.MatchString(r.Title) || roundup.MatchString(clean(r.Title)) || anniversary.MatchString(r.Title) || longAgo.MatchString(r.Title) || longAgo.MatchString(firstSentence(r.Lede)) {
			continue
		}
		if t.name == "leaders_meet" && leadersMeet(r) || t.name != "leaders_meet" && showsStage(r, t) {
			out = append(out, r)
		}
	}
	return out
}

// leadersMeet is whether a title says that two heads of state meet, themselves.
func leadersMeet(r news.Report) bool {
	n := 0
	for _, a := range values(r, "actor", "title") {
		if has(heads, a) {
			n++
		}
	}
	stage := stageOf(r)
	return n >= 2 && (stage == "prep" || stage == "talks") && meets.MatchString(r.Title) && !standIn.MatchString(r.Title)
}

// showsStage is whether a report shows the stage of a turn, and who committed
// where the turn hangs on it.
func showsStage(r news.Report, t turn) bool {
	inTitle := shown(r, "stage", t.stage, "title")
	if !inTitle && !shown(r, "stage", t.stage, "lede") {
		return false
	}
	// An outlet's title must show it; an official site's may be bare.
	if !r.Official && !inTitle && (t.name == "agreed_both" || len(values(r, "committed", "title")) == 0) {
		return false
	}
	if has(values(r, "stage", "title"), "violation") {
		return false // the news is the breach
	}
	over := shown(r, "stage", "ended", "title")
	committed := values(r, "committed", "title")
	if r.Official {
		committed = values(r, "committed", "title", "lede")
	}
	carriedOut := t.f.mechanism == "exchange" && shown(r, "stage", "in_effect", "title")
	switch t.name {
	case "agreed_both":
		return t.f.committed == "both" && !carriedOut && !over && (r.Official || !slices.ContainsFunc(values(r, "actor", "title"), outsider))
	case "declared_one":
		return strings.HasPrefix(t.f.committed, "one:") && has(committed, t.f.committed) && saysItself(r, t.f.committed) && !carriedOut && !over
	case "ended":
		return t.f.committed != "both" // a night that ends with a truce: nobody ends one together
	case "in_effect":
		// People are moved every day of a war: without a side that commits to it,
		// neither a pause nor an exchange is meant.
		return t.f.mechanism != "" && (t.f.committed != "" || t.f.mechanism != "humanitarian" && t.f.mechanism != "exchange")
	}
	return false
}

// outsider is a head of state of neither party: "X and Putin agree" is no
// agreement of both parties, whatever else the title names.
func outsider(actor string) bool {
	return has(heads, actor) && actor != "putin" && actor != "zelensky" || actor == "us" || actor == "white_house"
}

// saysItself is whether the side that is said to commit is the one that speaks,
// as far as a speaker is named: one party's word on the other declares nothing.
func saysItself(r news.Report, committed string) bool {
	for _, t := range r.Tags {
		if t.Facet == "claim" && t.Who != "" {
			if s := speakerSide(r, t); s != "" && "one:"+s != committed {
				return false
			}
		}
	}
	return true
}

// fires is whether the evidence is enough: one official source of a party or a
// mediator, or two original reports.
func fires(t turn) bool {
	keys := origins(t.d.Reports)
	var from []string
	for i, r := range t.d.Reports {
		if !slices.ContainsFunc(t.evidence, func(x news.Report) bool { return x.Item == r.Item }) {
			continue
		}
		if r.Official && (r.Side == "mediator" || has(parties(t.d.Topic), r.Side)) {
			return true
		}
		from = append(from, keys[i])
	}
	return distinct(from) >= 2
}

// spent is whether the channel knows the turn, or had an alert on its mechanism
// within two hours that it does not move on from.
func spent(t turn, e news.Edition, spec news.AlertSpec) bool {
	if told := t.d.Told; told != nil && told.Stages[t.f.mechanism] == t.stage && commitment(told.Committed) >= commitment(t.f.committed) {
		return true
	}
	for _, d := range e.Stories {
		m := alertMark(d, spec.Name)
		if m == nil || e.Slot.Sub(m.At) >= alertSpacing {
			continue
		}
		if stage, ok := m.Stages[t.f.mechanism]; ok && strength(t.stage) <= strength(stage) {
			return true
		}
	}
	return false
}

func alertDigest(e news.Edition, turns []turn) Digest {
	t := turns[0]
	d := newDigest(e)
	d.Kind = "alert"
	d.Dates = nil
	lead := entry(t.chosen, e)
	lead.Number = 1
	d.Entries, d.Shown = []Entry{lead}, 1
	d.Headline = turnHeading(t)
	first := t.evidence[0]
	a := &Alert{
		Turn: t.name, Heard: says(t.d, t.f, e.Sources, 0), Times: timesOf(e, t.d.ID),
		Origins: originNames(t.d), Published: newsTime(first), Read: first.Seen, Why: whyLine(first, t),
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
	parts := []string{turnWords(t.name, t.f)}
	parts = append(parts, subject(t.f.mechanism, t.f.place))
	for _, term := range t.f.terms {
		if w := durationWords(term); w != "" {
			parts = append(parts, w)
			break
		}
	}
	return strings.Join(parts, " · ")
}

// durationWords writes a term of time out; "" for another term.
func durationWords(term string) string {
	if len(term) < 2 {
		return ""
	}
	n, err := strconv.Atoi(term[:len(term)-1])
	unit := map[byte]string{'h': "hour", 'd': "day", 'w': "week", 'm': "month", 'y': "year"}[term[len(term)-1]]
	if err != nil || unit == "" {
		return ""
	}
	return counted(n, unit, unit+"s")
}

// timesOf are the dates stated with a development.
func timesOf(e news.Edition, story news.StoryID) []Date {
	only := e
	only.Dates = slices.DeleteFunc(slices.Clone(e.Dates), func(s news.StatedDate) bool { return s.Story != story })
	return datesAhead(only)
}

// originNames are the sources that original reports rest on, three at most.
func originNames(d news.Development) []string {
	var out []string
	for _, r := range news.Originals(news.Rests(d.Reports)) {
		out = append(out, clip(clean(r.Name), nameLimit))
	}
	return out[:min(len(out), 3)]
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
		s += cmp.Or(map[bool]string{true: ", "}[s != ""], "") + "speaker " + title(who)
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
		dated := d
		dated.Dates = a.Times
		lines = append(lines, row(append([]span{bold("Stated times:"), text(" ")}, datesLine(dated).spans...)...))
	}
	reports := reportsLine(lead.Originals, lead.Repeats)
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

// alertMark is what an alert of a name, or its correction, last told of d; a
// digest that told of it since changes nothing about that.
func alertMark(d news.Development, name string) *news.Told {
	if d.Alerted != nil && d.Alerted.Digest == name {
		return d.Alerted
	}
	return nil
}

// takenBack is the alert of the last day that d takes back although it stands apart
// from what was alerted: the side that alone had committed denies it on a site of
// its own, in a title about the same mechanism.
func takenBack(d news.Development, e news.Edition, name string) *news.Told {
	for _, r := range d.Reports {
		claims := values(r, "claim", "title")
		if !r.Official || !has(claims, "denial") && !has(claims, "negated") {
			continue
		}
		for _, o := range e.Stories {
			m := alertMark(o, name)
			if m == nil || o.Topic != d.Topic || e.Slot.Sub(m.At) > 24*time.Hour || m.Committed != "one:"+denier(r) {
				continue
			}
			if _, same := m.Stages[mechanismOf(r)]; same {
				return m
			}
		}
	}
	return nil
}

// correction is due when what an alert told is denied, negated or refused: a
// reply to the alert that the whole channel sees, and the alert itself edited to
// say that it is withdrawn, all its words kept.
func correction(e news.Edition, spec news.AlertSpec, original func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool) {
	byID := map[news.StoryID]news.Development{}
	for _, d := range e.Stories {
		byID[d.ID] = d
	}
	for _, d := range e.Stories {
		told := alertMark(d, spec.Name)
		if told == nil && d.Told == nil {
			told = alertMark(byID[d.Follows], spec.Name)
		}
		if told == nil && d.Told == nil {
			told = takenBack(d, e, spec.Name)
		}
		if told == nil {
			continue
		}
		against := denials(d, *told, e)
		if len(against) == 0 {
			continue
		}
		f := factsOf(d)
		t := turn{chosen: chosen{d: d, f: f, t: Telling{What: []string{"denied"}}}, evidence: against}
		for _, r := range against {
			t.t.Fresh = append(t.t.Fresh, r.Item)
		}
		c := newDigest(e)
		c.Kind, c.Dates = "correction", nil
		lead := entry(t.chosen, e)
		lead.Number, lead.Lead, lead.Quotes = 1, "", denialQuote(against[0])
		c.Entries, c.Shown = []Entry{lead}, 1
		at := in(spec.Zone, told.At).Format("15:04")
		c.Headline = "Correction to the " + at + " alert"
		who := ""
		for _, r := range against {
			if s := denier(r); s != "" && who == "" {
				who = " by " + sideNames[s].country
			}
		}
		c.Alert = &Alert{
			Origins: originNames(d), Published: newsTime(against[0]), Read: against[0].Seen, Told: told.At,
			Was: clip(clean(told.Headline), headlineLimit), Now: "denied" + who,
		}
		first, sent := original(told.Delivery)
		if sent {
			c.Alert.Now += "; the first alert is marked withdrawn"
		}
		m := Render(c)[0]
		m.Part, m.Thread, m.Broadcast = 1, told.Delivery, true
		cut := news.Cut{Kind: "correction", Messages: []news.Message{m}}
		if sent {
			edit := withdrawn(first, in(spec.Zone, e.Slot).Format("15:04"))
			edit.Part, edit.Edit = 2, told.Delivery
			cut.Messages = append(cut.Messages, edit)
		}
		mk := mark(d, f, e.Digest)
		mk.Slot, mk.At, mk.Part, mk.Headline = e.Slot, e.Slot, 1, lead.Headline.Title
		cut.Told = []news.Told{mk}
		return cut, true
	}
	return news.Cut{}, false
}

// denials are the untold fresh reports that deny, negate or refuse what was
// told: an official source's word, or two origins'.
func denials(d news.Development, told news.Told, e news.Edition) []news.Report {
	horizon := latest(e.Horizon, told.At.Add(-time.Hour))
	keys := origins(d.Reports)
	var out []news.Report
	var from []string
	enough := false
	for i, r := range d.Reports {
		if !untoldIn(told, r) || d.Told != nil && !untoldIn(*d.Told, r) || !tellable(r, horizon) || aside(r) {
			continue
		}
		claims := values(r, "claim", "title")
		if !has(claims, "denial") && !has(claims, "negated") && stageOf(r) != "reject" {
			continue
		}
		out, from = append(out, r), append(from, keys[i])
		enough = enough || r.Official && denier(r) != ""
	}
	if !enough && distinct(from) < 2 {
		return nil
	}
	return out
}

// denialQuote is the denial's own sentence, where it has one besides its title.
func denialQuote(r news.Report) []Quote {
	s := firstSentence(r.Lede)
	if s == "" || s == clean(r.Title) {
		return nil
	}
	who := clip(clean(r.Feed), nameLimit)
	if r.Official {
		who = sideNames[r.Side].name
	}
	return []Quote{{Who: who, Text: strings.Trim(s, "\"“”«»„ ")}}
}

// denier is the side that denies in a report, "" when unknown.
func denier(r news.Report) string {
	for _, t := range r.Tags {
		if t.Facet == "claim" && t.Who != "" {
			if s := speakerSide(r, t); s != "" {
				return s
			}
		}
	}
	if r.Official {
		return r.Side
	}
	return ""
}

// withdrawn is a sent message with a line before it that takes it back. None of
// its words is removed; what would not fit any more stays in the thread's reply.
func withdrawn(m news.Message, at string) news.Message {
	note := "Withdrawn " + at
	p := page{{kind: body, lines: []line{row(bold(note), text(", see the correction in this thread."))}}}
	head := encode(p)
	if old := string(m.Blocks); strings.HasPrefix(old, "[{") && strings.Count(old, `"type":"`) < 2*maxBlocks {
		m.Blocks = append(head[:len(head)-1:len(head)-1], []byte(","+old[1:])...)
	}
	m.Kind, m.Thread, m.Broadcast = "edit", 0, false
	m.Text = clip(note+": "+m.Text, maxPhone)
	if strings.Contains(m.Text, "&") { // an entity must not be cut in two
		m.Text = fmt.Sprintf("%s: %s", note, mrkdwn("see the correction in this thread"))
	}
	m.Plain = note + ", see the correction in this thread.\n\n" + m.Plain
	return m
}
