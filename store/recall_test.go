package store

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// TestWhatJudgingRemembersIsWhatIsStored judges new, edited and repeated items of two
// topics while digests are cut, developments regrouped and another process writes, and
// after each transaction compares what is remembered with what the database says.
func TestWhatJudgingRemembersIsWhatIsStored(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	other, err := Open(t.Context(), s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	rnd := rand.New(rand.NewPCG(1, 2))
	d := byTitle
	d.Place = func(p news.Prepared, topic string, known []news.StoryCandidate) news.Placement {
		if len(known) == 0 || rnd.IntN(12) == 0 {
			return news.Placement{Topic: topic}
		}
		return news.Placement{Topic: topic, Story: known[rnd.IntN(min(len(known), 3))].Story}
	}
	d.Moving = func(r news.Report) (news.Report, bool) {
		return r, len(r.Tags) > 0 && r.Tags[0].Value != "none"
	}
	d.Ledger = func(stands []news.Position, dev news.Development) []news.Position {
		last := dev.Reports[len(dev.Reports)-1]
		return []news.Position{{Topic: dev.Topic, Mechanism: "full", Stage: fmt.Sprint(len(stands), len(dev.Reports)), At: last.Published, Story: dev.ID, Item: last.Item}}
	}
	judge := func(s *Store, now time.Time) {
		works, err := s.Pending(t.Context(), now, 100)
		if err != nil {
			t.Fatal(err)
		}
		var batch []news.Prepared
		for _, w := range works {
			p := prepared(w)
			p.Sketch = bytes.Repeat([]byte{byte(w.Item.ID)}, 500)
			p.StoryKeys = []uint64{uint64(rnd.IntN(6)), 6 + uint64(rnd.IntN(6))}
			p.Topics = append(p.Topics, news.Relevance{Topic: "u", Relevance: []string{news.Main, news.Mention, news.None}[rnd.IntN(3)]})
			p.Topics[0].Relevance = []string{news.Main, news.Mention, news.None}[rnd.IntN(3)]
			p.Tags[0].Value = []string{"talks", "none"}[rnd.IntN(2)]
			batch = append(batch, p)
		}
		rnd.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
		if _, err := s.Judge(t.Context(), now, batch, d); err != nil {
			t.Fatal(err)
		}
	}
	title := map[int]string{}
	stories, known, texts := 0, 0, 0
	for round := range 60 {
		now := day.Add(time.Duration(round) * time.Hour)
		var es []news.Entry
		for range 12 {
			n := 1 + rnd.IntN(400)
			e := entry(n)
			if title[n] == "" || rnd.IntN(4) == 0 {
				title[n] = fmt.Sprint("Title ", rnd.IntN(300))
			}
			e.Title, e.Published = title[n], now.Add(-time.Duration(rnd.IntN(72))*time.Hour)
			es = append(es, e)
		}
		poll(t, s, f, now, es...)
		sameAsStored(t, s, d)
		judge(s, now)
		known += sameAsStored(t, s, d)
		stories += len(s.recall.stories.young)
		texts += len(s.recall.texts.young)
		if rnd.IntN(3) > 0 {
			continue // and on to a transaction that remembers
		}
		switch rnd.IntN(3) {
		case 0:
			if err := s.Regroup(t.Context(), now, together, d); err != nil {
				t.Fatal(err)
			}
		case 1:
			if _, err := s.CutDigest(t.Context(), news.DigestSpec{Name: fmt.Sprint("d", round), Channel: "C1"}, now, now, nil, tellAll); err != nil {
				t.Fatal(err)
			}
		case 2:
			e := entry(1000 + round)
			poll(t, other, f, now, e)
			judge(other, now)
		}
		poll(t, s, f, now.Add(time.Minute), entry(2000+round))
		judge(s, now.Add(time.Minute))
		known += sameAsStored(t, s, d)
	}
	if stories == 0 || known == 0 || texts == 0 {
		t.Errorf("%d developments, %d reports and %d texts remembered: nothing was compared", stories, known, texts)
	}
}

// A key that many newer items of another topic bear finds the few of its own topic all the same.
func TestDevelopmentsAreFoundBehindThoseOfAnotherTopic(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	var found []news.StoryCandidate
	d := byTitle
	d.Place = func(p news.Prepared, topic string, known []news.StoryCandidate) news.Placement {
		found = known
		return news.Placement{Topic: topic, Why: "opened"}
	}
	now := day
	judge := func(topic string, first, n int) {
		var es []news.Entry
		for i := range n {
			es = append(es, entry(first+i))
		}
		now = now.Add(time.Hour)
		poll(t, s, f, now, es...)
		works, err := s.Pending(t.Context(), now, 200)
		if err != nil {
			t.Fatal(err)
		}
		var batch []news.Prepared
		for _, w := range works {
			p := prepared(w)
			p.StoryKeys, p.Topics[0].Topic = []uint64{7, 8}, topic
			batch = append(batch, p)
		}
		if _, err := s.Judge(t.Context(), now, batch, d); err != nil {
			t.Fatal(err)
		}
	}
	judge("t", 0, 2)
	judge("u", 10, storyPerKey+20)
	judge("t", 200, 1)
	if len(found) != 2 {
		t.Errorf("among %d newer items of another topic %d developments were found, want 2", storyPerKey+20, len(found))
	}
	judge("u", 300, 1)
	if len(found) != maxStories {
		t.Errorf("of the topic with many %d developments were found, want %d", len(found), maxStories)
	}
}

// together puts all that is untold into one development.
func together(untold []news.Member, _ []news.StoryCandidate) []news.Group {
	var g news.Group
	for _, m := range untold {
		g.Items = append(g.Items, m.Item)
	}
	return []news.Group{g}
}

// sameAsStored compares what is remembered with the database and returns how many
// reports were compared.
func sameAsStored(t *testing.T, s *Store, d news.Deciders) (compared int) {
	t.Helper()
	r := s.recall
	err := s.write(t.Context(), func(tx transaction) error {
		for _, texts := range []map[news.ItemID]*news.Candidate{r.texts.young, r.texts.old} {
			stored := map[news.ItemID]*news.Candidate{}
			if err := readCandidates(t.Context(), tx, slices.Collect(maps.Keys(texts)), stored); err != nil {
				t.Fatal(err)
			}
			for id, got := range texts {
				if !reflect.DeepEqual(got, stored[id]) {
					t.Fatalf("text %d:\nremembered %+v\nstored     %+v", id, got, stored[id])
				}
			}
		}
		for _, homes := range []map[membership]news.StoryID{r.homes.young, r.homes.old} {
			for m, got := range homes {
				want, err := memberStory(t.Context(), tx, m.item, m.topic)
				if err != nil || got != want {
					t.Fatalf("item %d is remembered in development %d, stored in %d: %v", m.item, got, want, err)
				}
			}
		}
		for _, stories := range []map[news.StoryID]*recalled{r.stories.young, r.stories.old} {
			for id, got := range stories {
				fresh := newRecall()
				if _, err := fresh.developments(t.Context(), tx, "", []news.StoryID{id}); err != nil {
					t.Fatal(err)
				}
				want, _ := fresh.stories.get(id)
				if got.told != want.told || !slices.EqualFunc(got.members, want.members, func(a, b news.Member) bool {
					return a.Item == b.Item && a.Published.Equal(b.Published) && bytes.Equal(a.Sketch, b.Sketch)
				}) {
					t.Fatalf("development %d is remembered as told %v with %d members, stored as %v with %d", id, got.told, len(got.members), want.told, len(want.members))
				}
				if !got.grows {
					continue
				}
				var topic string
				if err := tx.QueryRowContext(t.Context(), `SELECT topic FROM stories WHERE id = ?`, int64(id)).Scan(&topic); err != nil {
					t.Fatal(err)
				}
				if _, err := fresh.evidence(t.Context(), tx, topic, id, d); err != nil {
					t.Fatal(err)
				}
				if len(got.reports) != len(want.reports) || len(got.reports) > 0 && !reflect.DeepEqual(got.reports, want.reports) {
					t.Fatalf("development %d:\nremembered %+v\nstored     %+v", id, got.reports, want.reports)
				}
				compared += len(got.reports)
			}
		}
		for topic, got := range r.stands {
			want, err := positions(t.Context(), tx, topic, farFuture, time.Time{})
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("positions of %s:\nremembered %+v\nstored     %+v: %v", topic, got, want, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.recall = r // looking changed nothing
	return compared
}

func TestNothingIsRememberedOfWhatFailed(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	poll(t, s, f, day, entry(1))
	judgeAll(t, s, day)
	if s.recall == nil || len(s.recall.stories.young) != 1 {
		t.Fatalf("remembered %+v, want one development", s.recall)
	}
	poll(t, s, f, day, entry(2))
	works, err := s.Pending(t.Context(), day, 10)
	if err != nil {
		t.Fatal(err)
	}
	d := byTitle
	d.Place = func(p news.Prepared, topic string, _ []news.StoryCandidate) news.Placement {
		return news.Placement{Topic: topic, Story: 77} // there is none
	}
	if _, err := s.Judge(t.Context(), day, []news.Prepared{prepared(works[0])}, d); err == nil {
		t.Fatal("an item joined a development that is not there")
	}
	if s.recall != nil {
		t.Errorf("remembered %+v of a transaction that was taken back", s.recall)
	}
}

func TestWhatIsAskedForStaysAndTheRestMakesRoom(t *testing.T) {
	const size = 10
	a := newAging(100*size, func(int, int) int { return size })
	for k := range 1000 {
		if _, ok := a.get(0); k > 0 && !ok {
			t.Fatalf("the first one was asked for each time and is gone at the %dth", k)
		}
		a.put(k, -k)
	}
	if n := len(a.young) + len(a.old); n < 50 || n > 102 {
		t.Errorf("%d of a hundredth of the bound are remembered, want 50 to 100", n)
	}
	if v, ok := a.get(999); !ok || v != -999 {
		t.Errorf("the last is %d, %v", v, ok)
	}
	a.forget(999)
	if _, ok := a.get(999); ok {
		t.Error("what was forgotten is remembered")
	}
	a.put(1, 1)
	a.grew(60 * size)
	a.grew(60 * size)
	if _, ok := a.get(1); ok {
		t.Error("what has grown makes no room")
	}
}
