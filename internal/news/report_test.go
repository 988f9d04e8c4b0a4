package news

import (
	"slices"
	"testing"
)

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

// "Russia agrees to a truce, source says" is nobody's declaration.
func TestWhatOthersSayOfASideIsNotItsWord(t *testing.T) {
	claim := func(value, field, who string) Tag { return Tag{Facet: "claim", Value: value, Field: field, Who: who} }
	moscow := Tag{Facet: "actor", Value: "kremlin", Field: "title", Who: "russia"}
	washington := Tag{Facet: "actor", Value: "white_house", Field: "title", Who: "us"}
	for name, c := range map[string]struct {
		r    Report
		want bool
	}{
		"told as fact":                    {Report{Tags: []Tag{moscow, claim("fact", "title", "")}}, true},
		"its own speaker":                 {Report{Tags: []Tag{moscow, claim("claim", "title", "kremlin")}}, true},
		"its own speaker, further on":     {Report{Tags: []Tag{moscow, claim("claim", "title", ""), claim("claim", "lede", "kremlin")}}, true},
		"its own site":                    {Report{Official: true, Side: "russia", Tags: []Tag{claim("claim", "title", "")}}, true},
		"a source without a name":         {Report{Tags: []Tag{moscow, claim("claim", "title", "")}}, false},
		"another side":                    {Report{Tags: []Tag{moscow, washington, claim("claim", "title", "white_house")}}, false},
		"another side's site":             {Report{Official: true, Side: "us", Tags: []Tag{moscow, claim("fact", "title", "")}}, false},
		"another side, deep in the text":  {Report{Tags: []Tag{moscow, washington, claim("fact", "title", ""), claim("claim", "body", "white_house")}}, true},
		"both of them, each in its words": {Report{Tags: []Tag{moscow, washington, claim("claim", "title", "white_house"), claim("claim", "title", "kremlin")}}, true},
	} {
		if got := c.r.OwnWord("russia"); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		c.r.Tags = append(c.r.Tags, Tag{Facet: "committed", Value: "one:russia", Field: "title"}, Tag{Facet: "stage", Value: "agreed", Field: "title"})
		want := ""
		if c.want {
			want = "one:russia"
		}
		if got := Committed([]Report{c.r}, Rests([]Report{c.r})); got != want {
			t.Errorf("%s: committed %q, want %q", name, got, want)
		}
	}
}

func TestAPlantStandsForItselfAndNotForItsRegion(t *testing.T) {
	place := func(value, field, scope string) Tag {
		return Tag{Facet: "place", Value: value, Field: field, Who: scope}
	}
	for name, c := range map[string]struct {
		tags []Tag
		want []string
	}{
		"none":                          {nil, nil},
		"a region":                      {[]Tag{place("r", "title", "sector")}, []string{"r"}},
		"a plant in a region":           {[]Tag{place("r", "title", "sector"), place("p", "title", "local")}, []string{"p"}},
		"whichever stands first":        {[]Tag{place("p", "title", "local"), place("r", "title", "sector"), place("s", "title", "sector")}, []string{"p"}},
		"two regions":                   {[]Tag{place("r", "title", "sector"), place("s", "title", "sector")}, []string{"r", "s"}},
		"the title before the rest":     {[]Tag{place("p", "body", "local"), place("r", "title", "sector")}, []string{"r"}},
		"all fronts, and a town below":  {[]Tag{place("all", "title", "all"), place("p", "lede", "local")}, nil},
		"all fronts, and a town beside": {[]Tag{place("all", "title", "all"), place("p", "title", "local")}, []string{"p"}},
	} {
		if got := (Report{Tags: c.tags}).Places(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestOnlyADenialOfHavingAgreedTakesBack(t *testing.T) {
	no := Tag{Facet: "stage", Value: "reject", Field: "title", Rule: Negated, Who: "russia"}
	denial := Tag{Facet: "claim", Value: "denial", Field: "title"}
	for name, c := range map[string]struct {
		tags []Tag
		want string
	}{
		"denies it agreed":          {[]Tag{no, denial}, "russia"},
		"did not agree":             {[]Tag{no, {Facet: "claim", Value: "negated", Field: "title"}}, ""},
		"denies something else":     {[]Tag{{Facet: "stage", Value: "violation", Field: "title", Who: "russia"}, denial}, ""},
		"denies it further down":    {[]Tag{no, {Facet: "claim", Value: "denial", Field: "body"}}, ""},
		"denies it agreed to talks": {[]Tag{no, denial, {Facet: "stage", Value: "reject", Field: "title", Rule: OfTalks}}, ""},
		"a comment on a denial":     {[]Tag{no, denial, {Facet: "genre", Value: "opinion"}}, ""},
	} {
		if got := (Report{Tags: c.tags}).TakesBack(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAReportTellsByItselfWhatNobodyHasToldIt(t *testing.T) {
	fact := Tag{Facet: "claim", Value: "fact", Field: "title"}
	says := []Tag{{Facet: "actor", Value: "kremlin", Field: "title", Who: "russia"}, {Facet: "claim", Value: "claim", Field: "lede", Who: "kremlin"}}
	for name, c := range map[string]struct {
		r    Report
		want bool
	}{
		"as fact":              {Report{Tags: []Tag{fact}}, true},
		"on a side's word":     {Report{Tags: append([]Tag{fact}, says...)}, false},
		"on an unnamed word":   {Report{Tags: []Tag{{Facet: "claim", Value: "claim", Field: "title"}}}, false},
		"state media":          {Report{State: true, Tags: []Tag{fact}}, false},
		"an official site":     {Report{Official: true, Side: "us", Tags: []Tag{fact}}, false},
		"foretold":             {Report{Tags: []Tag{{Facet: "claim", Value: "prediction", Field: "title"}}}, false},
		"a word deep in it":    {Report{Tags: []Tag{fact, says[0], {Facet: "claim", Value: "claim", Field: "body", Who: "kremlin"}}}, true},
		"a speaker of no side": {Report{Tags: []Tag{fact, {Facet: "claim", Value: "claim", Field: "lede", Who: "somebody"}}}, true},
	} {
		if got := c.r.ByItself(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
