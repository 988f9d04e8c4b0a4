package story

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"trucewatch/internal/news"
	"trucewatch/monitor/text"
)

// Where a term stands in an item.
const (
	inMain    = 1 << iota // the title's main clause
	inContext             // the rest of the title: "ahead of …", "after …"
	inLede                // summary, lede, or the start of the body
	inFirst               // the main clause of its first sentence
	inTitle   = inMain | inContext
)

// Kinds of items, by how their titles are put.
const (
	kindNews      = iota
	kindLive      // live page, rolling updates
	kindExplainer // analysis, opinion, questions, takeaways
	kindRoundup   // briefings and newsletters
	kindLivePage  // a live page whose title tells no event of its own
)

type term struct {
	id     uint32
	fields uint8
	weight uint8  // sixteenths of the inverse document frequency
	number uint16 // in a placing: see desk
}

// sketch is what is kept of an item to compare it with others.
type sketch struct {
	lang    uint8 // index of langs; 0 is another
	kind    uint8
	hasLede bool
	lean    bool          // words of judgement in the title
	speaker uint32        // id of the actor who says so; 0: nobody named
	first   uint32        // id of the first actor of the main clause
	second  uint32        // id of the next actor of another name in the title
	grams   [4]uint64     // which 4-grams the title has, by hash
	terms   []term        // by id
	says    text.Features // of the title: what its words alone do not show

	numbers [maxNumbers]text.Number // behind says when decoded
	actors  [maxActors]text.Actor

	sum [classes][2]float64 // sums of weight over terms: in the title; anywhere
	sq  [classes][3]float64 // sums of squared weight: main clause, title, anywhere

	mainWords float64 // sum of weight over words of the main clause

	lede struct{ all, first, names float64 } // sums of squared weight in the summary: words, those of its first sentence, names

	arranged      [2]uint8 // kinds of arrangements, in the title and anywhere: see arrangements
	mainActs      int      // acts in the main clause
	gramsSet      int      // how many bits of grams are set
	fails, denies bool     // the title tells a failure, a denial
	side          string   // of the first actor

	crowd float64 // log of the size of its crowd, 0 for a hundred items: see crowded
}

const (
	sketchVersion = 2
	sketchHead    = 4 + 12 + 32 + 1
	maxTerms      = 120
	maxNumbers    = 12 // of text.Features
	maxActors     = 8
	ledeTokens    = 60
	maxKeys       = 16
)

var langs = []string{"", "en", "uk", "ru", "de", "fr", "pl", "sv", "it", "es"}

func langIndex(lang string) uint8 {
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	return uint8(max(0, slices.Index(langs, base)))
}

// Sketch computes the features of an item used to compare it with others: an encoding
// (versioned, at most 900 bytes) and at most 16 keys under which a development that holds
// the item is found. Title, lede and body are plain text, any of them may be empty; lang
// is BCP 47; published may be zero. Tags may be nil.
func Sketch(title, lede, body, lang string, published time.Time, tags []news.Tag) ([]byte, []uint64) {
	d := sheets.Get().(*sheet)
	defer sheets.Put(d)
	s := d.sketch(title, lede, body, lang)
	return s.encode(), s.keys()
}

// sheet is the memory Sketch works in, used again and again.
type sheet struct {
	s           sketch
	folded      []byte
	title, lede []token
	inTitle     []hit
	inLede      []hit
}

var sheets = sync.Pool{New: func() any { return new(sheet) }}

// sketchOf computes an item's sketch, ready to be compared.
func sketchOf(title, lede, body, lang string) *sketch {
	s := new(sheet).sketch(title, lede, body, lang)
	s.traits()
	s.totals()
	return s
}

// sketch computes what encode and keys need of an item's sketch, which lasts until the next.
func (d *sheet) sketch(title, lede, body, lang string) *sketch {
	s := &d.s
	*s = sketch{lang: langIndex(lang), terms: s.terms[:0]}
	if strings.TrimSpace(lede) == "" {
		lede = body
	}
	d.title, d.folded = appendTokens(d.title[:0], d.folded, title)
	d.lede, d.folded = appendTokens(d.lede[:0], d.folded, lede)
	tt, lt := d.title, d.lede
	if len(lt) > ledeTokens {
		lt = lt[:ledeTokens]
	}
	s.kind = kindOf(tt, title)
	if from, to, _ := banner(tt, title); to > from {
		tt = slices.Delete(tt, from, to)
	}
	s.lean = leans(tt) > 0
	s.says = text.FeaturesOf(title, langs[s.lang])
	s.hasLede = len(lt) >= 5
	main := mainClause(tt)
	d.inTitle = lex.appendHits(d.inTitle[:0], tt)
	th := d.inTitle
	for _, h := range th {
		f := uint8(inContext)
		if main[h.from] {
			f = inMain
		}
		s.add(lex.concepts[h.concept].id, f)
	}
	d.inLede = lex.appendHits(d.inLede[:0], lt)
	for _, h := range d.inLede {
		s.add(lex.concepts[h.concept].id, inLede)
	}
	s.speaker, s.first, s.second = voices(tt, th, main)
	if s.kind == kindLive && s.first == 0 {
		s.kind = kindLivePage // nobody acts: it lists what it covers
	}
	opening, told := firstClause(lt), mainClauses(lt)
	addWords := func(ts []token, lede bool) {
		for i, t := range ts {
			f := uint8(inLede)
			if lede && !told[i] {
				continue // "… a day after …": the news of another day, whose words are another event's
			}
			if lede && opening[i] {
				f |= inFirst
			}
			if !lede {
				f = inContext
				if main[i] {
					f = inMain
				}
			}
			if t.digit || stop[t.text] || utf8.RuneCountInString(t.text) < 2 {
				continue
			}
			s.add(termID(classWord, stem(t.text)), f)
			if t.upper && len(t.text) >= 5 {
				if k := skeleton(t.text); k != "" {
					s.add(termID(className, k), f)
				}
			}
		}
		for _, n := range numbers(ts) {
			f := uint8(inLede)
			if !lede {
				f = inMain
			}
			s.add(termID(classNumber, n), f)
		}
	}
	addWords(tt, false)
	addWords(lt, true)
	s.gramsOf(tt)
	// Terms of the title first when there are too many; the text decides, not the order of ids.
	if len(s.terms) > maxTerms {
		slices.SortStableFunc(s.terms, func(a, b term) int {
			return min(int(b.fields&inTitle), 1) - min(int(a.fields&inTitle), 1)
		})
		s.terms = s.terms[:maxTerms]
	}
	slices.SortFunc(s.terms, func(a, b term) int {
		if a.id < b.id {
			return -1
		}
		if a.id > b.id {
			return 1
		}
		return 0
	})
	return s
}

func (s *sketch) add(id uint32, field uint8) {
	for i := range s.terms {
		if s.terms[i].id == id {
			s.terms[i].fields |= field
			return
		}
	}
	s.terms = append(s.terms, term{id: id, fields: field, weight: background.weight(id)})
}

// traits sums up of the terms what no crowd changes.
func (s *sketch) traits() {
	s.mainActs, s.gramsSet, s.fails, s.denies, s.side = 0, s.gramCount(), s.inTitle(actFailure), s.inTitle(actDeny), sideOf(s.first)
	for _, t := range s.terms {
		switch classOf(t.id) {
		case classAct:
			if t.fields&inMain != 0 {
				s.mainActs++
			}
			s.arrange(t)
		case classMechanism:
			s.arrange(t)
		}
	}
}

func (s *sketch) arrange(t term) {
	for _, a := range arrangements {
		if a.id != t.id {
			continue
		}
		s.arranged[1] |= a.kind
		if t.fields&inTitle != 0 {
			s.arranged[0] |= a.kind
		}
	}
}

// totals sums up the weights of the terms, of a class after the other as they are ordered.
// Sums of sixteenths are whole numbers until they are done: a placing sums ten thousand.
func (s *sketch) totals() {
	s.sum, s.sq = [classes][2]float64{}, [classes][3]float64{}
	s.lede.all, s.lede.first, s.lede.names, s.mainWords = 0, 0, 0, 0
	const one = 1.0 / 16
	for rest := s.terms; len(rest) > 0; {
		c := classOf(rest[0].id)
		var main, title, all, sqMain, sqTitle, sqAll, sqLede, sqFirst int
		n := 0
		for ; n < len(rest) && classOf(rest[n].id) == c; n++ {
			w, f := int(rest[n].weight), rest[n].fields
			q := w * w
			all += w
			sqAll += q
			if f&inTitle != 0 {
				title += w
				sqTitle += q
			}
			if f&inMain != 0 {
				main += w
				sqMain += q
			}
			if f&inLede != 0 {
				sqLede += q
				if f&inFirst != 0 {
					sqFirst += q
				}
			}
		}
		rest = rest[n:]
		s.sum[c] = [2]float64{float64(title) * one, float64(all) * one}
		s.sq[c] = [3]float64{float64(sqMain) * one * one, float64(sqTitle) * one * one, float64(sqAll) * one * one}
		switch c {
		case classWord:
			s.lede.all, s.lede.first, s.mainWords = float64(sqLede)*one*one, float64(sqFirst)*one*one, float64(main)*one
		case className:
			s.lede.names = float64(sqLede) * one * one
		}
	}
}

// arrangements are the kinds of them that are never one and the same. A ceasefire, a settlement
// and guarantees may be any of them, or all.
var arrangements = []struct {
	id   uint32
	kind uint8
}{
	{termID(classMechanism, "m:exchange"), 1}, {termID(classMechanism, "m:humanitarian"), 2}, {termID(classMechanism, "m:shipping"), 4},
	{termID(classMechanism, "m:energy"), 8}, {termID(classMechanism, "m:partial"), 8 | 4}, {termID(classMechanism, "m:holiday"), 16}, {termID(classMechanism, "m:bodies"), 64},
	{termID(classAct, "v:meet"), 32}, {termID(classAct, "v:summit"), 32},
}

// gramsOf marks the title's character 4-grams in 256 bits.
func (s *sketch) gramsOf(ts []token) {
	var w [4]rune
	n := 0
	push := func(r rune) {
		w[0], w[1], w[2], w[3] = w[1], w[2], w[3], r
		if n++; n < 4 {
			return
		}
		h := uint32(2166136261)
		for _, c := range w {
			h = (h ^ uint32(c)) * 16777619
		}
		h ^= h >> 15
		s.grams[h>>6&3] |= 1 << (h & 63)
	}
	push(' ')
	for _, t := range ts {
		for _, r := range t.text {
			push(r)
		}
		push(' ')
	}
}

func (s *sketch) gramCount() int {
	n := 0
	for _, g := range s.grams {
		n += bits.OnesCount64(g)
	}
	return n
}

func (s *sketch) encode() []byte {
	f := &s.says
	f.Numbers, f.Actors = f.Numbers[:min(maxNumbers, len(f.Numbers))], f.Actors[:min(maxActors, len(f.Actors))]
	b := make([]byte, 0, sketchHead+6*len(s.terms)+15+8*len(f.Numbers)+len(f.Actors))
	flags := byte(0)
	if s.hasLede {
		flags |= 1
	}
	if s.lean {
		flags |= 2
	}
	b = append(b, sketchVersion, s.lang, s.kind, flags)
	b = binary.LittleEndian.AppendUint32(b, s.speaker)
	b = binary.LittleEndian.AppendUint32(b, s.first)
	b = binary.LittleEndian.AppendUint32(b, s.second)
	for _, g := range s.grams {
		b = binary.LittleEndian.AppendUint64(b, g)
	}
	b = append(b, byte(len(s.terms)))
	for _, t := range s.terms {
		b = binary.LittleEndian.AppendUint32(b, t.id)
		b = append(b, t.fields, t.weight)
	}
	b = append(b, byte(min(f.Negations, 255)), byte(len(f.Numbers)), byte(len(f.Actors)))
	b = binary.LittleEndian.AppendUint32(b, f.Polarity)
	b = binary.LittleEndian.AppendUint64(b, f.Occasions)
	for _, n := range f.Numbers {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	for _, a := range f.Actors {
		b = append(b, byte(a))
	}
	return b
}

var errSketch = errors.New("not a sketch of this version: judge the item again")

// decode reads an encoded sketch into s, reusing its memory, all but its totals, which
// are those of the weights it is given next. Anything that is not exactly
// what encode writes is refused, so a damaged row compares with nothing.
func (s *sketch) decode(b []byte) error {
	if len(b) < sketchHead || b[0] != sketchVersion || int(b[1]) >= len(langs) || b[2] > kindLivePage || b[3] > 3 {
		return errSketch
	}
	n := int(b[sketchHead-1])
	rest := sketchHead + 6*n // where the title's features begin
	if n > maxTerms || len(b) < rest+15 {
		return errSketch
	}
	numbers, actors := int(b[rest+1]), int(b[rest+2])
	if numbers > maxNumbers || actors > maxActors || len(b) != rest+15+8*numbers+actors {
		return errSketch
	}
	terms := s.terms[:0]
	*s = sketch{lang: b[1], kind: b[2], hasLede: b[3]&1 != 0, lean: b[3]&2 != 0,
		speaker: binary.LittleEndian.Uint32(b[4:]), first: binary.LittleEndian.Uint32(b[8:]), second: binary.LittleEndian.Uint32(b[12:])}
	for i := range s.grams {
		s.grams[i] = binary.LittleEndian.Uint64(b[16+8*i:])
	}
	terms = slices.Grow(terms, n)
	last := int64(-1)
	for p := sketchHead; p < rest; p += 6 {
		t := term{id: binary.LittleEndian.Uint32(b[p:]), fields: b[p+4], weight: b[p+5]}
		if int64(t.id) <= last || t.fields == 0 || t.fields > inMain|inContext|inLede|inFirst {
			return errSketch
		}
		last = int64(t.id)
		terms = append(terms, t)
	}
	s.terms = terms
	s.says.Negations = int(b[rest])
	s.says.Polarity = binary.LittleEndian.Uint32(b[rest+3:])
	s.says.Occasions = binary.LittleEndian.Uint64(b[rest+7:])
	for i := range numbers {
		s.numbers[i] = text.Number(binary.LittleEndian.Uint64(b[rest+15+8*i:]))
	}
	for i := range actors {
		s.actors[i] = text.Actor(b[rest+15+8*numbers+i])
	}
	s.says.Numbers, s.says.Actors = s.numbers[:numbers], s.actors[:actors]
	s.traits()
	return nil
}
