package story

import (
	_ "embed"
	"fmt"
	"math/bits"
	"strings"
)

//go:embed concepts.txt
var conceptsText string

// A class is the top three bits of a term's id.
type class uint8

const (
	classWord class = iota
	classActor
	classAct
	classMechanism
	classIssue
	classPlace
	classNumber // numbers, dates and days of the week
	className   // names no dictionary knows, by how they sound
	classes
)

type concept struct {
	id   uint32
	kind class
	name string
	side string
}

// pattern is a row of word alternatives; the first is looked up, the rest verified.
type pattern struct {
	rest    [][]word
	concept int
}

type word struct {
	text   string
	prefix bool
}

func (w word) matches(t string) bool {
	if w.text == "_" {
		return true
	}
	if w.prefix {
		return strings.HasPrefix(t, w.text)
	}
	return t == w.text
}

// lexicon finds concepts in tokens.
type lexicon struct {
	concepts []concept
	exact    map[string][]pattern
	prefix   map[string][]pattern
	lengths  [256]uint64 // by the beginning of a word, a bit for each length in bytes that prefixes so begun have
	byID     map[uint32]int
}

// begun is where lexicon.lengths has words that begin like t, of at least two bytes.
func begun(t string) uint8 { return t[0]*31 + t[1] }

var lex = mustLexicon(conceptsText)

func mustLexicon(s string) *lexicon {
	l, err := parseLexicon(s)
	if err != nil {
		panic(err) // the embedded file is ours: a build with a broken one must not start
	}
	return l
}

var kinds = map[string]class{"a": classActor, "v": classAct, "m": classMechanism, "i": classIssue, "p": classPlace, "t": classNumber}

func parseLexicon(s string) (*lexicon, error) {
	l := &lexicon{exact: map[string][]pattern{}, prefix: map[string][]pattern{}, byID: map[uint32]int{}}
	known := map[string]int{}
	for n, line := range strings.Split(s, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, body, ok := strings.Cut(line, "=")
		kind, name, ok2 := strings.Cut(strings.TrimSpace(head), " ")
		if !ok || !ok2 {
			return nil, fmt.Errorf("concepts line %d: want KIND NAME = patterns", n+1)
		}
		k, ok := kinds[kind]
		if !ok {
			return nil, fmt.Errorf("concepts line %d: unknown kind %q", n+1, kind)
		}
		name, side, _ := strings.Cut(name, "/")
		full := kind + ":" + name
		at, seen := known[full]
		if !seen {
			at = len(l.concepts)
			known[full] = at
			id := termID(k, full)
			if j, clash := l.byID[id]; clash {
				return nil, fmt.Errorf("concepts line %d: %s and %s share an id", n+1, full, l.concepts[j].name)
			}
			l.byID[id] = at
			l.concepts = append(l.concepts, concept{id: id, kind: k, name: name, side: side})
		}
		for _, p := range strings.Split(body, ";") {
			var row [][]word
			for _, f := range strings.Fields(foldText(p)) {
				var alts []word
				for _, a := range strings.Split(f, "|") {
					// A star inside a word ends the prefix there: more would not be looked at.
					if i := strings.IndexByte(a, '*'); i >= 0 {
						alts = append(alts, word{a[:i], true})
					} else {
						alts = append(alts, word{a, false})
					}
				}
				row = append(row, alts)
			}
			if len(row) == 0 {
				continue
			}
			for _, first := range row[0] {
				if first.text == "" || first.text == "_" {
					return nil, fmt.Errorf("concepts line %d: pattern %q begins with nothing", n+1, p)
				}
				to := l.exact
				if first.prefix {
					to = l.prefix
					if size := len(first.text); size < 2 || size > 63 {
						return nil, fmt.Errorf("concepts line %d: prefix %q: want 2 to 63 bytes", n+1, first.text)
					}
					l.lengths[begun(first.text)] |= 1 << len(first.text)
				}
				to[first.text] = append(to[first.text], pattern{rest: row[1:], concept: at})
			}
		}
	}
	return l, nil
}

func foldText(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteString(foldRune(r))
	}
	return b.String()
}

// hit is one concept found at tokens [from, to).
type hit struct {
	concept  int
	from, to int
}

// find returns, for every token, the concepts of the longest patterns starting there, in
// the order of the text. A concept is reported once per starting token; of one kind only
// the longest pattern counts.
func (l *lexicon) find(ts []token) []hit { return l.appendHits(nil, ts) }

// appendHits appends to out what find returns.
func (l *lexicon) appendHits(out []hit, ts []token) []hit {
	covered := [classes]int{} // tokens before this index are taken, per kind
	for i, t := range ts {
		var best [classes]hit
		try := func(ps []pattern) {
		next:
			for _, p := range ps {
				if i+1+len(p.rest) > len(ts) {
					continue
				}
				for j, alts := range p.rest {
					ok := false
					for _, w := range alts {
						ok = ok || w.matches(ts[i+1+j].text)
					}
					if !ok {
						continue next
					}
				}
				k := l.concepts[p.concept].kind
				if to := i + 1 + len(p.rest); to > best[k].to {
					best[k] = hit{p.concept, i, to}
				}
			}
		}
		// The longest prefix first, so that at equal length the more particular word wins.
		try(l.exact[t.text])
		lengths := uint64(0)
		if size := len(t.text); size >= 2 {
			lengths = l.lengths[begun(t.text)] & (2<<min(size, 63) - 1)
		}
		for lengths != 0 {
			n := bits.Len64(lengths) - 1
			lengths &^= 1 << n
			try(l.prefix[t.text[:n]])
		}
		for k := range best {
			if b := best[k]; b.to > 0 && i >= covered[k] {
				out = append(out, b)
				covered[k] = b.to
			}
		}
	}
	return out
}

// termID gives a term its id: the class in the top three bits, a hash of the text below.
func termID(c class, text string) uint32 {
	h := uint32(2166136261)
	for i := range len(text) {
		h = (h ^ uint32(text[i])) * 16777619
	}
	h ^= h >> 15
	return uint32(c)<<29 | h&(1<<29-1)
}

func classOf(id uint32) class { return class(id >> 29) }
