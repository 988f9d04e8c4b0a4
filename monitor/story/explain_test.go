package story

import (
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

func TestARefusalNamesWhatSpokeAgainst(t *testing.T) {
	of := func(reports ...report) news.StoryCandidate {
		c := news.StoryCandidate{Story: 7, Topic: "t"}
		for i, r := range reports {
			c.Members = append(c.Members, member(int64(i+1), r))
		}
		return c
	}
	accusation := report{"Russia accuses Ukraine of breaking the energy truce", "", "en", 0}
	for _, c := range []struct {
		name  string
		item  report
		in    news.StoryCandidate
		joins bool
		says  string
	}{
		{"the same", report{"Russia accuses Ukraine of breaking energy truce", "", "en", time.Hour}, of(accusation), true, "same act"},
		{"the other side's accusation", report{"Ukraine accuses Russia of breaking the energy truce", "", "en", time.Hour}, of(accusation), false, "actors the other way round"},
		{"too late", report{"Russia accuses Ukraine of breaking energy truce", "", "en", 200 * time.Hour}, of(accusation), false, "more than 5 days"},
		{"nobody", report{"Russia accuses Ukraine of breaking energy truce", "", "en", 0}, of(), false, "no other report"},
	} {
		got := FitOf(prepared(9, c.item), c.in)
		if got.Joins != c.joins || !strings.Contains(got.Why, c.says) || got.Story != 7 {
			t.Errorf("%s: got %+v; want joins %v and %q", c.name, got, c.joins, c.says)
		}
		for _, x := range got.Compared {
			sum := 0.0
			for _, s := range x.Spoke {
				sum += s.Says
			}
			if bias := trained.w[slices.Index(scopeNames[:], x.Weights)][fBias]; x.Score > scoreFloor && x.Score < scoreCeil && (sum+bias-x.Score > .001 || x.Score-sum-bias > .001) {
				t.Errorf("%s: features say %.3f with the bias %.3f, the score is %.3f", c.name, sum, bias, x.Score)
			}
		}
	}
	if got := FitOf(news.Prepared{}, of(accusation)); got.Joins || !strings.Contains(got.Why, "nothing to compare") {
		t.Errorf("without a sketch: %+v", got)
	}
}
