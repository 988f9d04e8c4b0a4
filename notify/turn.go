package notify

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// turn is a development that one of the default rules picks out. Its facts are
// those of the evidence: what stands elsewhere in the development does not head
// an alert.
type turn struct {
	chosen
	name     string
	stage    string
	about    string        // the arrangement, or the heads of state who meet
	evidence []news.Report // what fired it, oldest first
}

// turnNames are the rules, the most pressing first.
var turnNames = []string{"agreed_both", "ended", "declared_one", "in_effect", "leaders_meet"}

// turnsOf are the turns to be told now, the most pressing first, and when to look
// again at what another alert keeps back.
func turnsOf(e news.Edition, spec news.AlertSpec) (out []turn, again time.Time) {
	for _, d := range e.Stories {
		t, ok := Tell(d, latest(e.Horizon, e.Slot.Add(-alertAge-quietBetween(spec, e.Slot.Add(-24*time.Hour), e.Slot))), e.Digest)
		if !ok {
			continue
		}
		c := chosen{d: d, f: about(d, t.Lead), t: t}
		for _, name := range turnNames {
			if len(spec.When) > 0 && !has(spec.When, name) {
				continue
			}
			found, ok := turnOf(name, c, e, spec)
			if !ok {
				continue
			}
			if known, until := spent(found, e, spec); known {
				again = sooner(again, until)
				continue
			}
			out = append(out, found)
			break
		}
	}
	slices.SortStableFunc(out, func(a, b turn) int {
		return cmp.Or(cmp.Compare(strength(b.stage), strength(a.stage)), cmp.Compare(b.voice(), a.voice()), cmp.Compare(a.d.ID, b.d.ID))
	})
	return out, again
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
	unsure  = regexp.MustCompile(`\?|(?i)\b(if|whether|could|may|might|would|ready to|willing|calls? for|urges?|wants|hopes?|plans? to propose|won't|refuses)\b|(^|[^\p{L}])(готов[аоиіыий]?|gotow[aiy]|bereit|prêt(e|s|es)?)($|[^\p{L}])`)
	// inMay is the month, which is no "may".
	inMay = regexp.MustCompile(`(?i)\b\d{1,2}(st|nd|rd|th)? may\b|\bmay \d{1,2}\b|\b(in|since|until|till|from|by|of|early|late|mid|this|next|last)[ -]may\b`)
	// longAgo is a look back; an anniversary is one in a title alone.
	longAgo     = regexp.MustCompile(`(?i)\blast year\b|\byears? (ago|on|later)\b|рок(у|и|ів) тому|(год|года|лет) назад|lat(a)? temu|rok temu|vor (einem|\p{L}+) jahr|il y a (un|deux|\d+) ans?`)
	anniversary = regexp.MustCompile(`(?i)\banniversary\b|річниц|годовщин|rocznic|jahrestag|anniversaire`)
	// ahead is what has not begun.
	ahead = regexp.MustCompile(`(?i)\b(set|due|about|expected|scheduled|poised|agreed?) to\b|\bahead of\b|\b(will|starts? (on|at|from)|begins? (on|at|from))\b|напередодні|накануне|почнеться|начнется|начнётся|розпочнеться|wejdzie|rozpocznie|beginnt am|tritt[^.]{0,30}in kraft|entrera|débutera|inför\b`)
	// begun is what was agreed before and now happens.
	begun = regexp.MustCompile(`(?i)\b(begins|began|begun|started|got under ?way|under way|underway)\b|розпоча(вся|лася|лось)|поча(вся|лася)|начал(ся|ась|ось)|стартовал|ruszył|rozpoczę(ł|to)|begonnen|a commencé|har (börjat|inletts)`)
	// planned is what is still to be signed.
	planned = regexp.MustCompile(`(?i)\b(sets|set for|due to|to sign|will sign|expected to|scheduled|signing (is )?(set|due|planned))\b`)
	// isOver is an end that the word "over" tells.
	isOver = regexp.MustCompile(`(?i)\b(is|are|now|was|officially|all but) over\b|\bover\W*$`)
	// roundup gathers several pieces of news under one title.
	roundup = regexp.MustCompile(`(?i)^(press review|week(ly)? in|the week|daily (brief|digest)|morning brief|timeline|factbox|explained|key (points|takeaways)|what (we know|to know)|in pictures|photos?|videos?|watch|новини за|головне за|дайджест|обзор прессы|главное за|przegląd prasy|presseschau|revue de presse)`)
)

// turnOf is the turn of a name in a development, if enough evidence of it is fresh.
func turnOf(name string, c chosen, e news.Edition, spec news.AlertSpec) (turn, bool) {
	t := turn{chosen: c, name: name, stage: turnStages[name]}
	keys := map[news.ItemID]string{}
	for i, k := range origins(c.d.Reports) {
		keys[c.d.Reports[i].Item] = k
	}
	for _, r := range c.d.Reports {
		horizon := latest(e.Horizon, e.Slot.Add(-alertAge-quietBetween(spec, r.Seen, e.Slot)))
		if !r.Backlog && tellable(c.d, r, horizon) && r.Relevance == news.Main && !r.Comments() && states(r, t.stage) && shows(r, name, t.stage) {
			t.evidence = append(t.evidence, r)
		}
	}
	if name == "leaders_meet" {
		t.about, t.evidence = samePair(t.evidence)
	} else {
		t.about, t.evidence = sameArrangement(t.evidence, keys)
	}
	if len(t.evidence) == 0 {
		return turn{}, false
	}
	t.t.Fresh = mapped(t.evidence, func(r news.Report) news.ItemID { return r.Item })
	t.t.Lead = headline(c.d, t.t.Fresh, spec.Select.Languages)
	t.f = about(c.d, t.t.Lead)
	if name == "leaders_meet" {
		t.f.mechanism, t.f.place, t.f.terms = "", "", nil
		t.f.stage = "prep"
		for _, r := range t.evidence {
			t.f.stage = strongest([]string{t.f.stage, r.Stage()})
		}
	} else {
		t.settle(keys)
	}
	return t, t.holds() && fires(t, keys)
}

// states is whether a report states a stage as fact: it is no question, condition,
// look back or roundup of several pieces of news. What a title says no to after
// it said yes takes nothing back: "prisoners to be swapped, but no truce".
func states(r news.Report, stage string) bool {
	if stage == "" {
		r = announced(r)
	}
	no := noAt(r)
	if (no >= 0 || !r.AsFact()) && (no < 0 || no < titleAt(r, "stage", stage) || titleAt(r, "stage", stage) < 0 || !without(r, "claim").AsFact()) {
		return false
	}
	return !unsure.MatchString(inMay.ReplaceAllString(r.Title, "")) && !roundup.MatchString(clean(r.Title)) && !anniversary.MatchString(r.Title) &&
		!longAgo.MatchString(r.Title) && !longAgo.MatchString(firstSentence(r.Lede)) && !has(values(r, "stage", "title"), "violation")
}

// announced is a report of a meeting without the prediction that its announcement is:
// "will meet" foretells nothing but what the title announces.
func announced(r news.Report) news.Report {
	meeting := strings.ToLower(meets.FindString(r.Title))
	r.Tags = slices.DeleteFunc(slices.Clone(r.Tags), func(t news.Tag) bool {
		return t.Facet == "claim" && t.Value == "prediction" && t.Field == "title" && t.Match != "" && strings.Contains(meeting, strings.ToLower(t.Match))
	})
	return r
}

// titleAt is where in its title a report shows a facet's value; -1 when it does not.
func titleAt(r news.Report, facet, value string) int {
	for _, t := range r.Tags {
		if t.Facet == facet && t.Value == value && t.Field == "title" && t.Match != "" {
			return strings.Index(r.Title, t.Match)
		}
	}
	return -1
}

// noAt is where a title says no; -1 when it does not.
func noAt(r news.Report) int { return titleAt(r, "claim", "negated") }

// without is a report without the tags of a facet.
func without(r news.Report, facet string) news.Report {
	r.Tags = slices.DeleteFunc(slices.Clone(r.Tags), func(t news.Tag) bool { return t.Facet == facet })
	return r
}

// shows is whether a report shows a turn by itself: in its title, unless it
// stands on an official site, whose titles may be bare.
func shows(r news.Report, name, stage string) bool {
	if name == "leaders_meet" {
		return leadersMeet(r)
	}
	fields := []string{"title"}
	if r.Official {
		fields = []string{"title", "lede"}
	}
	if !slices.ContainsFunc(fields, func(f string) bool { return r.Shows("stage", stage, f) }) {
		return false
	}
	carriedOut := has(values(r, "mechanism", fields...), "exchange") && r.Shows("stage", "in_effect", "title")
	over := r.Shows("stage", "ended", "title")
	committed := values(r, "committed", fields...)
	switch name {
	case "agreed_both":
		committed = values(r, "committed", "title", "lede")
		return len(committed) > 0 && (!has(committed, "third") || announcer(r, nil) != "") && !carriedOut && !over && !begun.MatchString(r.Title) && !planned.MatchString(r.Title) && (r.Official || !byOutsider(r))
	case "declared_one":
		return len(committed) > 0 && strings.HasPrefix(committed[0], "one:") && saysItself(r, committed[0]) && !carriedOut && !over
	case "in_effect":
		return !ahead.MatchString(r.Title)
	case "ended":
		return !over || !bareOver(r)
	}
	return false
}

// announcer is whose word it is that both sides agreed, where the own site of a party or
// a mediator says so alone: "one:SIDE", "third" or "". It raises an alert, which says
// whose word it is: one report makes no agreement of both.
func announcer(r news.Report, parties []string) string {
	committed := values(r, "committed", "title", "lede")
	switch {
	case !r.Official:
		return ""
	case r.Side == "mediator" && (has(committed, "both") || has(committed, "third")):
		return "third"
	case has(parties, r.Side) && has(committed, "both"):
		return "one:" + r.Side
	}
	return ""
}

// announced is the word of the first of the evidence that announces an agreement of both.
func (t *turn) announced() string {
	for _, r := range t.evidence {
		if who := announcer(r, parties(t.d.Topic)); who != "" {
			return who
		}
	}
	return ""
}

// bareOver is whether all that shows an end in a title is a word such as "over",
// which joins two things as often as it ends one.
func bareOver(r news.Report) bool {
	for _, t := range r.Tags {
		if t.Facet == "stage" && t.Value == "ended" && !strings.EqualFold(strings.TrimSpace(t.Match), "over") {
			return false
		}
	}
	return !isOver.MatchString(r.Title)
}

// settle reads what the turn is about, who committed and where from its evidence.
func (t *turn) settle(keys map[news.ItemID]string) {
	t.f.stage, t.f.mechanism, t.f.place, t.f.terms = t.stage, "", "", nil
	byMechanism, byPlace, byTerm := map[string][]string{}, map[string][]string{}, map[string][]string{}
	var own []string
	for _, r := range t.evidence {
		k := keys[r.Item]
		own = append(own, k)
		if m := titleMechanism(r); m != "" {
			byMechanism[m] = append(byMechanism[m], k)
		}
		for _, p := range localPlaces(r) {
			byPlace[p] = append(byPlace[p], k)
		}
		for _, term := range termsOf(r) {
			byTerm[term] = append(byTerm[term], k)
		}
	}
	// Of as many the more particular, so that a pause is not called a full ceasefire.
	for _, m := range particular {
		if distinct(byMechanism[m]) > distinct(byMechanism[t.f.mechanism]) {
			t.f.mechanism = m
		}
	}
	places := slices.SortedFunc(maps.Keys(byPlace), func(a, b string) int {
		return cmp.Or(cmp.Compare(distinct(byPlace[b]), distinct(byPlace[a])), cmp.Compare(a, b))
	})
	if len(places) > 0 && 2*distinct(byPlace[places[0]]) >= distinct(own) && t.f.mechanism != "shipping" {
		t.f.place = clip(clean(places[0]), 60)
	}
	for _, term := range slices.Sorted(maps.Keys(byTerm)) {
		if 2*distinct(byTerm[term]) >= distinct(own) {
			t.f.terms = append(t.f.terms, term)
		}
	}
	t.f.committed = news.Committed(t.evidence, mapped(own, func(k string) news.Rest { return news.Rest{Origin: k} }))
	if t.name == "ended" || t.name == "in_effect" {
		t.f.committed = t.said(t.f.committed)
	}
	if t.name == "agreed_both" && t.f.committed == "" {
		t.f.committed = t.announced()
	}
}

// said is committed where the one side that it names is seen saying so: what ends
// or holds while a side acts is not that side's word.
func (t *turn) said(committed string) string {
	side, one := strings.CutPrefix(committed, "one:")
	if one && !slices.ContainsFunc(t.evidence, func(r news.Report) bool { return has(speakersOf(r), side) }) {
		return ""
	}
	return committed
}

// holds is whether the evidence together bears the turn out.
func (t *turn) holds() bool {
	switch t.name {
	case "agreed_both":
		return t.f.mechanism != "" && (t.f.committed == "both" || t.f.committed != "" && t.f.committed == t.announced())
	case "declared_one":
		return t.f.mechanism != "" && strings.HasPrefix(t.f.committed, "one:")
	case "ended":
		return t.f.mechanism != "" && t.f.committed != "both" // a night that ends with a truce: nobody ends one together
	case "in_effect":
		// People are moved every day of a war: without a side that says so no pause is
		// meant, and an exchange takes two.
		switch t.f.mechanism {
		case "exchange":
			return t.f.committed == "both"
		case "humanitarian":
			return t.f.committed != ""
		}
		return t.f.mechanism != ""
	}
	return true
}

// particular are the mechanisms, the more particular first.
var particular = []string{"exchange", "humanitarian", "shipping", "partial", "guarantees", "full", "settlement"}

// titleMechanism is the mechanism that a title says yes to, "" when it names none.
func titleMechanism(r news.Report) string {
	no := noAt(r)
	for _, m := range particular {
		if i := titleAt(r, "mechanism", m); i >= 0 && (no < 0 || i < no) || i < 0 && has(values(r, "mechanism", "title"), m) && no < 0 {
			return m
		}
	}
	if exchangeTerm.in(r.Title) {
		return "exchange"
	}
	if r.Official {
		return mechanismOf(r)
	}
	return ""
}

// arrangement is what a report is about. One outlet calls a truce partial that
// another calls a ceasefire: they are told as one.
func arrangement(r news.Report) string { return kindOf(titleMechanism(r)) }

func kindOf(mechanism string) string {
	if mechanism == "full" || mechanism == "partial" {
		return "truce"
	}
	return mechanism
}

// sameArrangement is the part of the evidence that is about one arrangement: the
// one most origins report, with what names none.
func sameArrangement(reports []news.Report, keys map[news.ItemID]string) (about string, same []news.Report) {
	by := map[string][]string{}
	for _, r := range reports {
		by[arrangement(r)] = append(by[arrangement(r)], keys[r.Item])
	}
	for _, m := range particular {
		if k := kindOf(m); distinct(by[k]) > distinct(by[about]) || about == "" && len(by[k]) > 0 {
			about = k
		}
	}
	for _, r := range reports {
		if a := arrangement(r); a == about || a == "" {
			same = append(same, r)
		}
	}
	return about, same
}

// localPlaces are the places short of all fronts that a report's title names.
func localPlaces(r news.Report) []string {
	var out []string
	for _, p := range values(r, "place", "title") {
		if !slices.ContainsFunc(r.Tags, func(t news.Tag) bool { return t.Facet == "place" && t.Value == p && t.Who == "all" }) {
			out = append(out, p)
		}
	}
	return out
}

// samePair is the part of the evidence in which the same heads of state meet.
func samePair(reports []news.Report) (about string, same []news.Report) {
	by := map[string][]news.Report{}
	for _, r := range reports {
		who := slices.DeleteFunc(values(r, "actor", "title"), func(a string) bool { return !has(heads, a) })
		slices.Sort(who)
		by[strings.Join(who, " ")] = append(by[strings.Join(who, " ")], r)
	}
	for _, who := range slices.Sorted(maps.Keys(by)) {
		if len(by[who]) > len(same) {
			about, same = who, by[who]
		}
	}
	return about, same
}

// leadersMeet is whether a title says that two heads of state meet, themselves.
func leadersMeet(r news.Report) bool {
	n := 0
	for _, a := range values(r, "actor", "title") {
		if has(heads, a) {
			n++
		}
	}
	stage := r.Stage()
	return n >= 2 && (stage == "prep" || stage == "talks") && meets.MatchString(r.Title) && !standIn.MatchString(r.Title)
}

// outsider is a head of state of neither party: "X and Putin agree" is no
// agreement of both parties, whatever else the title names.
func outsider(actor string) bool {
	return has(heads, actor) && actor != "putin" && actor != "zelensky" || actor == "us" || actor == "white_house"
}

// byOutsider is whether a title has a head of state of neither party agree. One
// that only speaks of what the parties agreed is none: "White House says …".
func byOutsider(r news.Report) bool {
	return slices.ContainsFunc(values(r, "actor", "title"), func(a string) bool {
		return outsider(a) && !slices.ContainsFunc(r.Tags, func(t news.Tag) bool { return t.Facet == "claim" && t.Value == "claim" && t.Who == a })
	})
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
func fires(t turn, keys map[news.ItemID]string) bool {
	var from []string
	for _, r := range t.evidence {
		if r.Official && (r.Side == "mediator" || has(parties(t.d.Topic), r.Side)) {
			return true
		}
		from = append(from, keys[r.Item])
	}
	return distinct(from) >= 2
}

// spent is whether the channel knows the turn, or an alert told of the same
// before: of anything of that arrangement within two hours unless it moves on,
// of the same turn by the same side within a day, of the same heads within two.
// until is when the first of these ends, zero for the others.
func spent(t turn, e news.Edition, spec news.AlertSpec) (known bool, until time.Time) {
	if t.d.Told != nil && !slices.ContainsFunc(t.evidence, func(r news.Report) bool { return untoldIn(*t.d.Told, r) }) {
		return true, time.Time{}
	}
	if told := t.d.Told; told != nil && t.stage != "" && told.Stages[t.f.mechanism] == t.stage && commitment(told.Committed) >= commitment(t.f.committed) {
		return true, time.Time{}
	}
	for _, d := range e.Stories {
		m := alertMark(d, spec.Name)
		if m == nil || d.Topic != t.d.Topic {
			continue
		}
		ago := e.Slot.Sub(m.At)
		if t.name == "leaders_meet" {
			if m.About == t.about && ago < meetingSpacing && strength(t.f.stage) <= strength(m.Stages["meeting"]) {
				return true, time.Time{}
			}
			continue
		}
		if m.About == t.about && m.Turn == t.name && ago < repeatSpacing && m.Committed == t.f.committed {
			return true, time.Time{}
		}
		for mechanism, stage := range m.Stages {
			if kindOf(mechanism) == t.about && m.About == t.about && ago < repeatSpacing && t.stage == stage && commitment(t.f.committed) < commitment(m.Committed) {
				return true, time.Time{} // less than what was told
			}
			same := kindOf(mechanism) == t.about && (m.About == t.about || m.About == "")
			if same && ago < alertSpacing && (strength(t.stage) < strength(stage) || t.stage == stage && commitment(t.f.committed) <= commitment(m.Committed)) {
				known, until = true, latest(until, m.At.Add(alertSpacing))
			}
		}
	}
	return known, until
}
