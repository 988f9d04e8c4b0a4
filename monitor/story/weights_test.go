package story

import (
	"encoding/json"
	"testing"
)

func TestEveryFeatureHasAWeight(t *testing.T) {
	var in map[string]map[string]float64
	if err := json.Unmarshal(weightsJSON, &in); err != nil {
		t.Fatal(err)
	}
	for _, s := range scopeNames {
		for _, f := range featureNames {
			if _, ok := in[s][f]; !ok {
				t.Errorf("weights.json: %s: no weight for %q: run the train command again", s, f)
			}
		}
		if len(in[s]) != len(featureNames) {
			t.Errorf("weights.json: %s has %d weights, want %d", s, len(in[s]), len(featureNames))
		}
	}
}

func TestConceptsAndBackgroundAreWhole(t *testing.T) {
	if n := len(lex.concepts); n < 200 {
		t.Errorf("%d concepts, want the whole dictionary", n)
	}
	if background.docs < 5000 || len(background.ids) < 5000 {
		t.Errorf("background of %d documents and %d terms, want thousands", background.docs, len(background.ids))
	}
	for _, bad := range [][]byte{{1}, {1, 0, 0, 0, 1}, append([]byte{1, 0, 0, 0}, make([]byte, 12)...)} {
		if _, err := readTable(bad); err == nil {
			t.Errorf("a damaged table %v was read", bad)
		}
	}
	for _, bad := range []string{"a trump trump*", "z what = x", "a x = *", "nothing"} {
		if _, err := parseLexicon(bad); err == nil {
			t.Errorf("a broken line %q was read", bad)
		}
	}
}

func TestOneNameInEveryLanguage(t *testing.T) {
	for _, c := range []struct {
		concept string
		words   []string
	}{
		{"ceasefire", []string{"Ceasefire", "перемир'я", "перемирия", "Waffenruhe", "cessez-le-feu", "zawieszenie broni", "rozejmu"}},
		{"zelensky", []string{"Zelenskyy", "Zelenskiy", "Зеленського", "Зеленским", "Selenskyj", "Zełenski"}},
		{"istanbul", []string{"Istanbul", "Стамбулі", "Стамбуле", "Stambule"}},
		{"exchange", []string{"prisoners", "полонених", "пленными", "Gefangene", "prisonniers", "jeńców"}},
	} {
		for _, w := range c.words {
			found := false
			for _, h := range lex.find(tokens(w)) {
				found = found || lex.concepts[h.concept].name == c.concept
			}
			if !found {
				t.Errorf("%q: got %v, want %s", w, lex.find(tokens(w)), c.concept)
			}
		}
	}
}

func TestNamesSoundAlikeInEveryScript(t *testing.T) {
	for _, names := range [][]string{{"kubrakov", "koubrakov", "кубраков"}, {"kramatorsk", "краматорськ"}, {"poroschenko", "porochenko", "poroszenko", "порошенко"}} {
		for _, n := range names[1:] {
			if a, b := skeleton(names[0]), skeleton(n); a != b || a == "" {
				t.Errorf("%s is %q, %s is %q", names[0], a, n, b)
			}
		}
	}
}
