package story

import (
	"slices"
	"testing"

	"trucewatch/internal/news"
)

func TestOriginsCountOneLevelDeep(t *testing.T) {
	cites := func(id int64, publisher, origin string) news.Report {
		r := news.Report{Item: news.ItemID(id), Publisher: publisher, Verdict: news.New, First: news.New}
		if origin != "" {
			r.Tags = []news.Tag{{Facet: "origin", Value: origin, Field: "lede"}}
		}
		return r
	}
	dup := func(id int64, publisher string, of int64) news.Report {
		return news.Report{Item: news.ItemID(id), Publisher: publisher, Verdict: news.Duplicate, First: news.Duplicate, Of: news.ItemID(of)}
	}
	var nine []news.Report
	for i := range 9 {
		nine = append(nine, cites(int64(i+1), "paper "+string(rune('a'+i)), "Axios"))
	}
	var agency []news.Report
	agency = append(agency, cites(1, "Example Agency", ""))
	for i := range 9 {
		agency = append(agency, dup(int64(i+2), "paper "+string(rune('a'+i)), 1))
	}
	cases := []struct {
		name              string
		in                []news.Report
		original, repeats int
		names             []string
	}{
		{"nothing", nil, 0, 0, nil},
		{"nine cite one that was not read", nine, 1, 9, []string{"Axios"}},
		{"nine cite one that was read", append([]news.Report{cites(99, "axios.com", "")}, nine...), 1, 9, []string{"axios.com"}},
		{"an agency's text in nine papers", agency, 1, 9, []string{"Example Agency"}},
		{"two of one family", []news.Report{cites(1, "Family", ""), cites(2, "Family", "")}, 1, 1, []string{"Family"}},
		{"two that saw it themselves", []news.Report{cites(1, "One", ""), cites(2, "Two", "")}, 2, 0, []string{"One", "Two"}},
		{"one level: the cited cites another", []news.Report{cites(1, "Axios", "Kremlin"), cites(2, "Paper", "Axios")}, 2, 2, []string{"Kremlin", "Axios"}},
	}
	for _, c := range cases {
		o, r, names := Origins(c.in)
		if o != c.original || r != c.repeats || !slices.Equal(names, c.names) {
			t.Errorf("%s: got %d original, %d repeats %v; want %d, %d %v", c.name, o, r, names, c.original, c.repeats, c.names)
		}
	}
}
