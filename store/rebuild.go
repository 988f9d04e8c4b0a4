package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"trucewatch/internal/news"
)

// Imports come in the order of their sources, which is seldom that of the news.
// Once they are judged, the developments that rest on nothing but history are put
// together anew in the order of their news, as if they had been read day by day;
// and so are the ledger's moves. Verdicts stay, and so does what a live poll saw or
// a channel was told of.

// rebuildRow names the row of imports that keeps what is to be rebuilt: digest is
// its window, cursor the last unit done, position the generation of the stories
// made, 0 before it began.
const rebuildRow = "(rebuild)"

// unitsRead is how many units are listed at a time.
const unitsRead = 20_000

// unit is an item with all that repeats or updates it: they stay together, and are
// placed when the first of them was news.
type unit struct {
	at   int64
	root int64
}

// widenRebuild widens what is to be rebuilt by the news times of what was imported,
// in the import's own transaction. A rebuilding that was interrupted begins anew.
func widenRebuild(ctx context.Context, tx transaction, first, last int64) error {
	from, to, generation, _, err := rebuildState(ctx, tx)
	if errors.Is(err, sql.ErrNoRows) {
		from, to = first, last
	} else if err != nil {
		return err
	} else if from <= first && last <= to && generation == 0 {
		return nil
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO imports (source, position, cursor, digest, updated, finished) VALUES (?, 0, '', ?, 0, 0)
		ON CONFLICT (source) DO UPDATE SET position = 0, cursor = '', digest = excluded.digest, finished = 0`,
		rebuildRow, fmt.Sprint(min(from, first), " ", max(to, last)))
	return err
}

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// rebuildState reads what is to be rebuilt; sql.ErrNoRows when nothing is.
func rebuildState(ctx context.Context, db queryer) (from, to, generation int64, after unit, err error) {
	var window, cursor string
	err = db.QueryRowContext(ctx, `SELECT position, cursor, digest FROM imports WHERE source = ? AND finished = 0`, rebuildRow).Scan(&generation, &cursor, &window)
	if err != nil {
		return 0, 0, 0, after, err
	}
	if _, err = fmt.Sscan(window, &from, &to); err == nil && cursor != "" {
		_, err = fmt.Sscan(cursor, &after.at, &after.root)
	}
	return from, to, generation, after, err
}

// Rebuilt counts what a rebuilding did.
type Rebuilt struct {
	Units   int // placed, each with what repeats it
	Moved   int // reports now in another development than before
	Stories int // developments made
	Done    bool
	From    time.Time // window of the news that is rebuilt, both ends within
	To      time.Time
}

// historyOnly selects the stories of a window that rest on nothing but history and
// that this generation has not made: ?1 its number, ?2 and ?3 the window.
const historyOnly = `s.rebuilt <> ?1 AND s.live_seen = 0 AND s.last >= ?2 AND s.first <= ?3 AND NOT EXISTS (SELECT 1 FROM told t WHERE t.story = s.id)`

// Rebuild puts together anew what imports brought since the last time, in
// transactions that take no further unit once enough says so, with a rest between two. Killed anywhere, it goes on by being called
// again. It returns after about unitsRead units; Done says whether that was all.
func (s *Store) Rebuild(ctx context.Context, now time.Time, d news.Deciders, enough func() bool, rest func(context.Context) error) (out Rebuilt, err error) {
	from, to, generation, after, err := rebuildState(ctx, s.r)
	if errors.Is(err, sql.ErrNoRows) {
		return Rebuilt{Done: true}, nil
	} else if err != nil {
		return out, classify(err)
	}
	out.From, out.To = at(from), at(to)
	if generation == 0 {
		generation = max(ms(now), 1)
		if err := s.beginRebuild(ctx, generation, from, to); err != nil {
			return out, err
		}
	}
	units, err := s.units(ctx, generation, from, to, after)
	if err != nil {
		return out, classify(err)
	}
	if len(units) == 0 {
		out.Done = true
		return out, s.endRebuild(ctx, generation, from, to, now)
	}
	inner := context.WithoutCancel(ctx)
	for len(units) > 0 {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		var one Rebuilt
		err := s.write(ctx, func(tx transaction) error {
			one = Rebuilt{}
			for _, u := range units {
				if one.Units > 0 && enough() {
					break
				}
				if err := s.replace(inner, tx, u, generation, from, to, d, &one); err != nil {
					return fmt.Errorf("rebuild the development of item %d: %w", u.root, err)
				}
				one.Units++
			}
			last := units[one.Units-1]
			_, err := tx.ExecContext(inner, `UPDATE imports SET cursor = ?, updated = ? WHERE source = ?`, fmt.Sprint(last.at, " ", last.root), ms(now), rebuildRow)
			return err
		})
		if err != nil {
			return out, err
		}
		units = units[one.Units:]
		if err := rest(ctx); err != nil {
			return out, err
		}
		out.Units, out.Moved, out.Stories = out.Units+one.Units, out.Moved+one.Moved, out.Stories+one.Stories
	}
	return out, nil
}

// beginRebuild takes the ledger's moves back that rest on what is rebuilt.
func (s *Store) beginRebuild(ctx context.Context, generation, from, to int64) error {
	return s.write(ctx, func(tx transaction) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM ledger WHERE story IN (SELECT s.id FROM stories s WHERE `+historyOnly+`)`, generation, from, to); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE imports SET position = ? WHERE source = ?`, generation, rebuildRow)
		return err
	})
}

// endRebuild removes the developments that nothing is left of.
func (s *Store) endRebuild(ctx context.Context, generation, from, to int64, now time.Time) error {
	return s.write(ctx, func(tx transaction) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM stories WHERE id IN (SELECT s.id FROM stories s WHERE `+historyOnly+` AND NOT EXISTS (SELECT 1 FROM members m WHERE m.story = s.id))`, generation, from, to)
		if err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, `UPDATE stories SET follows = 0 WHERE follows <> 0 AND follows NOT IN (SELECT id FROM stories)`); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE imports SET finished = ? WHERE source = ?`, max(ms(now), 1), rebuildRow)
		return err
	})
}

// units lists what is to be placed next, in the order of its news.
func (s *Store) units(ctx context.Context, generation, from, to int64, after unit) (out []unit, err error) {
	err = eachRow(ctx, s.r, `SELECT min(i.news_time) AS at, iif(i.of = 0, i.id, i.of) AS root
		FROM stories s JOIN members m ON m.story = s.id JOIN items i ON i.id = m.item WHERE `+historyOnly+`
		GROUP BY root HAVING at > ?4 OR at = ?4 AND root > ?5 ORDER BY at, root LIMIT ?6`, func(row scanner) error {
		var u unit
		err := row.Scan(&u.at, &u.root)
		out = append(out, u)
		return err
	}, generation, from, to, after.at, after.root, unitsRead)
	return out, err
}

// part is one report of a unit, in one topic.
type part struct {
	item    news.Item
	story   int64
	topic   string
	verdict news.VerdictKind
	sketch  []byte
}

// replace places one unit anew, in each of its topics.
func (s *Store) replace(ctx context.Context, tx transaction, u unit, generation, from, to int64, d news.Deciders, out *Rebuilt) error {
	parts, err := unitParts(ctx, tx, u, generation, from, to)
	if err != nil {
		return err
	}
	placed := map[string]bool{}
	for _, first := range parts {
		if placed[first.topic] {
			continue
		}
		placed[first.topic] = true
		// The first that repeats nothing speaks for the unit; if all do, the first.
		speaks := first
		for _, p := range parts {
			if p.topic == first.topic && p.verdict != news.Duplicate {
				speaks = p
				break
			}
		}
		story, score, why, err := s.findHome(ctx, tx, speaks, u, generation, from, to, d, out)
		if err != nil {
			return err
		}
		for _, p := range parts {
			if p.topic != first.topic {
				continue
			}
			if err := rehome(ctx, tx, p, story, score, why); err != nil {
				return err
			}
			if p.story != story {
				out.Moved++
			}
		}
		if err := s.moveLedgerAsOf(ctx, tx, first.topic, news.StoryID(story), at(ms(newsTime(speaks.item.Published, speaks.item.Seen))), d); err != nil {
			return err
		}
	}
	return nil
}

// unitParts reads a unit's reports that are still to be placed, oldest news first.
func unitParts(ctx context.Context, tx transaction, u unit, generation, from, to int64) ([]part, error) {
	rows, err := tx.QueryContext(ctx, `SELECT i.id, i.feed, i.published, i.seen, i.verdict, m.story, m.topic, m.sketch
		FROM items i JOIN members m ON m.item = i.id JOIN stories s ON s.id = m.story
		WHERE (i.id = ?4 OR i.of = ?4 AND i.of <> 0) AND `+historyOnly+` ORDER BY i.news_time, i.id`, generation, from, to, u.root)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []part
	for rows.Next() {
		var p part
		var published, seen int64
		if err := rows.Scan(&p.item.ID, &p.item.Feed, &published, &seen, &p.verdict, &p.story, &p.topic, &p.sketch); err != nil {
			return nil, err
		}
		p.item.Published, p.item.Seen = at(published), at(seen)
		out = append(out, p)
	}
	return out, rows.Err()
}

// findHome decides which development a unit belongs to, and opens it if it is new.
func (s *Store) findHome(ctx context.Context, tx transaction, p part, u unit, generation, from, to int64, d news.Deciders, out *Rebuilt) (story int64, score float64, why string, err error) {
	keys, err := storyKeysOf(ctx, tx, u.root, p.item.ID)
	if err != nil {
		return 0, 0, "", err
	}
	when := ms(newsTime(p.item.Published, p.item.Seen))
	known, err := s.storyCandidates(ctx, tx, p.topic, keys, when)
	if err != nil {
		return 0, 0, "", err
	}
	var open []news.StoryCandidate
	for _, c := range known {
		var waits bool // to be rebuilt itself
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM stories s WHERE s.id = ?4 AND `+historyOnly+`)`, generation, from, to, int64(c.Story)).Scan(&waits)
		if err != nil {
			return 0, 0, "", err
		}
		if !waits {
			open = append(open, c)
		}
	}
	pl := d.Place(news.Prepared{Work: news.Work{Item: p.item}, Sketch: p.sketch, StoryKeys: keys}, p.topic, open)
	if pl.Story != 0 {
		return int64(pl.Story), pl.Score, pl.Why, nil
	}
	r, err := tx.ExecContext(ctx, `INSERT INTO stories (topic, first, last, live_seen, follows, rebuilt) VALUES (?, ?, ?, 0, ?, ?)`, p.topic, when, when, int64(pl.Follows), generation)
	if err != nil {
		return 0, 0, "", err
	}
	out.Stories++
	id, err := r.LastInsertId()
	return id, pl.Score, pl.Why, err
}

// storyKeysOf are the keys under which a unit's speaker is found.
func storyKeysOf(ctx context.Context, tx transaction, root int64, speaker news.ItemID) (out []uint64, err error) {
	for _, id := range []int64{int64(speaker), root} {
		rows, err := tx.QueryContext(ctx, `SELECT key FROM story_keys WHERE item = ? ORDER BY key`, id)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var k int64
			if err := rows.Scan(&k); err != nil {
				rows.Close()
				return nil, err
			}
			out = append(out, uint64(k))
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(out) > 0 {
			return out, err
		}
	}
	return nil, nil
}

// rehome moves one report, with its dates, to a development.
func rehome(ctx context.Context, tx transaction, p part, story int64, score float64, why string) error {
	_, err := tx.ExecContext(ctx, `UPDATE members SET story = ?1, score = iif(?2 = 'duplicate', score, ?3), why = iif(?2 = 'duplicate', why, ?4) WHERE item = ?5 AND topic = ?6`,
		story, string(p.verdict), score, why, int64(p.item.ID), p.topic)
	if err != nil {
		return err
	}
	when := ms(newsTime(p.item.Published, p.item.Seen))
	if _, err := tx.ExecContext(ctx, touchStorySQL, story, when, when, 0); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE dates SET story = ? WHERE item = ?`, story, int64(p.item.ID))
	return err
}

// moveLedgerAsOf lets a development move the positions of its topic as they stood
// when its news came.
func (s *Store) moveLedgerAsOf(ctx context.Context, tx transaction, topic string, id news.StoryID, asOf time.Time, d news.Deciders) error {
	if d.Ledger == nil {
		return nil
	}
	ds, err := s.developments(ctx, tx, news.DigestSpec{}, developmentFilter{story: id})
	if err != nil || len(ds) == 0 {
		return err
	}
	stands, err := positions(ctx, tx, topic, asOf)
	if err != nil {
		return err
	}
	for _, p := range d.Ledger(stands, ds[0]) {
		_, err := tx.ExecContext(ctx, `INSERT INTO ledger (topic, mechanism, place, stage, committed, claim, at, story, item, url, quote) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			p.Topic, p.Mechanism, p.Place, p.Stage, p.Committed, p.Claim, ms(p.At), int64(p.Story), int64(p.Item), p.URL, p.Quote)
		if err != nil {
			return err
		}
	}
	return nil
}

// BusiestDays returns up to n days (UTC midnights) of a window with the most
// developments begun by reports that are mainly about a topic, in order of time.
func (s *Store) BusiestDays(ctx context.Context, from, to time.Time, n int) (out []time.Time, err error) {
	const day = 24 * 60 * 60 * 1000
	err = eachRow(ctx, s.r, `SELECT day FROM (
		SELECT s.first / ?1 AS day, count(*) AS n FROM stories s
		WHERE s.first >= ?2 AND s.first <= ?3 AND EXISTS (SELECT 1 FROM members m JOIN items i ON i.id = m.item WHERE m.story = s.id AND i.relevance = 'main')
		GROUP BY day ORDER BY n DESC, day DESC LIMIT ?4) ORDER BY day`, func(row scanner) error {
		var d int64
		err := row.Scan(&d)
		out = append(out, time.UnixMilli(d*day).UTC())
		return err
	}, int64(day), ms(from), ms(to), n)
	return out, classify(err)
}
