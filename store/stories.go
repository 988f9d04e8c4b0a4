package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

const (
	insertMemberSQL = `INSERT INTO members (item, story, topic, score, why, sketch) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (item, topic) DO UPDATE SET story = excluded.story, score = excluded.score, why = excluded.why, sketch = excluded.sketch`
	insertStorySQL  = `INSERT INTO stories (topic, first, last, live_seen, follows) VALUES (?, ?, ?, ?, ?)`
	touchStorySQL   = `UPDATE stories SET first = min(first, ?2), last = max(last, ?3), live_seen = max(live_seen, ?4) WHERE id = +?1`
	insertSearchSQL = `INSERT OR REPLACE INTO search (rowid, title, body) VALUES (?, ?, ?)`
	insertDateSQL   = `INSERT INTO dates (item, story, at, precision, zone, what, place, kind, moved, quote) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
)

// place puts a judged item into a development of each topic it is about, and
// returns how many it opened.
func (s *Store) place(ctx context.Context, tx transaction, r *recall, now time.Time, p news.Prepared, v news.Verdict, d news.Deciders) (opened int, err error) {
	it := p.Work.Item
	var when, touched int64
	if bestRelevance(p.Topics) != news.None {
		seen, live, err := liveness(ctx, tx, it.ID)
		if err != nil {
			return 0, err
		}
		when = ms(news.Time(it.Published, seen))
		if live && it.Origin != news.OriginSeed {
			touched = ms(now)
		}
	}
	for _, rel := range p.Topics {
		if rel.Relevance != news.Main && rel.Relevance != news.Mention {
			continue
		}
		pl, err := s.choose(ctx, tx, r, p, v, rel.Topic, when, d)
		if err != nil {
			return opened, err
		}
		if pl.Story == 0 {
			res, err := tx.ExecContext(ctx, insertStorySQL, rel.Topic, when, when, touched, int64(pl.Follows))
			if err != nil {
				return opened, err
			}
			n, err := res.LastInsertId()
			if err != nil {
				return opened, err
			}
			pl.Story = news.StoryID(n)
			r.opened(pl.Story)
			opened++
		} else if _, err := tx.ExecContext(ctx, touchStorySQL, int64(pl.Story), when, when, touched); err != nil {
			return opened, err
		}
		if _, err := tx.ExecContext(ctx, insertMemberSQL, int64(it.ID), int64(pl.Story), rel.Topic, pl.Score, pl.Why, nonNil(p.Sketch)); err != nil {
			return opened, err
		}
		r.joined(pl.Story, rel.Topic, when, p, v, d)
		if rel.Relevance == news.Main { // a mention is evidence of nothing
			if err := r.moveLedger(ctx, tx, rel.Topic, pl.Story, d); err != nil {
				return opened, fmt.Errorf("ledger: %w", err)
			}
		}
		if v.Kind == news.Duplicate {
			continue // found through what it repeats
		}
		if err := insertStoryKeys(ctx, tx, p.StoryKeys, when, it.ID); err != nil {
			return opened, err
		}
	}
	if err := s.recordDates(ctx, tx, p, v, d); err != nil {
		return opened, fmt.Errorf("dates: %w", err)
	}
	if p.Search != "" {
		_, err := tx.ExecContext(ctx, insertSearchSQL, int64(it.ID), it.Title, p.Search)
		return opened, err
	}
	return opened, nil
}

// insertStoryKeysSQL inserts the story keys of an item; those it lacks are NULL and ignored.
var insertStoryKeysSQL = func() string {
	var rows []string
	for i := range maxStoryKeys {
		rows = append(rows, fmt.Sprintf(`(?%d, ?%d, ?%d)`, i+1, maxStoryKeys+1, maxStoryKeys+2))
	}
	return `INSERT OR IGNORE INTO story_keys (key, at, item) VALUES ` + strings.Join(rows, ", ")
}()

func insertStoryKeys(ctx context.Context, tx transaction, keys []uint64, when int64, item news.ItemID) error {
	for some := range slices.Chunk(keys, maxStoryKeys) {
		args := make([]any, maxStoryKeys, maxStoryKeys+2)
		for i, k := range some {
			args[i] = int64(k)
		}
		if _, err := tx.ExecContext(ctx, insertStoryKeysSQL, append(args, when, int64(item))...); err != nil {
			return err
		}
	}
	return nil
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// liveness tells when an item was first seen and whether a live poll saw it.
func liveness(ctx context.Context, tx transaction, id news.ItemID) (seen time.Time, live bool, err error) {
	var s, l int64
	err = tx.QueryRowContext(ctx, `SELECT seen, live_seen FROM items WHERE id = +?`, int64(id)).Scan(&s, &l)
	return at(s), l != 0, err
}

// repeatsWhy is why a report is in a development that holds what it repeats.
const repeatsWhy = "it repeats or updates a report of it"

// choose finds the development an item belongs to: its own if it is a revision,
// that of what it repeats, else what the decision says of the candidates.
func (s *Store) choose(ctx context.Context, tx transaction, r *recall, p news.Prepared, v news.Verdict, topic string, when int64, d news.Deciders) (news.Placement, error) {
	for _, of := range []struct {
		item news.ItemID
		why  string
	}{{p.Work.Item.ID, "a revision of its own entry"}, {v.Of, repeatsWhy}} {
		if of.item == 0 {
			continue
		}
		id, ok := r.homes.get(membership{of.item, topic})
		if !ok {
			var err error
			if id, err = memberStory(ctx, tx, of.item, topic); err != nil {
				return news.Placement{}, err
			}
		}
		if id != 0 {
			return news.Placement{Topic: topic, Story: id, Score: 1, Why: of.why}, nil
		}
	}
	if d.Place == nil {
		return news.Placement{Topic: topic, Why: putOffWhy}, nil
	}
	known, err := r.storyCandidates(ctx, tx, topic, p.StoryKeys, when)
	if err != nil {
		return news.Placement{}, err
	}
	return d.Place(p, topic, known), nil
}

// membersShown bounds how many members of a development a placing decision sees:
// the newest.
const membersShown = 32

// membersAtOnce is how many developments one statement reads.
const membersAtOnce = 16

var membersSQL = func() string {
	var parts []string
	for i := range membersAtOnce {
		parts = append(parts, fmt.Sprintf(`SELECT * FROM (SELECT m.story, m.item, i.news_time, m.sketch FROM members m JOIN items i ON i.id = m.item
			WHERE m.story = +?%d AND i.verdict <> 'duplicate' ORDER BY m.item DESC LIMIT %d)`, i+1, membersShown))
	}
	return strings.Join(parts, " UNION ALL ")
}()

// membersOf reads the members of developments that a placing decision sees, oldest first.
func membersOf(ctx context.Context, tx transaction, ids []news.StoryID) (map[news.StoryID][]news.Member, error) {
	out := make(map[news.StoryID][]news.Member, len(ids))
	for some := range slices.Chunk(ids, membersAtOnce) {
		args := make([]any, membersAtOnce) // NULL: none
		for i, id := range some {
			args[i] = int64(id)
		}
		if err := readMembers(ctx, tx, args, out); err != nil {
			return nil, err
		}
	}
	for _, ms := range out {
		slices.Reverse(ms)
	}
	return out, nil
}

func readMembers(ctx context.Context, tx transaction, stories []any, out map[news.StoryID][]news.Member) error {
	return eachRow(ctx, tx, membersSQL, func(row scanner) error {
		var id news.StoryID
		var m news.Member
		var when int64
		if err := row.Scan(&id, &m.Item, &when, &m.Sketch); err != nil {
			return err
		}
		m.Published = at(when)
		out[id] = append(out[id], m)
		return nil
	}, stories...)
}
