package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"trucewatch/internal/news"
)

const feedColumns = `f.id, f.name, f.url, f.lang, f.side, f.publisher, f.state_media, f.official, f.every, f.zone, f.article, f.polled, f.paused,
	f.poll_url, f.moved_to, f.moved_seen, f.etag, f.modified, f.validator_url, f.poll_interval, f.next_poll,
	f.last_try, f.last_ok, f.last_full, f.last_new, f.first_ok, f.failures, f.gone, f.gap, f.reason, f.err, f.partial, f.skip_hours, f.skip_days`

func scanFeed(row scanner, more ...any) (f news.Feed, err error) {
	var every, interval, next, try, ok, full, last, first, gap int64
	p := &f.Poll
	err = row.Scan(append([]any{&f.ID, &f.Name, &f.URL, &f.Lang, &f.Side, &f.Publisher, &f.StateMedia, &f.Official, &every, &f.Zone, &f.Article, &f.Polled, &f.Paused,
		&p.URL, &p.MovedTo, &p.MovedSeen, &p.ETag, &p.Modified, &p.ValidatorURL, &interval, &next,
		&try, &ok, &full, &last, &first, &p.Failures, &p.Gone, &gap, &p.Reason, &p.Err, &p.Partial, &p.SkipHours, &p.SkipDays}, more...)...)
	f.Every, p.Interval = time.Duration(every)*time.Millisecond, time.Duration(interval)*time.Millisecond
	p.NextPoll, p.LastTry, p.LastOK, p.LastFull, p.LastNew, p.FirstOK, p.Gap = at(next), at(try), at(ok), at(full), at(last), at(first), at(gap)
	return f, err
}

// Feeds lists every source, configured or not, by name.
func (s *Store) Feeds(ctx context.Context) ([]news.Feed, error) {
	return s.feeds(ctx, `SELECT `+feedColumns+` FROM feeds f ORDER BY f.name`)
}

// DueFeeds lists the feeds to ask at now, the longest due first; with all, every
// feed that may be asked, due or not.
func (s *Store) DueFeeds(ctx context.Context, now time.Time, all bool) ([]news.Feed, error) {
	return s.feeds(ctx, `SELECT `+feedColumns+` FROM feeds f
		WHERE f.polled <> 0 AND f.paused = 0 AND f.gone = 0 AND (? OR f.next_poll <= ?) ORDER BY f.next_poll, f.id`, all, ms(now))
}

func (s *Store) feeds(ctx context.Context, query string, args ...any) ([]news.Feed, error) {
	fs, err := allRows(ctx, s.r, query, func(row scanner) (news.Feed, error) { return scanFeed(row) }, args...)
	return fs, classify(err)
}

// PauseFeed stops or resumes polling of a feed by name at now. Since then it counts as
// in trouble while it is paused, whatever ailed it before; resuming also forgets that,
// and that the feed was gone, and makes it due. It returns news.ErrNotFound for a
// name that no feed bears.
func (s *Store) PauseFeed(ctx context.Context, name string, pause bool, now time.Time) error {
	return s.write(ctx, func(tx transaction) error {
		q, args := `UPDATE feeds SET trouble_since = CASE paused WHEN 0 THEN ? ELSE trouble_since END, paused = 1, reason = 'paused by the operator' WHERE name = ?`, []any{ms(now), name}
		if !pause {
			q, args = `UPDATE feeds SET paused = 0, gone = 0, failures = 0, next_poll = 0, trouble_since = 0, reason = 'resumed by the operator' WHERE name = ?`, []any{name}
		}
		r, err := tx.ExecContext(ctx, q, args...)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return cmpErr(err, fmt.Errorf("feed %q: %w", name, news.ErrNotFound))
		}
		return nil
	})
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// ensureFeed returns the id of the feed known by a name or a URL, and makes an
// unpolled one of that name when there is none.
func ensureFeed(ctx context.Context, tx transaction, name, lang string) (news.Feed, error) {
	f, err := scanFeed(tx.QueryRowContext(ctx, `SELECT `+feedColumns+` FROM feeds f WHERE f.name = ?1 OR f.url = ?1 ORDER BY f.name = ?1 DESC, f.id LIMIT 1`, name))
	if err != sql.ErrNoRows {
		return f, err
	}
	r, err := tx.ExecContext(ctx, `INSERT INTO feeds (name, url, lang, publisher) VALUES (?1, ?1, ?2, ?1)`, name, lang)
	if err != nil {
		return f, err
	}
	id, err := r.LastInsertId()
	return news.Feed{ID: news.FeedID(id), Name: name, URL: name, Lang: lang, Publisher: name}, err
}
