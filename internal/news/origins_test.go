package news

import (
	"slices"
	"testing"
)

func TestOriginsCountOneLevelDeep(t *testing.T) {
	cites := func(id int64, publisher, origin string) Report {
		r := Report{Item: ItemID(id), Publisher: publisher, Verdict: New, First: New}
		if origin != "" {
			r.Tags = []Tag{{Facet: "origin", Value: origin, Field: "lede"}}
		}
		return r
	}
	dup := func(id int64, publisher string, of int64) Report {
		return Report{Item: ItemID(id), Publisher: publisher, Verdict: Duplicate, First: Duplicate, Of: ItemID(of)}
	}
	var nine []Report
	for i := range 9 {
		nine = append(nine, cites(int64(i+1), "paper "+string(rune('a'+i)), "Axios"))
	}
	var agency []Report
	agency = append(agency, cites(1, "Example Agency", ""))
	for i := range 9 {
		agency = append(agency, dup(int64(i+2), "paper "+string(rune('a'+i)), 1))
	}
	cases := []struct {
		name              string
		in                []Report
		original, repeats int
		names             []string
	}{
		{"nothing", nil, 0, 0, nil},
		{"nine cite one that was not read", nine, 1, 9, []string{"Axios"}},
		{"nine cite one that was read", append([]Report{cites(99, "axios.com", "")}, nine...), 1, 9, []string{"axios.com"}},
		{"an agency's text in nine papers", agency, 1, 9, []string{"Example Agency"}},
		{"two of one family", []Report{cites(1, "Family", ""), cites(2, "Family", "")}, 1, 1, []string{"Family"}},
		{"two that saw it themselves", []Report{cites(1, "One", ""), cites(2, "Two", "")}, 2, 0, []string{"One", "Two"}},
		{"one level: the cited cites another", []Report{cites(1, "Axios", "Kremlin"), cites(2, "Paper", "Axios")}, 2, 2, []string{"Kremlin", "Axios"}},
	}
	for _, c := range cases {
		rests := Rests(c.in)
		o, r := len(Originals(rests)), Repeats(rests)
		var names []string
		for _, x := range Originals(rests) {
			names = append(names, x.Name)
		}
		if o != c.original || r != c.repeats || !slices.Equal(names, c.names) {
			t.Errorf("%s: got %d original, %d repeats %v; want %d, %d %v", c.name, o, r, names, c.original, c.repeats, c.names)
		}
	}
}

func TestBothIsBelievedOfTwoOriginsOrOfEachPartysOwnWord(t *testing.T) {
	r := func(publisher, committed, field string, more ...Tag) Report {
		return Report{Item: ItemID(len(publisher)), Publisher: publisher, Tags: append([]Tag{{Facet: "committed", Value: committed, Field: field}}, more...)}
	}
	state := func(r Report) Report { r.State = true; return r }
	arranged := Tag{Facet: "stage", Value: "prep", Field: "title"}
	for name, c := range map[string]struct {
		in   []Report
		want string
	}{
		"nothing":                        {nil, ""},
		"one report":                     {[]Report{r("a", "both", "title")}, ""},
		"two origins":                    {[]Report{r("a", "both", "title"), r("bb", "both", "lede")}, "both"},
		"one house":                      {[]Report{r("a", "both", "title"), r("a", "both", "title")}, ""},
		"state media alone":              {[]Report{state(r("a", "both", "title")), state(r("bb", "both", "title"))}, ""},
		"state media and another":        {[]Report{state(r("a", "both", "title")), r("bb", "both", "title")}, "both"},
		"each party":                     {[]Report{r("a", "one:x", "title"), r("bb", "one:y", "title")}, "both"},
		"one party, and a report of two": {[]Report{r("a", "one:x", "title"), r("bb", "both", "title")}, "one:x"},
		"deep in the texts":              {[]Report{r("a", "both", "body"), r("bb", "both", "body")}, ""},
		"a third party":                  {[]Report{r("a", "third", "title")}, "third"},
		"it is the meeting that is set":  {[]Report{r("a", "both", "lede", arranged), r("bb", "both", "lede", arranged)}, ""},
		"agreed, and the next one is set": {[]Report{
			r("a", "both", "title", arranged, Tag{Facet: "stage", Value: "agreed", Field: "title"}),
			r("bb", "both", "title", arranged, Tag{Facet: "stage", Value: "agreed", Field: "title"})}, "both"},
	} {
		if got := Committed(c.in, Rests(c.in)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
