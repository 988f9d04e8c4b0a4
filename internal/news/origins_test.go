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
