package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"trucewatch/internal/news"
)

const deliveryColumns = `o.id, o.key, o.channel, o.digest, o.slot, o.kind, o.part, o.text, o.plain, o.blocks, o.thread, o.broadcast, o.edit,
	o.state, o.created, o.due, o.claimed, o.attempts, o.lookups, o.plain_now, o.ts, o.cause, o.note, o.file_name, o.file,
	coalesce((SELECT ts FROM outbox p WHERE p.id = o.thread), ''), coalesce((SELECT ts FROM outbox p WHERE p.id = o.edit), '')`

func scanDelivery(row scanner) (d news.Delivery, err error) {
	var slot, created, due, claimed int64
	var file news.File
	m := &d.Message
	err = row.Scan(&d.ID, &d.Key, &d.Channel, &d.Digest, &slot, &m.Kind, &m.Part, &m.Text, &m.Plain, (*[]byte)(&m.Blocks), &m.Thread, &m.Broadcast, &m.Edit,
		&d.State, &created, &due, &claimed, &d.Attempts, &d.Lookups, &d.PlainNow, &d.TS, &d.Cause, &m.Note, &file.Name, &file.Content, &d.ThreadTS, &d.EditTS)
	d.Slot, d.Created, d.Due, d.Claimed = at(slot), at(created), at(due), at(claimed)
	if file.Name != "" {
		m.File = &file
	}
	return d, err
}

// insertDelivery queues one message of a cut and returns its number: every message
// that is ever posted enters the outbox here.
func insertDelivery(ctx context.Context, tx transaction, cut int64, name, channel string, slot, now time.Time, m news.Message) (int64, error) {
	var file news.File
	if m.File != nil {
		file = *m.File
	}
	r, err := tx.ExecContext(ctx, `
		INSERT INTO outbox (key, cut, channel, digest, slot, kind, part, text, plain, blocks, thread, broadcast, edit, story, note, file_name, file, state, created, due)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)`,
		DeliveryKey(name, slot, m.Part), cut, channel, name, ms(slot), m.Kind, m.Part, m.Text, m.Plain, string(m.Blocks), int64(m.Thread), m.Broadcast, int64(m.Edit), int64(m.Story), m.Note, file.Name, file.Content, ms(now), ms(now))
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// A row is open while it holds back the later rows of its channel: while it is
// queued (due or not), claimed, held, or unknown with a look-up to come. A reply
// to a message that stays unknown waits for the operator and holds back nothing.
const openDelivery = `(p.state IN ('queued', 'claimed', 'held') OR p.state = 'unknown' AND p.due <> 0)
	AND NOT EXISTS (SELECT 1 FROM outbox t WHERE t.id = p.thread AND t.state = 'unknown' AND t.due = 0)`

// ClaimDelivery takes the next message to post: the oldest open one of a channel,
// if it is queued and due. It counts the attempt and returns news.ErrNotFound
// when there is none.
func (s *Store) ClaimDelivery(ctx context.Context, now time.Time) (d news.Delivery, err error) {
	var some bool // asked first without the write lock: there is seldom anything
	err = s.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'queued' AND due <= ?)`, ms(now)).Scan(&some)
	if err != nil {
		return d, classify(err)
	} else if !some {
		return d, news.ErrNotFound
	}
	err = s.write(ctx, func(tx transaction) error {
		d, err = scanDelivery(tx.QueryRowContext(ctx, `
			SELECT `+deliveryColumns+` FROM outbox o
			WHERE o.state = 'queued' AND o.due <= ? AND o.id = (SELECT min(p.id) FROM outbox p WHERE p.channel = o.channel AND `+openDelivery+`)
			ORDER BY o.id LIMIT 1`, ms(now)))
		if errors.Is(err, sql.ErrNoRows) {
			return news.ErrNotFound
		} else if err != nil {
			return err
		}
		d.State, d.Attempts = news.Claimed, d.Attempts+1
		if d.Claimed.IsZero() {
			d.Claimed = now
		}
		_, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'claimed', attempts = ?, claimed = ? WHERE id = ?`, d.Attempts, ms(d.Claimed), int64(d.ID))
		return err
	})
	return d, err
}

// RecordDelivery stores what became of a delivery: its state, when it is due
// again, its Slack id, counts and cause. A parked or dropped message gives back
// its told marks: what it would have told is untold again.
//
// Only the try that d is the answer to is recorded: a message that was retried or
// dropped by the operator meanwhile stays as it is, but for one that was found to
// be posted and is to be posted again.
func (s *Store) RecordDelivery(ctx context.Context, d news.Delivery) error {
	return s.write(ctx, func(tx transaction) error {
		r, err := tx.ExecContext(ctx, `UPDATE outbox SET state = ?1, due = ?2, lookups = ?3, plain_now = ?4, ts = ?5, cause = ?6
			WHERE id = ?7 AND attempts = ?8 AND (state IN ('claimed', 'unknown') OR ?1 = 'sent' AND state IN ('queued', 'held'))`,
			string(d.State), ms(d.Due), d.Lookups, d.PlainNow, d.TS, d.Cause, int64(d.ID), d.Attempts)
		if err != nil || d.State != news.Parked && d.State != news.Dropped {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM told WHERE delivery = ?`, int64(d.ID))
		return err
	})
}

// recoverAfter is when a claim that a former run left behind is looked up: what it
// posted may take as long to show as after any unclear answer.
const recoverAfter = 5 * time.Second

// RecoverClaims makes the outbox true after a start: a claim found then may or
// may not have been posted and becomes unknown, to be looked up; a held message
// is tried again, since its cause may have been mended.
func (s *Store) RecoverClaims(ctx context.Context, now time.Time) error {
	return s.write(ctx, func(tx transaction) error {
		_, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'unknown', due = ?, lookups = 0, cause = 'the program stopped while posting' WHERE state = 'claimed'`, ms(now.Add(recoverAfter)))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE outbox SET state = 'queued', due = ? WHERE state = 'held'`, ms(now))
		return err
	})
}

// DueLookups lists the unknown messages to look up at now, oldest first.
func (s *Store) DueLookups(ctx context.Context, now time.Time) ([]news.Delivery, error) {
	return s.deliveries(ctx, `WHERE o.state = 'unknown' AND o.due <> 0 AND o.due <= ? ORDER BY o.id`, ms(now))
}

// Deliveries lists the outbox, newest first, at most limit rows; open lists only
// what is not sent or dropped.
func (s *Store) Deliveries(ctx context.Context, open bool, limit int) ([]news.Delivery, error) {
	return s.deliveries(ctx, `WHERE NOT ? OR o.state NOT IN ('sent', 'dropped') ORDER BY o.id DESC LIMIT ?`, open, limit)
}

func (s *Store) deliveries(ctx context.Context, where string, args ...any) ([]news.Delivery, error) {
	ds, err := deliveriesOf(ctx, s.r, where, args...)
	return ds, classify(err)
}

func deliveriesOf(ctx context.Context, db reader, where string, args ...any) ([]news.Delivery, error) {
	return allRows(ctx, db, `SELECT `+deliveryColumns+` FROM outbox o `+where, scanDelivery, args...)
}

// tells is whether messages of a kind tell developments. Those that were parked or
// dropped gave their told marks back, so that the next digest tells it: posted after
// all, their news would come twice.
func tells(kind string) bool { return kind == "digest" || kind == "alert" || kind == "correction" }

// SetDelivery is the operator's word on a message that is not sent: queued tries
// it again, dropped gives it up. It returns news.ErrNotFound for a message that
// does not exist or is sent, and refuses to queue one again whose news comes with
// the next digest. What tells no development (a recap, a quiet digest, an edit, a
// message to the operator) comes with none and can always be tried again.
func (s *Store) SetDelivery(ctx context.Context, id news.DeliveryID, to news.DeliveryState, now time.Time) error {
	return s.write(ctx, func(tx transaction) error {
		var state news.DeliveryState
		var kind string
		err := tx.QueryRowContext(ctx, `SELECT state, kind FROM outbox WHERE id = ?`, int64(id)).Scan(&state, &kind)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if to == news.Queued && (state == news.Parked || state == news.Dropped) && tells(kind) {
			return fmt.Errorf("message %d is %s: what it would have told comes with the next digest", id, state)
		}
		r, err := tx.ExecContext(ctx, `UPDATE outbox SET state = ?, due = ?, lookups = 0, plain_now = 0, cause = 'by the operator' WHERE id = ? AND state NOT IN ('sent', 'claimed')`,
			string(to), ms(now), int64(id))
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return cmpErr(err, fmt.Errorf("message %d: %w among those not sent", id, news.ErrNotFound))
		}
		if to != news.Dropped {
			return nil
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM told WHERE delivery = ?`, int64(id))
		return err
	})
}
