package text

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// sense is what a word of veto_words.go means.
type sense struct {
	kind  senseKind
	id    uint8  // actor, occasion, or polarity: axis*2, plus 1 for the minus pole
	value uint64 // of a number word
}

type senseKind uint8

const (
	negation senseKind = iota + 1
	companion
	polarity
	number
	scale
	speech
	act
	occasion
	actor
)

// lexicon finds the senses of one language's words.
type lexicon struct {
	entries []entry             // by bucket, within one as veto_words.go has them
	from    [buckets + 1]uint16 // the first entry of each bucket
	decimal byte                // "." or ","
	grouped bool                // thousands may be set off by a space
}

// buckets is how many kinds of beginnings of words are told apart; a power of two.
const buckets = 4096

type entry struct {
	text  string // folded
	key   uint32 // of its beginning
	stem  bool
	rest  []entry // the words that must follow
	sense sense
}

// ActorName and the side it stands on, by id.
type actorEntry struct{ name, side string }

var actors = parseActors()

func parseActors() []actorEntry {
	out := []actorEntry{{}} // id 0 is nobody
	for line := range strings.Lines(actorWords) {
		head, _, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		name, side, _ := strings.Cut(head, " ")
		out = append(out, actorEntry{name, side})
	}
	return out
}

// lexiconOf returns the lexicon of a language; for one that is not shipped, the
// actors and digits that need none.
func lexiconOf(lang string) *lexicon {
	if f, ok := lexicons[lang]; ok {
		return f()
	}
	return lexicons[""]()
}

var lexicons = func() map[string]func() *lexicon {
	m := map[string]func() *lexicon{"": sync.OnceValue(func() *lexicon { return newLexicon("", "") })}
	for lang, table := range vetoWords {
		m[lang] = sync.OnceValue(func() *lexicon { return newLexicon(lang, table) })
	}
	return m
}()

func newLexicon(lang, table string) *lexicon {
	l := &lexicon{decimal: ','}
	switch lang {
	case "en", "":
		l.decimal = '.'
	case "fr", "pl", "sv", "ru", "uk":
		l.grouped = true
	}
	id := uint8(0)
	for line := range strings.Lines(actorWords) {
		_, words, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		id++
		for _, w := range strings.Fields(words) {
			l.add(w, sense{kind: actor, id: id})
		}
	}
	var current sense
	for _, w := range strings.Fields(table) {
		if class, ok := classOf(w); ok {
			current = class
			continue
		}
		l.add(w, current)
	}
	slices.SortStableFunc(l.entries, func(a, b entry) int { return int(a.key%buckets) - int(b.key%buckets) })
	for _, e := range l.entries {
		l.from[e.key%buckets+1]++
	}
	for i := range buckets {
		l.from[i+1] += l.from[i]
	}
	return l
}

// classOf reads a class of veto_words.go: "not:", "+begin:", "12=", "x100=", "@easter:".
func classOf(w string) (sense, bool) {
	last := w[len(w)-1]
	name := w[:len(w)-1]
	switch {
	case last == '=' && w[0] == 'x':
		v, err := strconv.ParseUint(name[1:], 10, 64)
		return sense{kind: scale, value: v}, err == nil
	case last == '=':
		v, err := strconv.ParseUint(name, 10, 64)
		return sense{kind: number, value: v * numberUnit}, err == nil
	case last != ':':
		return sense{}, false
	case name == "not":
		return sense{kind: negation}, true
	case name == "not2":
		return sense{kind: companion}, true
	case name == "says":
		return sense{kind: speech}, true
	case name == "act":
		return sense{kind: act}, true
	case name[0] == '@':
		return sense{kind: occasion, id: indexOf(occasions, name[1:])}, true
	case name[0] == '+':
		return sense{kind: polarity, id: 2 * indexOf(axes, name[1:])}, true
	case name[0] == '-':
		return sense{kind: polarity, id: 2*indexOf(axes, name[1:]) + 1}, true
	}
	return sense{}, false
}

func indexOf(list []string, name string) uint8 {
	for i, s := range list {
		if s == name {
			return uint8(i)
		}
	}
	panic("veto_words.go: unknown class " + name)
}

func (l *lexicon) add(w string, s sense) {
	parts := strings.Split(w, "_")
	made := make([]entry, len(parts))
	for i, p := range parts {
		var sc scanner
		text, stem := strings.CutSuffix(p, "*")
		sc.scan(text)
		if len(sc.words) == 0 {
			panic("veto_words.go: no word in " + w)
		}
		made[i] = entry{text: string(sc.text), stem: stem}
	}
	e := made[0]
	e.sense, e.rest = s, made[1:]
	e.key = beginning([]byte(e.text))
	l.entries = append(l.entries, e)
}

// beginning hashes the first three letters of a word, or all of a shorter one.
func beginning(w []byte) uint32 {
	h, letters := uint32(2166136261), 0
	for _, c := range w {
		if c < utf8.RuneSelf || c >= 0xc0 {
			if letters == 3 {
				break
			}
			letters++
		}
		h = (h ^ uint32(c)) * 16777619
	}
	return h ^ h>>15
}

// find returns the sense of the word at i, by its longest entry, and how many
// words that takes.
func (l *lexicon) find(sc *scanner, i int) (sense, int) {
	w := sc.word(i)
	key := beginning(w)
	var best sense
	took, length := 1, 0
	for k := l.from[key%buckets]; k < l.from[key%buckets+1]; k++ {
		e := &l.entries[k]
		if e.key != key {
			continue
		}
		size := len(e.text) + 64*len(e.rest)
		if !e.stem {
			size++
		}
		if size <= length || !e.is(w) || i+len(e.rest) >= len(sc.words) {
			continue
		}
		follows := true
		for k := range e.rest {
			if !e.rest[k].is(sc.word(i + 1 + k)) {
				follows = false
				break
			}
		}
		if follows {
			best, took, length = e.sense, 1+len(e.rest), size
		}
	}
	return best, took
}

func (e *entry) is(w []byte) bool {
	if e.stem {
		return len(w) >= len(e.text) && string(w[:len(e.text)]) == e.text
	}
	return string(w) == e.text
}
