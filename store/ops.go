package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"trucewatch/internal/news"
)

// Condition is what watching over the daemon needs to know, read at once.
type Condition struct {
	Feeds   []FeedCondition
	Open    []news.Delivery      // messages that are not sent or dropped, oldest first, at most 500
	LastCut map[string]time.Time // newest slot cut, by digest
	Waiting int64                // items that are not judged
	Alarms  []Alarm
}

// FeedCondition is a polled feed, and since when it has been in trouble without a
// break; zero when it is in none.
type FeedCondition struct {
	news.Feed
	Since time.Time
}

// Alarm is what the operator was told of one kind of trouble.
type Alarm struct {
	Cause    string
	Open     bool      // told, and not told to be over
	Told     time.Time // when last
	Subjects []string  // that were told
}

// Condition reads how the daemon does. It waits for no writer.
func (s *Store) Condition(ctx context.Context) (c Condition, err error) {
	tx, err := s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return c, classify(err)
	}
	defer tx.Rollback()
	c.Feeds, err = allRows(ctx, tx, `SELECT `+feedColumns+`, f.trouble_since FROM feeds f WHERE f.polled <> 0 ORDER BY f.name`, func(row scanner) (FeedCondition, error) {
		var since int64
		f, err := scanFeed(row, &since)
		return FeedCondition{f, at(since)}, err
	})
	if err != nil {
		return c, classify(err)
	}
	if c.Open, err = deliveriesOf(ctx, tx, `WHERE o.state IN ('queued', 'claimed', 'unknown', 'held', 'parked') ORDER BY o.id LIMIT 500`); err != nil {
		return c, classify(err)
	}
	if c.LastCut, err = lastCuts(ctx, tx); err != nil {
		return c, classify(err)
	}
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM items WHERE state <> 'judged'`).Scan(&c.Waiting); err != nil {
		return c, classify(err)
	}
	c.Alarms, err = alarms(ctx, tx)
	return c, classify(err)
}

func lastCuts(ctx context.Context, tx transaction) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	err := eachRow(ctx, tx, `SELECT d.name, coalesce((SELECT max(slot) FROM cuts WHERE digest = d.name), 0) FROM digests d`, func(row scanner) error {
		var name string
		var slot int64
		err := row.Scan(&name, &slot)
		out[name] = at(slot)
		return err
	})
	return out, err
}

func alarms(ctx context.Context, tx transaction) ([]Alarm, error) {
	return allRows(ctx, tx, `SELECT cause, open, told, subjects FROM alarms ORDER BY cause`, func(row scanner) (a Alarm, err error) {
		var told int64
		var subjects string
		if err := row.Scan(&a.Cause, &a.Open, &told, &subjects); err != nil {
			return a, err
		}
		a.Told = at(told)
		if err := decodeJSON(subjects, &a.Subjects); err != nil {
			return a, fmt.Errorf("alarm %s: %w", a.Cause, err)
		}
		return a, nil
	})
}

// OpsDigest is the name under which messages to the operator stand in the outbox.
const OpsDigest = "ops"

// TellOperator queues one message to the operator for each of channels, together
// with what it makes known: alarms replace the stored ones of their causes.
func (s *Store) TellOperator(ctx context.Context, channels []string, now time.Time, alarms []Alarm, m news.Message) error {
	err := s.write(ctx, func(tx transaction) error {
		for _, a := range alarms {
			_, err := tx.ExecContext(ctx, `INSERT INTO alarms (cause, open, told, subjects) VALUES (?, ?, ?, ?)
				ON CONFLICT (cause) DO UPDATE SET open = excluded.open, told = excluded.told, subjects = excluded.subjects`,
				a.Cause, a.Open, ms(a.Told), mustJSON(a.Subjects))
			if err != nil {
				return err
			}
		}
		if m.Text == "" {
			return nil
		}
		var err error
		if m.Note, err = noteOfAlarms(ctx, tx); err != nil {
			return err
		}
		for _, c := range channels {
			name := OpsDigest + "-" + c
			slot, err := freeSlot(ctx, tx, name, now)
			if err != nil {
				return err
			}
			id, err := insertCut(ctx, tx, name, c, "ops", slot, now, now)
			if err != nil {
				return err
			}
			if err := s.writeCut(ctx, tx, id, name, c, slot, now, news.Cut{Kind: "ops", Messages: []news.Message{m}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("tell the operator: %w", err)
	}
	return nil
}

// note is what a message to the operator carries unseen: what they have been told
// with it, for a program that starts on an older copy of the database.
type note struct {
	Database int64       `json:"database"` // which one: when it was made, Unix milliseconds
	Alarms   []noteAlarm `json:"alarms"`
}

type noteAlarm struct {
	Cause    string   `json:"cause"`
	Open     bool     `json:"open,omitempty"`
	Told     int64    `json:"told"`
	Subjects []string `json:"subjects,omitempty"`
}

// noteBytes bounds a note: what a message may carry besides its text is little. What is
// left out is told again after a restore.
const noteBytes = 3000

// noteOfAlarms writes down what the operator has been told.
func noteOfAlarms(ctx context.Context, tx transaction) (string, error) {
	born, err := bornAt(ctx, tx)
	if err != nil || born == 0 {
		return "", err
	}
	known, err := alarms(ctx, tx)
	if err != nil {
		return "", err
	}
	n := note{Database: born}
	for _, a := range known {
		n.Alarms = append(n.Alarms, noteAlarm{a.Cause, a.Open, ms(a.Told), a.Subjects})
	}
	for text := mustJSON(n); ; text = mustJSON(n) {
		if len(text) <= noteBytes {
			return text, nil
		}
		longest := &n.Alarms[0]
		for i := range n.Alarms {
			if len(mustJSON(n.Alarms[i].Subjects)) > len(mustJSON(longest.Subjects)) {
				longest = &n.Alarms[i]
			}
		}
		if len(longest.Subjects) == 0 {
			return "", nil // nothing more to leave out
		}
		longest.Subjects = longest.Subjects[:len(longest.Subjects)/2]
	}
}

// bornAt tells databases apart, and not the copies of one: when its first digest was
// first seen; 0 when it has none.
func bornAt(ctx context.Context, tx transaction) (int64, error) {
	var born sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT min(first_seen) FROM digests`).Scan(&born)
	return born.Int64, err
}

// ReconcileOperator takes over what a message to the operator, found in their channel
// and not known here, says that they were told. It returns false for a text that is no
// note of this database or a copy of it.
func (s *Store) ReconcileOperator(ctx context.Context, text string) (ours bool, err error) {
	var n note
	if decodeJSON(text, &n) != nil || n.Database == 0 {
		return false, nil
	}
	err = s.write(ctx, func(tx transaction) error {
		born, err := bornAt(ctx, tx)
		if ours = err == nil && born == n.Database; !ours {
			return err
		}
		for _, a := range n.Alarms {
			_, err := tx.ExecContext(ctx, `INSERT INTO alarms (cause, open, told, subjects) VALUES (?, ?, ?, ?)
				ON CONFLICT (cause) DO UPDATE SET open = excluded.open, told = excluded.told, subjects = excluded.subjects WHERE excluded.told >= told`,
				a.Cause, a.Open, a.Told, mustJSON(a.Subjects))
			if err != nil {
				return err
			}
		}
		return nil
	})
	return ours, err
}
