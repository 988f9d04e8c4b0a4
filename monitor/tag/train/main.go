// Command train fits the logistic models of monitor/tag from labelled items and
// prints them as a pack. The same files and flags print the same bytes.
//
//	go run ./monitor/tag/train ITEMS.jsonl LABELS.jsonl [ITEMS LABELS …] > monitor/tag/packs/weights.yaml
//
// Items are JSON Lines with guid, title, summary, content, lang; labels with id,
// rel (0 none, 1 mention, 2 main), stage_must, stage_may and date. With -check it fits nothing for use: it leaves out each group of months
// in turn and prints how the models do on what they have not seen.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"trucewatch/monitor/tag"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

type options struct {
	topic    string
	l1, l2   float64
	check    bool
	errors   string
	minCount int
	folds    int
}

func run(args []string, out io.Writer) error {
	var o options
	fs := flag.NewFlagSet("train", flag.ContinueOnError)
	fs.StringVar(&o.topic, "topic", "russia-ukraine", "topic the labels are about")
	fs.Float64Var(&o.l1, "l1", 2, "penalty on the size of weights, which drops the useless ones")
	fs.Float64Var(&o.l2, "l2", 1, "penalty on their squares")
	fs.IntVar(&o.minCount, "min", 4, "leave out features of fewer items")
	fs.IntVar(&o.folds, "folds", 12, "groups of months for -check")
	fs.BoolVar(&o.check, "check", false, "leave groups of months out and print the figures")
	fs.StringVar(&o.errors, "errors", "", "with -check, list the mistakes of this question, such as \"relevance main\"")
	if err := fs.Parse(args); err != nil {
		return err
	}
	files := fs.Args()
	if len(files) == 0 || len(files)%2 != 0 {
		return fmt.Errorf("give pairs of files: items, labels")
	}
	p, err := tag.Builtin(o.topic)
	if err != nil {
		return err
	}
	rules, err := tag.Compile(p)
	if err != nil {
		return err
	}
	var rows []row
	for i := 0; i < len(files); i += 2 {
		if rows, err = read(rows, rules, o.topic, files[i], files[i+1]); err != nil {
			return err
		}
	}
	tasks := tasksOf(rows)
	if o.check {
		return crossCheck(out, rows, tasks, o)
	}
	return writePack(out, rows, tasks, o)
}

// row is one labelled item.
type row struct {
	features map[string]float64
	label    label
	month    string
	file     string
	title    string
	lede     string
}

type label struct {
	ID        string   `json:"id"`
	Rel       int      `json:"rel"`
	StageMust []string `json:"stage_must"`
	StageMay  []string `json:"stage_may"`
	Lang      string   `json:"lang"`
	Date      string   `json:"date"`
}

func read(rows []row, rules *tag.Rules, topic, items, labels string) ([]row, error) {
	known := map[string]label{}
	err := eachLine(labels, func(b []byte) error {
		var l label
		if err := json.Unmarshal(b, &l); err != nil {
			return err
		}
		known[l.ID] = l
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachLine(items, func(b []byte) error {
		var it struct{ Guid, Title, Summary, Content, Lang string }
		if err := json.Unmarshal(b, &it); err != nil {
			return err
		}
		l, ok := known[it.Guid]
		if !ok {
			return nil
		}
		r := row{label: l, features: map[string]float64{}, month: "unknown", file: filepath.Base(items), title: it.Title, lede: it.Summary}
		if len(l.Date) >= 7 {
			r.month = l.Date[:7]
		}
		for _, f := range rules.Features(tag.Input{Title: it.Title, Lede: it.Summary, Body: it.Content, Lang: it.Lang}, topic) {
			r.features[f.Name] = f.Value
		}
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

func eachLine(path string, visit func([]byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for n := 1; sc.Scan(); n++ {
		if strings.TrimSpace(sc.Text()) == "" {
			continue
		}
		if err := visit(sc.Bytes()); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	return sc.Err()
}

// task is one yes-or-no question.
type task struct {
	facet, value string
	threshold    float64
	// answer is the wanted answer and how much the row counts; 0 leaves it out.
	answer func(label) (yes bool, weight float64)
}

// mainAt is the least probability of main.
const mainAt = 0.5

func tasksOf(rows []row) []task {
	tasks := []task{
		{"relevance", "main", mainAt, func(l label) (bool, float64) {
			if l.Rel == 1 {
				return false, 0.3
			}
			return l.Rel == 2, 1
		}},
		{"relevance", "mention", 0.5, func(l label) (bool, float64) { return l.Rel >= 1, 1 }},
	}
	count := map[string]int{}
	for _, r := range rows {
		for _, v := range r.label.StageMust {
			if r.label.Rel == 2 && v != "none" {
				count[v]++
			}
		}
	}
	var values []string
	for v, n := range count {
		if n >= 6 {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	for _, v := range values {
		at := 0.36
		switch {
		case count[v] < 60:
			at = 0.26 // rare: the models are shy of it
		case v == "agreed":
			at = 0.3 // the readers must not miss one
		}
		tasks = append(tasks, task{"stage", v, at, func(l label) (bool, float64) {
			switch {
			case l.Rel != 2:
				return false, 0
			case slices.Contains(l.StageMust, v):
				return true, 1
			case slices.Contains(l.StageMay, v):
				return false, 0
			}
			return false, 1
		}})
	}
	return tasks
}

// fit trains one task on some rows.
func fit(rows []row, t task, o options) fitted {
	var examples []example
	count := map[string]int{}
	for _, r := range rows {
		if yes, w := t.answer(r.label); w > 0 && len(r.features) > 0 {
			examples = append(examples, example{r.features, yes, w})
			for n := range r.features {
				count[n]++
			}
		}
	}
	var names []string
	for n, c := range count {
		_, wanted := prior[t.value][n]
		if (c >= o.minCount || wanted && t.facet == "stage") && t.uses(n) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	var from map[string]float64
	if t.facet == "stage" {
		from = prior[t.value]
	}
	return regress(examples, names, from, o.l1, o.l2)
}

// uses tells whether a question may weigh a feature: how far things are is told
// by the words themselves, not by the hand score of relevance or who stands near.
func (t task) uses(feature string) bool {
	prefix, name, _ := strings.Cut(feature, ".")
	if t.facet == "relevance" {
		return !(prefix == "x" && (name == "both" || name == "one" || name == "third"))
	}
	switch prefix {
	case "x":
		return name == "both" || name == "one" || name == "third" || name == "title_only" || name == "official" || name == "title_sides2"
	case "tp", "lp", "b":
		return false
	}
	return true
}

func writePack(out io.Writer, rows []row, tasks []task, o options) error {
	w := bufio.NewWriter(out)
	fmt.Fprintln(w, "# Logistic models over rule features, written by monitor/tag/train: do not edit by hand.")
	fmt.Fprintln(w, "pack: weights")
	fmt.Fprintln(w, "models:")
	for _, t := range tasks {
		m := fit(rows, t, o)
		fmt.Fprintf(w, "  %s %s:\n    bias: %.3f\n    threshold: %g\n    weights:\n", t.facet, t.value, m.bias, t.threshold)
		order := make([]int, 0, len(m.names))
		for i := range m.names {
			if m.weights[i] > 0.005 || m.weights[i] < -0.005 {
				order = append(order, i)
			}
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(m.names[a], m.names[b]) })
		for _, i := range order {
			fmt.Fprintf(w, "      \"%s\": %.3f\n", m.names[i], m.weights[i])
		}
	}
	return w.Flush()
}
