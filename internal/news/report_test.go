package news

import "testing"

// One rule for ledger, digest and alert, so that none of them calls a signal what another
// calls talks.
func TestAReportStatesTheLikeliestStageItShows(t *testing.T) {
	stage := func(value, field, match string) Tag {
		return Tag{Facet: "stage", Value: value, Field: field, Match: match}
	}
	for name, c := range map[string]struct {
		tags []Tag
		want string
	}{
		"none":                                {nil, ""},
		"the likeliest, which stands first":   {[]Tag{stage("signal", "title", "urges"), stage("talks", "title", "talks")}, "signal"},
		"of the first sentences too":          {[]Tag{stage("accept", "lede", "agreed to"), stage("reject", "title", "30 days")}, "accept"},
		"not deep in the text":                {[]Tag{stage("agreed", "body", "agreed"), stage("talks", "lede", "talks")}, "talks"},
		"nor where nobody knows":              {[]Tag{stage("agreed", "", "agreed")}, ""},
		"a name shows none":                   {[]Tag{stage("reject", "title", "Putin"), {Facet: "actor", Value: "putin", Match: "putin"}, stage("talks", "lede", "met")}, "talks"},
		"what is no stage of the talks, none": {[]Tag{stage("victory", "title", "won")}, ""},
	} {
		if got := (Report{Tags: c.tags}).Stage(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// The no of a refusal states it; the no to a refusal does not.
func TestARefusalIsStatedByItsNo(t *testing.T) {
	title := func(facet, value, match string) Tag {
		return Tag{Facet: facet, Value: value, Field: "title", Match: match}
	}
	for name, c := range map[string]struct {
		tags  []Tag
		stage string
		fact  bool
	}{
		"refuses to":       {[]Tag{title("stage", "reject", "Russia refuses"), title("claim", "negated", "refuses to")}, "reject", true},
		"does not accept":  {[]Tag{title("stage", "accept", "accept truce"), title("stage", "reject", "will not"), title("claim", "negated", "not")}, "reject", true},
		"a no to consent":  {[]Tag{{Facet: "stage", Value: "reject", Field: "title", Match: "accept", Rule: "refusal"}, title("claim", "negated", "not")}, "reject", true},
		"has not refused":  {[]Tag{title("stage", "reject", "not refused"), title("claim", "negated", "not")}, "reject", false},
		"has not accepted": {[]Tag{title("stage", "accept", "accepted"), title("claim", "negated", "not")}, "accept", false},
		"denies a refusal": {[]Tag{title("stage", "reject", "refuses"), title("claim", "denial", "denies")}, "reject", false},
	} {
		r := Report{Tags: c.tags}
		if r.Stage() != c.stage || r.AsFact() != c.fact {
			t.Errorf("%s: %q as fact %v, want %q %v", name, r.Stage(), r.AsFact(), c.stage, c.fact)
		}
	}
}
