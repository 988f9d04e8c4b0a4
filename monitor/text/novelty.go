package text

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

// SentenceState says what a sentence of a text is beside a known text.
type SentenceState uint8

const (
	Novel      SentenceState = iota
	Known                    // word for word
	Near                     // but for typing errors or a word that changes nothing
	Within                   // part of a longer known sentence, or made of several
	Vetoed                   // nearly a known sentence, but it says something else
	NotCounted               // boilerplate, a stamp, a repeated title: no news either way
)

// TitleState says how two titles stand to each other.
type TitleState uint8

const (
	TitleAbsent   TitleState = iota // the text has none
	TitleSame                       // or a sentence of the other text
	TitleSimilar                    // shares half its words and contradicts nothing
	TitleCovered                    // another headline, whose words its own known text holds
	TitleOther                      // another headline
	TitleConflict                   // similar, and a veto stands between
)

// Match is what comparing a text with a known one shows.
type Match struct {
	SameHash  bool
	Title     TitleState
	Veto      string          // of the titles, in words, when Title is TitleConflict
	Untitled  bool            // the known text has no title
	Fresh     int             // longer words of the title in neither the other title nor a known sentence of the text
	TitleAdds bool            // a title that is TitleSimilar states a number, an actor, a day or a turn that the known text states nowhere
	Sentences []SentenceState // of the text's body, in order

	Words      int     // in the sentences that count
	KnownWords int     // of those, in known sentences (Known, Near and Within)
	Counted    int     // sentences that count
	Found      int     // of those, known
	Vetoes     int     // of those, vetoed
	Covered    float64 // share of the known text's words that this text has
	Length     int     // words of the known text's counted sentences
}

// KnownShare is the share of the counted sentences that are known, 0 when none count.
func (m *Match) KnownShare() float64 {
	if m.Counted == 0 {
		return 0
	}
	return float64(m.Found) / float64(m.Counted)
}

// Matcher compares one text with many.
type Matcher struct {
	f       Fingerprint
	records []record
	ignored []bool    // sentences that do not count
	masked  []int     // of those, the ones learnt as boilerplate
	table   hashTable // sentence hash → index
	same    []int32   // the next sentence with the same hash, or -1

	shingles hashTable // shingle → its place among starts; built when first needed
	starts   []int32   // first shingle of each sentence, and the end
	twin     []int32   // the next shingle of equal value, or -1
	built    bool
	hit      []uint32 // per shingle, the comparison that last hit it
	round    uint32

	partly []bool // sentences half of whose shingles the known text has

	body   string // see WithText
	spans  []span
	parted bool // spans are those of body
	sc     scanner

	states  []SentenceState // of all matches, one after another
	matched []bool          // sentences of the known text at hand that were found
	done    []bool          // by the first of equal sentences
}

// matchers hold the memory of matchers that are done with.
var matchers = sync.Pool{New: func() any { return new(Matcher) }}

// Free gives the matcher's memory to the next. Neither the matcher nor what a Match
// of it says of sentences may be used afterwards.
func (m *Matcher) Free() {
	m.f, m.body = Fingerprint{}, ""
	matchers.Put(m)
}

// sized returns s with n zero elements, in the same memory if it is large enough.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// maskedAtMost is the share of a text's words that learnt boilerplate may take away.
const maskedAtMost = 0.4

// NewMatcher prepares a text for comparing. mask reports learnt boilerplate by
// sentence hash and may be nil; it is applied from the beginning of the text until
// it would take more than 40 % of the words.
func NewMatcher(f Fingerprint, mask func(sentence uint64) bool) *Matcher {
	n := f.sentences
	m := matchers.Get().(*Matcher)
	m.f, m.built, m.parted = f, false, false
	m.records, m.ignored, m.same = sized(m.records, n), sized(m.ignored, n), sized(m.same, n)
	m.masked, m.states = m.masked[:0], m.states[:0]
	m.table.init(n)
	total, dropped := 0, 0
	for i := range n {
		m.records[i] = f.record(i)
		total += int(m.records[i].length)
	}
	for i, r := range m.records {
		m.same[i] = m.table.put(r.hash, int32(i))
		m.ignored[i] = r.flags&flagsIgnored != 0
		if !m.ignored[i] && mask != nil && r.flags&flagLede == 0 && mask(r.hash) {
			if d := dropped + int(r.length); float64(d) <= maskedAtMost*float64(total) {
				dropped = d
				m.ignored[i] = true
				m.masked = append(m.masked, i)
			}
		}
	}
	return m
}

// Masked returns the places, as Sentences counts, of what learnt boilerplate took away.
func (m *Matcher) Masked() []int {
	out := make([]int, len(m.masked))
	for k, i := range m.masked {
		out[k] = int(m.records[i].place)
	}
	return out
}

// Place returns which sentence of the body, as Sentences counts, the i-th of a Match is.
func (m *Matcher) Place(i int) int { return int(m.records[i].place) }

// Near-equality of sentences: similarity hashes this far apart are looked at
// word by word; unrelated sentences are about 32 apart, give or take 4.
const nearBits = 18

// workAtMost bounds the comparing of sentences with each other, in steps of a few
// nanoseconds: what is left then stays novel.
const workAtMost = 4_000_000

// Compare compares the text with a known one. mask is the known text's learnt
// boilerplate, or nil.
func (m *Matcher) Compare(known Fingerprint, mask func(sentence uint64) bool) Match {
	n := len(m.records)
	at := len(m.states)
	m.states = append(m.states, make([]SentenceState, n)...)
	out := Match{SameHash: m.f.SameHash(known), Sentences: m.states[at:]}
	for i := range n {
		if m.ignored[i] {
			out.Sentences[i] = NotCounted
		}
	}
	// Word for word, and the known title as a sentence.
	m.matched, m.done = sized(m.matched, known.sentences), sized(m.done, n)
	matched, done := m.matched, m.done
	left, lengths, covered := n, 0, 0
	for j := -1; j < known.sentences; j++ {
		var r record
		if j >= 0 || !known.zero() {
			r = known.record(j)
		}
		if r.length == 0 {
			continue
		}
		dropped := r.flags&flagsIgnored != 0 || mask != nil && r.flags&flagLede == 0 && j >= 0 && mask(r.hash)
		if j >= 0 && !dropped {
			lengths += int(r.length)
		}
		first := m.table.get(r.hash)
		if first >= 0 && j >= 0 {
			matched[j] = true
		}
		for i := first; i >= 0 && !done[first]; i = m.same[i] {
			if r.flags&flagBoilerplate != 0 {
				out.Sentences[i] = NotCounted
			} else if out.Sentences[i] == Novel {
				out.Sentences[i] = Known
			}
		}
		if first >= 0 {
			done[first] = true
		}
		if j >= 0 && matched[j] && !dropped {
			covered += int(r.length)
		}
	}
	for i := range out.Sentences {
		if out.Sentences[i] != Novel {
			left--
		}
	}
	if left > 0 && known.sentences > 0 {
		covered += m.nearly(known, &out, matched, left)
	}
	for i, s := range out.Sentences {
		if s == NotCounted {
			continue
		}
		w := int(m.records[i].length)
		out.Words += w
		out.Counted++
		switch s {
		case Known, Near, Within:
			out.KnownWords += w
			out.Found++
		case Vetoed:
			out.Vetoes++
		}
	}
	out.Length = lengths
	if lengths > 0 {
		out.Covered = min(1, float64(covered)/float64(lengths))
	}
	m.title(known, &out)
	return out
}

// nearly looks for the sentences that are not known word for word: as edited
// sentences, by their words; as parts of longer ones, by their shingles. It
// returns how many words of the known text it found that way.
func (m *Matcher) nearly(known Fingerprint, out *Match, matched []bool, left int) (covered int) {
	rest := 0
	for _, yes := range matched {
		if !yes {
			rest++
		}
	}
	if work := workAtMost - rest*left; work > 0 {
		for j, yes := range matched {
			if yes {
				continue
			}
			k := known.record(j)
			if k.flags&flagsIgnored != 0 || k.length < 3 {
				continue
			}
			for i, s := range out.Sentences {
				if s != Novel && s != Vetoed {
					continue
				}
				r := &m.records[i]
				if bits.OnesCount64(r.sim^k.sim) > nearBits || r.length > 2*k.length || k.length > 2*r.length {
					continue
				}
				if work -= int(r.kept) * int(k.kept); work < 0 {
					break
				}
				switch m.edited(r, known, &k) {
				case Near:
					out.Sentences[i] = Near
					matched[j] = true
					covered += int(k.length)
				case Vetoed:
					out.Sentences[i] = Vetoed
				}
				if matched[j] {
					break
				}
			}
		}
	}
	if m.within(known, out) {
		m.fused(known, out)
	}
	return covered
}

// edited compares two sentences word by word. Near: they differ in typing errors
// alone; Vetoed: that, but a number, a negation, a pole, an actor or a day differs;
// else Novel: one exchanged word may be the news ("fruitless" for "productive").
func (m *Matcher) edited(r *record, known Fingerprint, k *record) SentenceState {
	var used [256]bool
	var missing [8]uint32
	absent, shared := 0, 0
	for a := range int(r.kept) {
		w := m.f.word(int(r.word) + a)
		found := false
		for b := range int(k.kept) {
			if !used[b] && (w^known.word(int(k.word)+b))&wordHash == 0 {
				used[b], found = true, true
				break
			}
		}
		if found {
			shared++
			continue
		}
		if absent == len(missing) {
			return Novel
		}
		missing[absent] = w
		absent++
	}
	if 2*shared < int(max(r.kept, k.kept)) || r.kept == 0 && r.length < 4 {
		return Novel
	}
	if absent > 1+int(r.kept)/8 {
		return Novel
	}
	for _, w := range missing[:absent] {
		typo := false
		for b := range int(k.kept) {
			if !used[b] && mistyped(w, known.word(int(k.word)+b)) {
				used[b], typo = true, true
				break
			}
		}
		if !typo {
			return Novel
		}
	}
	a, b := m.f.featuresAt(*r), known.featuresAt(*k)
	if contradicts(&a, &b) || adds(&a, &b) {
		return Vetoed
	}
	return Near
}

// within marks the sentences all of whose shingles the known text holds. It
// reports whether of another it holds half.
func (m *Matcher) within(known Fingerprint, out *Match) (some bool) {
	m.build()
	if len(m.hit) == 0 {
		return false
	}
	m.round++
	for k := range known.shingles {
		for s := m.shingles.get(known.shingle(k)); s >= 0 && m.hit[s] != m.round; s = m.twin[s] {
			m.hit[s] = m.round
		}
	}
	sparse := known.isSampled() || m.f.isSampled()
	for i, state := range out.Sentences {
		m.partly[i] = false
		if state != Novel && state != Vetoed || m.records[i].length < shingleWords+2 {
			continue
		}
		eligible, hits, last := 0, 0, false
		for s := m.starts[i]; s < m.starts[i+1]; s++ {
			if sparse && m.f.shingle(int(s))%sampleEvery != 0 {
				continue
			}
			eligible++
			last = m.hit[s] == m.round
			if last {
				hits++
			}
		}
		// A sentence that the feed cut may have been cut inside a word.
		if m.records[i].flags&flagCut != 0 && !last && eligible > 1 {
			eligible--
		}
		need := 3
		if sparse {
			need = 2
		}
		m.partly[i] = hits >= 2 && 2*hits >= eligible
		if state == Novel && hits >= need && hits == eligible {
			out.Sentences[i] = Within
			continue
		}
		some = some || m.partly[i]
	}
	return some
}

func (m *Matcher) build() {
	if m.built {
		return
	}
	m.built = true
	n := m.f.shingles
	m.starts = sized(m.starts, len(m.records)+1)
	for i, r := range m.records {
		m.starts[i+1] = m.starts[i] + int32(r.shingles)
	}
	m.partly = sized(m.partly, len(m.records))
	m.twin = sized(m.twin, n)
	m.hit, m.round = sized(m.hit, n), 0
	m.shingles.init(n)
	for s := range n {
		m.twin[s] = m.shingles.put(m.f.shingle(s), int32(s))
	}
}

// title compares the titles.
func (m *Matcher) title(known Fingerprint, out *Match) {
	t := m.f.record(-1)
	if t.length == 0 {
		out.Title = TitleAbsent
		return
	}
	for j := -1; j < known.sentences; j++ {
		if known.hashOf(j) == t.hash {
			out.Title = TitleSame
			return
		}
	}
	var k record
	if !known.zero() {
		k = known.record(-1)
	}
	out.Untitled = k.length == 0
	shared, long, covered := 0, 0, 0
	for a := range int(t.kept) {
		w := m.f.word(int(t.word) + a)
		if w&wordLong != 0 {
			long++
		}
		switch {
		case k.length > 0 && hasWord(known, &k, w):
			shared++
		case w&wordLong == 0:
			continue
		case !m.knownWord(out, w):
			out.Fresh++
			continue
		}
		if w&wordLong != 0 {
			covered++
		}
	}
	if least := int(min(t.kept, k.kept)); k.length > 0 && (2*shared >= least || least == 0) {
		a, b := m.f.featuresAt(t), known.featuresAt(k)
		if v, ok := m.titleVeto(known, &t, &k, a, b); ok {
			out.Title, out.Veto = TitleConflict, v.String()
			return
		}
		if 2*shared >= int(max(t.kept, k.kept)) {
			out.Title = TitleSimilar
			out.TitleAdds = addsToAll(known, &a, &b)
			return
		}
	}
	// Another headline: does the known text say what it says?
	out.Title = TitleOther
	if long > 0 && 5*covered >= 3*long {
		out.Title = TitleCovered
	}
}

// titleVeto compares two similar titles. A title is short and every word of it is
// chosen: beside what Vetoes finds it is a veto that only one refuses or denies,
// and that they choose differently where words contrast.
func (m *Matcher) titleVeto(known Fingerprint, t, k *record, a, b Features) (Veto, bool) {
	if vetoes := Vetoes(a, b); len(vetoes) > 0 {
		return vetoes[0], true
	}
	if x, y := a.Polarity&refusals, b.Polarity&refusals; (x == 0) != (y == 0) {
		return Veto{VetoPolarity, Features{Polarity: x}.poles(), Features{Polarity: y}.poles()}, true
	}
	var x, y choices
	for i := range int(t.kept) {
		x.add(m.f.word(int(t.word) + i))
	}
	for i := range int(k.kept) {
		y.add(known.word(int(k.word) + i))
	}
	return x.against(&y)
}

// addsToAll reports that a title's features, beside those of the known title, have a
// number, an actor, a day or a pole that no sentence of the known text has either.
func addsToAll(known Fingerprint, a, title *Features) bool {
	if !adds(a, title) && a.Polarity&^title.Polarity == 0 {
		return false
	}
	all := *title
	for i := range known.sentences {
		f := known.featuresAt(known.record(i))
		all.Numbers = append(all.Numbers, f.Numbers...)
		all.Actors = append(all.Actors, f.Actors...)
		all.Occasions |= f.Occasions
		all.Polarity |= f.Polarity
	}
	return adds(a, &all) || a.Polarity&^all.Polarity != 0
}

// mistyped reports two words that may be one, misspelt: their letters differ by
// one, or by two in a word of six different letters or more.
func mistyped(v, w uint32) bool {
	apart := bits.OnesCount32((v ^ w) & wordLetters)
	return apart <= 1 || apart == 2 && bits.OnesCount32(v&wordLetters) >= 6
}

func hasWord(f Fingerprint, r *record, w uint32) bool {
	kept := f.raw[headSize+recordSize*(1+f.sentences)+8*f.shingles+4*int(r.word):][:4*int(r.kept)]
	for ; len(kept) > 0; kept = kept[4:] {
		if (w^binary.LittleEndian.Uint32(kept))&wordHash == 0 {
			return true
		}
	}
	return false
}

// knownWord reports that one of the text's own known sentences has a word.
func (m *Matcher) knownWord(out *Match, w uint32) bool {
	for i, s := range out.Sentences {
		if (s == Known || s == Near || s == Within) && hasWord(m.f, &m.records[i], w) {
			return true
		}
	}
	return false
}

// hashTable maps hashes to small numbers by open addressing.
type hashTable struct {
	slots []slot
	mask  uint64
}

type slot struct {
	key   uint64
	value int32 // plus one; 0 is free
}

func (t *hashTable) init(n int) {
	size := 8
	for size < 2*n {
		size *= 2
	}
	t.slots = sized(t.slots, size)
	t.mask = uint64(size - 1)
}

// put adds key and returns the value it had before, or -1.
func (t *hashTable) put(key uint64, value int32) int32 {
	for i := key & t.mask; ; i = (i + 1) & t.mask {
		s := &t.slots[i]
		if s.value == 0 {
			*s = slot{key, value + 1}
			return -1
		}
		if s.key == key {
			old := s.value - 1
			s.value = value + 1
			return old
		}
	}
}

// get returns the value last put under key, or -1.
func (t *hashTable) get(key uint64) int32 {
	for i := key & t.mask; ; i = (i + 1) & t.mask {
		s := &t.slots[i]
		if s.value == 0 {
			return -1
		}
		if s.key == key {
			return s.value - 1
		}
	}
}
