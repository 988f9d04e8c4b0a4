package monitor

import (
	"slices"
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
// explainers and live pages, predictions, denials and look-backs move nothing.
func moveLedger(stands []news.Position, d news.Development) []news.Position {
	now := map[positionKey]news.Position{}
	for _, p := range stands {
		now[positionKey{p.Mechanism, p.Place}] = p
	}
	var moved []news.Position
	for _, e := range evidence(d) {
		k := positionKey{e.Mechanism, e.Place}
		if now[k].Stage == "" && slices.Contains([]string{"violation", "prep", "talks", "ended"}, e.Stage) {
			e.Place, k.place = "", "" // where a truce was broken, is talked of or is left over is not where it holds
		}
		next, ok := story.Move(now[k], e)
		if !ok {
			continue
		}
		now[k] = next
		moved = append(moved, next)
	}
	return moved
}

// moving is a report with only those of its tags that moveLedger looks at, and whether
// there is anything in it to look at: Deciders.Moving. A large development is looked at
// with each of its reports, so its reports are remembered this way.
func moving(r news.Report) (news.Report, bool) {
	stage, ok := movesTo(r)
	if !ok || firstValue(r.Tags, "mechanism") == "" {
		return news.Report{}, false
	}
	kept := []news.Tag{{Facet: "stage", Value: stage}} // first, and its words are looked at no more
	for _, t := range r.Tags {
		switch t.Facet {
		case "stage":
			if t.Value == stage {
				kept[0].Who, kept[0].Field = t.Who, t.Field
			} else if t.Field == "title" { // what else a title shows says what was committed to
				kept = append(kept, news.Tag{Facet: t.Facet, Value: t.Value, Field: t.Field})
			}
		case "mechanism", "place", "committed", "origin":
			kept = append(kept, t)
		case "actor", "claim": // who speaks and who is named
			if t.Who != "" && (stage == "prep" || stage == "talks") && t.Field != "body" {
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
	stage = r.Stage()
	return stage, stage != "" && r.Relevance == news.Main && !r.Comments() && r.AsFact() && !r.RefusesTalks()
}

// evidence is what the development's reports say of each mechanism and stage.
func evidence(d news.Development) []story.Evidence {
	type key struct {
		positionKey
		stage string
	}
	said := map[key][]news.Report{}
	var keys []key
	for _, r := range d.Reports {
		stage, ok := movesTo(r)
		if !ok {
			continue
		}
		for _, m := range r.Prominent("mechanism") {
			k := key{positionKey{m, localPlace(r.Tags, m)}, stage}
			if said[k] == nil {
				keys = append(keys, k)
			}
			said[k] = append(said[k], r)
		}
	}
	var out []story.Evidence
	for _, k := range keys {
		rs := said[k]
		rests := news.Rests(rs)
		e := story.Evidence{Topic: d.Topic, Mechanism: k.mechanism, Place: k.place, Stage: k.stage, Committed: news.Committed(rs, rests),
			Origins: len(news.Originals(rests)), Alleged: k.stage == "violation", Story: d.ID}
		if k.stage == "accept" || k.stage == "reject" || k.stage == "violation" {
			e.Committed = news.Doer(rs, k.stage)
		}
		for _, r := range rs {
			switch k.stage {
			case "prep":
				e.By = append(e.By, wordOf(r)...)
			case "talks":
				e.With = append(e.With, sidesOf(r.Tags, "title")...)
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
	if named := sidesOf(r.Tags, "title"); len(out) == 0 && len(named) > 0 {
		out = named[:1]
	}
	return out
}

// sidesOf are the sides of the actors that a field names, in its order.
func sidesOf(tags []news.Tag, field string) (out []string) {
	for _, t := range tags {
		if t.Facet == "actor" && t.Field == field && t.Who != "" {
			out = append(out, t.Who)
		}
	}
	return out
}

// localPlace is where a partial or humanitarian arrangement holds, if the report
// names one place short of all fronts.
func localPlace(tags []news.Tag, mechanism string) string {
	if mechanism != "partial" && mechanism != "humanitarian" {
		return ""
	}
	place := ""
	for _, t := range tags {
		if t.Facet != "place" || t.Who == "all" {
			continue
		}
		if place != "" && place != t.Value {
			return ""
		}
		place = t.Value
	}
	return place
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
// one is arranged or held. What is offered, refused or denied has no date ahead.
func statedDates(p news.Prepared) []news.StatedDate {
	main := slices.ContainsFunc(p.Topics, func(r news.Relevance) bool { return r.Relevance == news.Main })
	if r := (news.Report{Tags: p.Tags}); !main || r.Comments() || !r.AsFact() {
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
	return slices.DeleteFunc(ds, func(d news.StatedDate) bool {
		if d.Kind == "meets" {
			return !has("prep", "talks", "agreed")
		}
		return !has("agreed", "in_effect")
	})
}
