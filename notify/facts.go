package notify

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"trucewatch/internal/news"
)

// facts are what the reports of one development say together.
type facts struct {
	mechanism string
	stage     string            // of mechanism; "" when no report bears one
	doer      string            // who accepts, refuses or alleges the stage: both, one:SIDE or ""
	alone     string            // the side on whose word alone the stage rests, "" when on more
	stages    map[string]string // mechanism ("" when none is named) → stage
	committed string            // both, one:SIDE, third or ""
	says      []string          // sides that say so themselves, in the order of news.Sides
	also      []string          // sides whose sources report what has happened by themselves, on no side's word
	carried   []string          // sides whose sources carry it, in that order
	spoke     []string          // sides that say anything in the development,
	present   []string          // and whose sources carry any of it, in that order
	answered  []string          // parties that answer it in another development, as far as was looked
	place     string
	terms     []string // of an alert
	originals int
	repeats   int
	from      []string             // names of the sources the original reports rest on
	unread    []string             // of those, sources that reports cite and whose own was not read
	repeat    map[news.ItemID]bool // the reports counted: no comment → is it a repeat
}

func has[T comparable](list []T, v T) bool { return slices.Contains(list, v) }

// inSideOrder sorts a set of sides as news.Sides does and drops what is no side.
func inSideOrder(set []string) []string {
	var out []string
	for _, s := range news.Sides {
		if has(set, s) {
			out = append(out, s)
		}
	}
	return out
}

// values are the distinct values a report bears for a facet in one of fields;
// no fields means anywhere. Tags without a field count as body.
func values(r news.Report, facet string, fields ...string) []string {
	var out []string
	for _, t := range r.Tags {
		field := cmp.Or(t.Field, "body")
		if t.Facet == facet && (len(fields) == 0 || has(fields, field)) && !has(out, t.Value) {
			out = append(out, t.Value)
		}
	}
	return out
}

// asserts is whether a report says something, instead of speaking against it.
func asserts(r news.Report) bool {
	claims := values(r, "claim", "title", "lede")
	return !r.Comments() && !has(claims, "denial") && (!has(claims, "negated") || r.Refuses())
}

// strength orders stages; -1 for none.
func strength(stage string) int { return slices.Index(stages, stage) }

func strongest(stages []string) string {
	best := ""
	for _, s := range stages {
		if strength(s) > strength(best) {
			best = s
		}
	}
	return best
}

// mechanismOf is the mechanism a report is about, "" when it names none. Of
// several the most particular wins: a text on an exchange mentions the war's end
// more often than the reverse.
func mechanismOf(r news.Report) string {
	if r.RefusesTalks() {
		return ""
	}
	found := r.Prominent("mechanism")
	for _, m := range []string{"exchange", "humanitarian", "shipping", "partial", "guarantees", "full", "settlement"} {
		if has(found, m) {
			return m
		}
	}
	return ""
}

// origins gives each report the origin it rests on, aligned with reports.
func origins(reports []news.Report) []string { return keysOf(news.Rests(reports)) }

func keysOf(rests []news.Rest) []string {
	keys := make([]string, len(rests))
	for i, r := range rests {
		keys[i] = r.Origin
	}
	return keys
}

func distinct(keys []string) int {
	seen := make(map[string]bool, len(keys))
	for _, k := range keys {
		seen[k] = true
	}
	return len(seen)
}

// speakersOf are the sides that a report shows saying what it says; none where it speaks
// against something.
func speakersOf(r news.Report) []string {
	for _, t := range r.Tags {
		if t.Facet == "claim" && (t.Value == "denial" || t.Value == "negated" && !r.Refuses()) && (t.Field == "title" || t.Field == "lede") {
			return nil
		}
	}
	return voicesOf(r)
}

// voicesOf are the sides that a report has speak, for or against: an official site of
// their own, or a speaker named with a claim in title or lede.
func voicesOf(r news.Report) []string {
	var out []string
	if r.Official && r.Side != "independent" {
		out = append(out, r.Side)
	}
	for _, t := range r.Tags {
		if t.Facet == "claim" && t.Value != "historical" && (t.Field == "title" || t.Field == "lede") {
			if s := speakerSide(r, t); s != "" && !has(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// speakerSide is the side on which the speaker of a report's claim stands.
func speakerSide(r news.Report, claim news.Tag) string {
	return cmp.Or(r.SideOf(claim.Who), sideOf(claim.Who))
}

// partiesOf are those of sides that are parties of a topic's conflict.
func partiesOf(sides []string, topic string) []string {
	return slices.DeleteFunc(slices.Clone(sides), func(s string) bool { return !has(parties(topic), s) })
}

// declares is whether a side says in a report what the report says it declared.
func declares(r news.Report, side string) bool {
	return !r.Comments() && r.AsFact() && r.Stage() == "agreed" && has(values(r, "committed", "title", "lede"), "one:"+side) && r.OwnWord(side)
}

// factsOf reads a development's reports together. Of what one of them says, and who says
// so, about tells.
func factsOf(d news.Development) facts {
	f := facts{stages: map[string]string{}, repeat: map[news.ItemID]bool{}}
	var present []string
	for _, r := range d.Reports {
		present = append(present, r.Side)
	}
	d = only(d, func(r news.Report) bool { return !r.Comments() })
	rests := news.Rests(d.Reports)
	keys := keysOf(rests)
	for _, o := range news.Originals(rests) {
		name := clip(clean(o.Name), nameLimit)
		f.from = append(f.from, name)
		if !slices.ContainsFunc(rests, func(r news.Rest) bool { return r.Origin == o.Origin && !r.Repeat }) {
			f.unread = append(f.unread, name)
		}
	}
	f.originals, f.repeats = len(f.from), news.Repeats(rests)
	for i, r := range d.Reports {
		f.repeat[r.Item] = rests[i].Repeat
	}

	type vote struct{ mechanism, stage string }
	votes := map[vote][]string{} // → origins
	var says, carried, places []string
	for i, r := range d.Reports {
		carried = append(carried, r.Side)
		says = append(says, speakersOf(r)...)
		places = append(places, r.Places()...)
		m, s := mechanismOf(r), r.Stage()
		if (m != "" || s != "") && r.AsFact() {
			v := vote{m, s}
			if !has(votes[v], keys[i]) {
				votes[v] = append(votes[v], keys[i])
			}
		}
	}
	if len(says) == 0 && !slices.ContainsFunc(d.Reports, asserts) {
		for _, r := range d.Reports { // all speak against: that is what is said here
			if s := denier(r); s != "" {
				says = append(says, s)
			}
		}
	}
	var stated []news.Report // as news, and as fact
	var on []news.Rest
	for i, r := range d.Reports {
		if r.AsFact() {
			stated, on = append(stated, r), append(on, rests[i])
		}
	}
	f.committed = news.Committed(stated, on)
	// Who committed says so only as far as it is heard: that both agreed is not both saying so.
	for _, side := range parties(d.Topic) {
		if slices.ContainsFunc(stated, func(r news.Report) bool { return declares(r, side) }) {
			says = append(says, side)
		}
	}
	f.says, f.carried = inSideOrder(says), inSideOrder(carried)
	var also []string
	for i, r := range d.Reports {
		if has([]string{"talks", "in_effect", "ended"}, r.Stage()) && r.ByItself() && !rests[i].Repeat && !(len(f.says) == 1 && r.Side == f.says[0]) {
			also = append(also, r.Side)
		}
	}
	f.also = inSideOrder(also)
	f.spoke, f.present = f.says, inSideOrder(present)
	if place, n := mostCommon(places); 2*n >= len(d.Reports) { // one report's place is not the whole's
		f.place = clip(clean(place), 60)
	}

	// Most origins win; of as many, the stronger stage, then the spelling.
	order := make([]vote, 0, len(votes))
	for v := range votes {
		order = append(order, v)
	}
	slices.SortFunc(order, func(a, b vote) int {
		return cmp.Or(
			cmp.Compare(len(votes[b]), len(votes[a])),
			cmp.Compare(strength(b.stage), strength(a.stage)),
			cmp.Compare(b.mechanism, a.mechanism), // a named mechanism before none
		)
	})
	for _, v := range order {
		if f.stages[v.mechanism] == "" {
			f.stages[v.mechanism] = v.stage
		}
	}
	if len(order) > 0 {
		f.mechanism = order[0].mechanism
		if f.mechanism == "" && len(order) > 1 {
			for _, v := range order {
				if v.mechanism != "" && v.stage == order[0].stage {
					f.mechanism = v.mechanism
					break
				}
			}
		}
		f.stage = cmp.Or(f.stages[f.mechanism], order[0].stage)
	}
	return f.at(f.stage, d)
}

// bound is who the phrase of the stage names: of an act whose act it is, of what holds or has
// ended the side that alone says so, else who committed.
func (f facts) bound() string {
	switch f.stage {
	case "accept":
		return cmp.Or(f.doer, f.committed)
	case "reject", "violation", stageBreach, stageAccusation:
		return f.doer
	case "in_effect", "ended":
		if side, one := strings.CutPrefix(f.committed, "one:"); one && (!has(f.says, side) || len(f.also) > 0) {
			return ""
		}
	}
	return f.committed
}

// at are the facts with another stage, and whose act and word that is in the reports of d.
func (f facts) at(stage string, d news.Development) facts {
	bear := only(d, func(r news.Report) bool { return !r.Comments() && r.Stage() == stage }).Reports
	f.stage, f.doer, f.alone = stage, news.Doer(bear, stage), onlyWord(bear)
	return f
}

// onlyWord is the side whose word each of the reports passes on, "" when one of them
// says it by itself or on another's word.
func onlyWord(reports []news.Report) string {
	word := ""
	for _, r := range reports {
		who := speakersOf(r)
		if len(who) != 1 || word != "" && who[0] != word {
			return ""
		}
		word = who[0]
	}
	return word
}

// mostCommon is the most frequent value, the first in the alphabet of as many, and how
// often it stands there; "" of none.
func mostCommon(list []string) (most string, n int) {
	of := map[string]int{}
	for _, v := range list {
		of[v]++
	}
	for _, v := range slices.Sorted(maps.Keys(of)) {
		if of[v] > n {
			most, n = v, of[v]
		}
	}
	return most, n
}
