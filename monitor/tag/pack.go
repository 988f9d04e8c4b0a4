package tag

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxPack bounds the size of one pack file in bytes.
const maxPack = 4 << 20

// Pack is one rule pack as its file states it: words, actors, places, rules and
// weights. Packs with a topic describe one conflict; others are bases they build on.
type Pack struct {
	Name  string
	Topic string // topic id; "" for a base
	Base  string // name of the pack this one builds on; "" for none

	file      string
	sum       [sha256.Size]byte // of the file
	sides     []string          // the parties, in order
	conflict  string            // which of the base's other conflicts this one is
	lexicons  []lexicon
	actors    []actor
	venues    []venue
	places    []place
	outlets   []named
	conflicts []named
	rules     []rule
	facets    []facet
	relevance relevance
	models    []model
	examples  []example
}

// entry is one pattern as written.
type entry struct {
	text    string
	line    int
	langs   []string // none: any language
	pattern pattern
}

type named struct {
	id      string
	line    int
	entries []entry
}

type lexicon struct {
	named
	groups  []string
	swallow bool // its words mean something else than other patterns would read in them
	strict  bool // its words are read only in texts of their language: elsewhere they mean other things
}

type actor struct {
	named
	side   string
	office string
	groups []string
}

type venue struct {
	named
	groups []string
}

type place struct {
	named
	side  string
	scope string // all, sector or local
}

// rule is a class of its own: all of some classes in one sentence.
type rule struct {
	id     string
	line   int
	all    []string // each "a" or "a|b"
	none   []string // in the same sentence
	order  bool     // one after the other as listed
	apart  bool     // no word serves two of them
	within int      // tokens from the first's start to the last's end; 0: the sentence
}

// facet gives a tag to every class listed.
type facet struct {
	facet, value string
	line         int
	of           []string
	weak, unless []string // weak ones count unless one of the others stands in title or lede
}

type weight struct {
	name  string
	value float64
	line  int
}

// relevance holds the hand weights; see Rules.Tag.
type relevance struct {
	acts, adds, minus, titleMinus []weight
	numbers                       []weight // see numbers.byName
	veto                          []weight // classes in a title, or whose parts are in title and lede, that leave only a mention, unless all parties are named; no values
}

// model is a logistic model over features: see features.go.
type model struct {
	facet, value string // facet "relevance": value main or mention
	line         int
	bias         float64
	threshold    float64
	weights      []weight
}

// example is a text with the patterns of one lexicon (or actor …) it must and must not show.
type example struct {
	of   string // kind:id, as Check names it
	line int
	yes  []entry // text in entry.text
	no   []entry
}

// Problem is something wrong with a pack.
type Problem struct {
	File string
	Line int
	Text string
}

func (p Problem) String() string {
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Load reads one pack. The error joins every problem found, each with its line.
func Load(name string, data []byte) (*Pack, error) {
	d := &decoder{pack: &Pack{file: name, sum: sha256.Sum256(data)}}
	if len(data) > maxPack {
		return nil, fmt.Errorf("%s: %d bytes, more than %d", name, len(data), maxPack)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: empty: a pack needs at least a name", name)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		d.bad(&more, "a second document: keep one pack in a file")
	}
	d.top(doc.Content[0])
	if len(d.problems) > 0 {
		return nil, joinProblems(d.problems)
	}
	return d.pack, nil
}

func joinProblems(ps []Problem) error {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = errors.New(p.String())
	}
	return errors.Join(errs...)
}

// decoder turns a YAML document into a Pack and collects what is wrong with it.
type decoder struct {
	pack     *Pack
	problems []Problem
}

func (d *decoder) bad(n *yaml.Node, format string, args ...any) {
	d.badLine(n.Line, format, args...)
}

func (d *decoder) badLine(line int, format string, args ...any) {
	d.problems = append(d.problems, Problem{d.pack.file, line, fmt.Sprintf(format, args...)})
}

// fields calls the function given for each key of a mapping; unknown and repeated keys are problems.
func (d *decoder) fields(n *yaml.Node, what string, known map[string]func(*yaml.Node)) {
	d.each(n, what, func(k, v *yaml.Node) {
		if f := known[k.Value]; f != nil {
			f(v)
			return
		}
		names := make([]string, 0, len(known))
		for name := range known {
			names = append(names, name)
		}
		slices.Sort(names)
		d.bad(k, "%s: unknown key %q; known: %s", what, k.Value, strings.Join(names, ", "))
	})
}

// each visits a mapping in order.
func (d *decoder) each(n *yaml.Node, what string, visit func(k, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.bad(n, "%s: want a mapping", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case v.Kind == yaml.AliasNode || k.Kind != yaml.ScalarNode:
			d.bad(k, "%s: aliases and complex keys are not read", what)
		case seen[k.Value]:
			d.bad(k, "%s: %q is given twice", what, k.Value)
		default:
			seen[k.Value] = true
			visit(k, v)
		}
	}
}

func (d *decoder) text(n *yaml.Node, what string, into *string) {
	if n.Kind != yaml.ScalarNode {
		d.bad(n, "%s: want a text", what)
		return
	}
	*into = n.Value
}

func (d *decoder) flag(n *yaml.Node, what string, into *bool) {
	b, err := strconv.ParseBool(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		d.bad(n, "%s: want true or false, got %q", what, n.Value)
	}
	*into = b
}

func (d *decoder) number(n *yaml.Node, what string, into *float64) {
	f, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || err != nil || f != f || f > 1e6 || f < -1e6 {
		d.bad(n, "%s: want a number, got %q", what, n.Value)
		return
	}
	*into = f
}

func (d *decoder) list(n *yaml.Node, what string, into *[]string) {
	if n.Kind != yaml.SequenceNode {
		d.bad(n, "%s: want a list", what)
		return
	}
	for _, c := range n.Content {
		var s string
		d.text(c, what, &s)
		*into = append(*into, s)
	}
}

// lines yields the parts of a text between newlines and semicolons, each with its line.
func (d *decoder) lines(n *yaml.Node, what string, visit func(text string, line int)) {
	if n.Kind != yaml.ScalarNode {
		d.bad(n, "%s: want patterns separated by ; or lines", what)
		return
	}
	at := n.Line
	if n.Style&yaml.LiteralStyle != 0 {
		at++
	}
	for i, l := range strings.Split(n.Value, "\n") {
		for part := range strings.SplitSeq(l, ";") {
			if part = strings.TrimSpace(part); part != "" {
				line := at
				if n.Style&yaml.LiteralStyle != 0 {
					line += i
				}
				visit(part, line)
			}
		}
	}
}

// entries reads patterns for some languages.
func (d *decoder) entries(n *yaml.Node, what string, langs []string, into *[]entry) {
	d.lines(n, what, func(text string, line int) {
		p, err := parsePattern(text)
		if err != nil {
			d.badLine(line, "%s: %v", what, err)
			return
		}
		*into = append(*into, entry{text: text, line: line, langs: langs, pattern: p})
	})
}

// words reads patterns given for all languages as one text, or by language.
func (d *decoder) words(n *yaml.Node, what string, into *[]entry) {
	if n.Kind == yaml.ScalarNode {
		d.entries(n, what, nil, into)
		return
	}
	d.each(n, what, func(k, v *yaml.Node) { d.language(k, v, what, into) })
}

func (d *decoder) language(k, v *yaml.Node, what string, into *[]entry) {
	var langs []string
	if k.Value != "any" {
		for l := range strings.FieldsSeq(k.Value) {
			if len(l) < 2 || len(l) > 3 || strings.ToLower(l) != l {
				d.bad(k, "%s: %q is no language: two or three small letters, or any", what, l)
			}
			langs = append(langs, l)
		}
	}
	d.entries(v, what, langs, into)
}

func (d *decoder) top(n *yaml.Node) {
	p := d.pack
	d.fields(n, "pack", map[string]func(*yaml.Node){
		"pack":     func(v *yaml.Node) { d.text(v, "pack", &p.Name) },
		"topic":    func(v *yaml.Node) { d.text(v, "topic", &p.Topic) },
		"base":     func(v *yaml.Node) { d.text(v, "base", &p.Base) },
		"conflict": func(v *yaml.Node) { d.text(v, "conflict", &p.conflict) },
		"sides":    func(v *yaml.Node) { d.list(v, "sides", &p.sides) },
		"lexicons": func(v *yaml.Node) { d.each(v, "lexicons", d.lexicon) },
		"actors":   func(v *yaml.Node) { d.each(v, "actors", d.actor) },
		"venues":   func(v *yaml.Node) { d.each(v, "venues", d.venue) },
		"places":   func(v *yaml.Node) { d.each(v, "places", d.place) },
		"outlets": func(v *yaml.Node) {
			d.each(v, "outlets", func(k, v *yaml.Node) { p.outlets = append(p.outlets, d.named(k, v, "outlet")) })
		},
		"conflicts": func(v *yaml.Node) {
			d.each(v, "conflicts", func(k, v *yaml.Node) { p.conflicts = append(p.conflicts, d.named(k, v, "conflict")) })
		},
		"rules":     func(v *yaml.Node) { d.each(v, "rules", d.rule) },
		"facets":    func(v *yaml.Node) { d.each(v, "facets", d.facet) },
		"relevance": d.relevance,
		"models":    func(v *yaml.Node) { d.each(v, "models", d.model) },
		"examples":  func(v *yaml.Node) { d.each(v, "examples", d.example) },
	})
	if p.Name == "" {
		d.bad(n, "pack: a name is missing")
	}
	if p.Topic != "" && len(p.sides) < 2 {
		d.bad(n, "sides: a topic needs at least two parties")
	}
	for _, a := range p.actors {
		if a.side == "" {
			d.badLine(a.line, "actor %s: a side is missing", a.id)
		}
	}
	for _, pl := range p.places {
		if !slices.Contains([]string{"all", "sector", "local"}, pl.scope) {
			d.badLine(pl.line, "place %s: scope %q: want all, sector or local", pl.id, pl.scope)
		}
	}
}

func (d *decoder) named(k, v *yaml.Node, what string) named {
	n := named{id: k.Value, line: k.Line}
	d.words(v, what+" "+k.Value, &n.entries)
	return n
}

func (d *decoder) lexicon(k, v *yaml.Node) {
	l := lexicon{named: named{id: k.Value, line: k.Line}}
	what := "lexicon " + l.id
	d.each(v, what, func(k, v *yaml.Node) {
		switch k.Value {
		case "swallow":
			d.flag(v, what+": swallow", &l.swallow)
		case "by_language":
			d.flag(v, what+": by_language", &l.strict)
		case "groups":
			d.list(v, what+": groups", &l.groups)
		default:
			d.language(k, v, what, &l.entries)
		}
	})
	d.pack.lexicons = append(d.pack.lexicons, l)
}

func (d *decoder) actor(k, v *yaml.Node) {
	a := actor{named: named{id: k.Value, line: k.Line}}
	what := "actor " + a.id
	d.fields(v, what, map[string]func(*yaml.Node){
		"side":   func(v *yaml.Node) { d.text(v, what, &a.side) },
		"office": func(v *yaml.Node) { d.text(v, what, &a.office) },
		"groups": func(v *yaml.Node) { d.list(v, what, &a.groups) },
		"names":  func(v *yaml.Node) { d.words(v, what, &a.entries) },
	})
	d.pack.actors = append(d.pack.actors, a)
}

func (d *decoder) venue(k, v *yaml.Node) {
	x := venue{named: named{id: k.Value, line: k.Line}}
	what := "venue " + x.id
	d.fields(v, what, map[string]func(*yaml.Node){
		"groups": func(v *yaml.Node) { d.list(v, what, &x.groups) },
		"names":  func(v *yaml.Node) { d.words(v, what, &x.entries) },
	})
	d.pack.venues = append(d.pack.venues, x)
}

func (d *decoder) place(k, v *yaml.Node) {
	x := place{named: named{id: k.Value, line: k.Line}}
	what := "place " + x.id
	d.fields(v, what, map[string]func(*yaml.Node){
		"side":  func(v *yaml.Node) { d.text(v, what, &x.side) },
		"scope": func(v *yaml.Node) { d.text(v, what, &x.scope) },
		"names": func(v *yaml.Node) { d.words(v, what, &x.entries) },
	})
	d.pack.places = append(d.pack.places, x)
}

func (d *decoder) rule(k, v *yaml.Node) {
	r := rule{id: k.Value, line: k.Line}
	what := "rule " + r.id
	d.fields(v, what, map[string]func(*yaml.Node){
		"all":   func(v *yaml.Node) { d.list(v, what, &r.all) },
		"none":  func(v *yaml.Node) { d.list(v, what, &r.none) },
		"order": func(v *yaml.Node) { d.flag(v, what+": order", &r.order) },
		"apart": func(v *yaml.Node) { d.flag(v, what+": apart", &r.apart) },
		"within": func(v *yaml.Node) {
			var f float64
			d.number(v, what+": within", &f)
			r.within = int(f)
		},
	})
	if len(r.all) == 0 || len(r.all) > 4 {
		d.bad(k, "%s: all: one to four classes", what)
	}
	d.pack.rules = append(d.pack.rules, r)
}

func (d *decoder) facet(k, v *yaml.Node) {
	d.each(v, "facet "+k.Value, func(vk, vv *yaml.Node) {
		f := facet{facet: k.Value, value: vk.Value, line: vk.Line}
		what := "facet " + f.facet + " " + f.value
		if vv.Kind == yaml.MappingNode {
			d.fields(vv, what, map[string]func(*yaml.Node){
				"of":     func(v *yaml.Node) { d.list(v, what, &f.of) },
				"weak":   func(v *yaml.Node) { d.list(v, what, &f.weak) },
				"unless": func(v *yaml.Node) { d.list(v, what, &f.unless) },
			})
		} else {
			d.list(vv, what, &f.of)
		}
		d.pack.facets = append(d.pack.facets, f)
	})
}

func (d *decoder) weights(n *yaml.Node, what string, into *[]weight) {
	d.each(n, what, func(k, v *yaml.Node) {
		w := weight{name: k.Value, line: k.Line}
		d.number(v, what+" "+k.Value, &w.value)
		*into = append(*into, w)
	})
}

func (d *decoder) relevance(n *yaml.Node) {
	r := &d.pack.relevance
	d.fields(n, "relevance", map[string]func(*yaml.Node){
		"acts":        func(v *yaml.Node) { d.weights(v, "relevance.acts", &r.acts) },
		"adds":        func(v *yaml.Node) { d.weights(v, "relevance.adds", &r.adds) },
		"minus":       func(v *yaml.Node) { d.weights(v, "relevance.minus", &r.minus) },
		"title_minus": func(v *yaml.Node) { d.weights(v, "relevance.title_minus", &r.titleMinus) },
		"numbers":     func(v *yaml.Node) { d.weights(v, "relevance.numbers", &r.numbers) },
		"veto": func(v *yaml.Node) {
			var names []string
			d.list(v, "relevance.veto", &names)
			for _, n := range names {
				r.veto = append(r.veto, weight{name: n, line: v.Line})
			}
		},
	})
}

// model reads "FACET VALUE: {bias, threshold, weights}".
func (d *decoder) model(k, v *yaml.Node) {
	m := model{line: k.Line, threshold: 0.5}
	var ok bool
	if m.facet, m.value, ok = strings.Cut(k.Value, " "); !ok {
		d.bad(k, "model %q: write the facet, a blank and the value", k.Value)
	}
	what := "model " + k.Value
	d.fields(v, what, map[string]func(*yaml.Node){
		"bias":      func(v *yaml.Node) { d.number(v, what+": bias", &m.bias) },
		"threshold": func(v *yaml.Node) { d.number(v, what+": threshold", &m.threshold) },
		"weights":   func(v *yaml.Node) { d.weights(v, what, &m.weights) },
	})
	d.pack.models = append(d.pack.models, m)
}

func (d *decoder) example(k, v *yaml.Node) {
	x := example{of: k.Value, line: k.Line}
	read := func(into *[]entry) func(*yaml.Node) {
		return func(v *yaml.Node) {
			d.lines(v, "example "+x.of, func(text string, line int) {
				*into = append(*into, entry{text: text, line: line})
			})
		}
	}
	d.fields(v, "example "+x.of, map[string]func(*yaml.Node){"yes": read(&x.yes), "no": read(&x.no)})
	d.pack.examples = append(d.pack.examples, x)
}
