package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
)

// crossCheck leaves out one group of months at a time and counts what the
// models say of it, with 95 % intervals.
func crossCheck(out io.Writer, rows []row, tasks []task, o options) error {
	var months []string
	for _, r := range rows {
		if !slices.Contains(months, r.month) {
			months = append(months, r.month)
		}
	}
	slices.Sort(months)
	fold := map[string]int{}
	for i, m := range months {
		fold[m] = i % o.folds
	}
	groups := map[string]*counts{}
	count := func(name string) *counts {
		if groups[name] == nil {
			groups[name] = &counts{}
		}
		return groups[name]
	}
	said := make([]map[string]float64, len(rows)) // task → probability
	for i := range said {
		said[i] = map[string]float64{}
	}
	for f := range o.folds {
		var seen []row
		for _, r := range rows {
			if fold[r.month] != f {
				seen = append(seen, r)
			}
		}
		for _, t := range tasks {
			m := fit(seen, t, o)
			for i, r := range rows {
				if fold[r.month] == f && len(r.features) > 0 {
					said[i][t.facet+" "+t.value] = m.probability(r.features)
				}
			}
		}
	}
	for i, r := range rows {
		l := r.label
		main := said[i]["relevance main"] >= mainAt
		if l.Rel != 1 {
			count("relevance all").add(l.Rel == 2, main)
			count("relevance "+l.Lang).add(l.Rel == 2, main)
			if g := languageGroups[l.Lang]; g != "" && g != l.Lang {
				count("relevance "+g).add(l.Rel == 2, main)
			}
			count("relevance of "+r.file).add(l.Rel == 2, main)
			if g := languageGroups[l.Lang]; g != "" {
				count("relevance of "+r.file+" "+g).add(l.Rel == 2, main)
			}
			o.mistake(out, "relevance main", r, l.Rel == 2, main, said[i]["relevance main"])
		}
		if l.Rel != 2 || !main {
			continue
		}
		best := ""
		var have []string
		for _, t := range tasks {
			if t.facet != "stage" {
				continue
			}
			p := said[i]["stage "+t.value]
			if best == "" || p > said[i]["stage "+best] {
				best = t.value
			}
			if p >= t.threshold {
				have = append(have, t.value)
			}
		}
		if len(have) == 0 && said[i]["stage "+best] > 0.15 { // as the tagger does
			have = append(have, best)
		}
		for _, t := range tasks {
			if t.facet != "stage" {
				continue
			}
			must, got := slices.Contains(l.StageMust, t.value), slices.Contains(have, t.value)
			if !must && slices.Contains(l.StageMay, t.value) {
				continue
			}
			for _, n := range []string{"stage all", "stage of " + r.file, "stage " + t.value} {
				count(n).add(must, got)
			}
			o.mistake(out, "stage "+t.value, r, must, got, said[i]["stage "+t.value])
		}
	}
	names := make([]string, 0, len(groups))
	for n := range groups {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		return strings.Compare(strings.Replace(a, " all", " ", 1), strings.Replace(b, " all", " ", 1))
	})
	for _, n := range names {
		c := groups[n]
		p, r, f := c.figures()
		low, high := c.interval()
		fmt.Fprintf(out, "%-40s P %.3f R %.3f F1 %.3f [%.3f, %.3f]  (right %d, wrongly told %d, missed %d)\n", n, p, r, f, low, high, c.tp, c.fp, c.fn)
	}
	return nil
}

// mistake lists one, when asked for.
func (o options) mistake(out io.Writer, name string, r row, want, got bool, p float64) {
	if o.errors != name || want == got {
		return
	}
	kind := "wrongly told"
	if want {
		kind = "missed"
	}
	fmt.Fprintf(out, "%s %.2f | %s %s %v | %s | %s\n", kind, p, r.label.ID, r.label.Lang, r.label.StageMust, r.title, r.lede)
}

// resamples of the bootstrap.
const resamples = 2000

// interval is the 95 % interval of F1 by the percentile bootstrap (Efron 1979).
// What is neither told nor to be told changes no figure, so drawing it would not.
// The same counts give the same interval.
func (c *counts) interval() (low, high float64) {
	n := c.tp + c.fp + c.fn
	if n == 0 {
		return 0, 0
	}
	draw := rand.New(rand.NewPCG(1, 2))
	all := make([]float64, resamples)
	for i := range all {
		var x counts
		for range n {
			switch k := draw.IntN(n); {
			case k < c.tp:
				x.tp++
			case k < c.tp+c.fp:
				x.fp++
			default:
				x.fn++
			}
		}
		_, _, all[i] = x.figures()
	}
	slices.Sort(all)
	return all[resamples*25/1000], all[resamples*975/1000]
}

// languageGroups are the languages that are looked at together.
var languageGroups = map[string]string{"en": "en", "uk": "uk+ru", "ru": "uk+ru", "de": "de+fr+pl+sv", "fr": "de+fr+pl+sv", "pl": "de+fr+pl+sv", "sv": "de+fr+pl+sv"}

type counts struct{ tp, fp, fn int }

func (c *counts) add(want, got bool) {
	switch {
	case want && got:
		c.tp++
	case got:
		c.fp++
	case want:
		c.fn++
	}
}

func (c *counts) figures() (p, r, f float64) {
	if c.tp == 0 {
		return 0, 0, 0
	}
	p = float64(c.tp) / float64(c.tp+c.fp)
	r = float64(c.tp) / float64(c.tp+c.fn)
	return p, r, 2 * p * r / (p + r)
}
