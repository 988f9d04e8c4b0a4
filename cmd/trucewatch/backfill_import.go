package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/store"
)

// Bounds of an import. Memory stays the same however large a source is: at most
// piecesAhead pieces are read and prepared before those that are being stored.
const (
	pieceEntries = 256                   // entries prepared together
	pieceBytes   = 512 << 10             // of their text
	pieceWait    = 2 * time.Second       // a slow source's entries are stored after that
	piecesAhead  = 4                     // pieces read before they are stored
	storedAtOnce = 1 << 20               // bytes of text in the pieces stored together
	txFor        = 25 * time.Millisecond // a transaction takes no further entry after that; with its commit it stays below 50 ms
	txAlone      = time.Second           // the same while no daemon runs: most of a short one is its commit
	badShown     = 10                    // unreadable entries of a source that are named
)

// importer imports one source after another. Entries are read in one goroutine and
// prepared on all cores while the former ones are stored; they are stored and
// judged in the source's order, so that the outcome never depends on either.
type importer struct {
	env   *env
	app   *app
	now   time.Time // of the run: what it stores was seen then
	feeds feedCache
}

// piece is a part of a source on its way.
type piece struct {
	entries []store.StretchEntry
	counts  summary       // what reading them counted
	bad     []error       // entries that could not be read, the first few of the source
	end     error         // io.EOF or what went wrong, in the last piece
	ready   chan struct{} // closed when the entries are prepared
	bytes   int           // of its text; over pieceBytes the next piece is read once it is stored
	stored  chan struct{} // closed when the entries are stored
	done    int64         // of total, when it was read
	total   int64
}

// run imports one source from where a former run stopped.
func (im *importer) run(o origin, c *BackfillCmd) (sum summary, err error) {
	ctx, cancel := context.WithCancel(im.env.ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	src, progress, version, err := im.open(ctx, o, c)
	if err != nil {
		return sum, err
	}
	defer src.Close()
	note(im.env, o, src)

	ordered, todo := make(chan *piece, piecesAhead), make(chan *piece, piecesAhead)
	r := &pieceReader{src: src, cmd: c, feeds: &im.feeds, now: im.now, progress: progress}
	wg.Go(func() {
		defer close(ordered)
		defer close(todo)
		for {
			p := r.piece(ctx)
			last := p.end != nil
			select {
			case todo <- p:
			case <-ctx.Done():
				return
			}
			select {
			case ordered <- p:
			case <-ctx.Done():
				return
			}
			if last {
				return
			}
			if p.bytes <= pieceBytes {
				continue
			}
			select {
			case <-p.stored:
			case <-ctx.Done():
				return
			}
		}
	})
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for p := range todo {
				for i := range p.entries {
					if w := p.entries[i].Prepared.Work; w.Feed.ID != 0 {
						p.entries[i].Prepared = monitor.Prepare(w, im.app.monitor.Rules)
					}
				}
				close(p.ready)
			}
		})
	}

	bar := newProgress(im.env, o.label)
	defer bar.finish()
	for first := range ordered {
		pieces := together(first, ordered)
		var entries []store.StretchEntry
		for _, p := range pieces {
			<-p.ready
			sum.add(p.counts)
			for _, b := range p.bad {
				fmt.Fprintf(im.env.stderr, "%s: %v\n", o.label, b)
			}
			entries = append(entries, p.entries...)
			p.entries = nil
		}
		if err := im.store(ctx, o.key, version, entries, &sum); err != nil {
			return sum, err
		}
		last := pieces[len(pieces)-1]
		close(last.stored)
		bar.at(last.done, last.total, sum)
		switch {
		case last.end == nil:
		case !errors.Is(last.end, io.EOF):
			return sum, last.end
		default:
			if err := im.app.store.FinishImport(ctx, o.key, im.app.now()); err != nil {
				return sum, err
			}
			if sum.bad > 0 {
				named := ""
				if sum.bad > badShown {
					named = fmt.Sprintf(" (the first %d are named above)", badShown)
				}
				return sum, fmt.Errorf("%s could not be read%s; the rest is imported", plural(sum.bad, "entry", "entries"), named)
			}
			return sum, nil
		}
	}
	return sum, context.Cause(ctx)
}

// together is a piece with those that are read already, as many as are stored at once:
// what a transaction costs is mostly its commit, however much it holds.
func together(first *piece, ordered <-chan *piece) []*piece {
	pieces, bytes := []*piece{first}, first.bytes
	for bytes < storedAtOnce {
		select {
		case p, ok := <-ordered:
			if !ok {
				return pieces
			}
			pieces, bytes = append(pieces, p), bytes+p.bytes
		default:
			return pieces
		}
	}
	return pieces
}

// open opens a source where a former run of the same command stopped.
func (im *importer) open(ctx context.Context, o origin, c *BackfillCmd) (source, store.Progress, string, error) {
	src, err := o.open(ctx, "")
	if err != nil {
		return nil, store.Progress{}, "", err
	}
	version := src.Version() + " " + c.selection()
	progress, err := im.app.store.ImportProgress(ctx, o.key, version)
	if err == nil && progress.Cursor != "" {
		fmt.Fprintf(im.env.stderr, "%s: going on after %s\n", o.label, plural(progress.Position, "entry", "entries"))
		src.Close()
		src, err = o.open(ctx, progress.Cursor)
	}
	if err != nil {
		return nil, progress, "", err
	}
	return src, progress, version, nil
}

// store stores and judges a piece. While a daemon runs it does so in transactions of at
// most about 50 ms and pauses for as long as it held the database, so that the daemon
// never starves.
func (im *importer) store(ctx context.Context, key, version string, entries []store.StretchEntry, sum *summary) error {
	rules := im.app.monitor.Rules
	for len(entries) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		var began time.Time
		longest := im.longest()
		j := store.Judging{
			Prepare: func(w news.Work) news.Prepared { return monitor.Prepare(w, rules) },
			Decide:  im.app.monitor.Deciders(),
			Enough: func() bool {
				if began.IsZero() {
					began = time.Now() // within the transaction: waiting for its lock holds nobody up
				}
				return time.Since(began) >= longest
			},
		}
		got, err := im.app.store.Import(ctx, store.Stretch{Source: key, Version: version, Entries: entries}, j, im.app.cfg.Poll.HistoryBefore)
		if err != nil {
			return err
		}
		sum.known += int64(got.Overlap.Known)
		sum.revised += int64(got.Overlap.Revised)
		sum.tally.Add(got.Tally)
		entries = entries[got.Taken:]
		if !began.IsZero() && store.DaemonRuns(im.app.store.Path()) {
			if err := pause(ctx, time.Since(began)); err != nil {
				return err
			}
		}
	}
	return nil
}

// rebuild puts the developments that rest on history alone together in the order of
// their news, and returns the window they are of; it is empty when there are none.
func (im *importer) rebuild(ctx context.Context) (total store.Rebuilt, err error) {
	bar := newProgress(im.env, "developments")
	defer bar.finish()
	reports := 0
	for !total.Done {
		var began time.Time
		var longest time.Duration
		r, err := im.app.store.Rebuild(ctx, im.now, monitor.Regroup, im.app.monitor.Deciders(), func() bool {
			reports++
			bar.reports(reports)
			if began.IsZero() {
				began, longest = time.Now(), im.longest() // a daemon may have been started since
			}
			if time.Since(began) < longest {
				return false
			}
			began = time.Time{}
			return true
		}, im.yield)
		if err != nil {
			return total, err
		}
		total.Units, total.Stories, total.Done = total.Units+r.Units, total.Stories+r.Stories, r.Done
		if !r.From.IsZero() {
			total.From, total.To = r.From, r.To
		}
	}
	return total, nil
}

// longest is how long a transaction may go on now.
func (im *importer) longest() time.Duration {
	if store.DaemonRuns(im.app.store.Path()) {
		return txFor
	}
	return txAlone
}

// yield leaves the database to a running daemon for as long as a transaction takes.
func (im *importer) yield(ctx context.Context) error {
	if !store.DaemonRuns(im.app.store.Path()) {
		return nil
	}
	return pause(ctx, 2*txFor)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// pieceReader cuts a source into pieces.
type pieceReader struct {
	src      source
	cmd      *BackfillCmd
	feeds    *feedCache
	now      time.Time
	progress store.Progress // after the last entry read
	shown    int            // unreadable entries named
}

// piece reads the next piece; its end says whether another follows.
func (r *pieceReader) piece(ctx context.Context) *piece {
	p := &piece{ready: make(chan struct{}), stored: make(chan struct{})}
	began, bytes := time.Now(), 0
	for p.end == nil && len(p.entries) < pieceEntries && bytes < pieceBytes && (len(p.entries) == 0 || time.Since(began) < pieceWait) {
		if r.cmd.Limit > 0 && r.progress.Position >= r.cmd.Limit {
			p.end = io.EOF
			break
		}
		en, err := r.src.Next(ctx)
		bad, isBad := errors.AsType[*badEntry](err)
		if err != nil && !isBad {
			p.end = err
			break
		}
		r.progress = store.Progress{Position: r.progress.Position + 1, Cursor: r.src.Cursor()}
		s := store.StretchEntry{After: r.progress, OwnGUIDs: r.src.OwnGUIDs()}
		s.Prepared.Work.Item.Seen = r.now
		if isBad {
			p.counts.bad++
			if r.shown++; r.shown <= badShown {
				p.bad = append(p.bad, bad)
			}
		} else {
			p.counts.read++
			bytes += len(en.Title) + len(en.Summary) + len(en.Content)
			if err := r.fill(ctx, &s, en, &p.counts); err != nil {
				p.end = err
				break
			}
		}
		p.entries = append(p.entries, s)
	}
	p.bytes = bytes
	p.done, p.total = r.src.Done()
	return p
}

// fill gives an entry that is asked for its feed; one that is not passes without.
func (r *pieceReader) fill(ctx context.Context, s *store.StretchEntry, en *news.ImportEntry, counts *summary) error {
	if !r.cmd.wanted(en.Published) {
		counts.skipped++
		return nil
	}
	if len(r.cmd.Feeds) > 0 && !r.cmd.wantedFeed(en.Feed) {
		f, known, err := r.feeds.known(ctx, en.Feed)
		if err != nil {
			return err
		}
		if !known || !r.cmd.wantedFeed(f.Name, f.URL) {
			counts.otherFeed++
			return nil
		}
	}
	f, err := r.feeds.get(ctx, en.Feed, en.Lang)
	if err != nil {
		return err
	}
	if en.Published.IsZero() {
		counts.undated++
	}
	s.Prepared.Work.Feed = f
	s.Prepared.Work.Item = news.Item{Feed: f.ID, Entry: en.Entry, Seen: r.now, Origin: news.OriginBackfill, State: news.StateReceived, Revision: 1, Revised: r.now}
	return nil
}

// feedCache remembers the feeds that entries belong to.
type feedCache struct {
	app    *app
	byName map[string]news.Feed
}

// feedsKept bounds the cache: a source can name a feed of its own in every entry.
const feedsKept = 5000

func (c *feedCache) get(ctx context.Context, name, lang string) (news.Feed, error) {
	if f, ok := c.byName[name]; ok {
		return f, nil
	}
	if c.byName == nil || len(c.byName) >= feedsKept {
		c.byName = map[string]news.Feed{}
	}
	f, err := c.app.store.ImportFeed(ctx, name, lang)
	if err != nil {
		return f, fmt.Errorf("feed %s: %w", name, err)
	}
	c.byName[name] = f
	return f, nil
}

// known finds a configured feed by its name or URL.
func (c *feedCache) known(ctx context.Context, name string) (news.Feed, bool, error) {
	if f, ok := c.byName[name]; ok {
		return f, true, nil
	}
	for _, f := range c.app.cfg.NewsFeeds() {
		if f.Name == name || f.URL == name {
			got, err := c.get(ctx, f.Name, f.Lang)
			return got, true, err
		}
	}
	return news.Feed{}, false, nil
}
