package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"trucewatch/internal/news"
)

const (
	maxHorizon = 7 * 24 * time.Hour // a new digest looks back one period, at most this
	lookBack   = 7 * 24 * time.Hour // a cut reconsiders what was left untold for this long
)

// LastCut returns the newest slot a digest was cut for; zero when none was.
func (s *Store) LastCut(ctx context.Context, digest string) (time.Time, error) {
	var slot sql.NullInt64
	err := s.r.QueryRowContext(ctx, `SELECT max(slot) FROM cuts WHERE digest = ?`, digest).Scan(&slot)
	return at(slot.Int64), classify(err)
}

// CutDigest cuts one slot of a digest: compose is given everything the digest may
// speak of, and its messages and told marks are written with the cut. A slot is
// cut once: cutting it again does nothing and returns false. unasked names the feeds that
// were due at the start and were not asked since.
func (s *Store) CutDigest(ctx context.Context, spec news.DigestSpec, slot, now time.Time, unasked []string, compose func(news.Edition) news.Cut) (cut bool, err error) {
	err = s.write(ctx, func(tx transaction) error {
		cut = false
		e, err := s.edition(ctx, tx, spec, slot)
		if err != nil {
			return err
		}
		for i := range e.Sources {
			e.Sources[i].Unasked = slices.Contains(unasked, e.Sources[i].Feed)
		}
		id, err := insertCut(ctx, tx, spec.Name, spec.Channel, "", slot, now, e.From)
		if err != nil || id == 0 {
			return err
		}
		cut = true
		return s.writeCut(ctx, tx, id, spec.Name, spec.Channel, slot, now, compose(e))
	})
	if err != nil {
		return false, fmt.Errorf("cut digest %s %s: %w", spec.Name, slot.Format(time.RFC3339), err)
	}
	return cut, nil
}

// CutAlert cuts one alert, if decide finds one in what the alert's channel may be
// told at now; original returns a message that stands in that channel, for a
// correction to repeat. Call it again until it returns false: it cuts one at a time.
func (s *Store) CutAlert(ctx context.Context, spec news.AlertSpec, now time.Time, decide func(e news.Edition, original func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool)) (cut bool, err error) {
	as := news.DigestSpec{Name: spec.Name, Kind: "alert", Channel: spec.Channel, Zone: spec.Zone, Select: spec.Select}
	err = s.write(ctx, func(tx transaction) error {
		cut = false
		slot, err := freeSlot(ctx, tx, spec.Name, now)
		if err != nil {
			return err
		}
		e, err := s.edition(ctx, tx, as, slot)
		if err != nil {
			return err
		}
		if e.Sent, err = alertsSent(ctx, tx, spec, slot); err != nil {
			return err
		}
		original := func(id news.DeliveryID) (news.Message, bool) {
			d, err := scanDelivery(tx.QueryRowContext(ctx, `SELECT `+deliveryColumns+` FROM outbox o WHERE o.id = ?`, int64(id)))
			return d.Message, err == nil && d.State == news.Sent && d.Channel == spec.Channel
		}
		c, ok := decide(e, original)
		if !ok {
			return nil
		}
		id, err := insertCut(ctx, tx, spec.Name, spec.Channel, "", slot, now, e.From)
		if err != nil {
			return err
		}
		cut = true
		return s.writeCut(ctx, tx, id, spec.Name, spec.Channel, slot, now, c)
	})
	if err != nil {
		return false, fmt.Errorf("alert %s: %w", spec.Name, err)
	}
	return cut, nil
}

// alertsSent is when the alerts of a name went to its channel in the week before a slot. One
// that was given up and gave its marks back told nobody.
func alertsSent(ctx context.Context, tx transaction, spec news.AlertSpec, slot time.Time) ([]time.Time, error) {
	return allRows(ctx, tx, `SELECT slot FROM cuts c WHERE digest = ? AND slot >= ? AND slot < ? AND channel = ? AND kind = 'alert'
		AND EXISTS (SELECT 1 FROM told WHERE cut = c.id) ORDER BY slot`, func(row scanner) (time.Time, error) {
		t, err := scanOne[int64](row)
		return at(t), err
	}, spec.Name, ms(slot.Add(-lookBack)), ms(slot), spec.Channel)
}

// freeSlot is the first millisecond from now on that an alert of a name has not used.
func freeSlot(ctx context.Context, tx transaction, name string, now time.Time) (time.Time, error) {
	var last sql.NullInt64
	if err := tx.QueryRowContext(ctx, `SELECT max(slot) FROM cuts WHERE digest = ?`, name).Scan(&last); err != nil {
		return now, err
	}
	return at(max(ms(now), last.Int64+1)), nil
}

// LastTouched is when a development was last touched by a live poll.
func (s *Store) LastTouched(ctx context.Context) (time.Time, error) {
	var t sql.NullInt64
	err := s.r.QueryRowContext(ctx, `SELECT max(live_seen) FROM stories WHERE live_seen <> 0`).Scan(&t)
	return at(t.Int64), classify(err)
}

// CutNotice queues one message that tells no development, such as the hello, at
// most once per name.
func (s *Store) CutNotice(ctx context.Context, name, channel string, now time.Time, compose func(news.Edition) news.Cut) (bool, error) {
	return s.CutDigest(ctx, news.DigestSpec{Name: name, Channel: channel}, time.Unix(0, 0), now, nil, compose)
}

// WouldCut shows what a cut of a slot would be composed of, and writes nothing.
func (s *Store) WouldCut(ctx context.Context, spec news.DigestSpec, slot time.Time, show func(news.Edition)) error {
	tx, err := s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return classify(err)
	}
	defer tx.Rollback()
	e, err := s.edition(ctx, tx, spec, slot)
	if err != nil {
		return classify(err)
	}
	show(e)
	return nil
}

// Preview reads what a digest of a window would speak of and writes nothing.
func (s *Store) Preview(ctx context.Context, spec news.DigestSpec, from, until time.Time) (e news.Edition, err error) {
	tx, err := s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return e, classify(err)
	}
	defer tx.Rollback()
	// What is dated by its day alone stands at midnight, where such a window begins.
	before := from.Add(-time.Millisecond)
	e = news.Edition{Digest: spec, Slot: until, From: before, Horizon: before}
	if e.Stories, err = s.developments(ctx, tx, spec, developmentFilter{from: from, until: until}); err != nil {
		return e, classify(err)
	}
	if err := s.surroundings(ctx, tx, &e); err != nil {
		return e, classify(err)
	}
	e.From = from
	// A window of the past is counted by when its news was, imported or not.
	err = tx.QueryRowContext(ctx, countArticles+`news_time >= ? AND news_time < ? AND origin <> 'seed'`, ms(from), ms(until)).Scan(&e.Read, &e.Relevant)
	return e, classify(err)
}

const countArticles = `SELECT count(*), coalesce(sum(relevance IN ('main', 'mention')), 0) FROM items WHERE `

// edition reads everything a digest may speak of.
func (s *Store) edition(ctx context.Context, tx transaction, spec news.DigestSpec, slot time.Time) (news.Edition, error) {
	e := news.Edition{Digest: spec, Slot: slot}
	var horizon int64
	err := tx.QueryRowContext(ctx, `SELECT horizon FROM digests WHERE name = ?`, spec.Name).Scan(&horizon)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return e, err
	}
	e.Horizon = at(horizon)
	var prev, since sql.NullInt64
	// A blind digest vouches for nothing: the next one covers its window again.
	err = tx.QueryRowContext(ctx, `SELECT slot, since FROM cuts WHERE digest = ? AND slot < ? AND kind <> 'blind' ORDER BY slot DESC LIMIT 1`, spec.Name, ms(slot)).Scan(&prev, &since)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		e.First, e.From = true, e.Horizon
	case err != nil:
		return e, err
	default:
		e.From = at(prev.Int64)
	}
	if spec.Kind == "recap" {
		e.From = slot.Add(-spec.Window)
	}
	from := e.From.Add(-lookBack)
	if since.Valid && since.Int64 < ms(from) {
		from = at(since.Int64)
	}
	if spec.Kind == "alert" { // told at once or not at all: quiet months leave nothing to catch up with
		from = slot.Add(-lookBack)
	}
	f := developmentFilter{touched: from, channel: spec.Channel, digest: spec.Name}
	if spec.Kind == "recap" {
		f = developmentFilter{from: e.From, until: slot}
	}
	if e.Stories, err = s.developments(ctx, tx, spec, f); err != nil {
		return e, err
	}
	return e, s.surroundings(ctx, tx, &e)
}

// surroundings reads what stands around the developments: ledger, dates, sources, counts.
func (s *Store) surroundings(ctx context.Context, tx transaction, e *news.Edition) (err error) {
	if e.Ledger, err = positions(ctx, tx, "", e.Slot, e.From); err != nil {
		return err
	}
	if e.Dates, err = statedDates(ctx, tx, e.From, e.Slot); err != nil {
		return err
	}
	if e.Sources, err = sources(ctx, tx); err != nil {
		return err
	}
	from, to := ms(e.From), ms(e.Slot)
	// An article edited within the window was read again.
	err = tx.QueryRowContext(ctx, countArticles+`live_seen <> 0 AND (seen >= ?1 AND seen < ?2 OR revision > 1 AND revised >= ?1 AND revised < ?2)`, from, to).Scan(&e.Read, &e.Relevant)
	if err != nil {
		return err
	}
	if err = tx.QueryRowContext(ctx, `SELECT count(*) FROM items WHERE state <> 'judged' AND +seen < ?`, to).Scan(&e.Pending); err != nil {
		return err
	}
	err = tx.QueryRowContext(ctx, `
		SELECT count(*) FILTER (WHERE kind = 'alert'), count(*) FILTER (WHERE kind = 'correction'),
		  count(*) FILTER (WHERE kind IN ('digest', 'quiet', 'blind', 'recap')),
		  count(*) FILTER (WHERE kind IN ('digest', 'quiet', 'blind', 'recap') AND at - slot <= ?)
		FROM cuts WHERE at >= ? AND at < ? AND slot > 0`, onTime.Milliseconds(), from, to).Scan(&e.Alerts, &e.Withdrawn, &e.Cuts, &e.OnTime)
	if err != nil {
		return err
	}
	if e.Digest.Kind == "recap" {
		if e.Former, err = developmentsIn(ctx, tx, e.Digest.Select.Topics, e.From.Add(-e.Slot.Sub(e.From)), e.From); err != nil {
			return err
		}
	}
	last, err := scanTold(tx.QueryRowContext(ctx, `SELECT `+toldColumns+` WHERE t.channel = ?1 AND t.cut = (SELECT cut FROM told WHERE channel = +?1 ORDER BY cut DESC LIMIT 1)
		ORDER BY t.story DESC LIMIT 1`, e.Digest.Channel))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	e.Last, e.LastLine = &last, last.Headline
	return nil
}

// onTime is how late a digest may be cut and still count as on time.
const onTime = 15 * time.Minute

// developmentsIn counts the developments of some topics, or of all, with news in a window.
func developmentsIn(ctx context.Context, tx transaction, topics []string, from, until time.Time) (n int, err error) {
	where, args := `last >= ? AND first < ?`, []any{ms(from), ms(until)}
	if len(topics) > 0 {
		where += ` AND topic IN (` + placeholders(len(topics)) + `)`
		for _, t := range topics {
			args = append(args, t)
		}
	}
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM stories WHERE `+where, args...).Scan(&n)
	return n, err
}

// insertCut records that a slot is cut, with the start of its window, and returns
// the cut's number; 0 when the slot was cut before.
func insertCut(ctx context.Context, tx transaction, name, channel, kind string, slot, now, since time.Time) (int64, error) {
	r, err := tx.ExecContext(ctx, `INSERT INTO cuts (digest, slot, channel, kind, at, since) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (digest, slot) DO NOTHING`,
		name, ms(slot), channel, kind, ms(now), ms(since))
	if err != nil {
		return 0, err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return 0, err
	}
	return r.LastInsertId()
}

// writeCut stores a cut's kind, messages and told marks.
func (s *Store) writeCut(ctx context.Context, tx transaction, cut int64, name, channel string, slot, now time.Time, c news.Cut) error {
	if _, err := tx.ExecContext(ctx, `UPDATE cuts SET kind = ? WHERE id = ?`, c.Kind, cut); err != nil {
		return err
	}
	parts := make(map[int]int64, len(c.Messages))
	for _, m := range c.Messages {
		if m.Thread == 0 && m.Part > 1 {
			m.Thread = news.DeliveryID(parts[1])
		}
		id, err := insertDelivery(ctx, tx, cut, name, channel, slot, now, m)
		if err != nil {
			return err
		}
		parts[m.Part] = id
	}
	for _, t := range c.Told {
		_, err := tx.ExecContext(ctx, `INSERT INTO told (channel, story, cut, delivery, digest, slot, at, headline, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			channel, int64(t.Story), cut, parts[max(t.Part, 1)], name, ms(slot), ms(now), t.Headline, encodeTold(t))
		if err != nil {
			return err
		}
	}
	return nil
}

// DeliveryKey names one message of one slot, in the outbox and in the message's
// own metadata: the same slot has the same keys in every copy of the database.
func DeliveryKey(digest string, slot time.Time, part int) string {
	return fmt.Sprintf("%s/%s/%d", digest, slot.UTC().Format("2006-01-02T15:04:05.000Z"), part)
}

// toldState is what of a told mark is read whole.
type toldState struct {
	Stages    map[string]string   `json:"stages,omitempty"`
	Committed string              `json:"committed,omitempty"`
	Sides     []string            `json:"sides,omitempty"`
	Terms     []string            `json:"terms,omitempty"`
	Sentences []string            `json:"sentences,omitempty"`
	Items     map[news.ItemID]int `json:"items,omitempty"`
	Turn      string              `json:"turn,omitempty"`
	About     string              `json:"about,omitempty"`
}

func encodeTold(t news.Told) string {
	return mustJSON(toldState{t.Stages, t.Committed, t.Sides, t.Terms, t.Sentences, t.Items, t.Turn, t.About})
}

const toldColumns = `t.story, t.channel, t.digest, t.slot, t.at, t.delivery, t.headline, t.state, coalesce(o.ts, ''), c.kind FROM told t JOIN cuts c ON c.id = t.cut LEFT JOIN outbox o ON o.id = t.delivery`

func scanTold(row scanner) (t news.Told, err error) {
	var slot, when int64
	var state string
	if err = row.Scan(&t.Story, &t.Channel, &t.Digest, &slot, &when, &t.Delivery, &t.Headline, &state, &t.TS, &t.Kind); err != nil {
		return t, err
	}
	t.Slot, t.At = at(slot), at(when)
	var st toldState
	err = decodeJSON(state, &st)
	t.Stages, t.Committed, t.Sides, t.Terms, t.Sentences, t.Items = st.Stages, st.Committed, st.Sides, st.Terms, st.Sentences, st.Items
	t.Turn, t.About = st.Turn, st.About
	return t, err
}

// developmentFilter says which developments are wanted: those touched by a live
// poll since touched, with what a channel was told; or those with news in a window, with
// the reports that were news by its end.
type developmentFilter struct {
	story           news.StoryID // this one alone
	touched         time.Time
	channel, digest string
	from, until     time.Time
}

func (f developmentFilter) where() (string, []any) {
	if f.story != 0 {
		return `s.id = +?`, []any{int64(f.story)}
	}
	if f.channel != "" {
		return `s.live_seen <> 0 AND s.live_seen >= ?`, []any{ms(f.touched)}
	}
	return `s.last >= ? AND s.first < ? AND i.news_time < ?`, []any{ms(f.from), ms(f.until), ms(f.until)}
}

// developments reads developments with all their reports, oldest first. A report is
// what was judged of it: a later revision that waits for judgement is not told yet.
func (s *Store) developments(ctx context.Context, tx transaction, spec news.DigestSpec, f developmentFilter) ([]news.Development, error) {
	told, alerted, err := toldMarks(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	where, args := f.where()
	if len(spec.Select.Topics) > 0 {
		where += ` AND s.topic IN (` + placeholders(len(spec.Select.Topics)) + `)`
		for _, t := range spec.Select.Topics {
			args = append(args, t)
		}
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT s.id, s.topic, s.first, s.last, s.live_seen, s.follows,
		  i.id, i.judged, f.name, f.publisher, f.side, i.lang, f.state_media, f.official, i.url, coalesce(o.title, t.title), coalesce(o.summary, t.summary),
		  substr(coalesce(o.content, iif(t.page <> '', t.page, t.content)), 1, 600), i.published, i.seen, i.revised, i.origin, i.fresh, i.backlog, i.live_seen,
		  i.last_verdict, i.verdict, i.of, i.last_novel, i.topics, i.tags
		FROM stories s CROSS JOIN members m ON m.story = s.id JOIN items i ON i.id = m.item JOIN feeds f ON f.id = i.feed JOIN texts t ON t.item = i.id
		  LEFT JOIN revisions o ON o.item = i.id AND o.n = i.judged AND i.judged <> i.revision
		WHERE `+where+` ORDER BY s.id, i.news_time, i.id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []news.Development
	for rows.Next() {
		var d news.Development
		var r news.Report
		var first, last, live, published, seen, revised, itemLive int64
		var content, novel, topics, tags string
		err := rows.Scan(&d.ID, &d.Topic, &first, &last, &live, &d.Follows,
			&r.Item, &r.Revision, &r.Feed, &r.Publisher, &r.Side, &r.Lang, &r.State, &r.Official, &r.URL, &r.Title, &r.Lede,
			&content, &published, &seen, &revised, &r.Origin, &r.Fresh, &r.Backlog, &itemLive,
			&r.Verdict, &r.First, &r.Of, &novel, &topics, &tags)
		if err != nil {
			return nil, err
		}
		r.Published, r.Seen, r.At, r.Live = at(published), at(seen), at(revised), itemLive != 0
		if r.Lede == "" {
			r.Lede = content
		}
		var rels []news.Relevance
		if err := errors.Join(decodeJSON(novel, &r.Novel), decodeJSON(topics, &rels), unpackTags(tags, &r.Tags)); err != nil {
			return nil, fmt.Errorf("item %d: %w", r.Item, err)
		}
		for _, rel := range rels {
			if rel.Topic == d.Topic {
				r.Relevance, r.Score = rel.Relevance, rel.Score
			}
		}
		if n := len(out); n == 0 || out[n-1].ID != d.ID {
			d.First, d.Last, d.LiveSeen = at(first), at(last), at(live)
			d.Told, d.Alerted = told[d.ID], alerted[d.ID]
			out = append(out, d)
		}
		dev := &out[len(out)-1]
		dev.Reports = append(dev.Reports, r)
	}
	if !f.from.IsZero() { // what was reported before the window and after it alone is none of it
		out = slices.DeleteFunc(out, func(d news.Development) bool { return d.Reports[len(d.Reports)-1].Time().Before(f.from) })
	}
	return out, rows.Err()
}

// toldMarks reads the newest mark of each development that the channel bears, or
// that the digest made in a channel it had before; and the newest of those that
// alerts and corrections made.
func toldMarks(ctx context.Context, tx transaction, f developmentFilter) (told, alerted map[news.StoryID]*news.Told, err error) {
	told, alerted = map[news.StoryID]*news.Told{}, map[news.StoryID]*news.Told{}
	if f.channel == "" {
		return told, alerted, nil
	}
	all, err := allRows(ctx, tx, `SELECT `+toldColumns+`
		WHERE t.story IN (SELECT id FROM stories WHERE live_seen <> 0 AND live_seen >= ?) AND (t.channel = ? OR t.digest = ?) ORDER BY t.at, t.cut`, scanTold, ms(f.touched), f.channel, f.digest)
	for i := range all {
		t := &all[i]
		told[t.Story] = t
		if t.Kind == "alert" || t.Kind == "correction" {
			alerted[t.Story] = t
		}
	}
	return told, alerted, err
}

// sources reads how reading each polled feed goes.
func sources(ctx context.Context, tx transaction) ([]news.Source, error) {
	return allRows(ctx, tx, `SELECT name, side, official, last_ok, last_new, trouble_since, err, paused, gone FROM feeds WHERE polled <> 0 ORDER BY name`, func(row scanner) (s news.Source, err error) {
		var ok, last, since int64
		var gone bool
		err = row.Scan(&s.Feed, &s.Side, &s.Official, &ok, &last, &since, &s.Trouble, &s.Paused, &gone)
		s.LastOK, s.LastNew, s.Since = at(ok), at(last), at(since)
		if gone && s.Trouble == "" {
			s.Trouble = "gone"
		}
		return s, err
	})
}
