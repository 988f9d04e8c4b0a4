package notify

import (
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"trucewatch/internal/news"
)

// Telling is the decision that a channel is told of a development.
type Telling struct {
	New     bool
	What    []string      // what changed, in words; empty when New
	Fresh   []news.ItemID // the reports the decision rests on, oldest news first
	Lead    news.Report   // the one whose headline is shown: who says so is asked of what it says
	Quoted  []news.ItemID // of those, updates whose new sentences are quoted
	Reverse bool          // what changed denies, refuses or ends what was told
	Mark    news.Told     // what the channel knows once it is told; Delivery is the store's to fill in
}

// Tell decides whether the channel of sel is told of d now, and why.
//
// A development is new to a channel that holds no mark of it, if a report of it
// that was seen in a live poll, was no history at first sight and repeats nothing
// known is younger than horizon. What only an import brought, as young, counts as
// not known, for nobody is told of it; nor what a wrong date made look older. Told
// already, it is told again only for
// an update in the lineage of what was told, a stage change that stands as fact
// in a title or lede or that two origins report, a change of who says so, or a
// changed number, date or term. Another outlet's wording changes nothing.
func Tell(d news.Development, horizon time.Time, sel news.DigestSpec) (Telling, bool) {
	if !Selected(d, sel.Select) {
		return Telling{}, false
	}
	var fresh []news.Report
	for _, r := range d.Reports {
		if (tellable(d, r, horizon) || misdated(d, r, horizon)) && !(sel.StateMedia == "omit" && r.State) {
			fresh = append(fresh, r)
		}
	}
	if len(fresh) == 0 || d.Told != nil && !slices.ContainsFunc(fresh, func(r news.Report) bool { return untoldIn(*d.Told, r) }) {
		return Telling{}, false
	}
	t, f := Telling{New: d.Told == nil}, factsOf(d)
	if t.New {
		for _, r := range fresh {
			t.Fresh = append(t.Fresh, r.Item)
		}
		if onlyAsides(fresh) {
			return Telling{}, false
		}
	} else if t = changes(d, f, fresh); len(t.What) == 0 {
		return Telling{}, false
	}
	t.Lead = headline(d, t.Fresh, sel.Select.Languages)
	t.Mark = mark(d, f, about(d, t.Lead).says, sel)
	return t, true
}

// tellable is whether a report of d alone may cause telling.
func tellable(d news.Development, r news.Report, horizon time.Time) bool {
	return r.Live && young(r, horizon) && (r.First != news.Duplicate || r.Verdict != news.Duplicate || repeatsImport(d, r, horizon))
}

// young is whether a report was no history at first sight, and is after a horizon.
func young(r news.Report, horizon time.Time) bool { return r.Fresh && r.Time().After(horizon) }

// repeatsImport is whether what a report repeats is known from an import alone, is as
// young, and was not told since: who imports today's news loses none of it.
func repeatsImport(d news.Development, r news.Report, horizon time.Time) bool {
	return slices.ContainsFunc(d.Reports, func(o news.Report) bool {
		return o.Item == r.Of && o.Origin == news.OriginBackfill && !o.Live && young(o, horizon) && (d.Told == nil || untoldIn(*d.Told, o))
	})
}

// misdated is whether a report that repeats another shows that the other is no
// history, whatever date it bears: a source that was read before brought it within
// the last two days, and a report of today says the same. What stood in a source
// when it was first read is as old as it says.
func misdated(d news.Development, r news.Report, horizon time.Time) bool {
	if d.Told != nil || !r.Live || !young(r, horizon) || r.First != news.Duplicate {
		return false
	}
	return slices.ContainsFunc(d.Reports, func(root news.Report) bool {
		return root.Item == r.Of && root.Live && !root.Fresh && !root.Backlog &&
			root.Seen.After(r.Time().Add(-48*time.Hour))
	})
}

// untoldIn is whether a mark knows nothing of a report's newest revision.
func untoldIn(told news.Told, r news.Report) bool {
	rev, ok := told.Items[r.Item]
	return !ok || r.Revision > rev
}

func onlyAsides(reports []news.Report) bool {
	return !slices.ContainsFunc(reports, func(r news.Report) bool { return !r.Comments() })
}

// changes compares fresh reports that were not told with what was told.
func changes(d news.Development, f facts, fresh []news.Report) Telling {
	var t Telling
	told := d.Told
	keys := origins(d.Reports)
	keyOf := map[news.ItemID]string{}
	for i, r := range d.Reports {
		keyOf[r.Item] = keys[i]
	}
	var untold []news.Report
	for _, r := range fresh {
		if untoldIn(*told, r) && !r.Comments() {
			untold = append(untold, r)
		}
	}
	say := func(what string, from ...news.Report) {
		if !has(t.What, what) {
			t.What = append(t.What, what)
		}
		for _, r := range from {
			if !has(t.Fresh, r.Item) {
				t.Fresh = append(t.Fresh, r.Item)
			}
		}
	}

	// Who says so: one party, both, a mediator. A party that speaks for the first time and
	// says something else is heard, and no more.
	was := toldClaim(d, f)
	var now, heard, before []string
	for _, r := range d.Reports {
		switch fresh := slices.ContainsFunc(untold, func(u news.Report) bool { return u.Item == r.Item }); {
		case fresh && was.madeBy(r):
			now = append(now, speakersOf(r)...)
		case fresh:
			heard = append(heard, speakersOf(r)...)
		case !untoldIn(*told, r):
			before = append(before, speakersOf(r)...)
		}
	}
	joined := slices.DeleteFunc(inSideOrder(now), func(side string) bool {
		return side != "mediator" && !has(parties(d.Topic), side) || has(told.Sides, side)
	})
	for _, side := range joined {
		from := slices.DeleteFunc(slices.Clone(untold), func(r news.Report) bool { return !was.madeBy(r) })
		say("now said by "+saidBy(joined, d.Topic, told.Sides), speaking(from, side)...)
	}
	for _, side := range inSideOrder(heard) {
		if has(parties(d.Topic), side) && !has(joined, side) && !has(before, side) && !has(told.Sides, side) {
			say(by(side)+" now heard", speaking(untold, side)...)
		}
	}
	if commitment(f.committed) > commitment(told.Committed) && evidenced(untold, "committed") {
		switch {
		case f.committed == "both":
			say("both sides now committed", withFacet(untold, "committed")...)
		case f.committed == "third":
			say("a third party now announces it", withFacet(untold, "committed")...)
		case told.Committed == "":
			say("one side now declares it", withFacet(untold, "committed")...)
		}
	}

	// Stage changes, per mechanism.
	for _, m := range append(slices.Clone(mechanisms), "") {
		was, stood := told.Stages[m]
		if !stood { // another outlet may name the mechanism otherwise, or not at all
			was = strongest(slices.Sorted(maps.Values(told.Stages)))
		}
		for _, s := range stages[1:] {
			from := slices.DeleteFunc(slices.Clone(untold), func(r news.Report) bool {
				return mechanismOf(r) != m || r.Stage() != s
			})
			if len(from) == 0 || s == was {
				continue
			}
			back := s == "reject" || s == "violation" || s == "ended"
			if strength(s) < strength(was) && !back {
				continue
			}
			var from2 []string
			fact := false
			for _, r := range from {
				fact = fact || r.AsFact()
				from2 = append(from2, keyOf[r.Item])
			}
			if !fact && distinct(from2) < 2 {
				continue
			}
			words := facts{stage: s, committed: f.committed, doer: news.Doer(from, s), alone: onlyWord(from), says: f.says, also: f.also}
			if s == "violation" {
				words.stage = stageBreach // of what stands, the digest says where it says how things stand
			}
			say(phrase(m, words.stage, words.bound(), actor(words)), from...)
			t.Reverse = t.Reverse || back && strength(was) >= strength("accept")
		}
	}

	// Numbers, dates and terms: of an official source, or of two origins.
	byTerm := map[string][]news.Report{}
	for _, r := range untold {
		for _, term := range termsOf(r) {
			if !has(told.Terms, term) {
				byTerm[term] = append(byTerm[term], r)
			}
		}
	}
	for _, term := range slices.Sorted(maps.Keys(byTerm)) {
		from, official := []string{}, false
		for _, r := range byTerm[term] {
			from, official = append(from, keyOf[r.Item]), official || r.Official
		}
		if !official && distinct(from) < 2 {
			continue
		}
		if strings.HasPrefix(term, "day ") {
			if slices.ContainsFunc(told.Terms, func(t string) bool { return strings.HasPrefix(t, "day ") }) {
				say("new date", byTerm[term]...)
			} else {
				say("date set", byTerm[term]...)
			}
		} else {
			say("terms changed", byTerm[term]...)
		}
	}

	if has(t.What, "agreed by both sides") { // which says it
		t.What = slices.DeleteFunc(t.What, func(w string) bool { return w == "both sides now committed" })
	}

	// Updates of what was told.
	for _, r := range untold {
		_, own := told.Items[r.Item]
		_, root := told.Items[r.Of]
		if r.Verdict == news.Update && (own || root) && len(unsaid(r, told.Sentences)) > 0 {
			t.Quoted = append(t.Quoted, r.Item)
			if len(t.What) == 0 {
				say("more was said", r)
			} else {
				say(t.What[0], r)
			}
		}
	}
	return t
}

// toldClaim is what the channel was told of d: the report whose headline it was shown, or
// what d says together where that is not among its reports.
func toldClaim(d news.Development, f facts) claim {
	for _, r := range d.Reports {
		if !untoldIn(*d.Told, r) && source(r).Title == d.Told.Headline {
			return claimOf(r)
		}
	}
	return claim{mechanism: f.mechanism, stage: d.Told.Stages[f.mechanism]}
}

// maxSentences bounds the sentences that a mark remembers.
const maxSentences = 400

// unsaid are the new sentences of an update that were not told: another outlet's update
// may bring the same.
func unsaid(r news.Report, told []string) []string {
	return slices.DeleteFunc(slices.Clone(r.Novel), func(s string) bool { return has(told, sentenceKey(s)) })
}

// sentenceKey is a sentence without what its copies differ in.
func sentenceKey(s string) string {
	h := fnv.New64a()
	for _, r := range strings.ToLower(clean(s)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			h.Write(utf8.AppendRune(nil, r))
		}
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// saidBy words who joined those that say so: both sides, if that is what it makes.
func saidBy(joined []string, topic string, before []string) string {
	p := parties(topic)
	var names []string
	both := len(p) > 0
	for _, side := range p {
		both = both && (has(joined, side) || has(before, side))
	}
	for _, side := range joined {
		if !both || !has(p, side) {
			names = append(names, by(side))
		}
	}
	if both {
		names = slices.Insert(names, 0, "both sides")
	}
	return join(names)
}

func speaking(reports []news.Report, side string) []news.Report {
	return slices.DeleteFunc(slices.Clone(reports), func(r news.Report) bool { return !has(speakersOf(r), side) })
}

func withFacet(reports []news.Report, facet string) []news.Report {
	return slices.DeleteFunc(slices.Clone(reports), func(r news.Report) bool {
		return len(values(r, facet, "title", "lede")) == 0
	})
}

func evidenced(reports []news.Report, facet string) bool { return len(withFacet(reports, facet)) > 0 }

func commitment(c string) int {
	switch {
	case c == "both":
		return 3
	case c == "third":
		return 2
	case c != "":
		return 1
	}
	return 0
}

// mark is what the channel knows once d is told: all it knew and all d says now, with the
// sides that say so.
func mark(d news.Development, f facts, sides []string, sel news.DigestSpec) news.Told {
	m := news.Told{
		Story: d.ID, Channel: sel.Channel, Digest: sel.Name,
		Stages: map[string]string{}, Items: map[news.ItemID]int{},
		Committed: f.committed,
	}
	sides = slices.Clone(sides)
	var sentences, terms []string
	for _, r := range d.Reports {
		if !r.Comments() {
			terms = append(terms, termsOf(r)...)
		}
		for _, s := range r.Novel {
			sentences = append(sentences, sentenceKey(s))
		}
	}
	if d.Told != nil {
		sentences = append(sentences, d.Told.Sentences...)
		maps.Copy(m.Stages, d.Told.Stages)
		maps.Copy(m.Items, d.Told.Items)
		sides = append(sides, d.Told.Sides...)
		terms = append(terms, d.Told.Terms...)
		if commitment(d.Told.Committed) > commitment(m.Committed) {
			m.Committed = d.Told.Committed
		}
	}
	for mech, stage := range f.stages {
		if stage != "" {
			m.Stages[mech] = stage
		}
	}
	for _, r := range d.Reports {
		m.Items[r.Item] = max(m.Items[r.Item], r.Revision)
	}
	slices.Sort(terms)
	slices.Sort(sentences)
	sentences = slices.Compact(sentences)
	m.Sentences = sentences[:min(len(sentences), maxSentences)]
	m.Sides, m.Terms = inSideOrder(sides), slices.Compact(terms)
	return m
}

// Selected is whether a selection picks a development. Languages choose
// headlines and never leave news out.
func Selected(d news.Development, s news.Selection) bool {
	if len(s.Topics) > 0 && !has(s.Topics, d.Topic) {
		return false
	}
	any := func(want []string, got func(news.Report) []string) bool {
		return len(want) == 0 || slices.ContainsFunc(d.Reports, func(r news.Report) bool {
			return slices.ContainsFunc(got(r), func(v string) bool { return has(want, v) })
		})
	}
	facet := func(name string) func(news.Report) []string {
		return func(r news.Report) []string { return values(r, name) }
	}
	relevant := slices.ContainsFunc(d.Reports, func(r news.Report) bool { return r.Relevance != news.None })
	return relevant && any(s.Mechanisms, facet("mechanism")) && any(s.Stages, facet("stage")) &&
		any(s.Places, facet("place")) && any(s.Sides, func(r news.Report) []string { return []string{r.Side} })
}
