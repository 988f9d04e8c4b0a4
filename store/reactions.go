package store

import (
	"context"
	"time"

	"trucewatch/internal/news"
)

const (
	reactionsFor   = 7 * 24 * time.Hour  // how long a message's reactions are counted
	reactionsEvery = 20 * time.Hour      // between two counts of one message
	reactionsShown = 30 * 24 * time.Hour // what `status` sums up
)

// DueReactions lists the sent replies that tell one development and whose
// reactions are to be counted: about once a day for a week.
func (s *Store) DueReactions(ctx context.Context, now time.Time, limit int) ([]news.Delivery, error) {
	return s.deliveries(ctx, `WHERE o.state = 'sent' AND o.story <> 0 AND o.ts <> '' AND o.channel <> ?
		AND o.created >= ? AND o.created <= ? AND o.reacted <= ? ORDER BY o.reacted, o.id LIMIT ?`,
		news.TerminalChannel, ms(now.Add(-reactionsFor)), ms(now.Add(-time.Hour)), ms(now.Add(-reactionsEvery)), limit)
}

// RecordReactions stores how often each emoji stands under a message.
func (s *Store) RecordReactions(ctx context.Context, id news.DeliveryID, counts map[string]int, now time.Time) error {
	return s.write(ctx, func(tx transaction) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM reactions WHERE delivery = ?`, int64(id)); err != nil {
			return err
		}
		for emoji, n := range counts {
			if _, err := tx.ExecContext(ctx, `INSERT INTO reactions (delivery, emoji, count) VALUES (?, ?, ?)`, int64(id), emoji, n); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE outbox SET reacted = ? WHERE id = ?`, ms(now), int64(id))
		return err
	})
}

// Reactions counts the reactions on the messages that told each development, by
// emoji name.
func (s *Store) Reactions(ctx context.Context) (map[news.StoryID]map[string]int64, error) {
	out := map[news.StoryID]map[string]int64{}
	err := eachRow(ctx, s.r, `SELECT o.story, r.emoji, sum(r.count) FROM reactions r JOIN outbox o ON o.id = r.delivery GROUP BY 1, 2`, func(row scanner) error {
		var story news.StoryID
		var emoji string
		var n int64
		if err := row.Scan(&story, &emoji, &n); err != nil {
			return err
		}
		if out[story] == nil {
			out[story] = map[string]int64{}
		}
		out[story][emoji] = n
		return nil
	})
	return out, classify(err)
}

// reactionCounts sums the reactions on what was posted in the 30 days before the
// newest message.
func (s *Store) reactionCounts(ctx context.Context) (map[string]int64, error) {
	out := map[string]int64{}
	err := eachRow(ctx, s.r, `SELECT r.emoji, sum(r.count) FROM reactions r JOIN outbox o ON o.id = r.delivery
		WHERE o.created >= (SELECT max(created) FROM outbox) - ? GROUP BY 1`, func(row scanner) error {
		var emoji string
		var n int64
		err := row.Scan(&emoji, &n)
		out[emoji] = n
		return err
	}, reactionsShown.Milliseconds())
	return out, classify(err)
}
