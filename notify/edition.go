package notify

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

const (
	maxTold     = 60 // developments of one cut; the rest stays untold for the next
	maxShown    = 25 // entries in the channel, whatever the configuration wishes
	maxSources  = 40 // sources listed for one development
	maxDates    = 6
	maxStanding = 8
	maxUnread   = 6 // sources named as not read
)

// chosen is a development to be told, with what the decision rests on.
type chosen struct {
	d      news.Development
	f      facts
	t      Telling
	ledger bool // a position of the ledger changed by it
}

// Compose decides, ranks and words one edition, and returns the told marks that
// must be stored with it. A recap tells nothing and returns none.
func Compose(e news.Edition) (Digest, []news.Told) {
	d := newDigest(e)
	if e.Digest.Kind == "recap" {
		return fitted(recap(d, e)), nil
	}
	pick, waiting := choose(e)
	d.Waiting = waiting
	d.Earlier = earlier(e)
	if len(pick) == 0 {
		return fitted(quiet(d, e)), nil
	}
	told := make([]news.Told, len(pick))
	stories := make([]news.Development, len(pick))
	for i, c := range pick {
		d.Entries = append(d.Entries, entry(c, e))
		stories[i] = c.d
	}
	d.Changed, d.Same = standings(e, stories)
	d.Telling = telling(e, stories)
	d.Shown = min(cmp.Or(max(e.Digest.Max, 0), 9), maxShown, len(d.Entries))
	if d.Channel == news.TerminalChannel {
		d.Shown = len(d.Entries)
	}
	ranked := d.Entries
	d.Headline = topHeading(ranked[0])
	d = fitted(d)

	for i, c := range pick {
		m := c.t.Mark
		m.Slot, m.At = e.Slot, e.Slot
		m.Headline, m.Part = ranked[i].Headline.Title, d.PartOf(c.d.ID)
		told[i] = m
	}
	return d, told
}

// fitted numbers the entries and keeps the channel's message within its limits:
// entries go to the thread, down to three, then lists are shortened. Real
// editions fit; the limit is for long texts and hostile ones.
func fitted(d Digest) Digest {
	ranked := d.Entries
	numbered := func(shown int) Digest {
		c := d
		c.Shown, c.Entries = shown, number(ranked, shown)
		return c
	}
	if d.Channel == terminal {
		return numbered(d.Shown)
	}
	for shown := d.Shown; shown > 3; shown-- {
		if c := numbered(shown); fits(channelPage(c)) {
			return c
		}
	}
	d.Shown = min(d.Shown, 3)
	for c := numbered(d.Shown); ; c = numbered(d.Shown) {
		switch {
		case fits(channelPage(c)):
			return c
		case len(d.Earlier) > 1:
			d.Earlier = d.Earlier[:len(d.Earlier)-1]
		case len(d.Same) > 2:
			d.Same = d.Same[:len(d.Same)-1]
		case len(d.Dates) > 2:
			d.Dates = d.Dates[:len(d.Dates)-1]
		case len(d.Changed) > 2:
			d.Changed = d.Changed[:len(d.Changed)-1]
		case d.Week != nil && len(d.Week.Unconfirmed) > 1:
			d.Week.Unconfirmed = d.Week.Unconfirmed[:len(d.Week.Unconfirmed)-1]
		case d.Week != nil && len(d.Week.Access) > 1:
			d.Week.Access = d.Week.Access[:len(d.Week.Access)-1]
		case len(d.Coverage.Not) > 1:
			d.Coverage.Not = d.Coverage.Not[:1]
		case d.Shown > 1:
			d.Shown--
		default:
			return c
		}
	}
}

// topHeading is the digest's own heading: the first entry's headline. A party's
// site and state media are named, so that they do not speak in our voice.
func topHeading(e Entry) string {
	switch {
	case e.Lead != "":
		return e.Lead
	case e.Headline.State, e.Headline.Official:
		return sourceName(e.Headline) + ": " + e.Headline.Title
	}
	return e.Headline.Title
}

// PartOf is the part of the rendered digest that tells a development: 1 when it
// stands in the channel, else the thread reply of its own; 0 when not told.
func (d Digest) PartOf(story news.StoryID) int {
	for i, e := range d.Entries {
		switch {
		case e.Story != story:
		case i < d.Shown:
			return 1
		default:
			return e.Number + 1
		}
	}
	return 0
}

func newDigest(e news.Edition) Digest {
	read := coverage(e)
	return Digest{
		Kind: "digest", Name: e.Digest.Name, Channel: e.Digest.Channel,
		Topic: topicName(e.Digest.Select.Topics),
		Slot:  e.Slot, From: e.From, Zone: zoneName(e.Digest.Zone), zone: e.Digest.Zone,
		First: e.First, Dates: DatesAhead(e), Silent: passedInSilence(e, read), Coverage: read,
		Articles: e.Read, About: e.Relevant, Pending: e.Pending,
	}
}

// telling is how many of the articles read in the window, or edited in it, tell the developments.
func telling(e news.Edition, told []news.Development) int {
	of := map[news.ItemID]bool{}
	for _, d := range told {
		for _, r := range d.Reports {
			in := func(at time.Time) bool { return !at.Before(e.From) && at.Before(e.Slot) }
			if in(whenRead(r, e)) || r.Revision > 1 && in(r.At) {
				of[r.Item] = true
			}
		}
	}
	return min(len(of), e.Read)
}

// whenRead is when an article counts as read: when it was seen, and in a window that was
// imported when its news was.
func whenRead(r news.Report, e news.Edition) time.Time {
	if e.Imported {
		return r.Time()
	}
	return r.Seen
}

// choose ranks what is tellable: ledger change, then who says so, then main
// before mention, then original reports, then recency.
func choose(e news.Edition) (pick []chosen, waiting int) {
	moved := map[news.StoryID]bool{}
	for _, p := range e.Ledger {
		if changedIn(p, e) {
			moved[p.Story] = true
		}
	}
	for _, d := range e.Stories {
		if len(d.Reports) == 0 {
			continue
		}
		if e.Digest.StateMedia == "omit" {
			d = withoutState(d)
		}
		if t, ok := Tell(d, e.Horizon, e.Digest); ok {
			t.What = dated(t, e.Dates)
			pick = append(pick, chosen{d, about(d, t.Lead), t, moved[d.ID]})
		}
	}
	slices.SortStableFunc(pick, func(a, b chosen) int {
		return cmp.Or(
			falseFirst(!a.ledger, !b.ledger),
			cmp.Compare(b.voice(), a.voice()),
			falseFirst(!a.main(), !b.main()),
			cmp.Compare(b.f.originals, a.f.originals),
			b.d.Last.Compare(a.d.Last),
			cmp.Compare(a.d.ID, b.d.ID),
		)
	})
	if len(pick) > maxTold {
		return pick[:maxTold], len(pick) - maxTold
	}
	return pick, 0
}

// withoutState is a development as one reads it that leaves state media out.
func withoutState(d news.Development) news.Development {
	d.Reports = slices.DeleteFunc(slices.Clone(d.Reports), func(r news.Report) bool { return r.State })
	return d
}

// dated says "date set" instead of "meeting being arranged" when a report that
// the change rests on states the day.
func dated(t Telling, dates []news.StatedDate) []string {
	i := slices.Index(t.What, "meeting being arranged")
	if i < 0 || !slices.ContainsFunc(dates, func(s news.StatedDate) bool { return s.Kind == "meets" && has(t.Fresh, s.Item) }) {
		return t.What
	}
	out := slices.Delete(slices.Clone(t.What), i, i+1)
	if !has(out, "date set") {
		out = slices.Insert(out, 0, "date set")
	}
	return out
}

// voice ranks who says so: both parties, one party and somebody else, one
// party, somebody else, nobody named.
func (c chosen) voice() int {
	n, others := 0, 0
	for _, s := range c.f.says {
		if has(parties(c.d.Topic), s) {
			n++
		} else {
			others++
		}
	}
	switch {
	case n >= 2 || c.f.committed == "both":
		return 4
	case n == 1 && others > 0:
		return 3
	case n == 1:
		return 2
	case others > 0:
		return 1
	}
	return 0
}

func (c chosen) main() bool {
	return slices.ContainsFunc(c.d.Reports, func(r news.Report) bool { return r.Relevance == news.Main })
}

// number groups the entries shown in the channel by section, in the order the
// sections first appear in the ranking, and numbers all.
func number(ranked []Entry, shown int) []Entry {
	out := slices.Clone(ranked)
	var order []string
	for _, e := range ranked[:shown] {
		if !has(order, e.Section) {
			order = append(order, e.Section)
		}
	}
	slices.SortStableFunc(out[:shown], func(a, b Entry) int {
		return cmp.Compare(slices.Index(order, a.Section), slices.Index(order, b.Section))
	})
	for i := range out {
		out[i].Number = i + 1
	}
	return out
}

func entry(c chosen, e news.Edition) Entry {
	lead := c.t.Lead
	words := c.f // as it is worded
	words.stage = breach(c.f, c.d.Topic, e.Ledger)
	asked := c.f
	denied := deniedElsewhere(c, e.Stories)
	asked.answered = append(answeredElsewhere(c.d, e.Stories), denied...)
	out := Entry{
		Story: c.d.ID, Section: sectionOf(words.mechanism, words.stage),
		New: c.t.New, What: c.t.What, Headline: source(lead),
		Mechanism: c.f.mechanism, Stage: c.f.stage, Committed: c.f.committed, Place: c.f.place,
		Says: says(c.d, asked, e.Sources, waited(c.d, e)), Originals: c.f.originals, Unread: c.f.unread, Repeats: c.f.repeats,
		Quotes: quotes(c.d, c.f, c.t, lead, e.Digest), First: c.d.First,
	}
	if c.f.mechanism != "" || c.f.stage != "" && c.f.stage != "analysis" {
		out.Standing = standing(words)
	}
	if strength(c.f.stage) >= strength("accept") {
		out.Stands = phrase(words.mechanism, words.stage, words.bound(), actor(words))
	}
	if bothSay(c.f, c.d.Topic) { // whose it is alone, the other says too
		out.Stands = strings.TrimSuffix(out.Stands, " alone")
	}
	out.Others = others(c, denied, e)
	if side := denier(lead); has(values(lead, "claim", "title"), "denial") && side != "" {
		out.Stands = "denied by " + sideNames[side].country
	}
	switch {
	case lead.State && e.Digest.StateMedia == "link":
		out.Lead = cmp.Or(out.Standing, "On the talks") + ": state media alone report it"
		out.Headline.Title = "report of " + out.Headline.Name
		out.Quotes = nil
	case language(lead, e.Digest.Select.Languages) > 0 && language(lead, e.Digest.Select.Languages) == len(e.Digest.Select.Languages):
		words := cmp.Or(out.Standing, "On the talks")
		switch {
		case strings.HasPrefix(out.Stands, "denied"):
			words += ": " + out.Stands
		case c.f.stage == "" && len(c.f.says) == 1: // what it says can't be told: who says it can
			words += ": said by " + by(c.f.says[0])
		}
		out.Lead = words + " (" + cmp.Or(languageNames[baseLang(lead.Lang)], "original") + ")"
	}
	out.Tongue = tongue(c.d)
	for _, r := range c.d.Reports {
		s := source(r)
		repeat, counted := c.f.repeat[r.Item]
		s.Repeat, s.Apart = repeat, !counted && !s.Aside
		if r.State && e.Digest.StateMedia == "link" {
			s.Title = "report of " + s.Name
		}
		out.Sources = append(out.Sources, s)
	}
	if party := partiesOf(c.f.says, c.d.Topic); len(party) == 1 && len(c.f.says) == 1 && len(c.f.also) == 0 {
		out.OneSided = party[0]
	}
	if words.stage == "violation" || words.stage == stageBreach {
		out.Alleged = doers(c.f, c.d.Topic)
		accused := statedBy(lead).accused
		if len(out.Alleged) == 0 && has(parties(c.d.Topic), accused) && has(parties(c.d.Topic), lead.Side) && lead.Side != accused {
			out.Alleged = []string{lead.Side} // a party's own outlet, of the other party
		}
	}
	return out
}

// tongue names the language of a development whose reports are all in one that is not
// compared with others: what is new there may have been told in another. "" else.
func tongue(d news.Development) string {
	name := ""
	for _, r := range d.Reports {
		lang := baseLang(r.Lang)
		if lang == "" || slices.Contains(news.Compared, lang) {
			return ""
		}
		name = cmp.Or(languageNames[lang], "in its language")
	}
	return name
}

// bothSay is whether each party of a topic says so.
func bothSay(f facts, topic string) bool {
	ps := parties(topic)
	return len(ps) > 1 && !slices.ContainsFunc(ps, func(p string) bool { return !has(f.says, p) })
}

// standing words mechanism and stage, for a lead in our own words.
func standing(f facts) string {
	if f.stage == "" {
		return subject(f.mechanism, f.place)
	}
	return subject(f.mechanism, f.place) + ": " + phrase(f.mechanism, f.stage, f.bound(), actor(f))
}

// others words what reports of a development state against its headline: the stage of most
// where that is another, and what a party denies, there or elsewhere, or refuses and the
// channel was not told.
func others(c chosen, denied []string, e news.Edition) string {
	var out []string
	add := func(words string) {
		if words != "" && !has(out, words) && !has(c.t.What, words) {
			out = append(out, words)
		}
	}
	if all := factsOf(c.d); all.stage != c.f.stage && strength(all.stage) >= strength("accept") {
		all.stage = breach(all, c.d.Topic, e.Ledger)
		add(phrase(all.mechanism, all.stage, all.bound(), actor(all)))
	}
	for _, side := range denied {
		add("denied by " + sideNames[side].country)
	}
	own := figures(c.t.Lead)
	for _, r := range c.d.Reports {
		if _, counted := c.f.repeat[r.Item]; counted || r.Comments() || c.d.Told != nil && !untoldIn(*c.d.Told, r) {
			continue
		}
		side, denied := denier(r), has(values(r, "claim", "title"), "denial")
		switch {
		case denied && has(parties(c.d.Topic), side):
			add("denied by " + sideNames[side].country)
		case !denied && r.Stage() == "reject" && r.AsFact():
			no := facts{stage: "reject", doer: news.Doer([]news.Report{r}, "reject")}
			if who := actor(no); who != "" {
				add(phrase("", "reject", "", who))
			}
		case !denied && !sameFigures(own, figures(r)):
			words := strings.Join(figures(r), " or ")
			if who := speakersOf(r); len(who) == 1 {
				words += " (" + sideNames[who[0]].name + ")"
			}
			add(words)
		}
	}
	return strings.Join(out, ", ")
}

// answeredElsewhere are the parties that speak, in another development of the window, of
// the mechanism and place of d: a denial often stands apart from what it denies.
func answeredElsewhere(d news.Development, stories []news.Development) []string {
	var places, things []string
	for _, r := range d.Reports {
		places, things = append(places, r.Prominent("place")...), append(things, r.Prominent("mechanism")...)
	}
	named := func(r news.Report, facet string, any []string) bool {
		return slices.ContainsFunc(r.Tags, func(t news.Tag) bool { return t.Facet == facet && has(any, t.Value) })
	}
	var out []string
	for _, o := range stories {
		if o.ID == d.ID || o.Topic != d.Topic || !o.Last.After(d.First) || len(places) == 0 && o.Follows != d.ID {
			continue
		}
		for _, r := range o.Reports {
			if !r.Time().After(d.First) || r.Comments() || o.Follows != d.ID && !(named(r, "place", places) && named(r, "mechanism", things)) {
				continue
			}
			if side := denier(r); has(parties(d.Topic), side) {
				out = append(out, side)
			}
		}
	}
	return inSideOrder(out)
}

// doers are the sides whose act a stage is; of a breach that nobody is named for
// alleging, those who say so.
func doers(f facts, topic string) []string {
	side, one := strings.CutPrefix(f.doer, "one:")
	switch {
	case one:
		return []string{side}
	case f.doer == "both":
		return parties(topic)
	}
	return f.says
}

// actor names who accepted, refused or alleges, and who alone says that something is
// agreed, in effect or over; "" when that is not known. One party's word on the other
// is not the other's act.
func actor(f facts) string {
	alone := ""
	if f.alone != "independent" {
		alone = sideNames[f.alone].country
	}
	switch side, one := strings.CutPrefix(f.doer, "one:"); f.stage {
	case "accept", "reject", "violation", stageBreach, stageAccusation:
		switch {
		case one:
			return sideNames[side].country
		case f.doer == "both":
			return "both sides"
		case f.stage != "accept" && f.stage != "reject":
			return alone
		}
	case "agreed", "in_effect", "ended":
		return alone
	}
	return ""
}

// breach is the stage of f as it may be worded: an alleged breach is one of an
// arrangement only where such an arrangement stands in the ledger. Where another truce
// stands, or nothing is known, breaches are alleged; where the positions known are
// short of any truce, it is an accusation.
func breach(f facts, topic string, ledger []news.Position) string {
	if f.stage != "violation" {
		return f.stage
	}
	known := false
	for _, p := range ledger {
		if p.Topic != topic || p.Mechanism == "exchange" || p.Mechanism == "settlement" || p.Mechanism == "guarantees" {
			continue
		}
		stands := p.Stage == "agreed" || p.Stage == "in_effect" || p.Stage == "violation"
		switch {
		case stands && p.Mechanism == f.mechanism:
			return "violation"
		case stands:
			return stageBreach
		}
		known = known || p.Mechanism == f.mechanism
	}
	if known {
		return stageAccusation
	}
	return stageBreach
}

// deniedElsewhere are the parties that deny, in another development of the window, to have
// agreed what c says on the word of others: an agreement and its denial often stand apart.
func deniedElsewhere(c chosen, stories []news.Development) []string {
	byOthers := c.f.stage == "agreed" && (c.f.committed == "" || c.f.committed == "third") || c.f.stage == "accept"
	if !byOthers || c.t.Lead.TakesBack() != "" {
		return nil
	}
	var out []string
	for _, o := range stories {
		if o.ID == c.d.ID || o.Topic != c.d.Topic {
			continue
		}
		for _, r := range o.Reports {
			side := r.TakesBack()
			own := c.f.stage == "accept" && c.f.doer != "one:"+side
			if has(parties(o.Topic), side) && !own && r.Time().After(c.d.First) && kindOf(mechanismOf(r)) == kindOf(c.f.mechanism) {
				out = append(out, side)
			}
		}
	}
	return inSideOrder(out)
}

func baseLang(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return base
}

// earlier are the developments that an alert told this channel in the window:
// the digest refers to them and does not repeat them.
func earlier(e news.Edition) []Earlier {
	var out []Earlier
	for _, d := range e.Stories {
		if d.Told == nil || d.Told.Kind != "alert" && d.Told.Kind != "correction" || !d.Told.At.After(e.From) || d.Told.Headline == "" {
			continue
		}
		said := clip(clean(d.Told.Headline), headlineLimit)
		if d.Told.Kind == "correction" {
			said = "Correction: " + said
		}
		out = append(out, Earlier{At: d.Told.At, Headline: said, URL: linkOf(d)})
	}
	slices.SortFunc(out, func(a, b Earlier) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Headline, b.Headline))
	})
	return out[:min(len(out), 5)]
}

func linkOf(d news.Development) string {
	if len(d.Reports) == 0 {
		return ""
	}
	return link(headline(d, nil, nil).URL)
}

// quiet words an edition without anything to tell; blind when too little was
// read to say so.
func quiet(d Digest, e news.Edition) Digest {
	d.Kind = "quiet"
	d.Narrow = narrow(e.Digest.Select)
	d.Repeats, d.Old, d.Comments = untold(e)
	what := "Nothing new on"
	if len(d.Earlier) > 0 {
		what = "Nothing more on"
	}
	d.Headline = what + " the " + talks(d.Topic) + " since " + d.stamp(e.From)
	if e.Last != nil && e.Last.Headline != "" {
		d.Last = &Earlier{At: e.Last.At, Headline: clip(clean(cmp.Or(e.LastLine, e.Last.Headline)), headlineLimit)}
	}
	low := tooLow(d.Coverage, e.Digest.Select.Topics)
	if low == "" {
		d.Skip = e.Digest.QuietDay == "skip"
		return d
	}
	d.Kind = "blind"
	d.Headline = "Cannot say whether it is quiet: " + low + " sources read since " + d.stamp(e.From)
	return d
}

// narrow is whether a selection leaves part of its topics out.
func narrow(s news.Selection) bool {
	return len(s.Mechanisms)+len(s.Stages)+len(s.Places)+len(s.Sides) > 0
}

// untold counts why the window's reports about the talks are no news: they report
// what was told or repeat what is known, they were old when they were first read,
// or they comment.
func untold(e news.Edition) (repeats, old, comments int) {
	for _, d := range e.Stories {
		for _, r := range d.Reports {
			switch {
			case !r.Live || whenRead(r, e).Before(e.From) || !whenRead(r, e).Before(e.Slot):
			case !r.Fresh || !r.Time().After(e.Horizon):
				old++
			case d.Told != nil || r.First == news.Duplicate:
				repeats++
			case r.Comments():
				comments++
			}
		}
	}
	return repeats, old, comments
}

func talks(topic string) string { return strings.TrimSpace(topic + " talks") }

// topicParties are the parties of the selected topics; of all that are known where
// none is selected, for that selects all.
func topicParties(topics []string) []string {
	var out []string
	if len(topics) == 0 {
		topics = slices.Sorted(maps.Keys(topicNames))
	}
	for _, t := range topics {
		out = append(out, parties(t)...)
	}
	return out
}

// stamp writes a time with the digest's zone named.
func (d Digest) stamp(t time.Time) string {
	return in(d.zone, t).Format(stampMinute) + " " + d.Zone
}
