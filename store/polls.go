package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"trucewatch/internal/news"
)

// RecordPolls stores polls in one transaction, each whole: its entries, and the
// poll state that vouches for them. Entries older than history at their first
// sight are kept and never told alone. decide is called per poll inside the
// transaction with what its entries were to us, and returns the state to store.
func (s *Store) RecordPolls(ctx context.Context, polls []news.Poll, history time.Duration, decide func(news.Poll, news.Overlap) news.PollState) ([]news.Overlap, error) {
	out := make([]news.Overlap, len(polls))
	err := s.writeRecalling(ctx, func(tx transaction, r *recall) error {
		for i, p := range polls {
			a := arrival{at: p.At, origin: news.OriginLive, history: history, first: p.Feed.Poll.FirstOK.IsZero()}
			ov, err := s.recordEntries(ctx, tx, r, p.Feed, p.Entries, a)
			if err != nil {
				return fmt.Errorf("record poll of %s: entries: %w", p.Feed.Name, err)
			}
			ov.Entries, ov.Known = ov.Entries+p.Same, ov.Known+p.Same
			if p.Wait > 0 {
				if err := postponeHost(ctx, tx, HostOf(cmp.Or(p.Feed.Poll.URL, p.Feed.URL)), p.At.Add(p.Wait)); err != nil {
					return fmt.Errorf("record poll of %s: %w", p.Feed.Name, err)
				}
			}
			if err := s.setPollState(ctx, tx, p.Feed, p.At, decide(p, ov)); err != nil {
				return fmt.Errorf("record poll of %s: %w", p.Feed.Name, err)
			}
			out[i] = ov
		}
		return nil
	})
	return out, err
}

func (s *Store) setPollState(ctx context.Context, tx transaction, f news.Feed, now time.Time, p news.PollState) error {
	// The URL guards against a configuration reloaded while the poll was out.
	_, err := tx.ExecContext(ctx, `
		UPDATE feeds SET poll_url = ?, moved_to = ?, moved_seen = ?, etag = ?, modified = ?, validator_url = ?, poll_interval = ?, next_poll = ?,
		  last_try = ?, last_ok = ?, last_full = ?, last_new = ?, first_ok = ?, failures = ?, gone = ?, gap = ?, reason = ?, err = ?, partial = ?, skip_hours = ?, skip_days = ?,
		  trouble_since = CASE WHEN ?18 = '' THEN 0 WHEN trouble_since = 0 THEN ? ELSE trouble_since END
		WHERE id = ? AND url = ?`,
		p.URL, p.MovedTo, p.MovedSeen, p.ETag, p.Modified, p.ValidatorURL, p.Interval.Milliseconds(), ms(p.NextPoll),
		ms(p.LastTry), ms(p.LastOK), ms(p.LastFull), ms(p.LastNew), ms(p.FirstOK), p.Failures, p.Gone, ms(p.Gap), p.Reason, p.Err, p.Partial, p.SkipHours, p.SkipDays,
		ms(now), int64(f.ID), f.URL)
	return err
}
