package monitor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor/text"
)

// Mask reports whether a sentence, by its hash, is boilerplate learnt of a
// publisher. A nil Mask knows none.
type Mask func(publisher string, sentence uint64) bool

func (m Mask) of(publisher string) func(uint64) bool {
	if m == nil {
		return nil
	}
	return func(sentence uint64) bool { return m(publisher, sentence) }
}

// Reasons of a verdict; docs/dedupe.md says what each means.
const (
	ReasonSameURL        = "same-url"        // duplicate, or update with the new sentences
	ReasonSameHash       = "same-hash"       // duplicate
	ReasonNearDuplicate  = "near-duplicate"  // duplicate
	ReasonContained      = "contained"       // duplicate
	ReasonSameTitle      = "same-title"      // duplicate: a title without text that is known
	ReasonKnownAndNew    = "known-and-new"   // update
	ReasonGrown          = "grown"           // update: all of a known text and more
	ReasonRevised        = "revised"         // update: a revision with new sentences
	ReasonUnchanged      = "unchanged"       // duplicate: a revision without any
	ReasonNothingKnown   = "nothing-known"   // new: no candidate shares a sentence
	ReasonMostlyNew      = "mostly-new"      // new
	ReasonTitleVeto      = "title-veto"      // new
	ReasonShortVeto      = "short-veto"      // new
	ReasonOtherTitle     = "other-title"     // new: a known text under a title it does not bear out
	ReasonShortLongAgo   = "short-long-ago"  // new: a short text like one of over 48 hours before
	ReasonSaysNothing    = "says-nothing"    // new: a short text without number, actor or act
	ReasonOnlyFurniture  = "only-furniture"  // new: nothing but boilerplate and time stamps
	ReasonUnreadableSelf = "unreadable-self" // new, or update for a revision: no fingerprint
)

// Limits of the verdict.
const (
	shortHash     = 12             // words under which a hash matches only for a while
	shortHashFor  = 48 * time.Hour // that while
	shortText     = 30             // words under which any veto makes the text new
	knownForVeto  = 0.7            // share of known sentences at which the others make an update
	knownForSame  = 0.5            // the same when the titles agree
	untitledWords = 16             // words that must be known, to outweigh a title that is not
	grownCovered  = 0.8            // share of a known text that a grown one holds
	grownWords    = 30             // words a known text has at least, to be grown
	urlEntries    = 3              // entries a URL may carry and still identify one
	relatedShare  = 0.25           // share of known sentences that makes a candidate a witness
)

// Judge decides what one revision of an item is to the corpus, given the known
// texts it may repeat (for a revision of a judged entry they do not matter: it is
// compared with p.Work.Previous alone and is never new). It is a pure function.
// Of is the root of what is repeated; for a revision it is the item itself.
func Judge(p news.Prepared, known []news.Candidate, mask Mask) news.Verdict {
	return decide(p, known, mask, nil)
}

// Explanation is a verdict with all it rests on, for `why`.
type Explanation struct {
	Verdict    news.Verdict          `json:"verdict"`
	Lang       string                `json:"lang"`
	Hash       string                `json:"content_hash"`
	Words      int                   `json:"words"`
	Sentences  int                   `json:"sentences"`
	Dropped    []string              `json:"dropped,omitempty"` // sentences that learnt boilerplate took away
	Candidates []ExplainedComparison `json:"candidates"`
}

// ExplainedComparison is what comparing with one candidate showed.
type ExplainedComparison struct {
	Item       news.ItemID      `json:"item"`
	Of         news.ItemID      `json:"of"`
	Name       string           `json:"name"`
	Title      string           `json:"title,omitempty"`
	SharedKeys int              `json:"shared_keys"`
	Kind       news.VerdictKind `json:"kind"` // what the item would be to this candidate alone
	Reason     string           `json:"reason"`
	Says       string           `json:"says"` // in words
	Known      int              `json:"known_sentences"`
	Counted    int              `json:"counted_sentences"`
	Covered    float64          `json:"covered"` // share of the candidate's text that the item has
}

// Explain judges as Judge does and tells how.
func Explain(p news.Prepared, known []news.Candidate, mask Mask) Explanation {
	e := Explanation{Lang: p.Lang, Hash: p.Hash}
	e.Verdict = decide(p, known, mask, &e)
	return e
}

// String tells the explanation in words, a line for each step.
func (e Explanation) String() string {
	var b strings.Builder
	lang := e.Lang
	if lang == "" {
		lang = "unknown language"
	}
	fmt.Fprintf(&b, "%s: %s (%s)\n", e.Verdict.Kind, e.Verdict.Evidence, e.Verdict.Reason)
	fmt.Fprintf(&b, "text: %s, %s, %s, %s\n", count(e.Words, "word"), count(e.Sentences, "sentence"), lang, e.Hash)
	for _, s := range e.Dropped {
		fmt.Fprintf(&b, "learnt boilerplate, not compared: %s\n", s)
	}
	if len(e.Candidates) == 0 {
		b.WriteString("compared with: nothing shares a key with it\n")
	}
	for _, c := range e.Candidates {
		fmt.Fprintf(&b, "compared with item %d, %s: %s, %s\n", c.Item, c.Name, c.Kind, c.Says)
	}
	for _, s := range e.Verdict.Novel {
		fmt.Fprintf(&b, "new: %s\n", s)
	}
	return b.String()
}

// finding is the verdict towards one candidate.
type finding struct {
	c      *news.Candidate
	match  text.Match
	kind   news.VerdictKind
	reason string
	says   string
	title  bool // the title itself is news
}

var findingsMemory = sync.Pool{New: func() any { return new([]finding) }}

func decide(p news.Prepared, known []news.Candidate, mask Mask, e *Explanation) news.Verdict {
	item := &p.Work.Item
	self, err := text.Decode(p.Fingerprint)
	if err != nil {
		v := news.Verdict{Kind: news.New, Reason: ReasonUnreadableSelf, Evidence: "its fingerprint: " + err.Error()}
		if p.Work.Previous != nil {
			v.Kind, v.Of, v.Novel = news.Update, item.ID, text.Sentences(text.Body(*item))
		}
		return v
	}
	if len(known) == 0 && p.Work.Previous == nil && e == nil {
		return nothingKnown
	}
	publisher := p.Work.Feed.Publisher
	m := text.NewMatcher(self, mask.of(publisher)).WithText(text.Body(*item))
	defer m.Free()
	if e != nil {
		e.explainSelf(self, m, item)
	}
	if p.Work.Previous != nil {
		return revised(p, m, mask.of(publisher), e)
	}
	memory := findingsMemory.Get().(*[]finding)
	findings := (*memory)[:0]
	defer func() {
		clear(findings)
		*memory = findings
		findingsMemory.Put(memory)
	}()
	if same := latestAtURL(item.Canonical, item.ID, known); same != nil {
		if f, err := text.Decode(same.Fingerprint); err == nil {
			found := finding{c: same, match: m.Compare(f, mask.of(same.Publisher))}
			found.inPlace("the same address")
			found.reason = ReasonSameURL
			if e != nil {
				e.add(&found)
			}
			return found.verdict(p, m, nil)
		}
	}
	for i := range known {
		c := &known[i]
		if c.Item == item.ID && item.ID != 0 {
			continue // asked about again
		}
		f, err := text.Decode(c.Fingerprint)
		if err != nil {
			if e != nil {
				e.Candidates = append(e.Candidates, ExplainedComparison{Item: c.Item, Of: root(c), Name: c.Name, Kind: news.New, Says: err.Error()})
			}
			continue
		}
		found := finding{c: c}
		if self.SameHash(f) {
			found.sameHash(&p, self)
		} else {
			found.match = m.Compare(f, mask.of(c.Publisher))
			found.compare(&p, self, f)
		}
		findings = append(findings, found)
		if e != nil {
			e.add(&found)
		}
	}
	if len(findings) == 0 {
		return nothingKnown
	}
	best := slices.MinFunc(findings, better)
	return best.verdict(p, m, findings)
}

var nothingKnown = news.Verdict{Kind: news.New, Reason: ReasonNothingKnown, Evidence: "nothing known shares a key with it"}

// latestAtURL returns the candidate other than the item itself last seen at a canonical URL; nil when there
// is none, when it is the address of a site, or when too many entries bear it.
func latestAtURL(canonical string, self news.ItemID, known []news.Candidate) *news.Candidate {
	if canonical == "" || siteLink(canonical) {
		return nil
	}
	var latest *news.Candidate
	n := 1 // the item itself
	for i := range known {
		c := &known[i]
		if c.Canonical != canonical || c.Item == self && self != 0 {
			continue
		}
		n++
		if latest == nil || c.Seen.After(latest.Seen) || c.Seen.Equal(latest.Seen) && c.Item > latest.Item {
			latest = c
		}
	}
	if n > urlEntries {
		return nil
	}
	return latest
}

// siteLink reports a URL without a path: the site, not a page of it.
func siteLink(u string) bool {
	if _, rest, ok := strings.Cut(u, "://"); ok {
		u = rest
	}
	_, path, ok := strings.Cut(u, "/")
	return (!ok || path == "") && !strings.Contains(u, "?")
}

// revised compares a revision of an entry with the one before.
func revised(p news.Prepared, m *text.Matcher, mask func(uint64) bool, e *Explanation) news.Verdict {
	self := &news.Candidate{Item: p.Work.Item.ID, Root: p.Work.Item.ID, Name: p.Work.Feed.Name, Publisher: p.Work.Feed.Publisher}
	found := finding{c: self}
	before, err := text.Decode(p.Work.Previous)
	if err != nil {
		v := news.Verdict{Kind: news.Update, Of: p.Work.Item.ID, Reason: ReasonRevised, Evidence: "what it said before cannot be read: " + err.Error()}
		v.Novel = text.Sentences(text.Body(p.Work.Item))
		return v
	}
	found.match = m.Compare(before, mask)
	found.inPlace("what the entry said before")
	found.reason = ReasonUnchanged
	if found.kind == news.Update {
		found.reason = ReasonRevised
	}
	if e != nil {
		e.add(&found)
	}
	return found.verdict(p, m, nil)
}

// inPlace decides between duplicate and update for what is known to be the same
// entry: any new sentence, or a title that says something else, is an update.
func (f *finding) inPlace(what string) {
	f.title = f.match.Title == text.TitleConflict || f.match.Title == text.TitleOther ||
		f.match.TitleAdds
	f.kind = news.Duplicate
	fresh := f.match.Counted - f.match.Found
	switch {
	case fresh > 0:
		f.kind = news.Update
		f.says = fmt.Sprintf("%s, %s new", what, count(fresh, "sentence"))
		if f.title {
			f.says += ", the title too"
		}
	case f.match.Title == text.TitleConflict:
		f.kind = news.Update
		f.says = fmt.Sprintf("%s, the title changed its meaning (%s)", what, f.match.Veto)
	case f.title && f.match.Title == text.TitleSimilar:
		f.kind = news.Update
		f.says = what + ", the title says more"
	case f.title:
		f.kind = news.Update
		f.says = what + ", the title says something else"
	default:
		f.says = what + ", no new sentence"
	}
}

// sameHash decides for equal content hashes.
func (f *finding) sameHash(p *news.Prepared, self text.Fingerprint) {
	f.match.SameHash = true
	f.kind, f.reason, f.says = news.Duplicate, ReasonSameHash, "the same text"
	if self.Words() >= shortHash {
		return
	}
	apart := when(p.Work.Item.Published, p.Work.Item.Seen, f.c.Published, f.c.Seen)
	switch {
	case self.Vague():
		f.kind, f.reason = news.New, ReasonSaysNothing
		f.says = fmt.Sprintf("the same %s, which name no number, actor or act", count(self.Words(), "word"))
	case apart > shortHashFor:
		f.kind, f.reason = news.New, ReasonShortLongAgo
		f.says = fmt.Sprintf("the same %s, but %d hours apart", count(self.Words(), "word"), int(apart.Hours()))
	}
}

// when returns how far two items are apart: by what they state if both do, else
// by when they were seen.
func when(published, seen, otherPublished, otherSeen time.Time) time.Duration {
	if published.IsZero() || otherPublished.IsZero() {
		return seen.Sub(otherSeen).Abs()
	}
	return published.Sub(otherPublished).Abs()
}

// compare decides what the item is to one candidate by their sentences.
func (f *finding) compare(p *news.Prepared, self, other text.Fingerprint) {
	m := &f.match
	share := m.KnownShare()
	fresh := m.Counted - m.Found
	agree := m.Title == text.TitleSame || m.Title == text.TitleSimilar
	short := self.Words() < shortText
	series := p.Work.Feed.Publisher != "" && p.Work.Feed.Publisher == f.c.Publisher // may be one of
	f.kind = news.New
	switch {
	case m.Counted == 0:
		f.titleOnly(p, self, m, agree)
	case m.Found == 0 && m.Vetoes == 0:
		f.reason, f.says = ReasonNothingKnown, "no sentence in common"
	case m.Title == text.TitleConflict:
		f.reason, f.says = ReasonTitleVeto, "the titles differ in "+m.Veto
	case short && m.Vetoes > 0:
		f.reason, f.says = ReasonShortVeto, "a short text, one sentence of which says something else"
	case m.TitleAdds && short,
		m.Title == text.TitleSimilar && m.Fresh > 0 && (short || series && self.Words() < 2*shortText),
		m.Title == text.TitleCovered && m.Fresh > 1 && short && series,
		m.Title == text.TitleOther && !m.Untitled && (short || series),
		m.Title == text.TitleOther && m.Words < untitledWords,
		m.Words < 8 && !agree:
		f.reason, f.says = ReasonOtherTitle, "known sentences under a title that says something else"
	case fresh == 0 && m.Covered >= grownCovered:
		f.kind, f.reason = news.Duplicate, ReasonNearDuplicate
		f.says = fmt.Sprintf("all %s known, as is the rest of that text", count(m.Counted, "sentence"))
	case fresh == 0:
		f.kind, f.reason = news.Duplicate, ReasonContained
		f.says = fmt.Sprintf("all %s in that text, %.0f %% of it", count(m.Counted, "sentence"), 100*m.Covered)
	case share >= knownForVeto, share >= knownForSame && agree && m.Vetoes == 0:
		f.kind, f.reason = news.Update, ReasonKnownAndNew
		f.says = fmt.Sprintf("%d of %s known", m.Found, count(m.Counted, "sentence"))
	case m.Covered >= grownCovered && m.Length >= grownWords && m.Found > 1 && m.Vetoes == 0:
		f.kind, f.reason = news.Update, ReasonGrown
		f.says = fmt.Sprintf("holds %.0f %% of that text and %s more", 100*m.Covered, count(fresh, "sentence"))
	default:
		f.reason = ReasonMostlyNew
		f.says = fmt.Sprintf("only %d of %s known", m.Found, count(m.Counted, "sentence"))
	}
}

// titleOnly decides for a text none of whose sentences count.
func (f *finding) titleOnly(p *news.Prepared, self text.Fingerprint, m *text.Match, agree bool) {
	switch {
	case m.Title == text.TitleConflict:
		f.reason, f.says = ReasonTitleVeto, "the titles differ in "+m.Veto
	case m.Title != text.TitleSame || self.Vague() || self.Words() < 6:
		f.reason, f.says = ReasonOnlyFurniture, "no sentence to compare"
		if agree {
			f.says += ", and the title alone does not do"
		}
	case when(p.Work.Item.Published, p.Work.Item.Seen, f.c.Published, f.c.Seen) > shortHashFor:
		f.reason, f.says = ReasonShortLongAgo, "the same title alone, over two days apart"
	default:
		f.kind, f.reason, f.says = news.Duplicate, ReasonSameTitle, "the same title, and no text but boilerplate"
	}
}

// better orders findings, the one that decides first.
func better(a, b finding) int {
	return cmp.Or(
		cmp.Compare(rank(a.kind), rank(b.kind)),
		cmp.Compare(order(b.match.SameHash), order(a.match.SameHash)),
		cmp.Compare(b.match.KnownWords, a.match.KnownWords),
		cmp.Compare(b.match.Vetoes, a.match.Vetoes),
		cmp.Compare(titleRank(a.match.Title), titleRank(b.match.Title)),
		cmp.Compare(root(a.c), root(b.c)),
		cmp.Compare(a.c.Item, b.c.Item),
	)
}

// titleRank puts a title conflict first among what is new: it is the reason.
func titleRank(t text.TitleState) int { return order(t != text.TitleConflict) }

func order(b bool) int {
	if b {
		return 1
	}
	return 0
}

func rank(k news.VerdictKind) int {
	switch k {
	case news.Duplicate:
		return 0
	case news.Update:
		return 1
	}
	return 2
}

func root(c *news.Candidate) news.ItemID {
	if c.Root != 0 {
		return c.Root
	}
	return c.Item
}

// verdict turns the deciding finding into the verdict. A sentence that is new to
// it but known from another related text among all is no news; when none is left,
// the item is a duplicate.
func (f *finding) verdict(p news.Prepared, m *text.Matcher, all []finding) news.Verdict {
	v := news.Verdict{Kind: f.kind, Reason: f.reason, Evidence: f.says}
	if f.kind == news.New {
		v.Evidence += name(f.c)
		return v
	}
	v.Of = root(f.c)
	if p.Work.Previous == nil {
		v.Evidence += name(f.c)
	}
	if f.kind != news.Update {
		return v
	}
	sentences := text.Sentences(text.Body(p.Work.Item))
	if f.title {
		v.Novel = append(v.Novel, p.Work.Item.Title)
	}
	var elsewhere []*news.Candidate
	for i, s := range f.match.Sentences {
		if s != text.Novel && s != text.Vetoed {
			continue
		}
		if c := witness(all, f, i); c != nil {
			if !slices.Contains(elsewhere, c) {
				elsewhere = append(elsewhere, c)
			}
			continue
		}
		if place := m.Place(i); place < len(sentences) {
			v.Novel = append(v.Novel, sentences[place])
		}
	}
	for _, c := range elsewhere {
		v.Evidence += "; more of it" + name(c)
	}
	if len(v.Novel) == 0 && len(elsewhere) > 0 {
		v.Kind, v.Reason = news.Duplicate, ReasonContained
	}
	return v
}

// witness returns another related candidate that knows sentence i.
func witness(all []finding, f *finding, i int) *news.Candidate {
	for k := range all {
		w := &all[k]
		if w.c == f.c || len(w.match.Sentences) <= i || w.match.Title == text.TitleConflict || w.match.KnownShare() < relatedShare {
			continue
		}
		if s := w.match.Sentences[i]; s == text.Known || s == text.Near || s == text.Within {
			return w.c
		}
	}
	return nil
}

func name(c *news.Candidate) string {
	s := " in "
	if c.Origin == news.OriginSeed {
		s += "seed document "
	}
	s += c.Name
	if c.Title != "" {
		s += fmt.Sprintf(" (item %d, “%s”)", c.Item, c.Title)
	} else {
		s += fmt.Sprintf(" (item %d)", c.Item)
	}
	return s
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (e *Explanation) explainSelf(self text.Fingerprint, m *text.Matcher, item *news.Item) {
	e.Words, e.Sentences = self.Words(), self.Len()
	if masked := m.Masked(); len(masked) > 0 {
		sentences := text.Sentences(text.Body(*item))
		for _, place := range masked {
			if place < len(sentences) {
				e.Dropped = append(e.Dropped, sentences[place])
			}
		}
	}
}

func (e *Explanation) add(f *finding) {
	e.Candidates = append(e.Candidates, ExplainedComparison{
		Item: f.c.Item, Of: root(f.c), Name: f.c.Name, Title: f.c.Title, SharedKeys: f.c.Shared,
		Kind: f.kind, Reason: f.reason, Says: f.says,
		Known: f.match.Found, Counted: f.match.Counted, Covered: f.match.Covered,
	})
}
