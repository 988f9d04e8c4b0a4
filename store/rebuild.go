package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"trucewatch/internal/news"
)

// Imports come in the order of their sources, which is seldom that of the news.
// Once they are judged, the developments that rest on nothing but history are put
// together anew in the order of their news: window by window, all reports of a
// window at once, as untold ones are before a cut. Then what the window settled
// moves the ledger, report by report, as if it had been read day by day. Verdicts
// stay, and so does what a live poll saw or a channel was told of.

// rebuildRow names the row of imports that keeps what is to be rebuilt: digest is
// its window, position the generation of the developments made, 0 before it began,
// cursor how far it came.
const rebuildRow = "(rebuild)"

const (
	unitsRead    = 20_000             // units listed at a time
	unitsAtOnce  = 400                // put together at once, at most
	settledAhead = 3 * 24 * time.Hour // what a window settles; storyWindow beyond it is looked at
	settledShown = 150                // settled developments, the newest, that a window's units may join
)

// unit is an item with all that repeats or updates it: they stay together, and are
// placed when the first of them was news.
type unit struct {
	At   int64 `json:"at"`
	Root int64 `json:"root"`
	main bool  // a report of it is mainly about a topic
}

func (u unit) after(o unit) bool { return u.At > o.At || u.At == o.At && u.Root > o.Root }

// rebuilding is how far a rebuilding came.
type rebuilding struct {
	from, to   int64 // news times
	generation int64
	reachable  []news.StoryID // settled ones that the next window may join; nil: to be looked for
	cursor     struct {
		Topic   string `json:"topic"`
		Settled unit   `json:"settled"` // the last unit whose development is settled
		Moved   unit   `json:"moved"`   // the last that moved the ledger
	}
}

// widenRebuild widens what is to be rebuilt by the news times of what was imported,
// in the import's own transaction. A rebuilding that was interrupted begins anew.
func widenRebuild(ctx context.Context, tx transaction, first, last int64) error {
	r, err := rebuildState(ctx, tx)
	if errors.Is(err, sql.ErrNoRows) {
		r.from, r.to = first, last
	} else if err != nil {
		return err
	} else if r.from <= first && last <= r.to && r.generation == 0 {
		return nil
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO imports (source, position, cursor, digest, updated, finished) VALUES (?, 0, '', ?, 0, 0)
		ON CONFLICT (source) DO UPDATE SET position = 0, cursor = '', digest = excluded.digest, finished = 0`,
		rebuildRow, fmt.Sprint(min(r.from, first), " ", max(r.to, last)))
	return err
}

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// rebuildState reads what is to be rebuilt; sql.ErrNoRows when nothing is. A cursor
// it cannot read is another version's: that rebuilding begins anew.
func rebuildState(ctx context.Context, db queryer) (r rebuilding, err error) {
	var window, cursor string
	err = db.QueryRowContext(ctx, `SELECT position, cursor, digest FROM imports WHERE source = ? AND finished = 0`, rebuildRow).Scan(&r.generation, &cursor, &window)
	if err != nil {
		return r, err
	}
	if cursor != "" && json.Unmarshal([]byte(cursor), &r.cursor) != nil {
		r.generation = 0
	}
	_, err = fmt.Sscan(window, &r.from, &r.to)
	return r, err
}

func (r *rebuilding) save(ctx context.Context, tx transaction, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE imports SET position = ?, cursor = ?, updated = ? WHERE source = ?`, r.generation, mustJSON(r.cursor), ms(now), rebuildRow)
	return err
}

// Rebuilt counts what a rebuilding did.
type Rebuilt struct {
	Units   int // put together, each with what repeats it
	Stories int // developments made
	Done    bool
	From    time.Time // window of the news that is rebuilt, both ends within
	To      time.Time
}

// historyOnly selects the stories of a window that rest on nothing but history and
// that this generation has not made: ?1 its number, ?2 and ?3 the window.
const historyOnly = `s.rebuilt <> +?1 AND s.live_seen = 0 AND s.last >= +?2 AND s.first <= +?3 AND NOT EXISTS (SELECT 1 FROM told t WHERE t.story = s.id)`

// Rebuild puts together anew what imports brought since the last time, in
// transactions that move the ledger by no further unit once enough says so, with a
// rest between two. Killed anywhere, it goes on by being called again. It returns
// after about unitsRead units; Done says whether that was all.
func (s *Store) Rebuild(ctx context.Context, now time.Time, group news.Regrouper, d news.Deciders, enough func() bool, rest func(context.Context) error) (out Rebuilt, err error) {
	r, err := rebuildState(ctx, s.r)
	if errors.Is(err, sql.ErrNoRows) {
		return Rebuilt{Done: true}, nil
	} else if err != nil {
		return out, classify(err)
	}
	out.From, out.To = at(r.from), at(r.to)
	r.from, r.to = r.from-storyWindow.Milliseconds(), r.to+storyWindow.Milliseconds() // what was imported may belong to older history there
	if r.generation == 0 {
		r.generation = max(ms(now), 1)
		if err := s.beginRebuild(ctx, &r, now); err != nil {
			return out, err
		}
	}
	inner := context.WithoutCancel(ctx)
	units, err := s.units(ctx, r)
	if err != nil {
		return out, classify(err)
	}
	if len(units) == 0 {
		next, err := s.nextTopic(ctx, r)
		if err != nil {
			return out, classify(err)
		}
		if next == "" {
			out.Done = true
			return out, s.endRebuild(inner, r, d, now)
		}
		r.cursor.Topic, r.cursor.Settled, r.cursor.Moved = next, unit{}, unit{}
		return out, s.write(ctx, func(tx transaction) error { return r.save(ctx, tx, now) })
	}
	more := len(units) == unitsRead
	for len(units) > 0 && (!more || len(units) > unitsAtOnce) {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		settled, _ := slices.BinarySearchFunc(units, r.cursor.Settled, func(u, c unit) int {
			if u.after(c) {
				return 1
			}
			return -1
		})
		if settled == 0 {
			made, err := s.settle(inner, &r, windowOf(units), group, d, now)
			if err != nil {
				return out, err
			}
			out.Stories += made
		} else {
			n, err := s.replayLedger(inner, &r, units[:settled], d, enough, now)
			if err != nil {
				return out, err
			}
			units = units[n:]
			out.Units += n
		}
		if err := rest(ctx); err != nil {
			return out, err
		}
	}
	return out, nil
}

// beginRebuild takes the ledger's moves back that rest on what is rebuilt.
func (s *Store) beginRebuild(ctx context.Context, r *rebuilding, now time.Time) error {
	return s.write(ctx, func(tx transaction) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM ledger WHERE story IN (SELECT s.id FROM stories s WHERE `+historyOnly+`)`, r.generation, r.from, r.to); err != nil {
			return err
		}
		return r.save(ctx, tx, now)
	})
}

// endRebuild gives the ledger back what a live poll took out of the rebuilding, and
// removes the developments that nothing is left of.
func (s *Store) endRebuild(ctx context.Context, r rebuilding, d news.Deciders, now time.Time) error {
	return s.write(ctx, func(tx transaction) error {
		if err := s.moveLedgerBySeen(ctx, tx, r, d); err != nil {
			return fmt.Errorf("ledger of what a poll saw meanwhile: %w", err)
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM stories WHERE id IN (SELECT s.id FROM stories s WHERE `+historyOnly+` AND NOT EXISTS (SELECT 1 FROM members m WHERE m.story = s.id))`, r.generation, r.from, r.to)
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

// nextTopic is the next topic that has developments to rebuild; "" when none has.
func (s *Store) nextTopic(ctx context.Context, r rebuilding) (topic string, err error) {
	err = s.r.QueryRowContext(ctx, `SELECT coalesce(min(s.topic), '') FROM stories s WHERE `+historyOnly+` AND s.topic > ?4 AND EXISTS (SELECT 1 FROM members m WHERE m.story = s.id)`,
		r.generation, r.from, r.to, r.cursor.Topic).Scan(&topic)
	return topic, err
}

// units lists the units of the cursor's topic that have still to move the ledger, in
// the order of their news: those to be settled and those that are.
func (s *Store) units(ctx context.Context, r rebuilding) (out []unit, err error) {
	err = eachRow(ctx, s.r, `SELECT min(i.news_time) AS at, iif(i.of = 0, i.id, i.of) AS root, max(i.relevance = 'main')
		FROM stories s JOIN members m ON m.story = s.id JOIN items i ON i.id = m.item
		WHERE s.topic = ?4 AND s.last >= ?5 AND (s.rebuilt = ?1 AND s.live_seen = 0 OR `+historyOnly+`)
		GROUP BY root HAVING at > ?5 OR at = ?5 AND root > ?6 ORDER BY at, root LIMIT ?7`, func(row scanner) error {
		var u unit
		err := row.Scan(&u.At, &u.Root, &u.main)
		out = append(out, u)
		return err
	}, r.generation, r.from, r.to, r.cursor.Topic, r.cursor.Moved.At, r.cursor.Moved.Root, unitsRead)
	return out, err
}

// stretchOfNews is a window of units and how many of them, the first, it settles: the
// others are there because they may belong to those.
type stretchOfNews struct {
	units   []unit
	settles int
}

// windowOf cuts a window off units in the order of their news, of which there is at
// least one. What all that is left fits into is settled whole.
func windowOf(units []unit) stretchOfNews {
	first := units[0].At
	until := func(d time.Duration) int {
		n := 0
		for n < min(len(units), unitsAtOnce) && units[n].At < first+d.Milliseconds() {
			n++
		}
		return max(n, 1)
	}
	w := stretchOfNews{units: units[:until(settledAhead+storyWindow)]}
	switch n := len(w.units); {
	case n == len(units):
		w.settles = n
	case n == unitsAtOnce:
		w.settles = min(until(settledAhead), n/2)
	default:
		w.settles = until(settledAhead)
	}
	return w
}

// part is one report of a unit.
type part struct {
	item    news.ItemID
	when    int64 // news time
	story   int64
	verdict news.VerdictKind
	sketch  []byte
}

// unitParts reads a unit's reports that are still to be settled, oldest news first.
func unitParts(ctx context.Context, db reader, u unit, r *rebuilding) ([]part, error) {
	return allRows(ctx, db, `SELECT i.id, i.news_time, i.verdict, m.story, m.sketch
		FROM items i JOIN members m ON m.item = i.id JOIN stories s ON s.id = m.story
		WHERE (i.id = +?4 OR i.of = +?4 AND i.of <> 0) AND m.topic = +?5 AND `+historyOnly+` ORDER BY i.news_time, i.id`, func(row scanner) (p part, err error) {
		err = row.Scan(&p.item, &p.when, &p.verdict, &p.story, &p.sketch)
		return p, err
	}, r.generation, r.from, r.to, u.Root, r.cursor.Topic)
}

// settle puts a window's units together and settles the developments that its first
// ones belong to. It returns how many it made.
func (s *Store) settle(ctx context.Context, r *rebuilding, w stretchOfNews, group news.Regrouper, d news.Deciders, now time.Time) (made int, err error) {
	var open []news.Member
	units := map[news.ItemID]unit{} // by the report that speaks for it
	due := map[unit]bool{}
	for i, u := range w.units {
		parts, err := unitParts(ctx, s.r, u, r)
		if err != nil {
			return 0, classify(err)
		}
		if len(parts) == 0 {
			continue // settled with an earlier window
		}
		p := speaker(parts)
		open = append(open, news.Member{Item: p.item, Published: at(p.when), Sketch: p.sketch})
		units[p.item], due[u] = u, i < w.settles
	}
	known, err := s.settledBefore(ctx, r, w.units[0].At)
	if err != nil {
		return 0, classify(err)
	}
	groups := group(open, known)
	reachable := []news.StoryID{}
	last := w.units[w.settles-1]
	err = s.write(ctx, func(tx transaction) error {
		made = 0
		next := *r
		stories := make([]int64, len(groups))
		reachable = reachable[:0]
		for _, k := range known {
			reachable = append(reachable, k.Story)
		}
		for i, g := range groups {
			if !slices.ContainsFunc(g.Items, func(item news.ItemID) bool { return due[units[item]] }) {
				continue
			}
			var parts []part
			why := map[news.ItemID]string{}
			for n, item := range g.Items {
				ps, err := unitParts(ctx, tx, units[item], r) // again: a poll may have seen one of them since
				if err != nil {
					return err
				}
				parts = append(parts, ps...)
				why[item] = "a development of its own: nothing to compare it by"
				if n < len(g.Why) {
					why[item] = g.Why[n]
				}
			}
			if len(parts) == 0 {
				continue
			}
			story, err := openStory(ctx, tx, g, r, parts)
			if err != nil {
				return err
			}
			if stories[i] = story; news.StoryID(story) != g.Story {
				made++
				reachable = append(reachable, news.StoryID(story))
				follows := int64(g.After)
				if g.Follows > 0 {
					follows = stories[g.Follows-1]
				}
				if _, err := tx.ExecContext(ctx, `UPDATE stories SET follows = ? WHERE id = +?`, follows, story); err != nil {
					return err
				}
			}
			for _, p := range parts {
				if err := rehome(ctx, tx, p, r.cursor.Topic, story, why[p.item]); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, `DELETE FROM stories WHERE id = +?1 AND NOT EXISTS (SELECT 1 FROM members WHERE story = +?1)`, p.story); err != nil {
					return err
				}
			}
		}
		next.cursor.Settled = last
		return next.save(ctx, tx, now)
	})
	if err != nil {
		return made, err
	}
	r.cursor.Settled, r.reachable = last, reachable
	return made, nil
}

// speaker is the report that speaks for a unit: the first that repeats nothing; if
// all do, the first.
func speaker(parts []part) part {
	for _, p := range parts {
		if p.verdict != news.Duplicate {
			return p
		}
	}
	return parts[0]
}

// settledBefore reads the developments this rebuilding settled last that units from a
// time on may join, the newest first. What one window could not join, no later one can.
func (s *Store) settledBefore(ctx context.Context, r *rebuilding, from int64) (out []news.StoryCandidate, err error) {
	tx, err := s.r.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	among, args := "", []any{r.cursor.Topic, r.generation, from - storyWindow.Milliseconds(), settledShown}
	if r.reachable != nil {
		among, args = "id IN (SELECT value FROM json_each(?5)) AND ", append(args, mustJSON(r.reachable))
	}
	ids, err := allRows(ctx, tx, `SELECT id FROM stories WHERE `+among+`topic = ?1 AND rebuilt = ?2 AND rebuilt <> 0 AND last >= ?3 ORDER BY last DESC, id DESC LIMIT ?4`, scanOne[news.StoryID], args...)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	members, err := membersOf(ctx, tx, ids)
	for _, id := range ids {
		out = append(out, news.StoryCandidate{Story: id, Topic: r.cursor.Topic, Told: true, Members: members[id]})
	}
	return out, err
}

// openStory returns the development a group joins, or opens one.
func openStory(ctx context.Context, tx transaction, g news.Group, r *rebuilding, parts []part) (id int64, err error) {
	if g.Story != 0 {
		err = tx.QueryRowContext(ctx, `SELECT id FROM stories WHERE id = +?`, int64(g.Story)).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) { // gone: regrouped by a cut meanwhile
			return id, err
		}
	}
	first := slices.MinFunc(parts, func(a, b part) int { return int(a.when - b.when) }).when
	ex, err := tx.ExecContext(ctx, `INSERT INTO stories (topic, first, last, live_seen, follows, rebuilt) VALUES (?, ?, ?, 0, 0, ?)`, r.cursor.Topic, first, first, r.generation)
	if err != nil {
		return 0, err
	}
	return ex.LastInsertId()
}

// rehome moves one report, with its dates, to a development. One that does not speak for
// its unit is in because of what it repeats.
func rehome(ctx context.Context, tx transaction, p part, topic string, story int64, why string) error {
	_, err := tx.ExecContext(ctx, `UPDATE members SET story = ?, why = ? WHERE item = +? AND topic = +?`, story, cmp.Or(why, repeatsWhy), int64(p.item), topic)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, touchStorySQL, story, p.when, p.when, 0); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE dates SET story = ? WHERE item = +?`, story, int64(p.item))
	return err
}

// replayLedger lets settled units move the positions of their topic one after the
// other, each with what its development held by then. It returns how many it did.
func (s *Store) replayLedger(ctx context.Context, r *rebuilding, units []unit, d news.Deciders, enough func() bool, now time.Time) (done int, err error) {
	err = s.write(ctx, func(tx transaction) error {
		done = 0
		rp := replay{r: r, d: d, evidence: map[news.StoryID][]news.Report{}}
		for _, u := range units {
			if done > 0 && enough() {
				break
			}
			if u.main {
				if err := rp.move(ctx, tx, u); err != nil {
					return fmt.Errorf("ledger of item %d: %w", u.Root, err)
				}
			}
			done++
		}
		next := *r
		next.cursor.Moved = units[done-1]
		return next.save(ctx, tx, now)
	})
	if err == nil {
		r.cursor.Moved = units[done-1]
	}
	return done, err
}

// replay is what moving the ledger remembers within one transaction, in which nobody
// else writes: units that follow each other are often of one development, and few move
// a position.
type replay struct {
	r        *rebuilding
	d        news.Deciders
	evidence map[news.StoryID][]news.Report // all there is, by news time
	stands   []news.Position
	from, to int64 // of units that stands hold for; from them on, before to
}

// move lets the development of a unit, as far as it was known when the unit was news,
// move the positions of its topic as they stood then.
func (p *replay) move(ctx context.Context, tx transaction, u unit) error {
	if p.d.Ledger == nil {
		return nil
	}
	topic := p.r.cursor.Topic
	var id news.StoryID
	err := tx.QueryRowContext(ctx, `SELECT m.story FROM items i JOIN members m ON m.item = i.id JOIN stories s ON s.id = m.story
		WHERE (i.id = +?1 OR i.of = +?1 AND i.of <> 0) AND m.topic = +?2 AND s.rebuilt = +?3 ORDER BY i.news_time, i.id LIMIT 1`, u.Root, topic, p.r.generation).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // a poll has seen it since: it moves the ledger there
	} else if err != nil {
		return err
	}
	reports, ok := p.evidence[id]
	if !ok {
		by, err := evidence(ctx, tx, topic, id)
		if err != nil {
			return err
		}
		reports, p.evidence[id] = by.Reports, by.Reports
	}
	by := news.Development{ID: id, Topic: topic}
	for _, rep := range reports {
		if ms(news.Time(rep.Published, rep.Seen)) <= u.At {
			by.Reports = append(by.Reports, rep)
		}
	}
	if len(by.Reports) == 0 {
		return nil
	}
	if u.At < p.from || u.At >= p.to {
		if err := p.readStands(ctx, tx, topic, u.At); err != nil {
			return err
		}
	}
	moves := p.d.Ledger(p.stands, by)
	if slices.ContainsFunc(moves, func(m news.Position) bool { return ms(m.At) > u.At || ms(m.Known) > u.At }) {
		p.from, p.to = 0, 0 // it does not stand yet
	} else {
		p.stands, p.from = standsAfter(p.stands, moves), u.At
	}
	return insertMoves(ctx, tx, moves)
}

// readStands reads where a topic stood at a time, and until when that holds: until the
// next move that somebody else has recorded.
func (p *replay) readStands(ctx context.Context, tx transaction, topic string, when int64) (err error) {
	if p.stands, err = positions(ctx, tx, topic, at(when), time.Time{}); err != nil {
		return err
	}
	p.from = when
	return tx.QueryRowContext(ctx, `SELECT coalesce(min(max(at, known)), ?3) FROM ledger WHERE topic = +?1 AND (at > +?2 OR known > +?2)`, topic, when, ms(farFuture)).Scan(&p.to)
}

// pollBefore is how long before it is recorded a poll may have begun, whose time it bears.
const pollBefore = 15 * time.Minute

// moveLedgerBySeen lets the imported developments that a live poll saw only since the
// rebuilding began move the positions of their topic: their moves were taken back when
// it began, and nothing was judged when the poll saw what was known.
func (s *Store) moveLedgerBySeen(ctx context.Context, tx transaction, r rebuilding, d news.Deciders) error {
	if d.Ledger == nil {
		return nil
	}
	type seen struct {
		id    news.StoryID
		topic string
		last  int64
	}
	var all []seen
	err := eachRow(ctx, tx, `SELECT s.id, s.topic, s.last FROM stories s WHERE s.live_seen >= ?1 AND s.last >= ?2 AND s.first <= ?3
		AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.story = s.id)
		AND EXISTS (SELECT 1 FROM members m JOIN items i ON i.id = m.item WHERE m.story = s.id AND i.origin = 'backfill')
		AND NOT EXISTS (SELECT 1 FROM members m JOIN items i ON i.id = m.item WHERE m.story = s.id AND i.live_seen <> 0 AND i.live_seen < ?1)
		ORDER BY s.last, s.id`, func(row scanner) error {
		var one seen
		err := row.Scan(&one.id, &one.topic, &one.last)
		all = append(all, one)
		return err
	}, r.generation-pollBefore.Milliseconds(), r.from, r.to)
	if err != nil {
		return err
	}
	for _, one := range all {
		dev, err := evidence(ctx, tx, one.topic, one.id)
		if err != nil {
			return err
		}
		if len(dev.Reports) == 0 {
			continue
		}
		stands, err := positions(ctx, tx, one.topic, at(one.last), time.Time{})
		if err != nil {
			return err
		}
		if err := insertMoves(ctx, tx, d.Ledger(stands, dev)); err != nil {
			return err
		}
	}
	return nil
}
