package story

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"trucewatch/internal/news"
)

// Window is how far apart in news time two items of one development may be.
const Window = 5 * 24 * time.Hour

// node is an item in a clustering.
type node struct {
	sketch    *sketch
	published time.Time
	fixed     int // index of the told development that holds it; -1: free
}

// linkBest is the share of the best pair in the likeness of two clusters; the mean over all
// pairs has the rest.
const linkBest = 0.3

// develop weighs the nodes by their crowd and groups them, twice: in the first grouping
// each report is one of the crowd, in the second each development the first one found. It
// returns the nodes as they were weighed, and the groups.
func (m *Model) develop(nodes []node, threshold [scopes]float64) ([]node, [][]int) {
	var counts []float32
	far := make([][]bool, len(nodes))
	for {
		weighed := slices.Clone(nodes)
		for i, s := range crowded(nodes, counts) {
			weighed[i].sketch = s
		}
		groups := m.group(weighed, threshold, far)
		if counts != nil || len(groups) == len(nodes) {
			return weighed, groups
		}
		counts = shareOf(groups, len(nodes))
	}
}

// group merges nodes: the two clusters most alike are merged while they are more alike than
// the threshold asks. Pairs no key or time
// brings together count as the lowest score. Clusters of two told developments are never
// merged. It returns the members of each cluster, in the order of nodes. far is empty for
// a first grouping, which fills it, and left as it is for a second one of the same nodes.
func (m *Model) group(nodes []node, threshold [scopes]float64, far [][]bool) [][]int {
	links := make([]map[int]link, len(nodes))
	for i := range links {
		links[i] = map[int]link{}
	}
	for i, row := range m.compareAll(nodes, threshold, far) {
		for _, p := range row {
			l := link{p.score - scoreFloor, p.score, 1}
			links[i][p.with], links[p.with][i] = l, l
		}
	}
	return average(nodes, links)
}

// pair is a later node that one is more like than what was never compared.
type pair struct {
	with  int
	score float64
}

// compareAll compares each node with the later ones of its window, on all cores.
func (m *Model) compareAll(nodes []node, threshold [scopes]float64, far [][]bool) [][]pair {
	rows := make([][]pair, len(nodes))
	in := indexOf(nodes)
	var row atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 1+len(nodes)/nodesPerCore) {
		wg.Go(func() {
			w := in.walk()
			for i := int(row.Add(1)) - 1; i < len(nodes); i = int(row.Add(1)) - 1 {
				rows[i], far[i] = m.compareLater(nodes, i, w, threshold, far[i])
			}
		})
	}
	wg.Wait()
	return rows
}

// nodesPerCore is how many nodes another core is worth starting for.
const nodesPerCore = 64

// farBelow is how far below the lowest score a pair lies that a second grouping does not
// compare again, because comparing is most of what grouping costs. Of 2.2 million pairs of
// real and made-up news none that lay so far below rose above it by other weights.
const farBelow = 2

// compareLater compares the i-th node with the later ones of its window. far says which of
// those are far from it; nil is a first grouping, which finds out.
func (m *Model) compareLater(nodes []node, i int, w *walk, threshold [scopes]float64, far []bool) ([]pair, []bool) {
	one := nodes[i]
	end := i + 1
	for end < len(nodes) && nodes[end].published.Sub(one.published) <= Window {
		end++
	}
	both := w.next(i, end, one)
	first := far == nil
	if first {
		far = make([]bool, end-i)
	}
	var row []pair
	var f vector
	for j := i + 1; j < end; j++ {
		other := nodes[j]
		if one.fixed >= 0 && other.fixed >= 0 {
			continue // told: together or apart for good
		}
		s := scopeOf(one.sketch, other.sketch)
		asked := threshold[s] + crowdCost[s]*(one.sketch.crowd+other.sketch.crowd)/2
		likeness := scoreFloor
		if first || !far[j-i] {
			compareBy(one.sketch, other.sketch, both[j], one.published.Sub(other.published), &f)
			likeness = m.logOdds(s, &f)
		}
		if first {
			far[j-i] = likeness-asked < scoreFloor-farBelow
		}
		if z := limited(likeness) - asked; z > scoreFloor {
			row = append(row, pair{j, z})
		}
	}
	return row, far
}

// link is the sum of the scores above the floor between two clusters, and of how many pairs.
type link struct {
	sum, max float64
	n        int
}

func average(nodes []node, links []map[int]link) [][]int {
	n := len(nodes)
	members := make([][]int, n)
	fixed := make([]int, n)
	for i := range nodes {
		members[i] = []int{i}
		fixed[i] = nodes[i].fixed
	}
	// What was told together stays together.
	told := map[int]int{}
	merge := func(a, b int) {
		for k, l := range links[b] {
			if k == a {
				continue
			}
			o, ok := links[a][k]
			if !ok {
				o.max = scoreFloor
			}
			o.sum, o.n, o.max = o.sum+l.sum, o.n+l.n, max(o.max, l.max)
			links[a][k], links[k][a] = o, o
			delete(links[k], b)
		}
		delete(links[a], b)
		links[b] = nil
		members[a] = append(members[a], members[b]...)
		members[b] = nil
		fixed[a] = max(fixed[a], fixed[b])
	}
	for i := range nodes {
		if f := nodes[i].fixed; f >= 0 {
			if at, ok := told[f]; ok {
				merge(at, i)
			} else {
				told[f] = i
			}
		}
	}
	value := func(a, b int) float64 {
		return linkBest*links[a][b].max + (1-linkBest)*(links[a][b].sum/float64(len(members[a])*len(members[b]))+scoreFloor)
	}
	h := &queue{}
	push := func(a, b int) {
		if a > b {
			a, b = b, a
		}
		if fixed[a] >= 0 && fixed[b] >= 0 {
			return
		}
		if v := value(a, b); v >= 0 {
			h.push(candidate{v, a, b, len(members[a]), len(members[b])})
		}
	}
	for i := range links {
		for j := range links[i] {
			if i < j && members[i] != nil && members[j] != nil {
				push(i, j)
			}
		}
	}
	for h.len() > 0 {
		c := h.pop()
		if members[c.a] == nil || members[c.b] == nil || len(members[c.a]) != c.na || len(members[c.b]) != c.nb {
			continue // merged since: the new cluster was pushed
		}
		if fixed[c.a] >= 0 && fixed[c.b] >= 0 {
			continue
		}
		merge(c.a, c.b)
		for k := range links[c.a] {
			push(c.a, k)
		}
	}
	var out [][]int
	for _, m := range members {
		if m != nil {
			slices.Sort(m)
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b []int) int { return a[0] - b[0] })
	return out
}

type candidate struct {
	value  float64
	a, b   int
	na, nb int // sizes when pushed: a candidate of an older state is passed over
}

// queue is a heap of candidates, the best first; ties by position, so that the order of
// a map never shows.
type queue struct{ c []candidate }

func (q *queue) len() int { return len(q.c) }

func better(x, y candidate) bool {
	return cmp.Or(-cmp.Compare(x.value, y.value), x.a-y.a, x.b-y.b) < 0
}

func (q *queue) push(c candidate) {
	q.c = append(q.c, c)
	for i := len(q.c) - 1; i > 0; {
		p := (i - 1) / 2
		if !better(q.c[i], q.c[p]) {
			break
		}
		q.c[i], q.c[p] = q.c[p], q.c[i]
		i = p
	}
}

func (q *queue) pop() candidate {
	top := q.c[0]
	last := len(q.c) - 1
	q.c[0] = q.c[last]
	q.c = q.c[:last]
	for i := 0; ; {
		l := 2*i + 1
		if l >= last {
			break
		}
		if r := l + 1; r < last && better(q.c[r], q.c[l]) {
			l = r
		}
		if !better(q.c[l], q.c[i]) {
			break
		}
		q.c[i], q.c[l] = q.c[l], q.c[i]
		i = l
	}
	return top
}

// Cluster regroups the untold items of one topic before a cut, all of them at once, so
// that the order in which they came hardly matters. Told developments are frozen: an
// untold item may join one, none is split and no two are merged. Every untold item is in
// exactly one group; groups stand in the order of their earliest item. Items of damaged
// sketches stand alone.
func Cluster(untold []news.Member, told []news.StoryCandidate) []news.Group {
	var nodes []node
	var items []news.ItemID
	var alone []news.Group
	add := func(m news.Member, fixed int) {
		s := &sketch{}
		if s.decode(m.Sketch) != nil {
			if fixed < 0 {
				alone = append(alone, news.Group{Items: []news.ItemID{m.Item}})
			}
			return
		}
		nodes = append(nodes, node{s, m.Published, fixed})
		items = append(items, m.Item)
	}
	for i, c := range told {
		for _, m := range c.Members {
			add(m, i)
		}
	}
	for _, m := range untold {
		add(m, -1)
	}
	order := make([]int, len(nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(nodes[a].published.Compare(nodes[b].published), cmp.Compare(items[a], items[b]))
	})
	sorted, ids := make([]node, len(nodes)), make([]news.ItemID, len(nodes))
	for i, o := range order {
		sorted[i], ids[i] = nodes[o], items[o]
	}
	sorted, groups := trained.develop(sorted, thresholds)
	var out []news.Group
	var of [][]node
	for _, g := range groups {
		var group news.Group
		var all []node
		for _, i := range g {
			all = append(all, sorted[i])
		}
		for n, i := range g {
			if f := sorted[i].fixed; f >= 0 {
				group.Story = told[f].Story
				continue
			}
			group.Items = append(group.Items, ids[i])
			group.Why = append(group.Why, trained.because(all, n, func(k int) news.ItemID { return ids[g[k]] }))
		}
		if len(group.Items) > 0 || group.Story != 0 {
			out, of = append(out, group), append(of, all)
		}
	}
	trained.link(out, of)
	// A told development that nothing joins stands only to be followed.
	at := make([]int, len(out))
	kept := out[:0]
	for i, g := range out {
		if len(g.Items) > 0 {
			kept = append(kept, g)
			at[i] = len(kept)
		}
	}
	for i := range kept {
		if f := kept[i].Follows; f > 0 {
			kept[i].Follows = at[f-1]
		}
	}
	return append(kept, alone...)
}

// because says in words why the n-th node is with the others.
func (m *Model) because(all []node, n int, id func(int) news.ItemID) string {
	best, with := 0.0, -1
	var f, of vector
	for k := range all {
		if k == n {
			continue
		}
		compare(all[n].sketch, all[k].sketch, all[n].published.Sub(all[k].published), &f)
		if z := m.score(scopeOf(all[n].sketch, all[k].sketch), &f); with < 0 || z > best {
			best, with, of = z, k, f
		}
	}
	if with < 0 {
		return "a development of its own: nothing of these days is like it"
	}
	s := scopeOf(all[n].sketch, all[with].sketch)
	return fmt.Sprintf("put together with item %d, score %+.1f: %s", id(with), best-thresholds[s], reasons(m, s, &of))
}

// link finds of each development of untold items the earlier one it is the next step of:
// of several the one most like it.
func (m *Model) link(groups []news.Group, of [][]node) {
	reached := make([]int, len(of))
	for i, nodes := range of {
		reached[i] = stepOf(nodes)
	}
	for i := range groups {
		if groups[i].Story != 0 {
			continue
		}
		best := math.Inf(-1)
		for j := range groups {
			if j == i {
				continue
			}
			z, ok := m.follows(of[i], of[j], reached[i], reached[j])
			if !ok || z <= best {
				continue
			}
			best = z
			groups[i].Follows, groups[i].After = j+1, 0
			if groups[j].Story != 0 {
				groups[i].Follows, groups[i].After = 0, groups[j].Story
			}
		}
	}
}
