package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

const (
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
		if rel.Relevance == news.Main { // a mention is evidence of nothing
			if err := s.moveLedger(ctx, tx, rel.Topic, pl.Story, d); err != nil {
				return opened, fmt.Errorf("ledger: %w", err)
			}
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
	if len(keys) == 0 {
		return nil, nil
	}
	w := storyWindow.Milliseconds()
	rows, err := tx.QueryContext(ctx, sharingSQL, mustJSON(signed(keys)), topic, when-w, when+w, storyPerKey, maxStories)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []news.StoryCandidate
	var ids []news.StoryID
	for rows.Next() {
		c := news.StoryCandidate{Topic: topic}
		if err := rows.Scan(&c.Story, &c.Told); err != nil {
			return nil, err
		}
		out, ids = append(out, c), append(ids, c.Story)
	}
	if err := rows.Err(); err != nil || len(out) == 0 {
		return nil, err
	}
	rows.Close()
	members, err := membersOf(ctx, tx, ids)
	for i := range out {
		out[i].Members = members[out[i].Story]
	}
	return out, err
}

// sharingSQL finds, of the newest bearers of each key in the window, the developments
// that bear most keys, the newest first of those that bear as many.
const sharingSQL = `SELECT story, EXISTS (SELECT 1 FROM told WHERE told.story = best.story) FROM (
	  SELECT m.story AS story, count(DISTINCT j.key) AS n FROM json_each(?1) j
	  CROSS JOIN members m ON m.topic = +?2 AND m.item IN (
	    SELECT k.item FROM story_keys k JOIN members b ON b.item = k.item AND b.topic = +?2
	    WHERE k.key = j.value AND k.at BETWEEN ?3 AND ?4 ORDER BY k.at DESC, k.item DESC LIMIT +?5)
	  GROUP BY m.story ORDER BY n DESC, m.story DESC LIMIT +?6) best ORDER BY n DESC, story DESC`

// signed are keys as SQLite holds them.
func signed(keys []uint64) []int64 {
	out := make([]int64, len(keys))
	for i, k := range keys {
		out[i] = int64(k)
	}
	return out
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
	rows, err := tx.QueryContext(ctx, membersSQL, stories...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id news.StoryID
		var m news.Member
		var when int64
		if err := rows.Scan(&id, &m.Item, &when, &m.Sketch); err != nil {
			return err
		}
		m.Published = at(when)
		out[id] = append(out[id], m)
	}
	return rows.Err()
}
