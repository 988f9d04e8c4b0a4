package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// hostsKept is how long a host that is not asked any more is remembered, and the
// longest that one is left alone.
const hostsKept = 24 * time.Hour

// HostTurn gives the next turn to ask a host, and returns when it is: a pace after
// the turn given before, to whatever process, and not before the time to which the
// host's server postponed us. A turn farther off than patience is named and not
// given: nobody waits for it. A host is named as in addresses, with its port.
func (s *Store) HostTurn(ctx context.Context, host string, pace, patience time.Duration, now time.Time) (turn time.Time, err error) {
	host = strings.ToLower(host)
	err = s.write(ctx, func(tx transaction) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM hosts WHERE turn < ?1 AND until < ?1`, ms(now.Add(-hostsKept))); err != nil {
			return err
		}
		var before, until int64
		err := tx.QueryRowContext(ctx, `SELECT turn, until FROM hosts WHERE host = ?`, host).Scan(&before, &until)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		// Farther ahead than anything is given was written by a clock that was wrong.
		if until > ms(now.Add(hostsKept)) {
			until = 0
		}
		next := max(ms(now), until)
		if before != 0 && before <= ms(now.Add(patience)) {
			next = max(next, before+pace.Milliseconds())
		}
		if turn = at(next); turn.Sub(now) > patience {
			return nil
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO hosts (host, turn, until) VALUES (?1, ?2, ?3) ON CONFLICT (host) DO UPDATE SET turn = ?2, until = ?3`, host, next, until)
		return err
	})
	return turn, err
}

// PostponeHost notes that the server of a host asked to be left alone until a time.
// Polls of feeds there wait as long, but no longer than until pollsWait: a poll that
// is refused as well will be told so itself.
func (s *Store) PostponeHost(ctx context.Context, host string, until, pollsWait time.Time) error {
	host = strings.ToLower(host)
	return s.write(ctx, func(tx transaction) error {
		if err := postponeHost(ctx, tx, host, until); err != nil {
			return err
		}
		if until.Before(pollsWait) {
			pollsWait = until
		}
		feeds, err := feedsAt(ctx, tx, host)
		if err != nil {
			return err
		}
		for _, id := range feeds {
			_, err := tx.ExecContext(ctx, `UPDATE feeds SET next_poll = ?1, reason = 'its server asked a backfill to wait' WHERE id = ?2 AND next_poll < ?1`, ms(pollsWait), int64(id))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// HostPostponed is until when the server of a host asked to be left alone; zero when
// it did not.
func (s *Store) HostPostponed(ctx context.Context, host string) (until time.Time, err error) {
	err = eachRow(ctx, s.r, `SELECT until FROM hosts WHERE host = ?`, func(row scanner) error {
		var u int64
		err := row.Scan(&u)
		until = at(u)
		return err
	}, strings.ToLower(host))
	return until, classify(err)
}

func postponeHost(ctx context.Context, tx transaction, host string, until time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO hosts (host, turn, until) VALUES (?1, 0, ?2) ON CONFLICT (host) DO UPDATE SET until = max(until, ?2)`, host, ms(until))
	return err
}

// feedsAt lists the polled feeds that are asked at a host.
func feedsAt(ctx context.Context, tx transaction, host string) (out []news.FeedID, err error) {
	err = eachRow(ctx, tx, `SELECT id, iif(poll_url <> '', poll_url, url) FROM feeds WHERE polled <> 0 ORDER BY id`, func(row scanner) error {
		var id news.FeedID
		var address string
		if err := row.Scan(&id, &address); err != nil {
			return err
		}
		if HostOf(address) == host {
			out = append(out, id)
		}
		return nil
	})
	return out, err
}

// HostOf is the host that an address is asked at, with its port, in lower case; ""
// when it cannot be told.
func HostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
