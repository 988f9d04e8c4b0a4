package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trucewatch/monitor/tag"
)

func TestRegressFindsWhatDecides(t *testing.T) {
	var examples []example
	for i := range 200 {
		f := map[string]float64{"noise": float64(i % 2)}
		if i%4 < 2 {
			f["signal"] = 1
		}
		examples = append(examples, example{f, i%4 < 2, 1})
	}
	m := regress(examples, []string{"noise", "signal"}, nil, 1, 0.5)
	if m.weights[1] < 2 || math.Abs(m.weights[0]) > 0.1 {
		t.Errorf("weights noise %.2f, signal %.2f: want about none and much", m.weights[0], m.weights[1])
	}
	if yes, no := m.probability(map[string]float64{"signal": 1}), m.probability(nil); yes < 0.8 || no > 0.2 {
		t.Errorf("probabilities %.2f and %.2f, want sure ones", yes, no)
	}
	// A prior nothing speaks against stays.
	if m := regress(examples, []string{"never"}, map[string]float64{"never": 1.5}, 1, 1); m.weights[0] != 1.5 {
		t.Errorf("weight of a feature never seen %.2f, want its prior 1.5", m.weights[0])
	}
}

const (
	items = `{"guid":"a","title":"Russia and Ukraine agree to ceasefire","summary":"Both sides signed in Istanbul.","lang":"en"}
{"guid":"b","title":"Putin and Zelensky to meet for peace talks","summary":"","lang":"en"}
{"guid":"c","title":"Unions reject pay deal as talks collapse","summary":"","lang":"en"}
{"guid":"d","title":"Israel and Hamas agree to truce","summary":"","lang":"en"}
`
	labels = `{"id":"a","rel":2,"stage_must":["agreed"],"stage_may":["agreed"],"lang":"en","date":"2025-03-01"}
{"id":"b","rel":2,"stage_must":["prep"],"stage_may":["prep"],"lang":"en","date":"2025-04-01"}
{"id":"c","rel":0,"lang":"en","date":"2025-03-02"}
{"id":"d","rel":0,"lang":"en","date":"2025-04-02"}
`
)

// corpus writes the labelled items n times over, under names of their own.
func corpus(t *testing.T, n int) (string, string) {
	t.Helper()
	var i, l strings.Builder
	for k := range n {
		id := string(rune('A' + k))
		i.WriteString(strings.ReplaceAll(items, `"guid":"`, `"guid":"`+id))
		l.WriteString(strings.ReplaceAll(labels, `"id":"`, `"id":"`+id))
	}
	dir := t.TempDir()
	paths := [2]string{filepath.Join(dir, "items.jsonl"), filepath.Join(dir, "labels.jsonl")}
	for k, s := range []string{i.String(), l.String()} {
		if err := os.WriteFile(paths[k], []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return paths[0], paths[1]
}

func TestWhatIsPrintedIsAPackAndTheSameEachTime(t *testing.T) {
	i, l := corpus(t, 10)
	var out [2]strings.Builder
	for k := range out {
		if err := run([]string{i, l}, &out[k]); err != nil {
			t.Fatal(err)
		}
	}
	if out[0].String() != out[1].String() {
		t.Error("two runs over the same files differ")
	}
	p, err := tag.Load("weights.yaml", []byte(out[0].String()))
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "weights" {
		t.Errorf("pack %q", p.Name)
	}
	for _, want := range []string{"relevance main:", "stage agreed:", "stage prep:"} {
		if !strings.Contains(out[0].String(), want) {
			t.Errorf("no model %q in\n%s", want, out[0].String())
		}
	}
}

func TestCheckCountsOnlyWhatWasNotSeen(t *testing.T) {
	i, l := corpus(t, 10)
	var out strings.Builder
	if err := run([]string{"-check", "-folds", "2", "-errors", "relevance main", i, l}, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "relevance all") || !strings.Contains(out.String(), "stage of items.jsonl") {
		t.Errorf("figures missing:\n%s", out.String())
	}
}

func TestWrongArgumentsAreTold(t *testing.T) {
	i, l := corpus(t, 1)
	for _, args := range [][]string{nil, {i}, {i, filepath.Join(t.TempDir(), "none")}, {"-topic", "nowhere", i, l}} {
		var out strings.Builder
		if err := run(args, &out); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
