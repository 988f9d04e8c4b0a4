package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"trucewatch/internal/news"
)

const (
	storyKeysSQL    = `SELECT m.story, k.item FROM story_keys k JOIN members m ON m.item = k.item AND m.topic = ?2 WHERE k.key = ?1 AND k.at BETWEEN ?3 AND ?4 ORDER BY k.at DESC, k.item DESC LIMIT ?5`
	insertMemberSQL = `INSERT INTO members (item, story, topic, score, why, sketch) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (item, topic) DO UPDATE SET story = excluded.story, score = excluded.score, why = excluded.why, sketch = excluded.sketch`
	insertStorySQL    = `INSERT INTO stories (topic, first, last, live_seen, follows) VALUES (?, ?, ?, ?, ?)`
	touchStorySQL     = `UPDATE stories SET first = min(first, ?2), last = max(last, ?3), live_seen = max(live_seen, ?4) WHERE id = ?1`
	insertStoryKeySQL = `INSERT OR IGNORE INTO story_keys (key, at, item) VALUES (?, ?, ?)`
	insertSearchSQL   = `INSERT OR REPLACE INTO search (rowid, title, body) VALUES (?, ?, ?)`
	insertDateSQL     = `INSERT INTO dates (item, story, at, precision, zone, what, place, kind, quote) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
)

// place puts a judged item into a development of each topic it is about, and
// returns how many it opened.
func (s *Store) place(ctx context.Context, tx transaction, now time.Time, p news.Prepared, v news.Verdict, d news.Deciders) (opened int, err error) {
	it := p.Work.Item
	seen, live, err := liveness(ctx, tx, it.ID)
	if err != nil {
		return 0, err
	}
	when := ms(newsTime(it.Published, seen))
	touched := int64(0)
	if live && it.Origin != news.OriginSeed {
		touched = ms(now)
	}
	for _, rel := range p.Topics {
		if rel.Relevance != news.Main && rel.Relevance != news.Mention {
			continue
		}
		pl, err := s.choose(ctx, tx, p, v, rel.Topic, when, d)
		if err != nil {
			return opened, err
		}
		if pl.Story == 0 {
			r, err := tx.ExecContext(ctx, insertStorySQL, rel.Topic, when, when, touched, int64(pl.Follows))
			if err != nil {
				return opened, err
			}
			n, err := r.LastInsertId()
			if err != nil {
				return opened, err
			}
			pl.Story = news.StoryID(n)
			opened++
		} else if _, err := tx.ExecContext(ctx, touchStorySQL, int64(pl.Story), when, when, touched); err != nil {
			return opened, err
		}
		if _, err := tx.ExecContext(ctx, insertMemberSQL, int64(it.ID), int64(pl.Story), rel.Topic, pl.Score, pl.Why, nonNil(p.Sketch)); err != nil {
			return opened, err
		}
		if err := s.moveLedger(ctx, tx, rel.Topic, pl.Story, d); err != nil {
			return opened, fmt.Errorf("ledger: %w", err)
		}
		if v.Kind == news.Duplicate {
			continue // found through what it repeats
		}
		for _, k := range p.StoryKeys {
			if _, err := tx.ExecContext(ctx, insertStoryKeySQL, int64(k), when, int64(it.ID)); err != nil {
				return opened, err
			}
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

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// liveness tells when an item was first seen and whether a live poll saw it.
func liveness(ctx context.Context, tx transaction, id news.ItemID) (seen time.Time, live bool, err error) {
	var s, l int64
	err = tx.QueryRowContext(ctx, `SELECT seen, live_seen FROM items WHERE id = ?`, int64(id)).Scan(&s, &l)
	return at(s), l != 0, err
}

// choose finds the development an item belongs to: its own if it is a revision,
// that of what it repeats, else what the decision says of the candidates.
func (s *Store) choose(ctx context.Context, tx transaction, p news.Prepared, v news.Verdict, topic string, when int64, d news.Deciders) (news.Placement, error) {
	for _, of := range []struct {
		item news.ItemID
		why  string
	}{{p.Work.Item.ID, "a revision of its own entry"}, {v.Of, "it repeats or updates a report of it"}} {
		if of.item == 0 {
			continue
		}
		var id int64
		err := tx.QueryRowContext(ctx, `SELECT story FROM members WHERE item = ? AND topic = ?`, int64(of.item), topic).Scan(&id)
		if err == nil {
			return news.Placement{Topic: topic, Story: news.StoryID(id), Score: 1, Why: of.why}, nil
		} else if !errors.Is(err, sql.ErrNoRows) {
			return news.Placement{}, err
		}
	}
	known, err := s.storyCandidates(ctx, tx, topic, p.StoryKeys, when)
	if err != nil {
		return news.Placement{}, err
	}
	return d.Place(p, topic, known), nil
}

// storyCandidates returns the developments with a member that shares a key within
// the window, those that share most first.
func (s *Store) storyCandidates(ctx context.Context, tx transaction, topic string, keys []uint64, when int64) ([]news.StoryCandidate, error) {
	shared := map[news.StoryID]int{}
	for _, k := range keys {
		if err := s.countStories(ctx, tx, shared, k, topic, when); err != nil {
			return nil, err
		}
	}
	ids := make([]news.StoryID, 0, len(shared))
	for id := range shared {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b news.StoryID) int {
		if d := shared[b] - shared[a]; d != 0 {
			return d
		}
		return int(b - a)
	})
	ids = ids[:min(len(ids), maxStories)]
	out := make([]news.StoryCandidate, 0, len(ids))
	for _, id := range ids {
		c := news.StoryCandidate{Story: id, Topic: topic}
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM told WHERE story = ?)`, int64(id)).Scan(&c.Told); err != nil {
			return nil, err
		}
		var err error
		if c.Members, err = membersOf(ctx, tx, id); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (s *Store) countStories(ctx context.Context, tx transaction, shared map[news.StoryID]int, key uint64, topic string, when int64) error {
	w := storyWindow.Milliseconds()
	rows, err := tx.QueryContext(ctx, storyKeysSQL, int64(key), topic, when-w, when+w, storyPerKey)
	if err != nil {
		return err
	}
	defer rows.Close()
	once := map[news.StoryID]bool{}
	for rows.Next() {
		var story, item int64
		if err := rows.Scan(&story, &item); err != nil {
			return err
		}
		if !once[news.StoryID(story)] {
			once[news.StoryID(story)] = true
			shared[news.StoryID(story)]++
		}
	}
	return rows.Err()
}

// membersShown bounds how many members of a development a placing decision sees:
// the newest.
const membersShown = 32

func membersOf(ctx context.Context, tx transaction, id news.StoryID) ([]news.Member, error) {
	rows, err := tx.QueryContext(ctx, `SELECT m.item, i.news_time, m.sketch FROM members m JOIN items i ON i.id = m.item
		WHERE m.story = ? AND i.verdict <> 'duplicate' ORDER BY m.item DESC LIMIT ?`, int64(id), membersShown)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []news.Member
	for rows.Next() {
		var m news.Member
		var when int64
		if err := rows.Scan(&m.Item, &when, &m.Sketch); err != nil {
			return nil, err
		}
		m.Published = at(when)
		out = append(out, m)
	}
	slices.Reverse(out)
	return out, rows.Err()
}
