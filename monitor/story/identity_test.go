package story

import (
	"bufio"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// languages reads the twelve developments told in six languages among their near misses:
// items of our own writing on real events.
func languages(t testing.TB) []Document {
	t.Helper()
	story := map[string]string{}
	scan(t, "testdata/languages.jsonl", func(b []byte) error {
		var l struct {
			ID, C string
			Talks int
		}
		err := json.Unmarshal(b, &l)
		if l.Talks == 1 {
			story[l.ID] = l.C
		}
		return err
	})
	var docs []Document
	scan(t, "testdata/languages_items.jsonl", func(b []byte) error {
		var x struct {
			GUID, Title, Summary, Lang string
			Published                  time.Time
		}
		err := json.Unmarshal(b, &x)
		if c := story[x.GUID]; c != "" {
			docs = append(docs, Document{ID: x.GUID, Title: x.Title, Lede: x.Summary, Lang: x.Lang, Published: x.Published, Story: c, Period: "all"})
		}
		return err
	})
	if len(docs) < 200 {
		t.Fatalf("read %d documents, want the whole set", len(docs))
	}
	return docs
}

func scan(t testing.TB, path string, each func([]byte) error) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		if err := each(sc.Bytes()); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
}

func membersOf(docs []Document) []news.Member {
	var ms []news.Member
	for i, d := range docs {
		b, _ := Sketch(d.Title, d.Lede, "", d.Lang, d.Published, nil)
		ms = append(ms, news.Member{Item: news.ItemID(i + 1), Published: d.Published, Sketch: b})
	}
	return ms
}

// figuresOf measures groups of item ids (position + 1) against the readers' developments.
func figuresOf(docs []Document, groups []news.Group) Figures {
	cluster := make([]int, len(docs))
	ids := make([]int, len(docs))
	for i := range ids {
		ids[i] = i
	}
	for c, g := range groups {
		for _, id := range g.Items {
			cluster[id-1] = c
		}
	}
	return (&Pairs{docs: docs}).Measure(ids, cluster)
}

func TestDevelopmentsMeetAcrossLanguages(t *testing.T) {
	docs := languages(t)
	f := figuresOf(docs, Cluster(membersOf(docs), nil))
	if f.P < .90 || f.F < .75 {
		t.Errorf("pairwise P %.3f R %.3f F1 %.3f; want P at least .90 and F1 at least .75", f.P, f.R, f.F)
	}
}

// shelf keeps developments as the store does, and finds them by key alone.
type shelf struct {
	stories map[news.StoryID]*news.StoryCandidate
	keys    map[uint64][]news.StoryID
	next    news.StoryID
}

func (s *shelf) place(m news.Member, p news.Prepared) {
	var found []news.StoryID
	for _, k := range p.StoryKeys {
		for _, id := range s.keys[k] {
			if !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
	}
	var cands []news.StoryCandidate
	for _, id := range found {
		cands = append(cands, *s.stories[id])
	}
	id := Place(p, "russia-ukraine", cands).Story
	if id == 0 {
		s.next++
		id = s.next
		s.stories[id] = &news.StoryCandidate{Story: id, Topic: "russia-ukraine"}
	}
	s.stories[id].Members = append(s.stories[id].Members, m)
	for _, k := range p.StoryKeys {
		if !slices.Contains(s.keys[k], id) {
			s.keys[k] = append(s.keys[k], id)
		}
	}
}

func TestOrderOfArrivalHardlyMatters(t *testing.T) {
	docs := languages(t)
	members := membersOf(docs)
	var first float64
	for round := range uint64(4) {
		order := rand.New(rand.NewPCG(round, 7)).Perm(len(docs))
		if round == 0 {
			slices.Sort(order)
		}
		s := &shelf{stories: map[news.StoryID]*news.StoryCandidate{}, keys: map[uint64][]news.StoryID{}}
		var untold []news.Member
		for _, i := range order {
			d := docs[i]
			p := prepared(int64(i+1), report{d.Title, d.Lede, d.Lang, d.Published.Sub(noon)})
			s.place(members[i], p)
			untold = append(untold, members[i])
		}
		var online []news.Group
		for id := news.StoryID(1); id <= s.next; id++ {
			g := news.Group{}
			for _, m := range s.stories[id].Members {
				g.Items = append(g.Items, m.Item)
			}
			online = append(online, g)
		}
		placed, cut := figuresOf(docs, online), figuresOf(docs, Cluster(untold, nil))
		t.Logf("round %d: placed B-cubed %.3f P %.3f F %.3f, before the cut %.3f", round, placed.BF, placed.P, placed.F, cut.BF)
		if round == 0 {
			first = cut.BF
		}
		if math.Abs(cut.BF-first) >= .02 {
			t.Errorf("round %d: B-cubed %.4f before the cut, %.4f in the first order; want within .02", round, cut.BF, first)
		}
		if placed.P < .90 {
			t.Errorf("round %d: placing merges at precision %.3f, want at least .90", round, placed.P)
		}
	}
}

func TestToldDevelopmentsAreFrozen(t *testing.T) {
	same := report{"Rubio says peace deal for Ukraine still far off", "", "en", 0}
	told := []news.StoryCandidate{
		{Story: 5, Told: true, Members: []news.Member{member(1, same)}},
		{Story: 6, Told: true, Members: []news.Member{member(2, same), member(3, report{"Drone strike hits grain terminal in Odesa", "", "en", 0})}},
	}
	got := Cluster([]news.Member{member(4, same), member(9, report{"Odesa grain terminal hit by drone strike again", "", "en", 50 * time.Hour})}, told)
	seen := map[news.ItemID]news.StoryID{}
	for _, g := range got {
		for _, id := range g.Items {
			if id <= 3 {
				t.Errorf("told item %d moved", id)
			}
			seen[id] = g.Story
		}
	}
	if len(seen) != 2 || seen[4] == 0 {
		t.Errorf("got %v; want both untold items placed, 4 with a told development", seen)
	}
}

func TestOppositeClaimsAndOtherNewsStayApart(t *testing.T) {
	pairs := []struct{ name, a, b string }{
		{"the other side's accusation", "Russia accuses Ukraine of breaking the energy truce", "Ukraine accuses Russia of breaking the energy truce"},
		{"an explainer", "Kremlin rejects ceasefire proposal", "What to know about the ceasefire proposal on the table"},
		{"an opinion", "Kremlin rejects ceasefire proposal", "Opinion: the ceasefire proposal was doomed from the start"},
		{"a live page", "Kremlin rejects ceasefire proposal", "Ukraine war live updates: ceasefire proposal, strikes and the latest from Kyiv"},
		{"the opposite outcome", "Envoys set date for third round in Istanbul", "Envoys fail to set date for third round in Istanbul, delegation says no agreement"},
		{"another statement of one man", "Rubio says peace deal still far off", "Rubio says sanctions on Moscow would be wrong now"},
	}
	for _, p := range pairs {
		got := Cluster([]news.Member{member(1, report{p.a, "", "en", 0}), member(2, report{p.b, "", "en", time.Hour})}, nil)
		if len(got) != 2 {
			c := news.StoryCandidate{Story: 1, Topic: "t", Members: []news.Member{member(1, report{p.a, "", "en", 0})}}
			t.Errorf("%s: merged %q and %q: %s", p.name, p.a, p.b, Place(prepared(2, report{p.b, "", "en", time.Hour}), "t", []news.StoryCandidate{c}).Why)
		}
	}
}

func TestALivePageAboutOneEventAloneBelongsToIt(t *testing.T) {
	got := Cluster([]news.Member{member(1, report{"Kremlin rejects ceasefire proposal", "", "en", 0}),
		member(2, report{"Ukraine war live: Kremlin rejects ceasefire proposal", "", "en", time.Hour})}, nil)
	if len(got) != 1 {
		t.Errorf("got %+v, want one development", got)
	}
}

func TestEveryUntoldItemIsInOneGroupWhateverItsSketch(t *testing.T) {
	ok := member(1, report{"Truce talks open in Geneva", "", "en", 0})
	bad := news.Member{Item: 2, Published: noon, Sketch: []byte("nonsense")}
	none := news.Member{Item: 3, Published: noon}
	count := map[news.ItemID]int{}
	for _, g := range Cluster([]news.Member{ok, bad, none}, nil) {
		for _, id := range g.Items {
			count[id]++
		}
	}
	if len(count) != 3 || count[1] != 1 || count[2] != 1 || count[3] != 1 {
		t.Errorf("got %v, want each item once", count)
	}
	if p := Place(news.Prepared{Sketch: []byte{1, 2, 3}}, "t", nil); p.Story != 0 || p.Why == "" {
		t.Errorf("got %+v, want a development of its own with a reason", p)
	}
}

func TestTheNextStepFollowsAndIsNotMerged(t *testing.T) {
	cands := []news.StoryCandidate{{Story: 3, Topic: "t", Members: []news.Member{
		member(1, report{"Ukraine and Russia to hold second round of talks in Istanbul on Monday", "", "en", 0})}}}
	got := Place(prepared(2, report{"Ukraine and Russia sign prisoner exchange after talks in Istanbul", "", "en", 50 * time.Hour}), "t", cands)
	if got.Story != 0 || got.Follows != 3 {
		t.Errorf("got %+v, want a new development that follows 3", got)
	}
}

func TestRegroupingLinksAnOutcomeAndNothingElse(t *testing.T) {
	before := report{"Ukraine and Russia agree on Easter ceasefire", "", "en", 0}
	for _, c := range []struct {
		name, after string
		follows     bool
	}{
		{"its breach", "Russia accuses Ukraine of violating Easter ceasefire", true},
		{"what only speaks of peace", "Macron urges China to accept peace plan for Ukraine", false},
		{"another arrangement", "Ukraine and Russia exchange 300 prisoners", false},
		{"an earlier act", "Envoys propose Easter ceasefire for Ukraine and Russia", false},
	} {
		later := report{c.after, "", "en", 40 * time.Hour}
		untold := Cluster([]news.Member{member(1, before), member(2, later)}, nil)
		if len(untold) != 2 || (untold[1].Follows == 1) != c.follows || untold[1].After != 0 || untold[0].Follows != 0 {
			t.Errorf("%s: untold, got %+v; want two developments, the second a next step: %v", c.name, untold, c.follows)
		}
		told := Cluster([]news.Member{member(2, later)}, []news.StoryCandidate{{Story: 7, Told: true, Members: []news.Member{member(1, before)}}})
		if len(told) != 1 || (told[0].After == 7) != c.follows || told[0].Follows != 0 {
			t.Errorf("%s: after a told one, got %+v; want the next step of 7: %v", c.name, told, c.follows)
		}
	}
}

func TestRegroupingSaysWhyOfEachItem(t *testing.T) {
	groups := Cluster([]news.Member{
		member(1, report{"Rubio says peace deal for Ukraine still far off", "", "en", 0}),
		member(2, report{"Peace deal for Ukraine still far off, Rubio says", "", "en", time.Hour}),
		member(3, report{"Drone strike hits grain terminal in Odesa", "", "en", time.Hour})}, nil)
	if len(groups) != 2 || len(groups[0].Why) != 2 || len(groups[1].Why) != 1 {
		t.Fatalf("got %+v, want two groups and a reason for each item", groups)
	}
	if w := groups[0].Why[1]; !strings.Contains(w, "item 1") || !strings.Contains(w, "+") {
		t.Errorf("of the second: %q, want what it was compared with and what spoke for it", w)
	}
	if w := groups[1].Why[0]; !strings.Contains(w, "of its own") {
		t.Errorf("of the one alone: %q", w)
	}
}

func TestPlacingDoesNotDependOnTheOrderOfCandidates(t *testing.T) {
	var cands []news.StoryCandidate
	for i, title := range []string{"Macron urges month-long truce in Black Sea", "Macron calls for truce in Black Sea", "Paris presses for Black Sea truce"} {
		cands = append(cands, news.StoryCandidate{Story: news.StoryID(i + 1), Topic: "t", Members: []news.Member{member(int64(i+1), report{title, "", "en", 0})}})
	}
	p := prepared(9, report{"Macron urges Black Sea truce", "", "en", time.Hour})
	want := Place(p, "t", cands)
	slices.Reverse(cands)
	if got := Place(p, "t", cands); got != want {
		t.Errorf("got %+v, reversed %+v", want, got)
	}
}

func FuzzDecodeRefusesWhatSketchDoesNotWrite(f *testing.F) {
	for _, title := range []string{"", "Truce talks open in Geneva", "Перемир'я на 30 днів"} {
		b, _ := Sketch(title, "Some 1,000 prisoners go home.", "", "en", noon, nil)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s sketch
		if s.decode(b) != nil {
			return
		}
		if got := s.encode(); !slices.Equal(got, b) {
			t.Fatalf("accepted %x, which encodes as %x", b, got)
		}
		s.totals()
		var v vector
		compare(&s, &s, 0, &v)
		for i, x := range v {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("%s is %v of %x", featureNames[i], x, b)
			}
		}
	})
}

func FuzzSketchIsSmallAndDecodes(f *testing.F) {
	f.Add("Kremlin: talks in Istanbul on 2 June", "Delegations meet.", "ru")
	f.Fuzz(func(t *testing.T, title, lede, lang string) {
		b, keys := Sketch(title, lede, "", lang, noon, nil)
		var s sketch
		if err := s.decode(b); err != nil || len(b) > 900 || len(keys) > maxKeys {
			t.Fatalf("%d bytes, %d keys, %v", len(b), len(keys), err)
		}
		Dates(title, lede, lang, noon, time.UTC, nil)
	})
}

// Memory that is used again carries nothing from one item to the next.
func TestSketchingAgainSaysTheSame(t *testing.T) {
	docs := languages(t)
	for i := range docs {
		d := &docs[len(docs)-1-i]
		fresh := new(sheet).sketch(d.Title, d.Lede, "", d.Lang)
		b, keys := Sketch(d.Title, d.Lede, "", d.Lang, noon, nil)
		if !slices.Equal(b, fresh.encode()) || !slices.Equal(keys, fresh.keys()) {
			t.Errorf("%q: another sketch in used memory", d.Title)
		}
	}
}

// The languages a digest takes for compared are those that the labelled set measures.
func TestTheLanguagesComparedAreThoseMeasured(t *testing.T) {
	var measured []string
	for _, d := range languages(t) {
		if !slices.Contains(measured, d.Lang) {
			measured = append(measured, d.Lang)
		}
	}
	slices.Sort(measured)
	compared := slices.Sorted(slices.Values(news.Compared))
	if !slices.Equal(measured, compared) {
		t.Errorf("measured %q, taken for compared %q", measured, compared)
	}
}
