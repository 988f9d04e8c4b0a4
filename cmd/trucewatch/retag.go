package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/monitor/tag"
	"trucewatch/store"
)

// RetagCmd judges anew what stored items are about.
type RetagCmd struct {
	DryRun   bool   `help:"Show what would change, and write nothing."`
	Examples int    `default:"5" placeholder:"N" help:"Show that many examples of each kind of change, the newest."`
	Format   string `enum:"text,json" default:"text" help:"Show it as text or json (${enum})."`
}

func (*RetagCmd) Help() string {
	return `Reads every judged article with the rule packs as they are now, and writes what changed. Nothing
is told for it: an article that becomes relevant counts as history, and one that is relevant no
longer leaves its development and the digests. Articles whose text retention has removed stay as
they are. A run that was stopped goes on where it stopped when it is started again. It works
beside a running daemon: reload that first (systemctl reload), so that it judges by the same packs.`
}

const (
	retagItems = 64       // judged together, and the most that one transaction writes
	retagBytes = 16 << 20 // of their text

	// unsavedMost is how many rounds that changed nothing are gone through before
	// how far it has come is recorded.
	unsavedMost = 32
)

func (c *RetagCmd) Run(e *env) error {
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	rules, err := loadRules(cfg)
	if err != nil {
		return fmt.Errorf("%w: %w", errConfig, err)
	}
	st, err := store.OpenExisting(e.ctx, cfg.Database)
	if err != nil {
		return err
	}
	defer st.Close()
	r := &retagger{env: e, store: st, rules: rules, version: rules.Digest() + " " + version(), write: !c.DryRun}
	r.report.keep = c.Examples
	if r.write {
		if r.heard, err = heardUntil(e.ctx, st, cfg); err != nil {
			return err
		}
		if r.after, err = st.RetagProgress(e.ctx, r.version); err != nil {
			return err
		}
		if r.after != 0 {
			fmt.Fprintf(e.stderr, "Going on after article %d, where a former run stopped.\n", r.after)
		}
	}
	if err := r.run(); err != nil {
		if e.ctx.Err() != nil && r.write {
			fmt.Fprintln(e.stderr, "Stopped; run the same command again to go on.")
		}
		return err
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, r.report.json(c.DryRun))
	}
	r.report.text(e.stdout, c.DryRun)
	return nil
}

// heardUntil is the time up to which every configured digest had its chance to tell
// what was seen; zero when one of them was never cut.
func heardUntil(ctx context.Context, st *store.Store, cfg config.Config) (time.Time, error) {
	until := time.Now().UTC()
	for _, d := range cfg.DigestSpecs(true) {
		if d.Kind == "recap" {
			continue // tells what others told
		}
		last, err := st.LastCut(ctx, d.Name)
		if err != nil {
			return until, err
		}
		if last.Before(until) {
			until = last
		}
	}
	return until, nil
}

// retagger walks the stored items in order.
type retagger struct {
	env     *env
	store   *store.Store
	rules   *tag.Rules
	version string // of packs and program: another one starts anew
	write   bool
	heard   time.Time
	after   news.ItemID
	report  retagReport
}

func (r *retagger) run() error {
	ctx := r.env.ctx
	total, err := r.store.CountTagged(ctx, r.after)
	if err != nil {
		return err
	}
	decide := (&monitor.Monitor{Rules: r.rules}).Deciders()
	began, said, unsaved := time.Now(), time.Now(), 0
	for ctx.Err() == nil {
		items, err := r.store.Tagged(ctx, r.after, retagItems, retagBytes)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			if r.write {
				return r.store.FinishRetag(ctx, time.Now().UTC())
			}
			return nil
		}
		r.after = items[len(items)-1].Work.Item.ID
		changed := r.changed(items)
		if unsaved++; r.write && (len(changed) > 0 || unsaved >= unsavedMost) {
			unsaved = 0
			if err := r.apply(ctx, changed, decide); err != nil {
				return err
			}
		}
		if time.Since(said) >= progressEvery {
			said = time.Now()
			left := time.Duration(float64(time.Since(began)) * float64(max(total-r.report.read, 0)) / float64(r.report.read))
			fmt.Fprintf(r.env.stderr, "retag: %d of %d read, %d changed, about %s left\n", r.report.read, total, r.report.changed, left.Round(time.Second))
		}
	}
	return ctx.Err()
}

// changed judges items anew on all cores and returns those for which it came out
// otherwise, in order.
func (r *retagger) changed(items []store.Tagged) []store.Retagging {
	prepared := make([]news.Prepared, len(items))
	var wg sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for n := range cores {
		wg.Go(func() {
			for i := n; i < len(items); i += cores {
				prepared[i] = monitor.Prepare(items[i].Work, r.rules)
			}
		})
	}
	wg.Wait()
	var out []store.Retagging
	for i, it := range items {
		r.report.read++
		switch p := prepared[i]; {
		case it.Pruned(p.Hash):
			r.report.pruned++
		case r.report.add(it, p):
			out = append(out, store.Retagging{Before: it, Prepared: p})
		}
	}
	return out
}

// apply writes what changed in one transaction. While a daemon runs it pauses for
// as long as that took, so that the daemon never starves.
func (r *retagger) apply(ctx context.Context, changed []store.Retagging, d news.Deciders) error {
	began := time.Now()
	n, err := r.store.Retag(ctx, began.UTC(), r.version, r.after, r.heard, changed, d)
	if err != nil {
		return err
	}
	r.report.revised += int64(len(changed) - n)
	if len(changed) > 0 && store.DaemonRuns(r.store.Path()) {
		return pause(ctx, time.Since(began))
	}
	return nil
}

// retagReport counts what changed.
type retagReport struct {
	read, pruned, changed, scores, revised int64

	moves    map[retagMove]int64
	facets   map[retagFacet]*facetChange
	examples map[string][]retagExample // by kind of change, oldest first
	keep     int
}

type retagMove struct{ Topic, From, To string }

type retagFacet struct{ Facet, Value string }

type facetChange struct{ added, removed int64 }

// retagExample is one item that changed.
type retagExample struct {
	Item      news.ItemID `json:"id"`
	Feed      string      `json:"feed"`
	Title     string      `json:"title"`
	Published string      `json:"published"`
	Topic     string      `json:"topic,omitempty"`
	From      string      `json:"from,omitempty"`
	To        string      `json:"to,omitempty"`
	Score     float64     `json:"score,omitempty"`
	Added     []string    `json:"added,omitempty"`
	Removed   []string    `json:"removed,omitempty"`
}

// add compares what an item was and is about, and tells whether anything changed.
func (r *retagReport) add(was store.Tagged, is news.Prepared) bool {
	if slices.Equal(was.Topics, is.Topics) && slices.Equal(was.Tags, is.Tags) {
		return false
	}
	if r.moves == nil {
		r.moves, r.facets, r.examples = map[retagMove]int64{}, map[retagFacet]*facetChange{}, map[string][]retagExample{}
	}
	r.changed++
	it := was.Work.Item
	x := retagExample{Item: it.ID, Feed: was.Work.Feed.Name, Title: it.Title, Published: cmp.Or(it.Published, it.Seen).Format(time.DateOnly)}
	before, now := facetValues(was.Tags), facetValues(is.Tags)
	for _, f := range now {
		if !slices.Contains(before, f) {
			r.facet(f).added++
			x.Added = append(x.Added, f.Facet+" "+f.Value+quoted(is.Tags, f))
		}
	}
	for _, f := range before {
		if !slices.Contains(now, f) {
			r.facet(f).removed++
			x.Removed = append(x.Removed, f.Facet+" "+f.Value+quoted(was.Tags, f))
		}
	}
	moved := false
	for _, m := range relevanceMoves(was.Topics, is.Topics) {
		r.moves[m]++
		moved = true
		one := x
		one.Topic, one.From, one.To = m.Topic, m.From, m.To
		one.Score = scoreOf(is.Topics, m.Topic)
		r.example(m.From+" → "+m.To+" "+m.Topic, one)
	}
	switch {
	case moved:
	case len(x.Added)+len(x.Removed) > 0:
		r.example("facets", x)
	default:
		r.scores++ // a score or the words of a tag
	}
	return true
}

func (r *retagReport) facet(f retagFacet) *facetChange {
	if r.facets[f] == nil {
		r.facets[f] = &facetChange{}
	}
	return r.facets[f]
}

// example keeps the newest of each kind.
func (r *retagReport) example(kind string, x retagExample) {
	if r.keep <= 0 {
		return
	}
	l := append(r.examples[kind], x)
	r.examples[kind] = l[max(0, len(l)-r.keep):]
}

func facetValues(tags []news.Tag) (out []retagFacet) {
	for _, t := range tags {
		out = append(out, retagFacet{t.Facet, t.Value})
	}
	return out
}

// quoted are the source's words that earned a value.
func quoted(tags []news.Tag, f retagFacet) string {
	for _, t := range tags {
		if t.Facet == f.Facet && t.Value == f.Value && t.Match != "" && t.Match != t.Value {
			return fmt.Sprintf(" %q", t.Match)
		}
	}
	return ""
}

// relevanceMoves lists the topics whose relevance changed.
func relevanceMoves(was, is []news.Relevance) (out []retagMove) {
	of := func(rs []news.Relevance, topic string) string {
		for _, r := range rs {
			if r.Topic == topic {
				return r.Relevance
			}
		}
		return news.None
	}
	seen := map[string]bool{}
	for _, r := range slices.Concat(was, is) {
		if from, to := of(was, r.Topic), of(is, r.Topic); from != to && !seen[r.Topic] {
			out = append(out, retagMove{r.Topic, from, to})
		}
		seen[r.Topic] = true
	}
	return out
}

func scoreOf(rs []news.Relevance, topic string) float64 {
	for _, r := range rs {
		if r.Topic == topic {
			return r.Score
		}
	}
	return 0
}

// valuesShown bounds the values of one facet that are listed as text.
const valuesShown = 12

// text tells the counts first, then examples.
func (r *retagReport) text(w io.Writer, dry bool) {
	verb := "changed"
	if dry {
		verb = "would change"
	}
	fmt.Fprintf(w, "%d articles read; %d %s", r.read, r.changed, verb)
	if r.scores > 0 {
		fmt.Fprintf(w, " (%d of them only in score or wording)", r.scores)
	}
	if r.pruned > 0 {
		fmt.Fprintf(w, "; %d without their text left as they are", r.pruned)
	}
	if r.revised > 0 {
		fmt.Fprintf(w, "; %d revised meanwhile left to their next judgement", r.revised)
	}
	if dry {
		fmt.Fprint(w, "; nothing was written")
	}
	fmt.Fprintln(w)
	if len(r.moves) > 0 {
		fmt.Fprintln(w)
		t := newTable("TOPIC", "RELEVANCE", "ARTICLES")
		for _, m := range r.sortedMoves() {
			t.row(m.Topic, m.From+" → "+m.To, r.moves[m])
		}
		t.write(w)
	}
	if len(r.facets) > 0 {
		fmt.Fprintln(w)
		t := newTable("FACET", "VALUE", "ADDED", "REMOVED")
		n := map[string]int{}
		for _, f := range r.sortedFacets() {
			if n[f.Facet]++; n[f.Facet] <= valuesShown {
				t.row(f.Facet, f.Value, r.facets[f].added, r.facets[f].removed)
			}
		}
		for _, f := range slices.Sorted(maps.Keys(n)) {
			if n[f] > valuesShown {
				t.row(f, fmt.Sprintf("and %d values more", n[f]-valuesShown), "", "")
			}
		}
		t.write(w)
	}
	for _, kind := range slices.Sorted(maps.Keys(r.examples)) {
		fmt.Fprintf(w, "\n%s, for example\n", kind)
		for _, x := range slices.Backward(r.examples[kind]) {
			fmt.Fprintf(w, "  %d  %s  %s: %s\n", x.Item, x.Published, x.Feed, x.Title)
			for _, s := range []struct {
				sign string
				what []string
			}{{"+", x.Added}, {"-", x.Removed}} {
				if len(s.what) > 0 {
					fmt.Fprintf(w, "      %s %s\n", s.sign, strings.Join(s.what, ", "))
				}
			}
		}
	}
}

func (r *retagReport) sortedMoves() []retagMove {
	return slices.SortedFunc(maps.Keys(r.moves), func(a, b retagMove) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(r.moves[b], r.moves[a]), cmp.Compare(a.From+a.To, b.From+b.To))
	})
}

func (r *retagReport) sortedFacets() []retagFacet {
	n := func(f retagFacet) int64 { return r.facets[f].added + r.facets[f].removed }
	return slices.SortedFunc(maps.Keys(r.facets), func(a, b retagFacet) int {
		return cmp.Or(cmp.Compare(a.Facet, b.Facet), cmp.Compare(n(b), n(a)), cmp.Compare(a.Value, b.Value))
	})
}

// retagJSON is the report for programs.
type retagJSON struct {
	DryRun    bool               `json:"dry_run"`
	Read      int64              `json:"read"`
	Changed   int64              `json:"changed"`
	Wording   int64              `json:"only_score_or_wording"`
	NoText    int64              `json:"without_text"`
	Revised   int64              `json:"revised_meanwhile"`
	Relevance []retagJSONMove    `json:"relevance"`
	Facets    []retagJSONFacet   `json:"facets"`
	Examples  []retagExampleKind `json:"examples"`
}

type retagJSONMove struct {
	Topic string `json:"topic"`
	From  string `json:"from"`
	To    string `json:"to"`
	Items int64  `json:"items"`
}

type retagJSONFacet struct {
	Facet   string `json:"facet"`
	Value   string `json:"value"`
	Added   int64  `json:"added"`
	Removed int64  `json:"removed"`
}

type retagExampleKind struct {
	Kind  string         `json:"kind"`
	Items []retagExample `json:"items"`
}

func (r *retagReport) json(dry bool) retagJSON {
	out := retagJSON{dry, r.read, r.changed, r.scores, r.pruned, r.revised, []retagJSONMove{}, []retagJSONFacet{}, []retagExampleKind{}}
	for _, m := range r.sortedMoves() {
		out.Relevance = append(out.Relevance, retagJSONMove{m.Topic, m.From, m.To, r.moves[m]})
	}
	for _, f := range r.sortedFacets() {
		out.Facets = append(out.Facets, retagJSONFacet{f.Facet, f.Value, r.facets[f].added, r.facets[f].removed})
	}
	for _, kind := range slices.Sorted(maps.Keys(r.examples)) {
		out.Examples = append(out.Examples, retagExampleKind{kind, r.examples[kind]})
	}
	return out
}
