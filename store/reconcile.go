package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// ParseDeliveryKey reads what DeliveryKey wrote.
func ParseDeliveryKey(key string) (digest string, slot time.Time, part int, err error) {
	i := strings.LastIndexByte(key, '/')
	j := strings.LastIndexByte(key[:max(i, 0)], '/')
	if j <= 0 {
		return "", slot, 0, fmt.Errorf("delivery key %q is not of the form DIGEST/SLOT/PART", key)
	}
	if slot, err = time.Parse("2006-01-02T15:04:05.000Z", key[j+1:i]); err != nil {
		return "", slot, 0, fmt.Errorf("delivery key %q: %w", key, err)
	}
	if _, err = fmt.Sscanf(key[i+1:], "%d", &part); err != nil {
		return "", slot, 0, fmt.Errorf("delivery key %q: %w", key, err)
	}
	return key[:j], slot, part, nil
}

// Reconcile teaches the database that a message of ours stands in a channel. A
// message that waits here, not knowing it was posted, is marked sent. A slot that
// was never cut here means that the database is older than what was told: the
// slot is recorded as cut, and what was news before it counts as told by that
// digest. It returns whether that was so.
func (s *Store) Reconcile(ctx context.Context, key, ts, channel string, now time.Time) (restored bool, err error) {
	digest, slot, _, err := ParseDeliveryKey(key)
	if err != nil {
		return false, err
	}
	err = s.write(ctx, func(tx transaction) error {
		restored = false
		r, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'sent', ts = ?, due = 0, cause = 'found in the channel' WHERE key = ? AND state NOT IN ('sent', 'dropped')`, ts, key)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n > 0 {
			return err
		}
		id, err := insertCut(ctx, tx, digest, channel, "restored", slot, now, slot)
		if err != nil || id == 0 {
			return err
		}
		restored = true
		_, err = tx.ExecContext(ctx, `UPDATE digests SET horizon = max(horizon, ?) WHERE name = ?`, ms(slot), digest)
		return err
	})
	return restored, err
}

// ReconcileFile teaches the database that a file of ours stands in a channel: files
// carry no key and are known by their names.
func (s *Store) ReconcileFile(ctx context.Context, name, ts, channel string) error {
	return s.write(ctx, func(tx transaction) error {
		_, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'sent', ts = ?, due = 0, cause = 'found in the channel' WHERE channel = ? AND file_name = ? AND file_name <> '' AND state NOT IN ('sent', 'dropped')`, ts, channel, name)
		return err
	})
}

// OldestOpenCut is how far back a channel's history has to be read to find what
// this database does not know: the newest slot it knows of any digest or message
// of the channel, less a day for late deliveries.
func (s *Store) OldestOpenCut(ctx context.Context, channel string) (time.Time, error) {
	var newest, open sql.NullInt64
	err := s.r.QueryRowContext(ctx, `SELECT (SELECT max(at) FROM cuts WHERE channel = ?1),
		(SELECT min(created) FROM outbox WHERE channel = ?1 AND state IN (?2, ?3, ?4, ?5))`,
		channel, string(news.Queued), string(news.Claimed), string(news.Unknown), string(news.Held)).Scan(&newest, &open)
	if err != nil {
		return time.Time{}, classify(err)
	}
	from := newest.Int64
	if open.Valid && open.Int64 < from {
		from = open.Int64
	}
	if from == 0 {
		return time.Time{}, nil
	}
	return at(from).Add(-24 * time.Hour), nil
}
