package news

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// What one report says, read from its tags. Ledger, digest and alert all ask here, so that
// a report says the same to each of them.

// Time is when an item's news happened as far as is known: when it was published, or when
// it was first seen where that is unknown or would be later. A zero seen is not known yet.
func Time(published, seen time.Time) time.Time {
	if published.IsZero() || published.After(seen) && !seen.IsZero() {
		return seen
	}
	return published
}

// Time is when a report's news happened as far as is known.
func (r Report) Time() time.Time { return Time(r.Published, r.Seen) }

// Comments is whether a report comments instead of reporting: opinion, an explainer or a
// live page.
func (r Report) Comments() bool {
	return slices.ContainsFunc(r.Tags, func(t Tag) bool {
		return t.Facet == "genre" && (t.Value == "opinion" || t.Value == "explainer" || t.Value == "live")
	})
}

// AsFact is whether title and first sentences state what they state without negating,
// predicting, denying or recalling it. The "no" of a refusal states it.
func (r Report) AsFact() bool {
	no := r.Refuses()
	return !slices.ContainsFunc(r.Tags, func(t Tag) bool {
		return t.Facet == "claim" && above(t) && (t.Value == "negated" && !no || t.Value == "prediction" || t.Value == "historical" || t.Value == "denial")
	})
}

// Refuses is whether the "no" of a title is a refusal: "refuses to", or the no to an
// acceptance ("does not accept"), which the tagger reads (Negated). "Has not
// refused" is none.
func (r Report) Refuses() bool {
	read := r.under("reject", Negated)
	return r.Shows("stage", "reject", "title") && slices.ContainsFunc(r.Tags, func(t Tag) bool {
		return t.Facet == "claim" && t.Value == "negated" && t.Field == "title" &&
			(read || strings.HasPrefix(strings.ToLower(t.Match), "refus") || r.Shows("stage", "accept", "title"))
	})
}

// Stage is the stage of talks that a report states: of those that words of its title or
// first sentences show, the likeliest, for tags stand with the likeliest first. "" is
// none. Taking the strongest instead, or the title's before the other's, is wrong more
// often: docs/tagging.md has the figures. An
// acceptance with a no to it is a refusal.
func (r Report) Stage() string {
	if r.Refuses() {
		return "reject"
	}
	for _, t := range r.Tags {
		if t.Facet == "stage" && above(t) && slices.Contains(Stages, t.Value) && !r.named(t) {
			return t.Value
		}
	}
	return ""
}

// Rules of a stage's tag that say what the stage alone does not.
const (
	Negated = "refusal" // a refusal is the no to an acceptance
	OfTalks = "object"  // its words are of talks, a meeting or an invitation, and of no arrangement
)

// under is whether the tagger found a stage by a rule.
func (r Report) under(stage, rule string) bool {
	return slices.ContainsFunc(r.Tags, func(t Tag) bool { return t.Facet == "stage" && t.Value == stage && t.Rule == rule })
}

// RefusesTalks is whether the refusal that a report states is of talks, which says nothing
// of the arrangement that they are about.
func (r Report) RefusesTalks() bool {
	return r.Stage() == "reject" && r.under("reject", OfTalks)
}

// TakesBack is the side that a report's title has deny that it agreed to anything, "" where
// none does: "denies it agreed". That is no refusal; it says that nothing was agreed.
func (r Report) TakesBack() string {
	denies := slices.ContainsFunc(r.Tags, func(t Tag) bool { return t.Facet == "claim" && t.Value == "denial" && t.Field == "title" })
	if !denies || r.Comments() || r.RefusesTalks() {
		return ""
	}
	for _, t := range r.Tags {
		if t.Facet == "stage" && t.Value == "reject" && t.Rule == Negated {
			return t.Who
		}
	}
	return ""
}

// Prominent are the values of a facet where a report shows them best: in its title, else
// in its first sentences, else anywhere.
func (r Report) Prominent(facet string) []string {
	var out []string
	best := 4
	for _, t := range r.Tags {
		if t.Facet != facet {
			continue
		}
		at := 1 + slices.Index([]string{"title", "lede"}, t.Field)
		if at == 0 {
			at = 3
		}
		if at < best {
			out, best = nil, at
		}
		if at == best && !slices.Contains(out, t.Value) {
			out = append(out, t.Value)
		}
	}
	return out
}

// Places are where a report shows best that something holds, short of all fronts: in its
// title, else in its first sentences, else anywhere. A town or a plant stands for itself
// and not for the region that is named with it.
func (r Report) Places() []string {
	at := r.Prominent("place")
	var regions, towns []string
	for _, t := range r.Tags {
		if t.Facet != "place" || t.Who == "all" || !slices.Contains(at, t.Value) {
			continue
		}
		to := &regions
		if t.Who == "local" {
			to = &towns
		}
		if !slices.Contains(*to, t.Value) {
			*to = append(*to, t.Value)
		}
	}
	if len(towns) > 0 {
		return towns
	}
	return regions
}

// above is whether a tag stands in the title or the first sentences.
func above(t Tag) bool { return t.Field == "title" || t.Field == "lede" }

// Shows is whether a report bears a facet's value in a field (title, lede or body) for
// words that say it, and not for a name.
func (r Report) Shows(facet, value, field string) bool {
	return slices.ContainsFunc(r.Tags, func(t Tag) bool {
		return t.Facet == facet && t.Value == value && cmp.Or(t.Field, "body") == field && !r.named(t)
	})
}

// named is whether a tag was earned by the name of somebody, some place or a source
// alone, likely as it makes a stage.
func (r Report) named(t Tag) bool {
	return t.Match != "" && slices.ContainsFunc(r.Tags, func(n Tag) bool {
		return (n.Facet == "actor" || n.Facet == "venue" || n.Facet == "place" || n.Facet == "origin") && strings.EqualFold(n.Match, t.Match)
	})
}
