package tag

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"trucewatch/internal/news"
)

// labelledItem is one line of testdata/labelled.tsv.
type labelledItem struct {
	lang, rel, kind     string
	stages, mechanisms  []string
	committed           string
	title, lede         string
	relevance, byCommit string // what the rules said
	tags                []news.Tag
}

func labelledItems(t *testing.T) []labelledItem {
	t.Helper()
	data, err := os.ReadFile("testdata/labelled.tsv")
	if err != nil {
		t.Fatal(err)
	}
	list := func(s string) []string {
		if s == "-" {
			return nil
		}
		return strings.Split(s, ",")
	}
	r := builtinRules(t)
	var items []labelledItem
	for n, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 8 {
			t.Fatalf("line %d has %d fields, want 8: %q", n+1, len(f), line)
		}
		it := labelledItem{lang: f[0], rel: f[1], stages: list(f[2]), mechanisms: list(f[3]), committed: strings.Trim(f[4], "-"), kind: f[5], title: f[6], lede: f[7]}
		res := r.Tag(Input{Title: it.title, Lede: it.lede, Lang: it.lang})
		it.relevance, it.tags = res.Topics[0].Relevance, res.Tags
		it.byCommit = strings.Join(it.values("committed"), ",")
		items = append(items, it)
	}
	return items
}

func (it labelledItem) values(facet string) []string {
	var out []string
	for _, t := range it.tags {
		if t.Facet == facet {
			out = append(out, t.Value)
		}
	}
	return out
}

// Memory that is used again carries nothing from one item to the next, and what was said
// of one stays as it was.
func TestTaggingAgainSaysTheSame(t *testing.T) {
	r := builtinRules(t)
	items := labelledItems(t)
	said := make([]Result, len(items))
	want := make([]string, len(items))
	for i, it := range items {
		said[i] = r.Tag(Input{Title: it.title, Lede: it.lede, Lang: it.lang})
		want[i] = fmt.Sprintf("%+v", said[i])
	}
	for i := len(items) - 1; i >= 0; i-- {
		it := items[i]
		if again := fmt.Sprintf("%+v", r.Tag(Input{Title: it.title, Lede: it.lede, Lang: it.lang})); again != want[i] {
			t.Errorf("%q: %s, and before %s", it.title, again, want[i])
		}
	}
	for i, it := range items {
		if got := fmt.Sprintf("%+v", said[i]); got != want[i] {
			t.Errorf("%q: what was said of it became %s, and was %s", it.title, got, want[i])
		}
	}
}

func TestLabelledItemsAreEnough(t *testing.T) {
	count := map[string]int{}
	for _, it := range labelledItems(t) {
		count["all"]++
		count[it.kind]++
		count[it.lang]++
		if it.committed != "" {
			count["committed"]++
		}
	}
	for kind, least := range map[string]int{"all": 400, "committed": 60, "hum": 50, "exch": 50, "local": 50,
		"en": 40, "uk": 40, "ru": 40, "de": 25, "fr": 25, "pl": 25, "sv": 25} {
		if count[kind] < least {
			t.Errorf("%s: %d items, want at least %d", kind, count[kind], least)
		}
	}
}

func TestLabelledRelevance(t *testing.T) {
	var tp, fp, fn, other int
	for _, it := range labelledItems(t) {
		main := it.relevance == news.Main
		switch {
		case it.rel == "2" && main:
			tp++
		case it.rel == "2":
			fn++
			t.Logf("missed: %s | %s | %s", it.lang, it.title, it.lede)
		case it.rel == "0" && main:
			fp++
			t.Logf("wrongly told: %s | %s | %s", it.lang, it.title, it.lede)
			if it.kind == "other" {
				other++
			}
		}
	}
	if f1 := 2 * float64(tp) / float64(2*tp+fp+fn); f1 < 0.95 {
		t.Errorf("F1 %.3f, want at least 0.95 (right %d, wrongly told %d, missed %d)", f1, tp, fp, fn)
	}
	if other > 0 {
		t.Errorf("%d items of other conflicts told as ours, want none", other)
	}
}

// Readers of access news must not miss these three.
func TestLabelledAccessNewsIsFound(t *testing.T) {
	want := map[string]string{"hum": "humanitarian", "exch": "exchange", "local": "partial"}
	found, all := map[string]int{}, map[string]int{}
	for _, it := range labelledItems(t) {
		mech := want[it.kind]
		if mech == "" {
			continue
		}
		all[it.kind]++
		if it.relevance == news.Main && slices.Contains(it.values("mechanism"), mech) {
			found[it.kind]++
		} else {
			t.Logf("not found as %s: %s | %s | %s", mech, it.lang, it.title, it.lede)
		}
	}
	for kind := range want {
		if r := float64(found[kind]) / float64(all[kind]); r < 0.9 {
			t.Errorf("%s: recall %.2f (%d of %d), want at least 0.90", kind, r, found[kind], all[kind])
		}
	}
}

func TestLabelledWhoCommitted(t *testing.T) {
	right, all := 0, 0
	for _, it := range labelledItems(t) {
		one := strings.HasPrefix(it.committed, "one:") || it.committed == "third"
		if one && strings.Contains(it.byCommit, "both") {
			t.Errorf("told as agreed by both, is %s: %s | %s | %s", it.committed, it.lang, it.title, it.lede)
		}
		if it.committed == "" {
			continue
		}
		all++
		if it.byCommit == it.committed {
			right++
		} else {
			t.Logf("got %q, want %q: %s | %s | %s", it.byCommit, it.committed, it.lang, it.title, it.lede)
		}
	}
	if share := float64(right) / float64(all); share < 0.85 {
		t.Errorf("right in %.2f (%d of %d), want at least 0.85", share, right, all)
	}
}

func TestLabelledFacets(t *testing.T) {
	for _, f := range []struct {
		facet string
		want  func(labelledItem) []string
		least float64
	}{
		{"stage", func(it labelledItem) []string { return it.stages }, 0.75},
		{"mechanism", func(it labelledItem) []string { return it.mechanisms }, 0.9},
	} {
		var tp, fp, fn int
		for _, it := range labelledItems(t) {
			if it.rel != "2" || it.relevance != news.Main {
				continue
			}
			want, got := f.want(it), it.values(f.facet)
			for _, v := range got {
				if slices.Contains(want, v) {
					tp++
				} else {
					fp++
				}
			}
			for _, v := range want {
				if !slices.Contains(got, v) {
					fn++
				}
			}
		}
		if f1 := 2 * float64(tp) / float64(2*tp+fp+fn); f1 < f.least {
			t.Errorf("%s: F1 %.3f, want at least %.2f (right %d, too many %d, missed %d)", f.facet, f1, f.least, tp, fp, fn)
		}
	}
}

// The one stage that ledger and digest take a report to state.
func TestLabelledStatedStage(t *testing.T) {
	right, all := 0, 0
	for _, it := range labelledItems(t) {
		if it.rel != "2" || it.relevance != news.Main || len(it.stages) == 0 {
			continue
		}
		got := news.Report{Tags: it.tags}.Stage()
		if got == "" {
			continue
		}
		all++
		if slices.Contains(it.stages, got) {
			right++
		} else {
			t.Logf("got %s, want one of %v: %s | %s | %s", got, it.stages, it.lang, it.title, it.lede)
		}
	}
	t.Logf("right in %d of %d", right, all)
	if share := float64(right) / float64(all); share < 0.85 {
		t.Errorf("right in %.2f (%d of %d), want at least 0.85", share, right, all)
	}
}
