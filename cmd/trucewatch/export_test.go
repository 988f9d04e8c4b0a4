package main

import (
	"slices"
	"testing"

	"trucewatch/internal/news"
)

func TestReportsAreCodedByStageMechanismAndWhoCommitted(t *testing.T) {
	for _, c := range []struct {
		name string
		tags []string // facet=value
		want []string
	}{
		{"a truce is declared", []string{"stage=agreed", "mechanism=partial", "committed=one:russia"}, []string{"0871"}},
		{"prisoners are exchanged", []string{"stage=in_effect", "mechanism=exchange"}, []string{"0841"}},
		{"a treaty is signed", []string{"stage=agreed", "mechanism=settlement"}, []string{"057"}},
		{"a round of talks", []string{"stage=talks", "mechanism=full"}, []string{"046"}},
		{"a mediator meets them", []string{"stage=talks", "committed=third"}, []string{"045"}},
		{"a mediator will", []string{"stage=prep", "committed=third"}, []string{"039"}},
		{"ready to talk", []string{"stage=signal"}, []string{"036"}},
		{"will not meet", []string{"stage=reject", "stage=talks"}, []string{"046", "125"}},
		{"refuses the plan", []string{"stage=reject", "mechanism=full"}, []string{"127"}},
		{"the truce is broken", []string{"stage=violation", "mechanism=full"}, []string{"196"}},
		{"talks are off", []string{"stage=ended"}, []string{"164"}},
		{"the mediator leaves", []string{"stage=ended", "committed=third"}, []string{"165"}},
		{"may walk out", []string{"stage=ended", "claim=prediction"}, []string{"134"}},
		{"an analysis", []string{"stage=analysis", "mechanism=full"}, nil},
		{"a proposal", []string{"stage=proposal", "mechanism=full"}, nil},
		{"nothing", nil, nil},
	} {
		var tags []news.Tag
		for _, s := range c.tags {
			i := slices.Index([]byte(s), '=')
			tags = append(tags, news.Tag{Facet: s[:i], Value: s[i+1:]}, news.Tag{Facet: s[:i], Value: s[i+1:]})
		}
		var got []string
		for _, code := range codesOf(tags) {
			got = append(got, code.CAMEO)
			if code.PLOVER == "" || code.What == "" {
				t.Errorf("%s: code %+v is not whole", c.name, code)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestARepeatedReportAddsNoCode(t *testing.T) {
	tags := []news.Tag{{Facet: "stage", Value: "talks"}}
	d := news.Development{ID: 7, Reports: []news.Report{
		{Item: 1, Title: "A mention", Relevance: news.Mention, First: news.New, Side: "us"},
		{Item: 2, Title: "Talks open", Relevance: news.Main, First: news.New, Tags: tags, Side: "us"},
		{Item: 3, Title: "Talks open", Relevance: news.Main, First: news.Duplicate, Tags: tags, Side: "europe"},
	}}
	x := storyOf(d, []news.Position{{Mechanism: "full", Stage: "talks", Item: 2}})
	if x.Headline != "Talks open" || len(x.Timeline) != 3 || len(x.Timeline[1].Codes) != 1 || len(x.Timeline[2].Codes) != 0 || len(x.Codes) != 1 || !slices.Equal(x.Sides, []string{"us", "europe"}) || len(x.Ledger) != 1 {
		t.Errorf("exported %+v", x)
	}
}
