package tag

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Rules is a compiled rule set: safe for use by many goroutines.
type Rules struct {
	m      *matcher
	langs  map[string]uint32 // language → its bit
	topics []*topic
	digest string
}

// Digest identifies the packs the rules were compiled from, by their content.
func (r *Rules) Digest() string { return r.digest }

// matcher finds the patterns of all packs in one pass over a text.
type matcher struct {
	abc      *alphabet
	words    *wordTrie // prefixes and whole words
	infix    *wordTrie // endings and insides
	phrases  *phraseTrie
	patterns []compiled
	langs    []uint32 // of each pattern: the languages it is read in, 0 all
}

// compiled is one pattern with what it stands for. Many thousands of them stay in
// memory: they share their strings and hold nothing of the packs.
type compiled struct {
	kind    kind
	swallow bool
	owner   int32  // index in its pack's list of the kind
	id      string // of the owner
	rule    string // as tags carry it: pack/kind.id
	detail  string // of the owner: an actor's side, a place's scope
	office  string // of an actor
}

type kind uint8

const (
	kLexicon kind = iota
	kActor
	kVenue
	kPlace
	kOutlet
	kConflict
)

var kindNames = [...]string{"lexicon", "actor", "venue", "place", "outlet", "conflict"}

// owners lists what has patterns of a kind.
func (p *Pack) owners(k kind) []named {
	var out []named
	switch k {
	case kLexicon:
		for _, x := range p.lexicons {
			out = append(out, x.named)
		}
	case kActor:
		for _, x := range p.actors {
			out = append(out, x.named)
		}
	case kVenue:
		for _, x := range p.venues {
			out = append(out, x.named)
		}
	case kPlace:
		for _, x := range p.places {
			out = append(out, x.named)
		}
	case kOutlet:
		return p.outlets
	case kConflict:
		return p.conflicts
	}
	return out
}

// Compile joins packs and the bases they name into one rule set. A base that is
// not among the packs is taken from the built-in ones. The error joins every
// problem found.
func Compile(packs ...*Pack) (*Rules, error) {
	all, err := withBases(packs)
	if err != nil {
		return nil, err
	}
	r := &Rules{langs: map[string]uint32{}}
	m, sources, err := compileMatcher(all, r.langs)
	if err != nil {
		return nil, err
	}
	r.m = m
	var problems []Problem
	sum := sha256.New()
	for _, p := range all {
		sum.Write(p.sum[:])
		if p.Topic == "" {
			continue
		}
		t, bad := compileTopic(p, all, m, sources)
		problems = append(problems, bad...)
		r.topics = append(r.topics, t)
	}
	if len(problems) > 0 {
		return nil, joinProblems(problems)
	}
	if len(r.topics) == 0 {
		return nil, fmt.Errorf("no pack has a topic: there is nothing to be about")
	}
	r.digest = hex.EncodeToString(sum.Sum(nil)[:16])
	return r, nil
}

// withBases adds the bases, each pack once, bases first.
func withBases(packs []*Pack) ([]*Pack, error) {
	var out []*Pack
	named := map[string]*Pack{}
	for _, p := range packs {
		if named[p.Name] != nil && named[p.Name] != p {
			return nil, fmt.Errorf("two packs are called %q: rename one", p.Name)
		}
		named[p.Name] = p
	}
	var add func(p *Pack, depth int) error
	add = func(p *Pack, depth int) error {
		if slices.Contains(out, p) {
			return nil
		}
		if depth > 8 {
			return fmt.Errorf("pack %s: its bases go round in a circle", p.Name)
		}
		if p.Base != "" {
			b := named[p.Base]
			if b == nil {
				var err error
				if b, err = Builtin(p.Base); err != nil {
					return fmt.Errorf("pack %s: base: %w", p.Name, err)
				}
			}
			if err := add(b, depth+1); err != nil {
				return err
			}
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
		return nil
	}
	for _, p := range packs {
		if err := add(p, 0); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// source is where a pattern was written.
type source struct {
	pack *Pack
	line int
	text string
}

// compileMatcher compiles the patterns of packs, and says of each where it was written.
func compileMatcher(packs []*Pack, langs map[string]uint32) (*matcher, []source, error) {
	m := &matcher{}
	var sources []source
	type wordKey struct {
		fold        string
		left, right bool
	}
	atoms := map[wordKey]int32{}
	var order []wordKey
	letters := map[rune]bool{}
	phrases := newPhraseBuilder()
	for _, p := range packs {
		for k := kLexicon; k <= kConflict; k++ {
			for owner, n := range p.owners(k) {
				c := compiled{kind: k, owner: int32(owner), id: strings.Clone(n.id), rule: p.Name + "/" + kindNames[k] + "." + n.id}
				strict := false
				switch k {
				case kLexicon:
					c.swallow, strict = p.lexicons[owner].swallow, p.lexicons[owner].strict
				case kActor:
					c.detail, c.office = strings.Clone(p.actors[owner].side), strings.Clone(p.actors[owner].office)
				case kPlace:
					c.detail = strings.Clone(p.places[owner].scope)
				}
				for _, e := range n.entries {
					var only uint32
					for _, l := range e.langs {
						if langs[l] == 0 {
							if len(langs) == 32 {
								return nil, nil, fmt.Errorf("%s: more than 32 languages", p.file)
							}
							langs[l] = 1 << len(langs)
						}
						if strict {
							only |= langs[l]
						}
					}
					id := int32(len(m.patterns))
					m.patterns, m.langs = append(m.patterns, c), append(m.langs, only)
					sources = append(sources, source{p, e.line, e.text})
					var gaps []int
					var rows [][]int32
					for _, w := range e.pattern.words {
						var row []int32
						for _, a := range w.alts {
							key := wordKey{a.fold, a.openLeft, a.openRight}
							atom, ok := atoms[key]
							if !ok {
								atom = int32(len(order))
								atoms[key] = atom
								order = append(order, key)
								for _, r := range a.fold {
									letters[r] = true
								}
							}
							row = append(row, atom)
						}
						gaps, rows = append(gaps, w.gap), append(rows, row)
					}
					phrases.add(gaps, rows, id)
				}
			}
		}
	}
	var err error
	if m.abc, err = newAlphabet(letters); err != nil {
		return nil, nil, err
	}
	var plain, inner []trieWord
	for atom, k := range order {
		w := trieWord{codes: m.abc.codes(k.fold), atom: int32(atom), open: k.right}
		if k.left {
			inner = append(inner, w)
		} else {
			plain = append(plain, w)
		}
	}
	m.words = buildTrie(plain, false)
	m.infix = buildTrie(inner, true)
	m.phrases = phrases.build(len(order))
	m.patterns, m.langs = slices.Clip(m.patterns), slices.Clip(m.langs)
	return m, sources, nil
}

// maxClasses bounds the classes of one topic: a sentence's are kept as bits.
const maxClasses = 512

type classSet [maxClasses / 64]uint64

func (s *classSet) add(c int)      { s[c>>6] |= 1 << (c & 63) }
func (s *classSet) has(c int) bool { return s[c>>6]&(1<<(c&63)) != 0 }

// topic is one conflict's rules, its classes numbered.
type topic struct {
	id       string
	sides    []string
	own      string // its name among the base's conflicts
	names    []string
	classes  map[string]int
	of       [][]int16 // pattern → classes
	rules    []compiledRule
	facets   []compiledFacet
	weigh    weigher
	models   []compiledModel
	roles    roles
	arranged int // class of "agrees to talks"
}

type compiledRule struct {
	id     int
	all    [][]int
	none   []int
	order  bool
	apart  bool
	within int32
}

type compiledFacet struct {
	facet, value string
	rule         string
	of           []int
	weak, unless []int
}

// builtinClasses are names the engine itself gives: see topic.classNames.
var builtinClasses = []string{"party", "third", "ground", "actor", "place", "venue", "outlet", "other"}

// classNames lists the classes a pattern of a pack belongs to for a topic.
func (t *topic) classNames(c *compiled, pack *Pack) []string {
	ours := func(side string) bool { return slices.Contains(t.sides, side) }
	switch c.kind {
	case kLexicon:
		l := pack.lexicons[c.owner]
		return append([]string{l.id}, l.groups...)
	case kActor:
		a := pack.actors[c.owner]
		out := append([]string{"actor", "actor:" + a.id, "side:" + a.side}, a.groups...)
		if ours(a.side) {
			return append(out, "party")
		}
		return append(out, "third")
	case kVenue:
		v := pack.venues[c.owner]
		return append([]string{"venue", "venue:" + v.id}, v.groups...)
	case kPlace:
		p := pack.places[c.owner]
		out := []string{"place", "place:" + p.id}
		if ours(p.side) {
			out = append(out, "ground", "ground:"+p.side)
		}
		return out
	case kOutlet:
		return []string{"outlet"}
	case kConflict:
		if id := pack.conflicts[c.owner].id; id != t.own {
			return []string{"other", "other:" + id}
		}
	}
	return nil
}

func compileTopic(p *Pack, packs []*Pack, m *matcher, sources []source) (*topic, []Problem) {
	t := &topic{id: p.Topic, sides: p.sides, own: p.conflict, classes: map[string]int{}}
	var problems []Problem
	bad := func(p *Pack, line int, format string, args ...any) {
		problems = append(problems, Problem{p.file, line, fmt.Sprintf(format, args...)})
	}
	chain := chainOf(p, packs)

	// Every name a pattern can have is known; those of single actors and the
	// like become classes only when something asks for them.
	possible := map[string]bool{}
	class := func(name string) int {
		if i, ok := t.classes[name]; ok {
			return i
		}
		i := len(t.names)
		t.classes[name] = i
		t.names = append(t.names, name)
		return i
	}
	for _, n := range builtinClasses {
		class(n)
	}
	mine := make([]bool, len(m.patterns))
	for i := range m.patterns {
		c := &m.patterns[i]
		if mine[i] = slices.Contains(chain, sources[i].pack); !mine[i] {
			continue
		}
		for _, n := range t.classNames(c, sources[i].pack) {
			possible[n] = true
			if !strings.Contains(n, ":") || strings.HasPrefix(n, "side:") || strings.HasPrefix(n, "ground:") {
				class(n)
			}
		}
	}
	for _, n := range builtinClasses {
		possible[n] = true
	}
	for _, q := range chain {
		for _, l := range q.lexicons {
			class(l.id)
			possible[l.id] = true
		}
		for _, r := range q.rules {
			if possible[r.id] {
				bad(q, r.line, "rule %s: the name is taken", r.id)
			}
		}
	}
	find := func(q *Pack, line int, what, name string) (int, bool) {
		if !possible[name] {
			bad(q, line, "%s: no class is called %q", what, name)
			return 0, false
		}
		return class(name), true
	}
	for _, q := range chain {
		for _, r := range q.rules {
			what := "rule " + r.id
			cr := compiledRule{order: r.order, apart: r.apart, within: int32(r.within)}
			for _, alts := range r.all {
				var row []int
				for a := range strings.SplitSeq(alts, "|") {
					if c, ok := find(q, r.line, what, a); ok {
						row = append(row, c)
					}
				}
				cr.all = append(cr.all, row)
			}
			for _, a := range r.none {
				if c, ok := find(q, r.line, what, a); ok {
					cr.none = append(cr.none, c)
				}
			}
			cr.id = class(r.id)
			possible[r.id] = true
			t.rules = append(t.rules, cr)
		}
	}
	for _, q := range chain {
		for _, f := range q.facets {
			cf := compiledFacet{facet: f.facet, value: f.value, rule: q.Name + "/" + f.facet + "." + f.value}
			for _, list := range []struct {
				names []string
				into  *[]int
			}{{f.of, &cf.of}, {f.weak, &cf.weak}, {f.unless, &cf.unless}} {
				for _, n := range list.names {
					if c, ok := find(q, f.line, "facet "+f.facet, n); ok {
						*list.into = append(*list.into, c)
					}
				}
			}
			t.facets = append(t.facets, cf)
		}
		problems = append(problems, t.compileRelevance(q, find)...)
		for i := range q.models {
			cm, err := t.compileModel(&q.models[i], q.Name, find, possible, q)
			if err != nil {
				bad(q, q.models[i].line, "%v", err)
				continue
			}
			t.models = append(t.models, cm)
		}
	}
	t.bindRoles(class)
	t.arranged = class("arranged_talks")
	if len(t.names) > maxClasses {
		bad(p, 1, "%d classes, more than %d", len(t.names), maxClasses)
		return t, problems
	}
	t.of = make([][]int16, len(m.patterns))
	for i := range m.patterns {
		if !mine[i] {
			continue
		}
		if c, before := &m.patterns[i], &m.patterns[max(i-1, 0)]; i > 0 && c.kind == before.kind && c.owner == before.owner && sources[i].pack == sources[i-1].pack {
			t.of[i] = t.of[i-1] // patterns of one owner follow each other
			continue
		}
		for _, n := range t.classNames(&m.patterns[i], sources[i].pack) {
			if c, ok := t.classes[n]; ok {
				t.of[i] = append(t.of[i], int16(c))
			}
		}
	}
	return t, problems
}

// chainOf is a pack with its bases, bases first.
func chainOf(p *Pack, packs []*Pack) []*Pack {
	chain := []*Pack{p}
	for p.Base != "" && len(chain) < 10 {
		i := slices.IndexFunc(packs, func(q *Pack) bool { return q.Name == chain[0].Base })
		if i < 0 {
			break
		}
		chain = slices.Insert(chain, 0, packs[i])
		p = packs[i]
	}
	return chain
}
