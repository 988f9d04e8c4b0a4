// Command train learns the weights of monitor/story from labelled news and prints how well
// it tells developments apart on periods it was not learnt on.
//
//	go run ./monitor/story/train ITEMS LABELS [ITEMS LABELS ...]
//	go run ./monitor/story/train -background monitor/story/background.bin ITEMS ...
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

var quick bool
var without []string

func main() {
	background := flag.String("background", "", "count words in the ITEMS files and write the table here")
	write := flag.String("write", "", "learn from everything and write the weights here")
	sweep := flag.Bool("sweep", false, "print figures over thresholds")
	ablate := flag.Bool("ablate", false, "print figures without each feature")
	errors := flag.String("errors", "", "list the mistakes made on this period")
	ridge := flag.Float64("ridge", 40, "strength of the ridge")
	th := flag.String("thresholds", "0.4,0.75,4", "thresholds for titles,texts,languages")
	flag.BoolVar(&quick, "quick", false, "")
	wo := flag.String("without", "", "features to leave out, with semicolons")
	flag.Parse()
	without = strings.Split(*wo, ";")
	if err := run(*background, *write, *sweep, *ablate, *errors, *ridge, *th, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(background, write string, sweep, ablate bool, errors string, ridge float64, th string, files []string) error {
	if background != "" {
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
		return os.WriteFile(background, b, 0o644)
	}
	var docs []story.Document
	for i := 0; i+1 < len(files); i += 2 {
		d, err := load(files[i], files[i+1])
		if err != nil {
			return err
		}
		docs = append(docs, d...)
	}
	var t [3]float64
	fmt.Sscanf(th, "%f,%f,%f", &t[0], &t[1], &t[2])
	p := story.PairsOf(docs)
	var periods []string
	for _, d := range docs {
		if !slices.Contains(periods, d.Period) {
			periods = append(periods, d.Period)
		}
	}
	slices.Sort(periods)
	models := map[string]*story.Model{}
	for _, per := range periods {
		models[per] = p.Learn(story.Options{LeaveOut: per, Ridge: ridge, Without: without})
	}
	report := func(models map[string]*story.Model, t [3]float64, quiet bool) {
		for _, set := range sets(periods) {
			for _, bare := range []bool{true, false} {
				if !bare && (strings.HasPrefix(set, "stories_mix") || set == "stories") {
					continue
				}
				var total []story.Figures
				for _, per := range periods {
					if !strings.HasPrefix(per, set+"/") {
						continue
					}
					ids, cl := p.Group(models[per], per, bare, t)
					f := p.Measure(ids, cl)
					total = append(total, f)
					if !quiet && set == "stories_mix" {
						show(per, bare, f)
					}
					if per == errors {
						list(docs, ids, cl)
					}
				}
				show(set, bare, story.Total(total))
			}
		}
	}
	objective := func(models map[string]*story.Model) {
		fmt.Printf("AP stories %.3f mix %.3f lede-t %.3f cross-t %.3f | lede-x %.3f cross-x %.3f | tongues %.3f ",
			p.Ranking(0, "stories", models), p.Ranking(0, "stories_mix", models), p.Ranking(0, "stories_lede", models), p.Ranking(0, "crosslang", models),
			p.Ranking(1, "stories_lede", models), p.Ranking(1, "crosslang", models), p.Ranking(2, "crosslang", models))
		fmt.Printf(" mean %.4f\n", (p.Ranking(0, "stories", models)+p.Ranking(0, "stories_mix", models)+p.Ranking(0, "stories_lede", models)+p.Ranking(1, "stories_lede", models))/4)
	}
	objective(models)
	if quick && !ablate {
		return nil
	}
	if !quick {
		report(models, t, false)
	}
	if sweep {
		for x := 0.0; x <= 2.01; x += 0.25 {
			fmt.Printf("%+.2f ", x)
			for _, set := range sets(periods) {
				for _, bare := range []bool{true, false} {
					if !bare && (strings.HasPrefix(set, "stories_mix") || set == "stories") {
						continue
					}
					var total []story.Figures
					for _, per := range periods {
						if strings.HasPrefix(per, set+"/") {
							ids, cl := p.Group(models[per], per, bare, [3]float64{x, x, x})
							total = append(total, p.Measure(ids, cl))
						}
					}
					f := story.Total(total)
					fmt.Printf("| %s%v P%.2f F%.3f B%.3f ", strings.TrimPrefix(set, "stories_"), map[bool]string{true: "-t", false: "-x"}[bare], f.P, f.F, f.BF)
				}
			}
			fmt.Println()
		}
	}
	if ablate {
		for _, f := range story.FeatureNames() {
			m := map[string]*story.Model{}
			for _, per := range periods {
				m[per] = p.Learn(story.Options{LeaveOut: per, Ridge: ridge, Without: append(slices.Clone(without), f)})
			}
			fmt.Printf("%-28s ", f)
			objective(m)
		}
	}
	if write != "" {
		b, err := p.Learn(story.Options{Ridge: ridge}).Encode()
		if err != nil {
			return err
		}
		return os.WriteFile(write, append(b, '\n'), 0o644)
	}
	return nil
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
