package news

import (
	"slices"
	"strings"
)

// Committed weighs who committed, of reports that state it as news and what each rests
// on: "both", "one:SIDE", "third" or "". That both did is believed of two origins or of
// each party's own word, never of one report nor of state media alone: a wrong "agreed"
// is the worst thing to say. That one did is believed on its own word. What a report on
// talks or on a meeting being arranged says was agreed is the meeting.
func Committed(reports []Report, rests []Rest) string {
	var both, one []string
	third, free := false, false
	for i, r := range reports {
		if !commits(r) {
			continue
		}
		for _, t := range r.Tags {
			if t.Facet != "committed" || t.Field == "body" || t.Field == "" {
				continue
			}
			switch side, ok := strings.CutPrefix(t.Value, "one:"); {
			case ok:
				if r.OwnWord(side) && !slices.Contains(one, side) {
					one = append(one, side)
				}
			case t.Value == "both":
				free = free || !r.State
				if !slices.Contains(both, rests[i].Origin) {
					both = append(both, rests[i].Origin)
				}
			case t.Value == "third":
				third = true
			}
		}
	}
	switch {
	case len(one) >= 2, len(both) >= 2 && free:
		return "both"
	case len(one) == 1:
		return "one:" + one[0]
	case third:
		return "third"
	}
	return ""
}

// OwnWord is whether a report has it on a side's own word what that side committed to: it
// is the side's own site, has a speaker of the side say it in title or first sentences, or
// tells it as fact. What others say of the side, or a source without a name ("source
// says", "media report"), is not its word.
func (r Report) OwnWord(side string) bool {
	if r.Official && r.Side == side {
		return true
	}
	others := r.Official && r.Side != "independent"
	for _, t := range r.Tags {
		if t.Facet != "claim" || !above(t) {
			continue
		}
		switch who := r.SideOf(t.Who); {
		case who == side:
			return true
		case who != "", t.Who == "" && t.Field == "title" && t.Value == "claim":
			others = true
		}
	}
	return !others
}

// ByItself is whether a report tells what has happened as its own news: on nobody's word, and
// neither as state media nor as a side's own site.
func (r Report) ByItself() bool {
	return !r.State && !r.Official && !r.Comments() && r.AsFact() && !slices.ContainsFunc(r.Tags, func(t Tag) bool {
		return t.Facet == "claim" && above(t) && (r.SideOf(t.Who) != "" || t.Who == "" && t.Value == "claim")
	})
}

// SideOf is the side of an actor that a report names, "" where it has none.
func (r Report) SideOf(actor string) string {
	for _, t := range r.Tags {
		if t.Facet == "actor" && t.Value == actor && t.Who != "" {
			return t.Who
		}
	}
	return ""
}

// TitleSides are the sides of the actors that a report's title names, each once, in its order.
func (r Report) TitleSides() []string {
	var out []string
	for _, t := range r.Tags {
		if t.Facet == "actor" && t.Field == "title" && t.Who != "" && !slices.Contains(out, t.Who) {
			out = append(out, t.Who)
		}
	}
	return out
}

// commits is whether what a report states is something that one commits to: a report of
// talks, or of a meeting being arranged and nothing besides, says "agreed" of the round.
func commits(r Report) bool {
	switch r.Stage() {
	case "signal", "proposal", "talks", "reject":
		return false
	case "prep":
		return r.Shows("stage", "agreed", "title") || r.Shows("stage", "in_effect", "title") || r.Shows("stage", "ended", "title")
	}
	return true
}

// Doer is the side that the reports name as whose act a stage is, as tags of the stage
// bear it: "both", "one:SIDE", or "" where none or several are named.
func Doer(reports []Report, stage string) string {
	var who []string
	for _, r := range reports {
		for _, t := range r.Tags {
			if t.Facet == "stage" && t.Value == stage && t.Who != "" && !slices.Contains(who, t.Who) {
				who = append(who, t.Who)
			}
		}
	}
	switch {
	case len(who) != 1:
		return ""
	case who[0] == "both":
		return "both"
	}
	return "one:" + who[0]
}
