package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// What judging remembers at most, in bytes as it estimates them.
const (
	homesBytes   = 1 << 20
	storiesBytes = 4 << 20
	textsBytes   = 1 << 20
)

// recall is what judging remembers of the developments it read or made, and of the
// texts it compared with, so that the next item, in the next transaction too, need not
// read them again. It never says anything else than the database: it is given up when
// anything but judging has written, from this process or another, and when a
// transaction is rolled back. It is used while the writer's connection is held, by one
// transaction at a time.
type recall struct {
	version int64 // of the database, as other connections' writing moves it
	homes   aging[membership, news.StoryID]
	stories aging[news.StoryID, *recalled]
	texts   aging[news.ItemID, *news.Candidate]
	bearers bearers                    // of this transaction
	stands  map[string][]news.Position // by topic
	heard   spans                      // when there was live news; nil: not read yet
}

type membership struct {
	item  news.ItemID
	topic string
}

// recalled is a development as judging knows it.
type recalled struct {
	told    bool
	members []news.Member // what a placing decision sees, newest first
	grows   bool          // evidence is known
	reports []news.Report // evidence, by news time
	size    int
}

func newRecall() *recall {
	return &recall{
		homes:   newAging(homesBytes, func(membership, news.StoryID) int { return 64 }),
		stories: newAging(storiesBytes, func(_ news.StoryID, st *recalled) int { return st.size }),
		texts: newAging(textsBytes, func(_ news.ItemID, c *news.Candidate) int {
			return 320 + len(c.Name) + len(c.Publisher) + len(c.Canonical) + len(c.Title) + len(c.Fingerprint)
		}),
		bearers: newBearers(),
		stands:  map[string][]news.Position{},
	}
}

// upToDate returns r, at the beginning of a transaction, if no other connection has
// written since, and else a recall of nothing.
func (r *recall) upToDate(ctx context.Context, tx transaction) (*recall, error) {
	var version int64
	if err := tx.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version); err != nil {
		return nil, err
	}
	if r == nil || r.version != version {
		r = newRecall()
		r.version = version
	}
	return r, nil
}

// forgetItem forgets an item that is revised, and its developments, and again when its
// revision is judged: what it said before is not unpicked.
func (r *recall) forgetItem(ctx context.Context, tx transaction, item news.ItemID) error {
	r.texts.forget(item)
	ids, err := allRows(ctx, tx, `SELECT story FROM members WHERE item = +?`, scanOne[news.StoryID], int64(item))
	for _, id := range ids {
		r.stories.forget(id)
	}
	return err
}

// opened remembers a development that was just opened.
func (r *recall) opened(id news.StoryID) { r.stories.put(id, &recalled{grows: true, size: 128}) }

// joined remembers that a judged item is now in a development.
func (r *recall) joined(id news.StoryID, topic string, when int64, p news.Prepared, v news.Verdict, d news.Deciders) {
	it := p.Work.Item
	r.homes.put(membership{it.ID, topic}, id)
	if it.Revision > 1 {
		r.stories.forget(id)
		return
	}
	st, ok := r.stories.get(id)
	if !ok {
		return
	}
	before := st.size
	if v.Kind != news.Duplicate {
		st.add(news.Member{Item: it.ID, Published: at(when), Sketch: nonNil(p.Sketch)})
	}
	if st.grows && bestRelevance(p.Topics) == news.Main && len(p.Tags) > 0 {
		st.report(reportOf(topic, p, v), d)
	}
	r.stories.grew(st.size - before)
}

// add adds a member to those a placing decision sees: of more than it is shown, those
// stored last.
func (st *recalled) add(m news.Member) {
	place, _ := slices.BinarySearchFunc(st.members, m, news.NewestFirst)
	st.members = slices.Insert(st.members, place, m)
	if len(st.members) > membersShown {
		first := 0
		for i, o := range st.members {
			if o.Item < st.members[first].Item {
				first = i
			}
		}
		st.members = slices.Delete(st.members, first, first+1)
	}
	st.size += 64 + len(m.Sketch)
}

// report adds a report to the evidence.
func (st *recalled) report(rep news.Report, d news.Deciders) {
	if d.Moving != nil {
		var moves bool
		if rep, moves = d.Moving(rep); !moves {
			return
		}
	}
	for i := range rep.Tags {
		rep.Tags[i].Match = strings.Clone(rep.Tags[i].Match) // a part of the text, which need not stay for it
	}
	place, _ := slices.BinarySearchFunc(st.reports, rep, byNews)
	st.reports = slices.Insert(st.reports, place, rep)
	st.size += 400 + len(rep.Title) + len(rep.URL)
	for _, t := range rep.Tags {
		st.size += 120 + len(t.Match)
	}
}

// reportOf is an item just judged for the first time, as evidence would read it.
func reportOf(topic string, p news.Prepared, v news.Verdict) news.Report {
	it, f := p.Work.Item, p.Work.Feed
	rep := news.Report{Item: it.ID, Feed: f.Name, Publisher: f.Publisher, URL: it.URL, Title: it.Title, Side: f.Side, Official: f.Official, State: f.StateMedia, Origin: it.Origin,
		Published: at(ms(it.Published)), Seen: at(ms(it.Seen)), Verdict: v.Kind, First: v.Kind, Of: v.Of}
	for _, rel := range p.Topics {
		if rel.Topic == topic {
			rep.Relevance, rep.Score = rel.Relevance, rel.Score
		}
	}
	rep.Tags = slices.Clone(p.Tags)
	return rep
}

// byNews orders reports as evidence reads them.
func byNews(a, b news.Report) int {
	return cmp.Or(cmp.Compare(ms(news.Time(a.Published, a.Seen)), ms(news.Time(b.Published, b.Seen))), cmp.Compare(a.Item, b.Item))
}

// storyBearersSQL lists, for each story key, the newest items in a window that bear it, and
// storyBearersOfTopicSQL those of a topic.
var storyBearersSQL, storyBearersOfTopicSQL = func() (of, ofTopic string) {
	list := func(only string) string {
		var lists []string // each in a row of one list, for a row an item would cost more than finding it
		for i := range maxStoryKeys {
			lists = append(lists, fmt.Sprintf(`(SELECT group_concat(item) FROM (SELECT k.item FROM story_keys k WHERE k.key = +?%d AND k.at BETWEEN +?%d AND +?%d
				%s ORDER BY k.at DESC, k.item DESC LIMIT %d))`, i+1, maxStoryKeys+1, maxStoryKeys+2, only, storyPerKey))
		}
		return `SELECT ` + strings.Join(lists, ", ")
	}
	return list(""), list(fmt.Sprintf(`AND EXISTS (SELECT 1 FROM members b WHERE b.item = k.item AND b.topic = +?%d)`, maxStoryKeys+3))
}()

// storyBearers lists the newest items of a topic in a window that bear each key, and tells
// which developments of the topic they are in. It asks for those of all topics first, which
// costs a third: most often these are of the one, or so few that none is left out for them.
func (r *recall) storyBearers(ctx context.Context, tx transaction, topic string, keys []uint64, from, to int64) (bearers [maxStoryKeys][]news.ItemID, homes map[news.ItemID]news.StoryID, err error) {
	args := make([]any, maxStoryKeys, maxStoryKeys+3) // NULL, which matches nothing, for those it lacks
	for i, k := range keys[:min(len(keys), maxStoryKeys)] {
		args[i] = int64(k)
	}
	args = append(args, from, to)
	for _, query := range []string{storyBearersSQL, storyBearersOfTopicSQL} {
		if bearers, err = readStoryBearers(ctx, tx, query, args); err != nil {
			return bearers, nil, err
		}
		if homes, err = r.homesOf(ctx, tx, topic, bearers[:]); err != nil {
			return bearers, nil, err
		}
		if !slices.ContainsFunc(bearers[:], func(items []news.ItemID) bool {
			return len(items) == storyPerKey && slices.ContainsFunc(items, func(id news.ItemID) bool { return homes[id] == 0 })
		}) {
			break
		}
		args = append(args, topic)
	}
	return bearers, homes, nil
}

func readStoryBearers(ctx context.Context, tx transaction, query string, args []any) (out [maxStoryKeys][]news.ItemID, err error) {
	var lists [maxStoryKeys]sql.NullString
	var dest [maxStoryKeys]any
	for i := range lists {
		dest[i] = &lists[i]
	}
	if err := tx.QueryRowContext(ctx, query, args...).Scan(dest[:]...); err != nil {
		return out, err
	}
	for i, list := range lists {
		if !list.Valid {
			continue
		}
		if out[i], err = itemsListed(list.String); err != nil {
			return out, err
		}
	}
	return out, nil
}

// storyCandidates returns the developments with a member that shares a key within
// the window, those that share most first, of those the newest.
func (r *recall) storyCandidates(ctx context.Context, tx transaction, topic string, keys []uint64, when int64) ([]news.StoryCandidate, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	w := storyWindow.Milliseconds()
	bearers, homes, err := r.storyBearers(ctx, tx, topic, keys, when-w, when+w)
	if err != nil {
		return nil, err
	}
	type sharing struct{ keys, last int }
	shared := map[news.StoryID]sharing{}
	for i, items := range bearers {
		for _, item := range items {
			id := homes[item]
			if id == 0 {
				continue // of another topic
			}
			if sh := shared[id]; sh.last != i+1 {
				shared[id] = sharing{sh.keys + 1, i + 1}
			}
		}
	}
	ids := make([]news.StoryID, 0, len(shared))
	for id := range shared {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b news.StoryID) int {
		return cmp.Or(cmp.Compare(shared[b].keys, shared[a].keys), cmp.Compare(b, a))
	})
	return r.developments(ctx, tx, topic, ids[:min(len(ids), maxStories)])
}

// homesOf tells which development of a topic each item is in.
func (r *recall) homesOf(ctx context.Context, tx transaction, topic string, lists [][]news.ItemID) (map[news.ItemID]news.StoryID, error) {
	homes := map[news.ItemID]news.StoryID{}
	var unknown []news.ItemID
	for _, items := range lists {
		for _, item := range items {
			if _, ok := homes[item]; ok {
				continue
			}
			id, ok := r.homes.get(membership{item, topic})
			if !ok {
				unknown = append(unknown, item)
			}
			homes[item] = id
		}
	}
	if len(unknown) == 0 {
		return homes, nil
	}
	err := eachRow(ctx, tx, `SELECT m.item, m.story FROM json_each(+?) j CROSS JOIN members m ON m.item = j.value AND m.topic = +?`, func(row scanner) error {
		var item news.ItemID
		var id news.StoryID
		if err := row.Scan(&item, &id); err != nil {
			return err
		}
		homes[item] = id
		r.homes.put(membership{item, topic}, id)
		return nil
	}, mustJSON(unknown), topic)
	return homes, err
}

// developments returns developments of a topic as a placing decision sees them.
func (r *recall) developments(ctx context.Context, tx transaction, topic string, ids []news.StoryID) ([]news.StoryCandidate, error) {
	out := make([]news.StoryCandidate, len(ids))
	var unknown []news.StoryID
	for i, id := range ids {
		out[i] = news.StoryCandidate{Story: id, Topic: topic}
		if st, ok := r.stories.get(id); ok {
			out[i].Told, out[i].Members = st.told, st.members
		} else {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return out, nil
	}
	members, err := membersOf(ctx, tx, unknown)
	if err != nil {
		return nil, err
	}
	told, err := toldOf(ctx, tx, unknown)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if !slices.Contains(unknown, id) {
			continue
		}
		st := &recalled{told: told[id], size: 128}
		for _, m := range members[id] {
			st.add(m)
		}
		r.stories.put(id, st)
		out[i].Told, out[i].Members = st.told, st.members
	}
	return out, nil
}

// toldOf tells which developments some channel was told of.
func toldOf(ctx context.Context, tx transaction, ids []news.StoryID) (map[news.StoryID]bool, error) {
	those, err := allRows(ctx, tx, `SELECT j.value FROM json_each(+?) j WHERE EXISTS (SELECT 1 FROM told t WHERE t.story = j.value)`, scanOne[news.StoryID], mustJSON(ids))
	told := map[news.StoryID]bool{}
	for _, id := range those {
		told[id] = true
	}
	return told, err
}

// moveLedger lets a development that grew move the positions of its topic.
func (r *recall) moveLedger(ctx context.Context, tx transaction, topic string, id news.StoryID, d news.Deciders) error {
	if d.Ledger == nil {
		return nil
	}
	dev, err := r.evidence(ctx, tx, topic, id, d)
	if err != nil || len(dev.Reports) == 0 {
		return err
	}
	stands, ok := r.stands[topic]
	if !ok {
		if stands, err = positions(ctx, tx, topic, farFuture, time.Time{}); err != nil {
			return err
		}
		r.stands[topic] = stands
	}
	moves := d.Ledger(stands, dev)
	if len(moves) > 0 {
		r.stands[topic] = standsAfter(stands, moves)
	}
	return insertMoves(ctx, tx, moves)
}

// evidence is what a development's reports state.
func (r *recall) evidence(ctx context.Context, tx transaction, topic string, id news.StoryID, d news.Deciders) (news.Development, error) {
	st, known := r.stories.get(id)
	if known && st.grows {
		return news.Development{ID: id, Topic: topic, Reports: st.reports}, nil
	}
	dev, err := evidence(ctx, tx, topic, id)
	if err != nil || !known {
		return dev, err
	}
	before := st.size
	for _, rep := range dev.Reports {
		st.report(rep, d)
	}
	st.grows = true
	r.stories.grew(st.size - before)
	return dev, nil
}
