package main

import (
	"strings"
	"testing"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
	"trucewatch/monitor/tag"
)

// A paper that cites a source of the feed list rests on that source's own report: the
// publisher families of the list and the outlets of the rule pack name one house alike,
// or one house would count as two origins.
func TestACitedSourceOfTheFeedListIsOneOriginWithItsOwnReport(t *testing.T) {
	cfg, err := config.Default(config.Where{}, config.Checks{})
	if err != nil {
		t.Fatal(err)
	}
	pack, err := tag.Builtin("russia-ukraine")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := tag.Compile(pack)
	if err != nil {
		t.Fatal(err)
	}
	cited := 0
	for _, f := range cfg.Feeds {
		name, _, _ := strings.Cut(f.Name, " (")
		res := rules.Tag(tag.Input{Title: "Ukraine and Russia agree on a ceasefire, " + name + " reports", Lang: "en"})
		own := news.Report{Item: 1, Feed: f.Name, Publisher: f.Publisher}
		paper := news.Report{Item: 2, Feed: "Example Paper", Tags: res.Tags}
		named := false
		for _, x := range res.Tags {
			named = named || x.Facet == "origin"
		}
		if !named {
			continue // not a house the pack knows by name
		}
		cited++
		if o := news.Originals(news.Rests([]news.Report{own, paper})); len(o) != 1 {
			t.Errorf("%s (publisher %q) and a paper that cites it are origins %q and %q, want one", f.Name, f.Publisher, o[0].Origin, o[1].Origin)
		}
	}
	if cited < 20 {
		t.Errorf("only %d sources of the list are known by name to the pack, want 20", cited)
	}
}
