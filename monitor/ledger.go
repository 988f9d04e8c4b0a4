package monitor

import (
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor/story"
	"trucewatch/monitor/tag"
)

// positionKey names one line of the ledger.
type positionKey struct{ mechanism, place string }

// moveLedger says how a development moves the positions of its topic: the ledger's
// Deciders.Ledger. Each mechanism, and place where an arrangement is a local one,
// is moved by the reports that state a stage of it as news, oldest first. Opinion,
// explainers and live pages, predictions and look-backs move nothing, and of denials
// only a party's that it agreed.
func moveLedger(stands []news.Position, d news.Development) []news.Position {
	latest := map[positionKey]news.Position{} // where what moved stands now
	at := func(k positionKey) news.Position {
		if p, ok := latest[k]; ok {
			return p
		}
		for _, p := range slices.Backward(stands) {
			if p.Mechanism == k.mechanism && p.Place == k.place {
				return p
			}
		}
		return news.Position{}
	}
	var moved []news.Position
	for _, e := range evidence(d) {
		k := positionKey{e.Mechanism, e.Place}
		now := at(k)
		if now.Stage == "" && slices.Contains([]string{"violation", "prep", "talks", "ended"}, e.Stage) {
			e.Place, k.place = "", "" // where a truce was broken, is talked of or is left over is not where it holds
			now = at(k)
		}
		if holds := now.Stage == "in_effect" || now.Stage == "violation"; holds && e.Mechanism != "exchange" && e.Stage == "agreed" && (e.Committed == "" || e.Committed == "third") {
			continue // what others say was agreed of a truce that holds, such as its extension, does not undo it
		}
		move := story.Move
		if e.Stage == takenBack {
			move = takeBack
		}
		next, ok := move(now, e)
		if !ok {
			continue
		}
		moved = append(moved, next)
		latest[k] = next.After(now)
	}
	return moved
}

// takenBack is the stage of evidence that a side denies that it agreed.
const takenBack = "denied"

// denialAge is how long after it was told a denial may answer what others had agreed.
const denialAge = 48 * time.Hour

// takeBack says where a mechanism stands once a side denies that it agreed, or that it
// accepted: where it stood before others said so, at least with terms on the table. What
// a side said itself it does not deny but end.
func takeBack(now news.Position, e story.Evidence) (news.Position, bool) {
	others := now.Stage == "agreed" && (now.Committed == "" || now.Committed == "third") || now.Stage == "accept" && now.Committed == e.Committed
	if !others || e.At.Before(now.At) || e.At.Sub(now.At) > denialAge {
		return now, false
	}
	next := news.Position{Topic: e.Topic, Mechanism: e.Mechanism, Place: e.Place, Stage: "proposal", Claim: now.Claim, Origin: e.Origin,
		At: e.At, Known: e.Known, Story: e.Story, Item: e.Item, URL: e.URL, Quote: e.Quote}
	if b := now.Before; b != nil {
		next.Stage, next.Committed, next.Claim = b.Stage, b.Committed, b.Claim
	}
	return next, true
}

// moving is a report with only those of its tags that moveLedger looks at, and whether
// there is anything in it to look at: Deciders.Moving. A large development is looked at
// with each of its reports, so its reports are remembered this way.
func moving(r news.Report) (news.Report, bool) {
	stage, ok := movesTo(r)
	if !ok || firstValue(r.Tags, "mechanism") == "" {
		return news.Report{}, false
	}
	shown := stage
	if stage == takenBack {
		shown = "reject"
	}
	kept := []news.Tag{{Facet: "stage", Value: shown}} // first, and its words are looked at no more
	word := stage == "prep" || stage == "talks" || stage == "in_effect" || stage == "ended" || stage == takenBack || slices.ContainsFunc(r.Tags, func(t news.Tag) bool {
		return t.Facet == "committed" && strings.HasPrefix(t.Value, "one:")
	})
	for _, t := range r.Tags {
		switch t.Facet {
		case "stage":
			if t.Value == shown {
				kept[0].Who, kept[0].Field, kept[0].Rule = t.Who, t.Field, t.Rule
			} else if t.Field == "title" { // what else a title shows says what was committed to
				kept = append(kept, news.Tag{Facet: t.Facet, Value: t.Value, Field: t.Field})
			}
		case "mechanism", "place", "committed", "origin":
			kept = append(kept, t)
		case "actor", "claim": // who speaks and who is named
			if (t.Who != "" || t.Facet == "claim") && word && t.Field != "body" {
				kept = append(kept, news.Tag{Facet: t.Facet, Value: t.Value, Field: t.Field, Who: t.Who})
			}
		}
	}
	r.Tags = kept
	return r, true
}

// movesTo is the stage that a report says its mechanisms have come to, and whether it
// does: who refuses to come to talks has not refused what they are about.
func movesTo(r news.Report) (stage string, ok bool) {
	if r.TakesBack() != "" {
		return takenBack, r.Relevance == news.Main
	}
	stage = r.Stage()
	return stage, stage != "" && r.Relevance == news.Main && !r.Comments() && r.AsFact() && !r.RefusesTalks()
}

// evidence is what the development's reports say of each mechanism and stage.
func evidence(d news.Development) []story.Evidence {
	type key struct {
		positionKey
		stage string
	}
	said := map[key][]int{} // places among the reports: a report is large, and a development has hundreds
	var keys []key
	for i, r := range d.Reports {
		stage, ok := movesTo(r)
		if !ok {
			continue
		}
		for _, m := range r.Prominent("mechanism") {
			k := key{positionKey{m, localPlace(r, m)}, stage}
			if said[k] == nil {
				keys = append(keys, k)
			}
			said[k] = append(said[k], i)
		}
	}
	var out []story.Evidence
	var rs []news.Report
	for _, k := range keys {
		rs = slices.Grow(rs[:0], len(said[k]))
		for _, i := range said[k] {
			rs = append(rs, d.Reports[i])
		}
		rests := news.Rests(rs)
		e := story.Evidence{Topic: d.Topic, Mechanism: k.mechanism, Place: k.place, Stage: k.stage, Committed: news.Committed(rs, rests),
			Origins: len(news.Originals(rests)), Alleged: k.stage == "violation", Story: d.ID}
		if k.stage == "accept" || k.stage == "reject" || k.stage == "violation" {
			e.Committed = news.Doer(rs, k.stage)
		}
		if side, one := strings.CutPrefix(e.Committed, "one:"); one && (k.stage == "in_effect" || k.stage == "ended") &&
			slices.ContainsFunc(rs, func(r news.Report) bool { return r.ByItself() && r.Side != side }) {
			e.Committed = "" // others tell it too: that side does not say so alone
		}
		if k.stage == takenBack {
			e.Committed = news.Doer(rs, "reject")
		}
		for _, r := range rs {
			switch k.stage {
			case "prep":
				e.By = append(e.By, wordOf(r)...)
			case "talks":
				e.With = append(e.With, r.TitleSides()...)
			}
		}
		r := rs[0]
		e.Origin = rests[0].Origin
		e.At, e.Item, e.URL, e.Quote = r.Time(), r.Item, r.URL, r.Title
		for _, r := range rs {
			if at := knownAt(r); at.After(e.Known) {
				e.Known = at
			}
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b story.Evidence) int { return a.At.Compare(b.At) })
	return out
}

// wordOf are the sides on whose word a report is: its own site's, of the speakers that
// title and first sentences name, else of whoever its title names first.
func wordOf(r news.Report) []string {
	var out []string
	if r.Official {
		out = append(out, r.Side)
	}
	for _, t := range r.Tags {
		if t.Facet != "claim" || t.Who == "" || t.Field == "body" {
			continue
		}
		for _, a := range r.Tags {
			if a.Facet == "actor" && a.Value == t.Who {
				out = append(out, a.Who)
			}
		}
	}
	if named := r.TitleSides(); len(out) == 0 && len(named) > 0 {
		out = named[:1]
	}
	return out
}

// localPlace is where a partial or humanitarian arrangement holds, if the report
// names one place short of all fronts.
func localPlace(r news.Report, mechanism string) string {
	if at := r.Places(); len(at) == 1 && (mechanism == "partial" || mechanism == "humanitarian") {
		return at[0]
	}
	return ""
}

func firstValue(tags []news.Tag, facet string) string {
	for _, t := range tags {
		if t.Facet == facet {
			return t.Value
		}
	}
	return ""
}

func facetValues(tags []news.Tag, facet string) (out []string) {
	for _, t := range tags {
		if t.Facet == facet && !slices.Contains(out, t.Value) {
			out = append(out, t.Value)
		}
	}
	return out
}

// knownAt is when a report was at hand; what was imported is as old as its news.
func knownAt(r news.Report) time.Time {
	if r.Origin == news.OriginLive {
		return r.Seen
	}
	return r.Time()
}

// statedDates reads the dates an item mainly about the talks states of what will
// be: of an arrangement only when it is agreed or in effect, of a meeting only when
// one is arranged or held. What is offered, refused or denied has no date ahead, nor has
// what others say that one side or both agreed to.
func statedDates(p news.Prepared) []news.StatedDate {
	r := news.Report{Tags: p.Tags, Side: p.Work.Feed.Side, Official: p.Work.Feed.Official}
	main := slices.ContainsFunc(p.Topics, func(r news.Relevance) bool { return r.Relevance == news.Main })
	if !main || r.Comments() || !r.AsFact() {
		return nil
	}
	stages := facetValues(p.Tags, "stage")
	has := func(any ...string) bool {
		return slices.ContainsFunc(any, func(s string) bool { return slices.Contains(stages, s) })
	}
	if has("reject", "ended") {
		return nil
	}
	title, lede, _ := tag.Fields(p.Work.Item)
	ds := story.Dates(title, lede, p.Lang, p.Work.Item.Published, zone(p.Work.Feed.Zone), p.Tags)
	shown := r.Prominent("mechanism")
	for i := range ds { // a sentence may call a truce what the title shows to be a partial one
		if ds[i].What == "full" && slices.Contains(shown, "partial") && !slices.Contains(shown, "full") {
			ds[i].What = "partial"
		}
	}
	rumour := saidByOthers(r) || slices.ContainsFunc(p.Tags, func(t news.Tag) bool {
		side, one := strings.CutPrefix(t.Value, "one:")
		return t.Facet == "committed" && one && !r.OwnWord(side)
	})
	return slices.DeleteFunc(ds, func(d news.StatedDate) bool {
		if d.Kind == "meets" {
			return !has("prep", "talks", "agreed")
		}
		return rumour || !has("agreed", "in_effect")
	})
}

// saidByOthers is whether a title has only sides speak that are no party to any truce.
func saidByOthers(r news.Report) bool {
	spoke, others := false, true
	for _, t := range r.Tags {
		if t.Facet != "claim" || t.Field != "title" || t.Who == "" {
			continue
		}
		spoke = true
		others = others && slices.Contains([]string{"us", "europe", "mediator", "un_ngo"}, r.SideOf(t.Who))
	}
	return spoke && others
}
