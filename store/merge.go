package store

import (
	"context"
	"time"

	"trucewatch/internal/news"
)

// Merger rolls queued deliveries of one channel into fewer messages: part 1 for
// the channel, the others for its thread. merged are the rows they stand for,
// oldest first; none: nothing is to be merged. It is pure.
type Merger func(channel string, rows []news.Delivery) (messages []news.Message, merged []news.DeliveryID)

// MergeQueued has merge look at every channel that waits to post and is held back
// by nothing, and puts the messages it returns in the place of the rows they stand
// for: in their order and under the first one's key. What those rows told, the
// merged message tells. It returns how many rows were merged.
func (s *Store) MergeQueued(ctx context.Context, now time.Time, merge Merger) (n int, err error) {
	err = s.write(ctx, func(tx transaction) error {
		n = 0
		channels, err := waitingChannels(ctx, tx)
		if err != nil {
			return err
		}
		for _, c := range channels {
			rows, err := queuedOf(ctx, tx, c)
			if err != nil {
				return err
			}
			messages, merged := merge(c, rows)
			if len(merged) == 0 {
				continue
			}
			if len(messages) == 0 || len(messages) > len(merged) {
				continue // a merger that needs more messages than it saves
			}
			if err := putMerged(ctx, tx, messages, merged); err != nil {
				return err
			}
			n += len(merged)
		}
		return nil
	})
	return n, err
}

// putMerged rewrites the first rows as the messages and gives up the others.
func putMerged(ctx context.Context, tx transaction, messages []news.Message, merged []news.DeliveryID) error {
	first := int64(merged[0])
	for i, id := range merged {
		if i < len(messages) {
			m, thread := messages[i], first
			if i == 0 {
				thread = 0
			}
			_, err := tx.ExecContext(ctx, `UPDATE outbox SET kind = ?, part = ?, text = ?, plain = ?, blocks = ?, thread = ?, broadcast = 0, plain_now = 0, file_name = '', file = '', cause = 'merged' WHERE id = ?`,
				m.Kind, m.Part, m.Text, m.Plain, string(m.Blocks), thread, int64(id))
			if err != nil {
				return err
			}
		} else if _, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'dropped', cause = 'merged into message ' || ? WHERE id = ?`, first, int64(id)); err != nil {
			return err
		}
		if i == 0 {
			continue
		}
		// What it told is told by the merged message, and what would answer it answers that.
		for _, q := range []string{
			`UPDATE told SET delivery = ?1 WHERE delivery = ?2`,
			`UPDATE outbox SET thread = ?1 WHERE thread = ?2 AND id <> ?1 AND state NOT IN ('sent', 'dropped')`,
			`UPDATE outbox SET state = 'dropped', cause = 'what it edits was merged into message ' || ?1 WHERE edit = ?2 AND state = 'queued'`,
		} {
			if _, err := tx.ExecContext(ctx, q, first, int64(id)); err != nil {
				return err
			}
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'dropped', cause = 'what it edits was merged' WHERE edit = ? AND state = 'queued'`, first)
	return err
}

func queuedOf(ctx context.Context, tx transaction, channel string) ([]news.Delivery, error) {
	return deliveriesOf(ctx, tx, `WHERE o.channel = ? AND o.state = 'queued' ORDER BY o.id LIMIT 2000`, channel)
}

// waitingChannels are the channels with queued rows that nothing holds back.
func waitingChannels(ctx context.Context, tx transaction) ([]string, error) {
	return allRows(ctx, tx, `SELECT DISTINCT o.channel FROM outbox o WHERE o.state = 'queued'
		AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.channel = o.channel AND p.id < o.id AND p.state IN ('held', 'claimed')) ORDER BY 1`, scanOne[string])
}
