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
		{"a truce is declared", []string{"stage=agreed", "mechanism=partial", "committed=one:russia"}, []string{"0871 CONCEDE"}},
		{"a truce is observed", []string{"stage=in_effect", "mechanism=partial", "claim=fact"}, []string{"0871 RETREAT"}},
		{"a truce is foreseen", []string{"stage=agreed", "mechanism=full", "claim=prediction"}, nil},
		{"a truce is denied", []string{"stage=agreed", "mechanism=full", "claim=denial"}, nil},
		{"a truce long past", []string{"stage=in_effect", "mechanism=full", "claim=historical"}, nil},
		{"an exchange is agreed", []string{"stage=agreed", "mechanism=exchange"}, []string{"0353 CONCEDE"}},
		{"prisoners are exchanged", []string{"stage=in_effect", "mechanism=exchange"}, []string{"0841 RETREAT"}},
		{"a treaty is signed", []string{"stage=agreed", "mechanism=settlement"}, []string{"057 SUPPORT"}},
		{"a round of talks", []string{"stage=talks", "mechanism=full"}, []string{"046 CONSULT"}},
		{"no round of talks", []string{"stage=talks", "claim=negated"}, nil},
		{"a mediator meets them", []string{"stage=talks", "committed=third"}, []string{"045 CONSULT"}},
		{"a mediator will", []string{"stage=prep", "committed=third", "claim=prediction"}, []string{"039 AGREE"}},
		{"ready to talk", []string{"stage=signal"}, []string{"036 AGREE"}},
		{"will not meet", []string{"stage=reject", "stage=talks"}, []string{"046 CONSULT", "125 REJECT"}},
		{"refuses the plan", []string{"stage=reject", "mechanism=full", "claim=negated"}, []string{"127 REJECT"}},
		{"may refuse the plan", []string{"stage=reject", "mechanism=full", "claim=prediction"}, nil},
		{"the truce is broken", []string{"stage=violation", "mechanism=full"}, []string{"196 ASSAULT"}},
		{"they say it is broken", []string{"stage=violation", "mechanism=full", "claim=claim"}, []string{"1123 DISAPPROVE"}},
		{"they say it is not", []string{"stage=violation", "mechanism=full", "claim=denial"}, nil},
		{"talks are off", []string{"stage=ended"}, []string{"164 SANCTION"}},
		{"the mediator leaves", []string{"stage=ended", "committed=third"}, []string{"165 SANCTION"}},
		{"may walk out", []string{"stage=ended", "claim=prediction"}, []string{"134 THREATEN"}},
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
			got = append(got, code.CAMEO+" "+code.PLOVER)
			if code.What == "" {
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
