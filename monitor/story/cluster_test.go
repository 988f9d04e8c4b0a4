package story

import (
	"reflect"
	"testing"
)

// A second grouping that passes over the pairs that were far apart in the first one finds
// what one would that compares them all, of few reports and of many: a small crowd lifts
// even the lowest score above what counts as never compared.
func TestASecondGroupingLosesNoPair(t *testing.T) {
	_, all := open5000(t)
	for _, n := range []int{20, 300} {
		var nodes []node
		for i := range n {
			c := all[i*len(all)/n]
			s := &sketch{}
			if err := s.decode(c.Members[0].Sketch); err != nil {
				t.Fatal(err)
			}
			nodes = append(nodes, node{s, c.Members[0].Published, i%5 - 1})
		}
		for i, s := range crowded(nodes, nil) {
			nodes[i].sketch = s
		}
		far := make([][]bool, n)
		want := trained.compareAll(nodes, thresholds, far)
		passed, pairs := 0, 0
		for i := range far {
			for _, is := range far[i] {
				if is {
					passed++
				}
			}
			pairs += len(want[i])
		}
		if passed == 0 || pairs == 0 {
			t.Fatalf("%d of %d nodes' pairs are far and %d near: proves nothing", passed, n, pairs)
		}
		if got := trained.compareAll(nodes, thresholds, far); !reflect.DeepEqual(got, want) {
			t.Errorf("of %d nodes a second grouping finds other pairs", n)
		}
	}
}
