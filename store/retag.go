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

// Tagged is a judged item with its text and what it was found to be about.
type Tagged struct {
	Work    news.Work
	Hash    string // content hash of the text it was judged by
	Verdict news.Verdict
	Topics  []news.Relevance
	Tags    []news.Tag
}

// Pruned reports whether retention has removed the text an item was judged by:
// hash is the content hash of what is left of it.
func (t Tagged) Pruned(hash string) bool {
	it := t.Work.Item
	return it.Summary == "" && it.Content == "" && it.Page == "" && hash != t.Hash
}

// Tagged lists up to limit judged items after an item's id, in order, and of
// them no more than hold about maxBytes of text. Seeds hold none and are left out.
func (s *Store) Tagged(ctx context.Context, after news.ItemID, limit, maxBytes int) ([]Tagged, error) {
	rows, err := s.r.QueryContext(ctx, `SELECT `+workColumns+`, i.feed, i.hash, i.last_verdict, i.of, i.topics, i.tags
		FROM items i JOIN texts t ON t.item = i.id WHERE i.id > ? AND i.state = 'judged' AND i.origin <> 'seed' ORDER BY i.id LIMIT ?`, int64(after), limit)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var out []Tagged
	for bytes := 0; rows.Next() && bytes < maxBytes; {
		var t Tagged
		var topics, tags string
		if t.Work.Item, err = scanItem(rows, &t.Work.Feed.ID, &t.Hash, &t.Verdict.Kind, &t.Verdict.Of, &topics, &tags); err != nil {
			return nil, classify(err)
		}
		it := &t.Work.Item
		it.Feed = t.Work.Feed.ID
		if err := errors.Join(decodeJSON(topics, &t.Topics), unpackTags(tags, &t.Tags)); err != nil {
			return nil, fmt.Errorf("item %d: %w", it.ID, err)
		}
		bytes += len(it.Summary) + len(it.Content) + len(it.Page)
		out = append(out, t)
	}
	if err := rows.Err(); err != nil {
		return nil, classify(err)
	}
	rows.Close()
	works := make([]news.Work, len(out))
	for i := range out {
		works[i] = out[i].Work
	}
	err = s.attachFeeds(ctx, works)
	for i := range out {
		out[i].Work = works[i]
	}
	return out, classify(err)
}

// CountTagged is how many items Tagged would list in all after an item's id.
func (s *Store) CountTagged(ctx context.Context, after news.ItemID) (n int64, err error) {
	err = s.r.QueryRowContext(ctx, `SELECT count(*) FROM items WHERE id > ? AND state = 'judged' AND origin <> 'seed'`, int64(after)).Scan(&n)
	return n, classify(err)
}

// Retagging is what an item is found to be about now.
type Retagging struct {
	Before   Tagged
	Prepared news.Prepared
}

// retagImport is the name under which how far retagging has come is kept.
const retagImport = "retag"

// RetagProgress is the item after which retagging with these rules goes on; 0
// when it was never begun or has ended.
func (s *Store) RetagProgress(ctx context.Context, rules string) (news.ItemID, error) {
	p, err := s.ImportProgress(ctx, retagImport, rules)
	return news.ItemID(p.Position), err
}

// FinishRetag ends retagging: the next one begins anew.
func (s *Store) FinishRetag(ctx context.Context, now time.Time) error {
	return s.FinishImport(ctx, retagImport, now)
}

// Retag gives items their new topics and tags in one transaction, and records
// that retagging with these rules has come to the item upTo. An item revised since
// it was read keeps what it has: its new revision is judged by whoever polls.
//
// Nothing old is told for it. An item that becomes relevant counts as history from
// then on and touches no development. One that was relevant and changes is, where
// its development was told, known to whom it was told; where it was not, it is
// history if every digest had its chance, which is when it was seen before heard.
// One that is no longer relevant leaves its development, and with it all digests.
func (s *Store) Retag(ctx context.Context, now time.Time, rules string, upTo news.ItemID, heard time.Time, batch []Retagging, d news.Deciders) (written int, err error) {
	err = s.write(ctx, func(tx transaction) error {
		written = 0
		for _, r := range batch {
			ok, err := s.retagOne(ctx, tx, heard, r, d)
			if err != nil {
				return fmt.Errorf("retag item %d: %w", r.Before.Work.Item.ID, err)
			}
			if ok {
				written++
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO imports (source, position, cursor, digest, updated, finished) VALUES (?, ?, '', ?, ?, 0)
			ON CONFLICT (source) DO UPDATE SET position = excluded.position, digest = excluded.digest, updated = excluded.updated, finished = 0`,
			retagImport, int64(upTo), rules, ms(now))
		return err
	})
	return written, err
}

func (s *Store) retagOne(ctx context.Context, tx transaction, heard time.Time, r Retagging, d news.Deciders) (bool, error) {
	p, it := r.Prepared, r.Before.Work.Item
	res, err := tx.ExecContext(ctx, `UPDATE items SET relevance = ?, topics = ?, tags = ? WHERE id = ? AND revision = ? AND state = 'judged'`,
		bestRelevance(p.Topics), encodeTopics(p.Topics), packTags(p.Tags), int64(it.ID), it.Revision)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	had, has := relevantTopics(r.Before.Topics), relevantTopics(p.Topics)
	same := slices.Equal(had, has)
	if same && (len(has) == 0 || slices.Equal(r.Before.Tags, p.Tags)) {
		return true, nil // only its score moved
	}
	if !same || !slices.Equal(positionTags(r.Before.Tags), positionTags(p.Tags)) {
		// What it is evidence of is found anew by the development that has it.
		if _, err := tx.ExecContext(ctx, `DELETE FROM ledger WHERE item = ?`, int64(it.ID)); err != nil {
			return false, err
		}
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM dates WHERE item = ?`, int64(it.ID)); err != nil {
		return false, err
	}
	var homes []news.StoryID
	for _, topic := range had {
		home, err := memberStory(ctx, tx, it.ID, topic)
		if err != nil {
			return false, err
		}
		switch {
		case home == 0:
		case slices.Contains(has, topic):
			homes = append(homes, home)
		default:
			if err := s.leave(ctx, tx, it.ID, topic, home, d); err != nil {
				return false, err
			}
		}
	}
	if err := quiet(ctx, tx, it, heard, len(had) == 0, homes); err != nil {
		return false, err
	}
	for _, topic := range has {
		if err := s.placeQuietly(ctx, tx, p, r.Before.Verdict, topic, d); err != nil {
			return false, fmt.Errorf("place: %w", err)
		}
	}
	if len(has) == 0 {
		_, err := tx.ExecContext(ctx, `DELETE FROM search WHERE rowid = ?`, int64(it.ID))
		return true, err
	}
	if err := s.recordDates(ctx, tx, p, r.Before.Verdict, d); err != nil {
		return false, fmt.Errorf("dates: %w", err)
	}
	_, err = tx.ExecContext(ctx, insertSearchSQL, int64(it.ID), it.Title, p.Search)
	return true, err
}

func relevantTopics(rs []news.Relevance) (out []string) {
	for _, r := range rs {
		if r.Relevance == news.Main || r.Relevance == news.Mention {
			out = append(out, r.Topic)
		}
	}
	return out
}

// positionTags are the tags that move a position of the ledger.
func positionTags(tags []news.Tag) (out []news.Tag) {
	for _, t := range tags {
		switch t.Facet {
		case "stage", "committed", "mechanism", "place":
			out = append(out, news.Tag{Facet: t.Facet, Value: t.Value, Who: t.Who, Field: t.Field})
		}
	}
	return out
}

// memberStory is the development an item is in; 0 when it is in none.
func memberStory(ctx context.Context, tx transaction, item news.ItemID, topic string) (id news.StoryID, err error) {
	err = tx.QueryRowContext(ctx, `SELECT story FROM members WHERE item = ? AND topic = ?`, int64(item), topic).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// quiet sees to it that an item whose tags changed causes no telling.
func quiet(ctx context.Context, tx transaction, it news.Item, heard time.Time, arrives bool, homes []news.StoryID) error {
	told := false
	for _, home := range homes {
		r, err := tx.ExecContext(ctx, `UPDATE told SET state = json_set(state, '$.items."' || ?2 || '"', ?3) WHERE story = ?1`, int64(home), int64(it.ID), it.Revision)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		if err != nil {
			return err
		}
		told = told || n > 0
	}
	if !arrives && (told || !it.Revised.Before(heard)) {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE items SET fresh = 0 WHERE id = ?`, int64(it.ID))
	return err
}

// leave takes an item out of a development, and removes the development when
// nothing is left of it and nobody was told.
func (s *Store) leave(ctx context.Context, tx transaction, item news.ItemID, topic string, home news.StoryID, d news.Deciders) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM members WHERE item = ? AND topic = ?`, int64(item), topic); err != nil {
		return err
	}
	var left int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM members WHERE story = ?`, int64(home)).Scan(&left); err != nil {
		return err
	}
	if left == 0 { // what was told stays, and what was told of needs its row
		_, err := tx.ExecContext(ctx, `DELETE FROM stories WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM told WHERE story = ?1)`, int64(home))
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE stories SET (first, last, live_seen) = (
		SELECT min(i.news_time), max(i.news_time), min(stories.live_seen, max(iif(i.live_seen = 0, 0, max(i.live_seen, i.revised))))
		FROM members m JOIN items i ON i.id = m.item WHERE m.story = ?1) WHERE id = ?1`, int64(home))
	if err != nil {
		return err
	}
	return newRecall().moveLedger(ctx, tx, topic, home, d)
}

// placeQuietly puts an item into a development as place does, or leaves it in the
// one it is in; the development counts as no more seen than before.
func (s *Store) placeQuietly(ctx context.Context, tx transaction, p news.Prepared, v news.Verdict, topic string, d news.Deciders) error {
	it := p.Work.Item
	when := ms(news.Time(it.Published, it.Seen))
	pl, err := s.choose(ctx, tx, newRecall(), p, v, topic, when, d)
	if err != nil {
		return err
	}
	if pl.Story == 0 {
		r, err := tx.ExecContext(ctx, insertStorySQL, topic, when, when, 0, int64(pl.Follows))
		if err != nil {
			return err
		}
		n, err := r.LastInsertId()
		if err != nil {
			return err
		}
		pl.Story = news.StoryID(n)
	} else if _, err := tx.ExecContext(ctx, touchStorySQL, int64(pl.Story), when, when, 0); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO members (item, story, topic, score, why, sketch) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (item, topic) DO UPDATE SET sketch = excluded.sketch`, int64(it.ID), int64(pl.Story), topic, pl.Score, pl.Why, nonNil(p.Sketch))
	if err != nil {
		return err
	}
	if v.Kind != news.Duplicate {
		if err := insertStoryKeys(ctx, tx, p.StoryKeys, when, it.ID); err != nil {
			return err
		}
	}
	return newRecall().moveLedger(ctx, tx, topic, pl.Story, d)
}
