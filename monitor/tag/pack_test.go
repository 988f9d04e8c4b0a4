package tag

import (
	"strings"
	"testing"
)

func TestBuiltinPacksCompile(t *testing.T) {
	names := BuiltinNames()
	if len(names) < 3 {
		t.Fatalf("built-in packs: %v", names)
	}
	for _, n := range names {
		p, err := Builtin(n)
		if err != nil {
			t.Errorf("%s: %v", n, err)
			continue
		}
		if p.Topic == "" {
			continue
		}
		if _, err := Compile(p); err != nil {
			t.Errorf("compile %s: %v", n, err)
		}
	}
}

func TestOnlyTopicsAreOfferedAsTopics(t *testing.T) {
	if p, err := BuiltinTopic("gaza"); err != nil || p.Topic != "gaza" {
		t.Errorf("gaza: %v", err)
	}
	for _, name := range []string{"talks", "weights", "nowhere"} { // a base, models, nothing
		if _, err := BuiltinTopic(name); err == nil || !strings.HasSuffix(err.Error(), "there are gaza, russia-ukraine") {
			t.Errorf("%s: %v; want the topics that have a pack, and no base", name, err)
		}
	}
}

func TestBuiltinPackExamples(t *testing.T) {
	for _, n := range BuiltinNames() {
		t.Run(n, func(t *testing.T) {
			p, err := Builtin(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range p.Check() {
				t.Error(problem)
			}
		})
	}
}

func TestLoadTellsEveryProblemWithItsLine(t *testing.T) {
	_, err := Load("bad.yaml", []byte(`pack: bad
topic: x
sides: [a]
lexicons:
  one:
    en: good*; b*d; _2 gap
    english: word
  one:
    en: again
actors:
  who: {names: who, office: o, age: 3}
places:
  there: {scope: everywhere, names: there}
relevance:
  acts: {one: many}
models:
  stage: {bias: 1}
nonsense: 1
`))
	if err == nil {
		t.Fatal("a pack full of mistakes was read")
	}
	got := err.Error()
	for _, want := range []string{
		"bad.yaml:1: sides: a topic needs at least two parties",
		`bad.yaml:6: lexicon one: "b*d"`,
		`bad.yaml:6: lexicon one: "_2 gap" begins with a gap`,
		`bad.yaml:7: lexicon one: "english" is no language`,
		`bad.yaml:8: lexicons: "one" is given twice`,
		`bad.yaml:11: actor who: unknown key "age"`,
		"bad.yaml:11: actor who: a side is missing",
		`bad.yaml:13: place there: scope "everywhere"`,
		`bad.yaml:15: relevance.acts one: want a number, got "many"`,
		`bad.yaml:17: model "stage": write the facet, a blank and the value`,
		`bad.yaml:18: pack: unknown key "nonsense"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("not told: %s\ngot:\n%s", want, got)
		}
	}
}

func TestLoadRefusesWhatIsNotOnePack(t *testing.T) {
	for name, data := range map[string]string{
		"empty":         "",
		"two documents": "pack: a\n---\npack: b\n",
		"alias":         "pack: a\nlexicons: &x {}\nvenues: *x\n",
		"not a mapping": "- a\n",
		"too long":      "pack: a\n#" + strings.Repeat("x", maxPack),
	} {
		if p, err := Load("x.yaml", []byte(data)); err == nil {
			t.Errorf("%s: read as %q", name, p.Name)
		}
	}
}

func TestCompileTellsUnknownClasses(t *testing.T) {
	p, err := Load("x.yaml", []byte(`pack: x
topic: x
sides: [a, b]
rules:
  r: {all: [ghost]}
relevance:
  acts: {phantom: 1}
models:
  stage agreed: {bias: 0, weights: {t.spectre: 1, x.spook: 1}}
`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Compile(p)
	if err == nil {
		t.Fatal("compiled")
	}
	for _, want := range []string{`x.yaml:5: rule r: no class is called "ghost"`, `x.yaml:7: relevance: no class is called "phantom"`, `x.yaml:9: model stage agreed: no class is called "spectre"`, `no number is called "spook"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not told: %s\ngot:\n%v", want, err)
		}
	}
}

func TestCheckTellsExamplesThatFail(t *testing.T) {
	p, err := Load("x.yaml", []byte(`pack: x
lexicons:
  fruit: {en: apple*; pear}
  bread: {en: loaf}
examples:
  lexicon fruit:
    yes: apples; plum
    no: grapple; pear tree
  lexicon stone: {yes: a, no: b}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, problem := range p.Check() {
		got = append(got, problem.String())
	}
	want := []string{
		`x.yaml:8: lexicon fruit: "pear tree" must not match, but "pear" (line 3) does`,
		`x.yaml:7: lexicon fruit: nothing matches "plum"`,
		`x.yaml:3: lexicon fruit: no example shows "pear"`,
		`x.yaml:4: lexicon bread: no examples: give texts it must match (yes) and must not (no)`,
		`x.yaml:9: example "lexicon stone": no such lexicon, actor, venue, place, outlet or conflict`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
