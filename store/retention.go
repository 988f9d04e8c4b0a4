package store

import (
	"context"
	"time"
)

// PruneTexts removes the text of at most limit items after an item's id: of those
// whose latest revision was seen before text, and of those about no topic already
// when it was seen before unrelated. Title, fingerprint, keys, verdict, the
// sentences a verdict rests on and what was told stay. It returns how many texts
// were removed, and the id to go on after; 0 when there are no more.
func (s *Store) PruneTexts(ctx context.Context, after int64, text, unrelated time.Time, limit int) (next int64, removed int, err error) {
	ids, err := s.prunable(ctx, after, text, unrelated, limit)
	if err != nil || len(ids) == 0 {
		return 0, 0, classify(err)
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
	if err == nil && len(ids) == limit {
		next = ids[len(ids)-1]
	}
	return next, removed, err
}

// outlived is true of an item whose text may go: ?2 and ?3 are the two limits.
const outlived = `i.state = 'judged' AND (i.revised < ?2 OR i.revised < ?3 AND i.relevance NOT IN ('main', 'mention'))`

// prunable finds the items after an id whose text is there and may go. The length
// of a text is in its row's header, so that no long text is read.
func (s *Store) prunable(ctx context.Context, after int64, text, unrelated time.Time, limit int) (ids []int64, err error) {
	err = eachRow(ctx, s.r, `SELECT i.id FROM items i JOIN texts t ON t.item = i.id
		WHERE i.id > ?1 AND `+outlived+` AND (octet_length(t.summary) > 0 OR octet_length(t.content) > 0 OR octet_length(t.page) > 0)
		ORDER BY i.id LIMIT ?4`, func(row scanner) error {
		var id int64
		err := row.Scan(&id)
		ids = append(ids, id)
		return err
	}, after, ms(text), ms(unrelated), limit)
	return ids, err
}
