package notify

import (
	"slices"
	"testing"
)

func TestSamplesHoldEveryLayoutWithinTheLimits(t *testing.T) {
	messages := Samples(at(21, 8, 0))
	checkMessages(t, "samples", messages[:1])
	var kinds []string
	for _, m := range messages {
		kinds = append(kinds, m.Kind)
		if len(m.Blocks) < 10 || m.Text == "" || m.Plain == "" {
			t.Errorf("%s: an empty sample %+v", m.Kind, m)
		}
	}
	for _, k := range []string{"digest", "quiet", "blind", "recap", "hello", "alert", "correction", "edit"} {
		if !slices.Contains(kinds, k) {
			t.Errorf("no sample of a %s among %v", k, kinds)
		}
	}
}
