package store

import (
	"context"
	"fmt"
	"time"

	"trucewatch/internal/news"
)

// Configuration is what the database has to know of a configuration.
type Configuration struct {
	Feeds   []news.Feed              // to be polled
	Seeds   []news.Seed              // known from the start
	Digests map[string]time.Duration // period of each digest by its name; alerts have none
}

// Configure brings the database up to a configuration, whole or not at all: a
// database that can't take all of it follows the former one. It returns the first
// sight of each digest by name, and how many seeds were new or changed. Doing it
// again changes nothing.
func (s *Store) Configure(ctx context.Context, c Configuration, now time.Time) (first map[string]time.Time, seeds int, err error) {
	err = s.write(ctx, func(tx transaction) error {
		if err := syncFeeds(ctx, tx, c.Feeds); err != nil {
			return fmt.Errorf("configured feeds: %w", err)
		}
		if seeds, err = s.loadSeeds(ctx, tx, c.Seeds, now); err != nil {
			return fmt.Errorf("seed corpus: %w", err)
		}
		first = make(map[string]time.Time, len(c.Digests))
		for name, period := range c.Digests {
			if first[name], err = ensureDigest(ctx, tx, name, period, now); err != nil {
				return fmt.Errorf("digest %s: %w", name, err)
			}
		}
		return nil
	})
	return first, seeds, err
}

// syncFeeds makes the polled feeds those of the configuration. A feed is its
// name: a changed URL drops what polling the old one taught us and keeps the
// items; a feed no longer configured keeps its items and is not polled.
func syncFeeds(ctx context.Context, tx transaction, feeds []news.Feed) error {
	if _, err := tx.ExecContext(ctx, `UPDATE feeds SET polled = 0 WHERE polled <> 0`); err != nil {
		return err
	}
	for _, f := range feeds {
		if f.Publisher == "" {
			f.Publisher = f.Name
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO feeds (name, url, lang, side, publisher, state_media, official, every, zone, article, polled)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
			ON CONFLICT (name) DO UPDATE SET
			  lang = excluded.lang, side = excluded.side, publisher = excluded.publisher, state_media = excluded.state_media,
			  official = excluded.official, zone = excluded.zone, article = excluded.article, polled = 1,
			  next_poll = CASE WHEN excluded.every <> every AND excluded.every <> 0 THEN min(next_poll, last_try + excluded.every) ELSE next_poll END,
			  every = excluded.every`,
			f.Name, f.URL, f.Lang, f.Side, f.Publisher, f.StateMedia, f.Official, f.Every.Milliseconds(), f.Zone, f.Article)
		if err != nil {
			return fmt.Errorf("feed %s: %w", f.Name, err)
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE feeds SET url = ?1, poll_url = '', moved_to = '', moved_seen = 0, etag = '', modified = '', validator_url = '',
			  next_poll = 0, failures = 0, gone = 0, err = '', partial = '', skip_hours = 0, skip_days = 0, reason = 'its URL was changed', trouble_since = 0
			WHERE name = ?2 AND url <> ?1`, f.URL, f.Name)
		if err != nil {
			return fmt.Errorf("feed %s: %w", f.Name, err)
		}
	}
	return nil
}

// loadSeeds makes the corpus know the given seeds; one whose fingerprint changed is
// replaced.
func (s *Store) loadSeeds(ctx context.Context, tx transaction, seeds []news.Seed, now time.Time) (loaded int, err error) {
	f, err := ensureFeed(ctx, tx, seedFeed, "")
	if err != nil {
		return 0, err
	}
	for _, sd := range seeds {
		changed, err := s.loadSeed(ctx, tx, f, sd, now)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", sd.Name, err)
		}
		if changed {
			loaded++
		}
	}
	return loaded, nil
}

// ensureDigest records the first sight of a digest or alert by name, with its
// horizon: first sight minus one period, at most 7 days. Neither is moved by
// anything that is configured later.
func ensureDigest(ctx context.Context, tx transaction, name string, period time.Duration, now time.Time) (first time.Time, err error) {
	_, err = tx.ExecContext(ctx, `INSERT OR IGNORE INTO digests (name, first_seen, horizon) VALUES (?, ?, ?)`,
		name, ms(now), ms(now.Add(-min(period, maxHorizon))))
	if err != nil {
		return first, err
	}
	var seen int64
	err = tx.QueryRowContext(ctx, `SELECT first_seen FROM digests WHERE name = ?`, name).Scan(&seen)
	return at(seen), err
}
