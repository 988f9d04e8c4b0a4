package tag

import (
	"fmt"
	"io/fs"
)

// Check runs a pack's examples. Every pattern must show in one of its owner's
// `yes` texts; every `yes` text must show its owner; no `no` text may; and every
// owner (lexicon, actor, venue, place, outlet, conflict) needs both.
// An empty result means the pack does what its examples say.
func (p *Pack) Check() []Problem {
	var problems []Problem
	bad := func(line int, format string, args ...any) {
		problems = append(problems, Problem{p.file, line, fmt.Sprintf(format, args...)})
	}
	langs := map[string]uint32{}
	m, sources, err := compileMatcher([]*Pack{p}, langs)
	if err != nil {
		return []Problem{{p.file, 1, err.Error()}}
	}
	given := map[string]*example{}
	for i := range p.examples {
		given[p.examples[i].of] = &p.examples[i]
	}
	used := map[string]bool{}
	s := new(scan)
	base := 0 // first pattern of the owner
	for k := kLexicon; k <= kConflict; k++ {
		for owner, n := range p.owners(k) {
			name := kindNames[k] + " " + n.id
			first, past := base, base+len(n.entries)
			base = past
			x := given[name]
			if used[name] = true; x == nil || len(x.yes) == 0 || len(x.no) == 0 {
				bad(n.line, "%s: no examples: give texts it must match (yes) and must not (no)", name)
				continue
			}
			seen := make([]bool, len(n.entries))
			shows := func(text string) (pattern int) {
				pattern = -1
				m.read(s, "", text, "", 0)
				for _, h := range s.hits {
					if c := &m.patterns[h.pattern]; c.kind == k && int(c.owner) == owner {
						pattern = int(h.pattern)
						seen[pattern-first] = true
					}
				}
				return pattern
			}
			for _, e := range x.no {
				if at := shows(e.text); at >= 0 {
					bad(e.line, "%s: %q must not match, but %q (line %d) does", name, e.text, sources[at].text, sources[at].line)
				}
			}
			clear(seen)
			for _, e := range x.yes {
				if shows(e.text) < 0 {
					bad(e.line, "%s: nothing matches %q", name, e.text)
				}
			}
			for i, ok := range seen {
				if !ok {
					bad(n.entries[i].line, "%s: no example shows %q", name, n.entries[i].text)
				}
			}
		}
	}
	for _, x := range p.examples {
		if !used[x.of] {
			bad(x.line, "example %q: no such lexicon, actor, venue, place, outlet or conflict", x.of)
		}
	}
	return problems
}

// withExamples reads the examples kept beside a built-in pack.
func (p *Pack) withExamples(files fs.FS, name string) error {
	file := "packs/examples/" + name + ".yaml"
	data, err := fs.ReadFile(files, file)
	if err != nil {
		return err
	}
	x, err := Load(file, data)
	if err != nil {
		return err
	}
	p.examples = x.examples
	return nil
}
