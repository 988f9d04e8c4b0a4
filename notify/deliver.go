package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"trucewatch/internal/news"
)

// Outbox is the queue of deliveries, in order. A row blocks the later rows of
// its channel while it is queued (due or not), claimed, held, or unknown with a
// look-up due; a row whose parent (the part 1 of its cut, or Message.Thread) is
// not sent yet is not claimable either. An unknown row without a due look-up
// blocks only what replies to it. Parked, dropped and sent rows block nothing.
type Outbox interface {
	// ClaimDelivery marks the first row that is queued, due and unblocked as
	// claimed, counts the attempt, sets Claimed when it was zero, fills in
	// ThreadTS and EditTS, and returns it. news.ErrNotFound when there is none. An
	// outbox that puts the row off instead returns it as queued, due later.
	ClaimDelivery(ctx context.Context, now time.Time) (news.Delivery, error)
	// RecordDelivery writes State, Due, TS, Cause, Attempts, Lookups and
	// PlainNow. A row that becomes parked releases its told marks.
	RecordDelivery(ctx context.Context, d news.Delivery) error
	// RecoverClaims turns every claimed row into an unknown one to be looked up
	// from now on: a process that claimed it is gone. Called once at the start.
	RecoverClaims(ctx context.Context, now time.Time) error
	// DueLookups returns the unknown rows whose Due is set and not after now,
	// with ThreadTS filled in.
	DueLookups(ctx context.Context, now time.Time) ([]news.Delivery, error)
}

// Poster posts to one service. A *Refusal means that the message was not taken;
// any other error that we do not know.
type Poster interface {
	// Post posts d, as plain text when d.PlainNow, as a reply when d.ThreadTS
	// is set.
	Post(ctx context.Context, d news.Delivery) (Receipt, error)
	// Update replaces the message d.EditTS.
	Update(ctx context.Context, d news.Delivery) (Receipt, error)
	// Find looks for d by the key it carries, back to since by our clock, which
	// shows now. It returns "" when the message is not there; an error when that
	// cannot be known.
	Find(ctx context.Context, d news.Delivery, since, now time.Time) (ts string, err error)
}

// Deliverer empties an outbox. Nothing is lost, and nothing appears twice as
// long as an accepted message can be found within 90 seconds.
type Deliverer struct {
	Outbox Outbox
	Poster Poster
	Now    func() time.Time
	Log    *slog.Logger
	Pace   time.Duration // least distance of two posts to a channel; 0 is 1.1 s
	Wake   <-chan struct{}

	mu       sync.Mutex
	ready    map[string]time.Time // channel → when the next post may go out
	threads  map[string]string    // deleted parent → the reply that stands in its place
	looking  int                  // look-ups begun and not ended
	nextDue  time.Time            // earliest Due we recorded
	active   int                  // deliveries and look-ups under way
	ended    int                  // of them, ever ended
	finished chan struct{}
}

const (
	defaultPace = 1100 * time.Millisecond
	workers     = 8                // channels served at a time
	idle        = 15 * time.Second // between looks at an outbox nobody wakes us for
	storeWait   = time.Minute      // before the outbox is tried again after a failure
)

// Run delivers until ctx ends, then waits for what is under way and returns nil.
// A failing outbox is logged and tried again each minute.
func (n *Deliverer) Run(ctx context.Context) error {
	n.start()
	for {
		err := n.Outbox.RecoverClaims(ctx, n.Now())
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return nil
		}
		n.Log.Error("outbox cannot be read", "err", err)
		if !sleep(ctx, storeWait, nil, nil) {
			return nil
		}
	}
	return n.loop(ctx, nil)
}

// Drain delivers what is due now or within patience, and returns. It is Run for
// a program that ends: claims left by a former run are recovered first.
func (n *Deliverer) Drain(ctx context.Context, patience time.Duration) error {
	n.start()
	if err := n.Outbox.RecoverClaims(ctx, n.Now()); err != nil {
		return fmt.Errorf("recover claims: %w", err)
	}
	until := n.Now().Add(patience)
	pending, err := n.Outbox.DueLookups(ctx, until)
	if err != nil {
		return fmt.Errorf("due look-ups: %w", err)
	}
	for _, d := range pending {
		n.expect(d.Due)
	}
	return n.loop(ctx, &until)
}

func (n *Deliverer) start() {
	n.ready = map[string]time.Time{}
	n.threads = map[string]string{}
	n.looking = 0
	n.finished = make(chan struct{}, 1)
	n.nextDue = time.Time{}
}

// loop claims and looks up whatever is due; until bounds it, nil is for good.
func (n *Deliverer) loop(ctx context.Context, until *time.Time) error {
	var work sync.WaitGroup
	defer work.Wait()
	slots := make(chan struct{}, workers)
	for ctx.Err() == nil {
		_, ended, _ := n.state()
		err := n.round(ctx, &work, slots)
		if until != nil && err != nil {
			return err
		}
		wait := idle
		if err != nil && ctx.Err() == nil {
			n.Log.Error("outbox cannot be read", "err", err)
			wait = storeWait
		}
		active, now, due := n.state()
		if until != nil && active == 0 && now == ended && (due.IsZero() || due.After(*until)) {
			return nil // nothing ended since the round looked, so nothing became claimable
		}
		if err == nil && !due.IsZero() {
			wait = max(0, min(wait, due.Sub(n.Now())))
		}
		if !sleep(ctx, wait, n.Wake, n.finished) {
			return nil
		}
	}
	return nil
}

func (n *Deliverer) state() (active, ended int, due time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.active, n.ended, n.nextDue
}

// round starts everything that is due and returns without waiting for it.
func (n *Deliverer) round(ctx context.Context, work *sync.WaitGroup, slots chan struct{}) error {
	now := n.Now()
	n.mu.Lock()
	if !n.nextDue.After(now) {
		n.nextDue = time.Time{}
	}
	n.mu.Unlock()
	do := func(f func()) {
		slots <- struct{}{}
		n.mu.Lock()
		n.active++
		n.mu.Unlock()
		work.Go(func() {
			defer func() {
				<-slots
				n.mu.Lock()
				n.active--
				n.ended++
				n.mu.Unlock()
				select {
				case n.finished <- struct{}{}:
				default:
				}
			}()
			f()
		})
	}
	if !n.lookingUp() {
		// Only between two batches: a list read while a look-up is under way may
		// hold its row as it was, and looking again would undo what came of it.
		lookups, err := n.Outbox.DueLookups(ctx, now)
		if err != nil {
			return fmt.Errorf("due look-ups: %w", err)
		}
		n.begin(len(lookups))
		for _, d := range lookups {
			do(func() { defer n.end(); n.lookup(ctx, d) })
		}
	}
	for ctx.Err() == nil {
		d, err := n.Outbox.ClaimDelivery(ctx, n.Now())
		if errors.Is(err, news.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("claim delivery: %w", err)
		}
		if d.State == news.Queued {
			n.expect(d.Due)
			continue
		}
		do(func() { n.post(ctx, d) })
	}
	return nil
}

func (n *Deliverer) lookingUp() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.looking > 0
}

// begin counts look-ups before the first of them can end.
func (n *Deliverer) begin(lookups int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.looking += lookups
}

func (n *Deliverer) end() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.looking--
}

// post sends one claimed delivery and records what came of it.
func (n *Deliverer) post(ctx context.Context, d news.Delivery) {
	if !n.pace(ctx, d.Channel) {
		n.record(ctx, queue(d, n.Now(), d.Cause)) // nothing was sent: it goes back as it was
		return
	}
	defer n.posted(d.Channel)
	if reply := d.Message.Part > 1 || d.Message.Thread != 0; reply && d.Message.Edit == 0 && d.ThreadTS == "" {
		d.State, d.Due, d.Cause = news.Parked, time.Time{}, "the message it replies to was never posted"
		n.record(ctx, d)
		return
	}
	if d.Message.Edit != 0 && d.EditTS == "" {
		d.State, d.Due, d.Cause = news.Parked, time.Time{}, "the message it edits was never posted"
		n.record(ctx, d)
		return
	}
	parent := d.ThreadTS
	d.ThreadTS = n.thread(parent)
	var a answer
	if d.Message.Edit != 0 {
		a.receipt, a.err = n.Poster.Update(ctx, d)
	} else {
		a.receipt, a.err = n.Poster.Post(ctx, d)
	}
	out := decide(d, a, n.Now())
	if out.State == news.Sent && parent != "" && a.receipt.Thread != d.ThreadTS && d.Message.Edit == 0 {
		n.replaceThread(parent, out.TS) // what follows replies to this one instead of flooding the channel
	}
	n.note(out, a.err)
	n.record(ctx, out)
}

// lookup looks for one unknown delivery and records what came of it.
func (n *Deliverer) lookup(ctx context.Context, d news.Delivery) {
	d.ThreadTS = n.thread(d.ThreadTS)
	ts, err := n.Poster.Find(ctx, d, d.Claimed.Add(-lookbackSlop), n.Now())
	if ctx.Err() != nil && err != nil {
		return // still unknown, still due
	}
	out := decideLookup(d, ts, err, n.Now())
	n.note(out, err)
	n.record(ctx, out)
}

func (n *Deliverer) note(d news.Delivery, err error) {
	attrs := []any{"delivery", d.ID, "channel", d.Channel, "digest", d.Digest, "part", d.Message.Part, "state", string(d.State), "attempts", d.Attempts}
	if d.Cause != "" {
		attrs = append(attrs, "cause", d.Cause)
	}
	switch {
	case d.State == news.Held || d.State == news.Parked || d.State == news.Unknown && d.Due.IsZero():
		n.Log.Error("delivery needs attention", attrs...)
	case err != nil || d.Cause != "":
		n.Log.Warn("delivery", attrs...)
	default:
		n.Log.Info("delivery", attrs...)
	}
}

// record writes what happened, even while shutting down: the message is out. It
// tries until it is written or ctx has ended; what is never written is found by
// the next start, which looks claimed rows up.
func (n *Deliverer) record(ctx context.Context, d news.Delivery) {
	for wait := time.Second; ; wait = min(2*wait, storeWait) {
		err := n.Outbox.RecordDelivery(context.WithoutCancel(ctx), d)
		if err == nil {
			break
		}
		n.Log.Error("delivery could not be recorded", "delivery", d.ID, "channel", d.Channel, "state", string(d.State), "err", err)
		if !sleep(ctx, wait, nil, nil) {
			return
		}
	}
	n.expect(d.Due)
}

// expect has the loop look again at due; zero is never.
func (n *Deliverer) expect(due time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !due.IsZero() && (n.nextDue.IsZero() || due.Before(n.nextDue)) {
		n.nextDue = due
	}
}

// pace waits until the channel may be posted to; false when ctx ended first.
func (n *Deliverer) pace(ctx context.Context, channel string) bool {
	n.mu.Lock()
	wait := n.ready[channel].Sub(n.Now())
	n.mu.Unlock()
	return ctx.Err() == nil && (wait <= 0 || sleep(ctx, min(wait, cmp.Or(n.Pace, defaultPace)), nil, nil))
}

// posted starts the channel's pause. It counts from the answer, so that posts
// are as far apart for the service as they are for us.
func (n *Deliverer) posted(channel string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ready[channel] = n.Now().Add(cmp.Or(n.Pace, defaultPace))
}

// thread is where a reply to parent goes: a deleted parent has a stand-in.
func (n *Deliverer) thread(parent string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return cmp.Or(n.threads[parent], parent)
}

func (n *Deliverer) replaceThread(parent, ts string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.threads[parent] = ts
}

// sleep waits for d, or less if woken; false when ctx ended.
func sleep(ctx context.Context, d time.Duration, wake, finished <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
	case <-wake:
	case <-finished:
	}
	return true
}
