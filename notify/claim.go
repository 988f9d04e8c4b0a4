package notify

import (
	"cmp"
	"slices"
	"strings"

	"trucewatch/internal/news"
)

// claim is what one report, or a position of the ledger, says has happened: enough of it
// to tell who else says so and who says something else.
type claim struct {
	mechanism, stage string   // "" leaves it open
	committed        string   // beside agreed, in_effect and ended
	who              []string // sides whose act it may be; none is known: anybody's
	accused          string   // the one side that a title with a breach names, where none is known to allege it
	places, terms    []string // as far as a title names any
	figures          []string // of an exchange
	against          bool     // it denies or negates
}

// claimOf is what a report says.
func claimOf(r news.Report) claim {
	c := statedBy(r)
	c.terms, c.figures = termsOf(r), figures(r)
	return c
}

// statedBy is what a report says but for its terms, which are dear to read.
func statedBy(r news.Report) claim {
	c := claim{mechanism: mechanismOf(r), stage: r.Stage(), places: localPlaces(r), against: !asserts(r) && !r.Comments()}
	if v := values(r, "committed", "title", "lede"); len(v) > 0 {
		c.committed = v[0]
	}
	switch c.stage {
	case "accept", "reject", "violation":
		for _, t := range r.Tags {
			if t.Facet == "stage" && t.Value == c.stage && t.Who != "" {
				c.who = append(c.who, t.Who)
			}
		}
		if named := r.TitleSides(); c.stage == "violation" && len(c.who) == 0 && len(named) == 1 {
			c.accused = named[0]
		}
	case "signal", "proposal": // whoever the title names first, or has speak
		if named := r.TitleSides(); len(named) > 0 {
			c.who = append(c.who, named[0])
		}
		for _, t := range r.Tags {
			if t.Facet == "claim" && t.Field == "title" && t.Who != "" {
				if s := speakerSide(r, t); s != "" {
					c.who = append(c.who, s)
				}
			}
		}
	}
	return c
}

// claimOfPosition is what the ledger says.
func claimOfPosition(p news.Position) claim {
	c := claim{mechanism: p.Mechanism, stage: p.Stage}
	if p.Place != "" {
		c.places = []string{p.Place}
	}
	switch side, one := strings.CutPrefix(p.Committed, "one:"); {
	case !slices.Contains([]string{"accept", "reject", "violation"}, p.Stage):
		c.committed = p.Committed
	case one:
		c.who = []string{side}
	case p.Committed == "both":
		c.who = []string{"both"}
	}
	return c
}

// ladders are the stages that one way of the talks climbs, each of which says what is
// below it too: who tells of talks tells that they were arranged.
var ladders = [][]string{
	{"signal", "proposal", "accept", "agreed", "in_effect"},
	{"signal", "prep", "talks"},
	{"reject"}, {"violation"}, {"ended"}, {"analysis"},
}

// reaches is whether stage is of or goes further on the way of of.
func reaches(stage, of string) bool {
	return slices.ContainsFunc(ladders, func(l []string) bool {
		i, j := slices.Index(l, of), slices.Index(l, stage)
		return i >= 0 && j >= i
	})
}

// madeBy is whether a report makes the claim, or one that goes further.
func (c claim) madeBy(r news.Report) bool {
	o := r.Stage()
	return c.fits(r) && (c.stage == "" || o != "" && reaches(o, c.stage))
}

// fits is whether a report may be counted with the claim: nothing in its title is short of
// it, of another arrangement, place or side, or on other terms. What a title leaves open
// speaks against nothing, and of several stages that it shows one is enough.
func (c claim) fits(r news.Report) bool {
	if r.Comments() {
		return false
	}
	o := statedBy(r)
	shows := slices.DeleteFunc(values(r, "stage", "title"), func(s string) bool { return !r.Shows("stage", s, "title") })
	switch {
	case c.against != o.against,
		c.stage != "" && len(shows) > 0 && !slices.ContainsFunc(shows, func(s string) bool { return reaches(s, c.stage) }),
		c.mechanism != "" && o.mechanism != "" && kindOf(c.mechanism) != kindOf(o.mechanism) && !has(r.Prominent("mechanism"), c.mechanism),
		!agree(c.places, o.places),
		(c.stage == o.stage || c.stage == "signal") && !has(c.who, "both") && !has(o.who, "both") && !agree(c.who, o.who), // who is ready for it says nothing of another's readiness
		c.accused != "" && has(o.who, c.accused): // nobody alleges his own breach
		return false
	}
	own := func(committed string) bool { return strings.HasPrefix(committed, "one:") }
	if own(c.committed) && own(o.committed) && c.committed != o.committed {
		return false
	}
	if len(c.figures) > 0 && !sameFigures(c.figures, figures(r)) {
		return false
	}
	return len(c.terms) == 0 || sameTerms(c.terms, termsOf(r))
}

// agree is whether two lists share a value, or one of them is empty.
func agree(a, b []string) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(v string) bool { return has(b, v) })
}

// about are the facts of what a report of d says: who says so, and on how many reports it
// rests. Who is heard at all, and whose sources carry the development, is of all of d.
func about(d news.Development, lead news.Report) facts {
	all, c := factsOf(d), claimOf(lead)
	if c.stage == "" && !c.against {
		return all
	}
	older := beforeTerms(d, c)
	d = only(d, func(r news.Report) bool { return r.Item == lead.Item || c.fits(r) && !older(r) })
	f := factsOf(d)
	if c.stage != "" && c.stage != f.stage && !c.against && lead.AsFact() { // "will be signed" is not announced
		f = f.at(c.stage, d)
	}
	f.mechanism = cmp.Or(c.mechanism, f.mechanism)
	f.spoke, f.present, f.stages = all.spoke, all.present, all.stages
	made := c.factsIn(d)
	f.says, f.also = made.says, made.also
	return f
}

// beforeTerms tells which reports were told before what c adds to the terms told, and
// name none of it: they can't be counted for it.
func beforeTerms(d news.Development, c claim) func(news.Report) bool {
	if d.Told == nil {
		return func(news.Report) bool { return false }
	}
	added := slices.DeleteFunc(slices.Clone(c.terms), func(t string) bool { return has(d.Told.Terms, t) })
	return func(r news.Report) bool {
		return len(added) > 0 && !untoldIn(*d.Told, r) && !slices.ContainsFunc(termsOf(r), func(t string) bool { return has(added, t) })
	}
}

// factsIn are the facts of those reports of d that make a claim.
func (c claim) factsIn(d news.Development) facts { return factsOf(only(d, c.madeBy)) }

// only is a development with those of its reports that pass.
func only(d news.Development, pass func(news.Report) bool) news.Development {
	d.Reports = slices.DeleteFunc(slices.Clone(d.Reports), func(r news.Report) bool { return !pass(r) })
	return d
}
