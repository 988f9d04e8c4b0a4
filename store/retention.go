package store

import (
	"context"
	"time"
)

// PruneTexts is a step of removing texts. It looks at the items whose ids are within
// step after an id, and removes the text of those whose latest revision was seen before
// text, and of those about no topic already when it was seen before unrelated. Title,
// fingerprint, keys, verdict, the sentences a verdict rests on and what was told stay.
// It returns how many texts were removed, and the id to go on after; 0 when there are
// no more.
func (s *Store) PruneTexts(ctx context.Context, after int64, text, unrelated time.Time, step int) (next int64, removed int, err error) {
	ids, next, err := s.prunable(ctx, after, text, unrelated, step)
	if err != nil || len(ids) == 0 {
		return next, 0, classify(err)
	}
	err = s.write(ctx, func(tx transaction) error {
		removed = 0
		for _, id := range ids {
			// Asked again: it may have been revised meanwhile.
			r, err := tx.ExecContext(ctx, `UPDATE texts SET summary = '', content = '', page = '' WHERE item = ?1
				AND EXISTS (SELECT 1 FROM items i WHERE i.id = ?1 AND `+outlived+`)`, id, ms(text), ms(unrelated))
			if err != nil {
				return err
			}
			if n, err := r.RowsAffected(); err != nil || n == 0 {
				if err != nil {
					return err
				}
				continue
			}
			removed++
			if _, err := tx.ExecContext(ctx, `UPDATE revisions SET summary = '', content = '' WHERE item = ?`, id); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `UPDATE search SET body = '' WHERE rowid = ?`, id); err != nil {
				return err
			}
		}
		return nil
	})
	return next, removed, err
}

// outlived is true of an item whose text may go: ?2 and ?3 are the two limits.
const outlived = `i.state = 'judged' AND (i.revised < ?2 OR i.revised < ?3 AND i.relevance NOT IN ('main', 'mention'))`

// prunable finds the items within a step whose text is there and may go, and the id to
// go on after. The length of a text is in its row's header, so that no long text is
// read.
func (s *Store) prunable(ctx context.Context, after int64, text, unrelated time.Time, step int) (ids []int64, next int64, err error) {
	err = eachRow(ctx, s.r, `SELECT i.id FROM items i JOIN texts t ON t.item = i.id
		WHERE i.id > ?1 AND i.id <= ?4 AND `+outlived+` AND (octet_length(t.summary) > 0 OR octet_length(t.content) > 0 OR octet_length(t.page) > 0)
		ORDER BY i.id`, func(row scanner) error {
		var id int64
		err := row.Scan(&id)
		ids = append(ids, id)
		return err
	}, after, ms(text), ms(unrelated), after+int64(step))
	if err != nil {
		return nil, 0, err
	}
	var newest int64
	if err := s.r.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM items`).Scan(&newest); err != nil {
		return nil, 0, err
	}
	if last := after + int64(step); last < newest {
		next = last
	}
	return ids, next, nil
}
