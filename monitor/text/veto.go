package text

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Features are what a sentence asserts that its words alone do not show: two
// sentences may share every word and still contradict each other. They mean the
// same in every language shipped (en uk ru de fr pl sv); in others only digits
// and actors are found.
type Features struct {
	Numbers   []Number // in order, without repeats, at most 12
	Negations int
	Polarity  uint32  // two bits an axis, plus pole first: see axes
	Actors    []Actor // in order of first mention, at most 8; a speaker named last comes first
	Occasions uint64  // a bit for each named occasion, weekday and month
	Acts      bool    // a word of talks, war or speech occurs
}

// Number is a number of a text in thousandths: 1.5 is 1500. An ordinal is its number.
type Number uint64

const (
	numberUnit = 1000
	maxNumbers = 12
	maxActors  = 8
)

func (n Number) String() string {
	s := strconv.FormatUint(uint64(n)/numberUnit, 10)
	if f := uint64(n) % numberUnit; f != 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%03d", f), "0")
	}
	return s
}

// Actor is who acts or is acted upon: a state, a body or a person.
type Actor uint8

func (a Actor) String() string {
	if int(a) < len(actors) {
		return actors[a].name
	}
	return "actor " + strconv.Itoa(int(a))
}

// Side is the state or body an actor stands for; itself for a state.
func (a Actor) Side() string {
	if int(a) < len(actors) {
		return actors[a].side
	}
	return a.String()
}

// Kinds of veto.
const (
	VetoNumbers  = "numbers"
	VetoNegation = "negation"
	VetoPolarity = "polarity"
	VetoActors   = "actors"
	VetoOccasion = "occasion"
	VetoContrast = "contrast" // of titles alone: see contrasts
)

// Veto is a reason why two sentences do not say the same.
type Veto struct {
	Kind string // one of the Veto constants
	A, B string // what either says, in words
}

func (v Veto) String() string { return fmt.Sprintf("%s: %s / %s", v.Kind, v.A, v.B) }

// FeaturesOf reads the features of one sentence in a language (BCP 47 primary subtag).
func FeaturesOf(sentence, lang string) Features {
	b := builders.Get().(*builder)
	defer builders.Put(b)
	b.sc.scan(sentence)
	var f Features
	f.read(&b.sc, lexiconOf(lang))
	return f
}

// Vetoes compares two sentences: each has a number, actor or occasion that the
// other lacks, they differ in negation, stand at opposite poles, or name the same
// actors in another order. What only one of them mentions is no contradiction,
// but for a negation. The story package weighs these, identity obeys them.
func Vetoes(a, b Features) []Veto {
	var out []Veto
	if differ(a.Numbers, b.Numbers) {
		out = append(out, Veto{VetoNumbers, join(a.Numbers), join(b.Numbers)})
	}
	if a.Negations != b.Negations {
		out = append(out, Veto{VetoNegation, strconv.Itoa(a.Negations), strconv.Itoa(b.Negations)})
	}
	if x, y := a.poles(), b.poles(); opposed(a.Polarity, b.Polarity) {
		out = append(out, Veto{VetoPolarity, x, y})
	}
	if actorsDiffer(a.Actors, b.Actors, Actor.standsFor) {
		out = append(out, Veto{VetoActors, join(a.Actors), join(b.Actors)})
	}
	if o, p := a.Occasions&^b.Occasions, b.Occasions&^a.Occasions; o != 0 && p != 0 {
		out = append(out, Veto{VetoOccasion, occasionNames(o), occasionNames(p)})
	}
	return out
}

// Disagreement is Vetoes without the words, one flag a kind.
type Disagreement struct{ Numbers, Negation, Polarity, Actors, Occasion bool }

// Disagree compares two sentences as Vetoes does and allocates nothing; but two
// people of one side do not disagree, who may well report one event.
func Disagree(a, b *Features) Disagreement {
	return Disagreement{
		Numbers:  differ(a.Numbers, b.Numbers),
		Negation: a.Negations != b.Negations,
		Polarity: opposed(a.Polarity, b.Polarity),
		Actors:   actorsDiffer(a.Actors, b.Actors, sameSide),
		Occasion: a.Occasions&^b.Occasions != 0 && b.Occasions&^a.Occasions != 0,
	}
}

// contradicts is Vetoes without the words.
func contradicts(a, b *Features) bool {
	return a.Negations != b.Negations || a.Occasions&^b.Occasions != 0 && b.Occasions&^a.Occasions != 0 ||
		opposed(a.Polarity, b.Polarity) || differ(a.Numbers, b.Numbers) || actorsDiffer(a.Actors, b.Actors, Actor.standsFor)
}

// adds reports that a states a number, an occasion or an actor that b does not.
func adds(a, b *Features) bool {
	return a.Occasions&^b.Occasions != 0 || lacks(b.Numbers, a.Numbers) || lacksActor(b.Actors, a.Actors, Actor.standsFor)
}

func differ[T comparable](a, b []T) bool { return lacks(a, b) && lacks(b, a) }

// lacks reports that b has something that a has not.
func lacks[T comparable](a, b []T) bool {
	for _, x := range b {
		if !slices.Contains(a, x) {
			return true
		}
	}
	return false
}

// opposed reports an axis on which a has one pole only and b the other only.
func opposed(a, b uint32) bool {
	const plus = 0x55555555
	up := func(x uint32) uint32 { return x & plus &^ (x >> 1) }
	down := func(x uint32) uint32 { return x >> 1 & plus &^ x }
	return up(a)&down(b)|down(a)&up(b) != 0
}

// actorsDiffer reports that both name the same actors in another order, or each
// an actor for whom the other names nobody who could stand for him.
func actorsDiffer(a, b []Actor, standsFor func(x, y Actor) bool) bool {
	if slices.Equal(a, b) {
		return false
	}
	if !lacks(a, b) && !lacks(b, a) {
		return len(a) > 1
	}
	return lacksActor(a, b, standsFor) && lacksActor(b, a, standsFor)
}

// lacksActor reports that b has an actor for whom a names nobody who could stand for him.
func lacksActor(a, b []Actor, standsFor func(x, y Actor) bool) bool {
	for _, x := range b {
		if !slices.ContainsFunc(a, func(y Actor) bool { return standsFor(x, y) }) {
			return true
		}
	}
	return false
}

func sameSide(a, b Actor) bool { return a.Side() == b.Side() }

// standsFor says that a state stands for its people and they for it, but not one man
// for another.
func (a Actor) standsFor(b Actor) bool {
	return a == b || sameSide(a, b) && (a.isState() || b.isState())
}

// isState tells a state or body from a person of its side.
func (a Actor) isState() bool { return a.String() == a.Side() }

// refusals are the poles that turn a sentence round as a negation does: refusing,
// denying, calling impossible.
var refusals = pole("-consent") | pole("-confirm") | pole("-possible") | pole("-begin") | pole("-attend")

func pole(name string) uint32 {
	s, _ := classOf(name + ":")
	return 1 << s.id
}

func (f Features) poles() string {
	var out []string
	for p := f.Polarity; p != 0; p &= p - 1 {
		i := bits.TrailingZeros32(p)
		if i/2 < len(axes) {
			out = append(out, "+-"[i%2:i%2+1]+axes[i/2])
		}
	}
	return strings.Join(out, " ")
}

func occasionNames(set uint64) string {
	var out []string
	for ; set != 0; set &= set - 1 {
		if i := bits.TrailingZeros64(set); i < len(occasions) {
			out = append(out, occasions[i])
		}
	}
	return strings.Join(out, " ")
}

func join[T fmt.Stringer](list []T) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = x.String()
	}
	return strings.Join(out, " ")
}

// read reads the features of the sentence in sc, into the memory f has.
func (f *Features) read(sc *scanner, l *lexicon) {
	*f = Features{Numbers: f.Numbers[:0], Actors: f.Actors[:0]}
	companions := 0
	lastSpeech, lastActor := -9, -9 // places of the last word of speech and the last actor
	numberAt := -9                  // place of the last number
	var spoken Actor
	for i := 0; i < len(sc.words); {
		t := &sc.words[i]
		if t.number {
			i = f.digits(sc, l, i)
			numberAt = i - 1
			continue
		}
		if t.apart && t.length == 1 && l.decimal == '.' && sc.text[t.from] == 't' { // don't, can't
			f.Negations++
			i++
			continue
		}
		s, took := l.find(sc, i)
		switch s.kind {
		case negation:
			f.Negations++
		case companion:
			companions++
		case polarity:
			f.Polarity |= 1 << s.id
			f.Acts = true
		case number:
			if n := len(f.Numbers); numberAt == i-1 && n > 0 && f.Numbers[n-1] >= 20*numberUnit && f.Numbers[n-1]%(10*numberUnit) == 0 && s.value < 10*numberUnit {
				f.Numbers[n-1] += Number(s.value) // twenty-one
				t.stated = true
			} else {
				t.stated = f.number(Number(s.value))
			}
			numberAt = i
		case scale:
			if n := len(f.Numbers); numberAt == i-1 && n > 0 {
				f.Numbers[n-1] *= Number(s.value)
				numberAt = i
			}
		case speech:
			f.Acts = true
			lastSpeech = i
		case act:
			f.Acts = true
		case occasion:
			f.Occasions |= 1 << s.id
			for k := range took {
				sc.words[i+k].stated = true
			}
		case actor:
			a := Actor(s.id)
			known := slices.Contains(f.Actors, a)
			if !known && len(f.Actors) < maxActors {
				f.Actors = append(f.Actors, a)
				known = true
			}
			for k := range took {
				sc.words[i+k].stated = known
			}
			lastActor, spoken = i, a
		}
		i += took
	}
	// "… ne … pas" is one negation, and so is "pas de trêve".
	f.Negations = max(f.Negations, min(companions, 1))
	f.month(sc, l)
	// "Moscow broke the truce, Kyiv says" is what Kyiv says.
	if n := len(sc.words); lastActor >= n-3 && lastSpeech >= n-3 && len(f.Actors) > 1 {
		if k := slices.Index(f.Actors, spoken); k > 0 {
			copy(f.Actors[1:k+1], f.Actors[:k])
			f.Actors[0] = spoken
		}
	}
}

// number adds n and reports whether it is among the numbers now.
func (f *Features) number(n Number) bool {
	if slices.Contains(f.Numbers, n) {
		return true
	}
	if len(f.Numbers) == maxNumbers {
		return false
	}
	f.Numbers = append(f.Numbers, n)
	return true
}

// month adds May and March in English, which are words of their own, where a
// number stands beside them.
func (f *Features) month(sc *scanner, l *lexicon) {
	if l.decimal != '.' {
		return
	}
	for i := range sc.words {
		if i > 0 && sc.words[i-1].number || i+1 < len(sc.words) && sc.words[i+1].number {
			if w := string(sc.word(i)); w == "may" || w == "march" {
				f.Occasions |= 1 << indexOf(occasions, w)
			}
		}
	}
}

// digits reads the number written in digits at i and returns the place after it.
func (f *Features) digits(sc *scanner, l *lexicon, i int) int {
	w := sc.word(i)
	var whole, frac uint64
	unit := uint64(numberUnit)
	inFrac := false
	k := 0
	for ; k < len(w); k++ {
		c := w[k]
		if c >= '0' && c <= '9' {
			if inFrac {
				if unit > 1 {
					unit /= 10
					frac += uint64(c-'0') * unit
				}
			} else if whole < 1e12 {
				whole = whole*10 + uint64(c-'0')
			}
			continue
		}
		if c != '.' && c != ',' || inFrac {
			break
		}
		// A group of three digits after the mark that is no decimal mark here
		// is thousands; anything else is a fraction.
		group := k+3 < len(w) && isDigit(w[k+1]) && isDigit(w[k+2]) && isDigit(w[k+3]) && (k+4 == len(w) || !isDigit(w[k+4]))
		if group && (c != l.decimal || slices.Contains(w[k+4:], c)) {
			continue
		}
		if c != l.decimal && k+1 < len(w) && isDigit(w[k+1]) && slices.Contains(w[k+1:], c) {
			// A date such as 12.05.2025: its parts are numbers of their own.
			f.number(Number(whole * numberUnit))
			whole = 0
			continue
		}
		inFrac = true
	}
	n := whole*numberUnit + frac
	switch string(w[k:]) {
	case "k":
		n *= 1000
	case "m", "mn", "mln":
		n *= 1000_000
	case "bn", "b", "mrd":
		n *= 1000_000_000
	}
	i++
	if l.grouped && k == len(w) && k <= 3 && !inFrac {
		for i < len(sc.words) && sc.words[i].number && sc.words[i].to-sc.words[i].from == 3 && n < 1e15 {
			if part := sc.word(i); isDigit(part[0]) && isDigit(part[1]) && isDigit(part[2]) {
				v, _ := strconv.Atoi(string(part))
				n = n*1000 + uint64(v)*numberUnit
				i++
				continue
			}
			break
		}
	}
	f.number(Number(n))
	return i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// empty reports that the sentence names no number and no actor, and has no word
// of talks, war or speech.
func (f *Features) empty() bool {
	return len(f.Numbers) == 0 && len(f.Actors) == 0 && !f.Acts && f.Polarity == 0
}
