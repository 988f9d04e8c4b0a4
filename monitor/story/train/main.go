// Command train learns the weights of monitor/story from labelled news and prints how well
// it tells developments apart in periods it was not learnt on.
//
//	go run ./monitor/story/train ITEMS LABELS [ITEMS LABELS ...]
//	go run ./monitor/story/train -write monitor/story/weights.json ITEMS LABELS ...
//	go run ./monitor/story/train -background monitor/story/background.bin ITEMS ...
//
// ITEMS are JSON Lines of guid, title, summary, published and lang; LABELS of id, c (the
// development, x where readers could not say) and talks (1 where the row counts). The
// table of words is counted first, from other items than are learnt from.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"trucewatch/monitor/story"
)

type options struct {
	background, write, errors string
	sweep, ablate, goal       bool
	ridge                     float64
	thresholds                [3]float64
}

func main() {
	o := options{thresholds: story.Thresholds()}
	flag.StringVar(&o.background, "background", "", "count words in the ITEMS files and write the table to this `file`")
	flag.StringVar(&o.write, "write", "", "learn from everything and write the weights to this `file`")
	flag.StringVar(&o.errors, "errors", "", "list the mistakes made on this `period`, such as stories/all")
	flag.BoolVar(&o.sweep, "sweep", false, "print figures over thresholds")
	flag.BoolVar(&o.goal, "goal", false, "print the best F1 at a precision of .85 from titles, .88 with text, over thresholds")
	flag.BoolVar(&o.ablate, "ablate", false, "print what leaving out each feature does (minutes)")
	flag.Float64Var(&o.ridge, "ridge", 40, "how strongly weights are drawn to their priors")
	flag.Parse()
	if err := run(o, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(o options, files []string) error {
	if o.background != "" {
		return count(o.background, files)
	}
	if len(files) == 0 || len(files)%2 != 0 {
		return fmt.Errorf("%d files given: want pairs of ITEMS and LABELS", len(files))
	}
	var docs []story.Document
	for i := 0; i < len(files); i += 2 {
		d, err := load(files[i], files[i+1])
		if err != nil {
			return err
		}
		docs = append(docs, d...)
	}
	p := story.PairsOf(docs)
	var periods []string
	for _, d := range docs {
		if !slices.Contains(periods, d.Period) {
			periods = append(periods, d.Period)
		}
	}
	slices.Sort(periods)
	left := func(without ...string) map[string]*story.Model {
		models := map[string]*story.Model{}
		for _, per := range periods {
			models[per] = p.Learn(story.Options{LeaveOut: per, Ridge: o.ridge, Without: without})
		}
		return models
	}
	models := left()
	ranking(p, periods, models)
	for _, set := range sets(periods) {
		for _, bare := range []bool{true, false} {
			if !bare && !p.HasText(set) {
				continue
			}
			show(set, bare, measure(p, periods, models, set, bare, o.thresholds))
		}
	}
	if o.errors != "" {
		m, ok := models[o.errors]
		if !ok {
			return fmt.Errorf("no period %q: there are %s", o.errors, strings.Join(periods, ", "))
		}
		ids, cl := p.Group(m, o.errors, false, o.thresholds)
		list(docs, ids, cl)
	}
	if o.goal {
		for _, set := range sets(periods) {
			for _, bare := range []bool{true, false} {
				if !bare && !p.HasText(set) {
					continue
				}
				least := .85
				if !bare {
					least = .88
				}
				var best story.Figures
				for x := -1.0; x <= 2.5; x += 0.1 {
					f := measure(p, periods, models, set, bare, [3]float64{o.thresholds[0] + x, o.thresholds[1] + x, o.thresholds[2] + x})
					if f.P >= least && f.F > best.F {
						best = f
					}
				}
				show(set+" best", bare, best)
			}
		}
	}
	if o.sweep {
		for x := 0.3; x <= 1.2; x += 0.1 {
			fmt.Printf("thresholds %+.2f\n", x)
			for _, set := range sets(periods) {
				show(set, !p.HasText(set), measure(p, periods, models, set, !p.HasText(set), [3]float64{x, x, x}))
			}
		}
	}
	if o.ablate {
		for _, f := range story.FeatureNames() {
			fmt.Println("without", f)
			ranking(p, periods, left(f))
		}
	}
	if o.write != "" {
		b, err := p.Learn(story.Options{Ridge: o.ridge}).Encode()
		if err != nil {
			return err
		}
		return os.WriteFile(o.write, append(b, '\n'), 0o644)
	}
	return nil
}

// count writes the table of in how many items each term stands.
func count(path string, files []string) error {
	var docs []story.Document
	for _, f := range files {
		d, err := items(f)
		if err != nil {
			return err
		}
		docs = append(docs, d...)
	}
	b := story.Background(docs, 2)
	fmt.Println(len(docs), "items", len(b), "bytes")
	return os.WriteFile(path, b, 0o644)
}

// ranking prints the average precision of the pair scores, by set and scope.
func ranking(p *story.Pairs, periods []string, models map[string]*story.Model) {
	fmt.Print("average precision of pairs:")
	for _, set := range sets(periods) {
		for s, name := range story.ScopeNames() {
			if ap := p.Ranking(s, set, models); ap > 0 {
				fmt.Printf("  %s %s %.3f", set, name, ap)
			}
		}
	}
	fmt.Println()
}

// measure pools the figures of a set's periods, each grouped by the model not learnt on it.
func measure(p *story.Pairs, periods []string, models map[string]*story.Model, set string, bare bool, t [3]float64) story.Figures {
	var fs []story.Figures
	for _, per := range periods {
		if strings.HasPrefix(per, set+"/") {
			ids, cl := p.Group(models[per], per, bare, t)
			fs = append(fs, p.Measure(ids, cl))
		}
	}
	return story.Total(fs)
}

func sets(periods []string) []string {
	var out []string
	for _, p := range periods {
		s, _, _ := strings.Cut(p, "/")
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func show(name string, bare bool, f story.Figures) {
	what := "text  "
	if bare {
		what = "titles"
	}
	fmt.Printf("%-22s %s n=%d pairs=%d  B3 P %.3f R %.3f F %.3f  pairwise P %.3f R %.3f F %.3f\n", name, what, f.Items, f.TP+f.FN, f.BP, f.BR, f.BF, f.P, f.R, f.F)
}

func list(docs []story.Document, ids, cl []int) {
	for i := range ids {
		for j := i + 1; j < len(ids); j++ {
			a, b := docs[ids[i]], docs[ids[j]]
			if s := cl[i] == cl[j]; s != (a.Story == b.Story) {
				w := "split "
				if s {
					w = "MERGED"
				}
				fmt.Println(w, a.Title, "|", b.Title)
			}
		}
	}
}

func lines(path string, each func([]byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		if err := each(sc.Bytes()); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return sc.Err()
}

func items(path string) ([]story.Document, error) {
	var out []story.Document
	err := lines(path, func(b []byte) error {
		var x struct {
			GUID, Title, Summary, Lang, Published string
		}
		if err := json.Unmarshal(b, &x); err != nil {
			return err
		}
		at, _ := time.Parse(time.RFC3339, x.Published) // some items have none; such a set can't be learnt from, only counted
		out = append(out, story.Document{ID: x.GUID, Title: x.Title, Lede: x.Summary, Lang: x.Lang, Published: at})
		return nil
	})
	return out, err
}

// load reads items and labels, and gives each item the period that is left out together:
// the set's name and the month, or the development's month where all is one set.
func load(itemsPath, labelsPath string) ([]story.Document, error) {
	docs, err := items(itemsPath)
	if err != nil {
		return nil, err
	}
	type label struct {
		ID, C string
		Talks int
	}
	labels := map[string]label{}
	if err := lines(labelsPath, func(b []byte) error {
		var l label
		if err := json.Unmarshal(b, &l); err != nil {
			return err
		}
		labels[l.ID] = l
		return nil
	}); err != nil {
		return nil, err
	}
	set := strings.TrimSuffix(filepath.Base(labelsPath), ".jsonl")
	var out []story.Document
	for _, d := range docs {
		l := labels[d.ID]
		if l.C == "x" || l.C == "" || l.Talks != 1 {
			continue
		}
		d.Story, d.Period = l.C, set+"/"+d.Published.Format("2006-01")
		if set == "stories" {
			d.Period = set + "/all"
		}
		if set == "stories_lede" {
			d.Period = set + "/" + map[bool]string{true: "a", false: "b"}[d.Published.Day() < 17]
		}
		if strings.HasPrefix(set, "stories_mix") && d.Published.Format("2006-01") == "2025-11" {
			d.Period = set + "/2025-12"
		}
		out = append(out, d)
	}
	return out, nil
}
