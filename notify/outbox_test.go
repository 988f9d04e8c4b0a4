package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"trucewatch/internal/news"
)

// memoryOutbox keeps the state rules that Outbox documents.
type memoryOutbox struct {
	mu       sync.Mutex
	rows     []news.Delivery
	released []news.DeliveryID // rows whose told marks were released
}

func (o *memoryOutbox) add(channel, digest string, slot time.Time, messages []news.Message) {
	for _, m := range messages {
		id := news.DeliveryID(len(o.rows) + 1)
		o.rows = append(o.rows, news.Delivery{ID: id, Key: fmt.Sprintf("%s/%s/%d/%d", digest, slot.Format("0102T1504"), m.Part, id),
			Channel: channel, Digest: digest, Slot: slot, Message: m, State: news.Queued})
	}
}

// parent is the row that d replies to; nil when it replies to none.
func (o *memoryOutbox) parent(d news.Delivery) *news.Delivery {
	for i := range o.rows {
		p := &o.rows[i]
		if d.Message.Thread != 0 && p.ID == d.Message.Thread ||
			d.Message.Thread == 0 && d.Message.Part > 1 && p.Message.Part == 1 && p.Digest == d.Digest && p.Slot.Equal(d.Slot) && p.Channel == d.Channel {
			return p
		}
	}
	return nil
}

func (o *memoryOutbox) fill(d *news.Delivery) {
	if p := o.parent(*d); p != nil {
		d.ThreadTS = p.TS
	}
	for _, e := range o.rows {
		if d.Message.Edit != 0 && e.ID == d.Message.Edit {
			d.EditTS = e.TS
		}
	}
}

func (o *memoryOutbox) ClaimDelivery(_ context.Context, now time.Time) (news.Delivery, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	blocked := map[string]bool{}
	for i := range o.rows {
		d := &o.rows[i]
		waits := false
		if p := o.parent(*d); p != nil && p.State != news.Sent && p.State != news.Parked && p.State != news.Dropped {
			waits = true
		}
		if d.State == news.Queued && !d.Due.After(now) && !blocked[d.Channel] && !waits {
			d.State, d.Due = news.Claimed, time.Time{}
			d.Attempts++
			if d.Claimed.IsZero() {
				d.Claimed = now
			}
			out := *d
			o.fill(&out)
			return out, nil
		}
		switch d.State {
		case news.Queued:
			blocked[d.Channel] = blocked[d.Channel] || !waits
		case news.Claimed, news.Held:
			blocked[d.Channel] = true
		case news.Unknown:
			blocked[d.Channel] = blocked[d.Channel] || !d.Due.IsZero()
		}
	}
	return news.Delivery{}, news.ErrNotFound
}

func (o *memoryOutbox) RecordDelivery(ctx context.Context, d news.Delivery) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.rows {
		r := &o.rows[i]
		if r.ID == d.ID {
			r.State, r.Due, r.TS, r.Cause, r.Attempts, r.Lookups, r.PlainNow = d.State, d.Due, d.TS, d.Cause, d.Attempts, d.Lookups, d.PlainNow
			if d.State == news.Parked {
				o.released = append(o.released, d.ID)
			}
			return nil
		}
	}
	return errors.New("no such row")
}

func (o *memoryOutbox) RecoverClaims(_ context.Context, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.rows {
		if r := &o.rows[i]; r.State == news.Claimed {
			r.State, r.Due, r.Lookups, r.Cause = news.Unknown, now.Add(firstLookup), 0, "claimed by a run that ended"
		}
	}
	return nil
}

func (o *memoryOutbox) DueLookups(_ context.Context, now time.Time) ([]news.Delivery, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []news.Delivery
	for _, r := range o.rows {
		if r.State == news.Unknown && !r.Due.IsZero() && !r.Due.After(now) {
			o.fill(&r)
			out = append(out, r)
		}
	}
	return out, nil
}

// states are the rows' states in order.
func (o *memoryOutbox) states() []news.DeliveryState {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []news.DeliveryState
	for _, r := range o.rows {
		out = append(out, r.State)
	}
	return out
}

func (o *memoryOutbox) row(id news.DeliveryID) news.Delivery {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.rows[id-1]
}

// release is what an operator's retry does: held and unknown rows queue again.
func (o *memoryOutbox) release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.rows {
		if r := &o.rows[i]; r.State == news.Held || r.State == news.Unknown && r.Due.IsZero() {
			r.State, r.Due, r.Attempts = news.Queued, time.Time{}, 0
		}
	}
}

// settled is whether every row has reached an end.
func (o *memoryOutbox) settled() bool {
	return !slices.ContainsFunc(o.states(), func(s news.DeliveryState) bool {
		return s != news.Sent && s != news.Parked && s != news.Dropped
	})
}

// mortal is an outbox or poster seen by a process that dies at its nth step.
// Dead, it does nothing any more and answers with an error.
type mortal struct {
	mu    sync.Mutex
	dies  int // at this step; 0 is never
	steps int
	kill  func()
	name  string // of the step it died at
}

var errDead = errors.New("the process has died")

// step counts one step and reports whether the process still lives.
func (m *mortal) step(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dies > 0 && m.steps >= m.dies {
		return false
	}
	m.steps++
	if m.steps == m.dies {
		m.name = name
		m.kill()
		return false
	}
	return true
}

// around runs f between two steps: dying before it leaves it undone, dying after
// it loses its result.
func around[T any](m *mortal, name string, f func() (T, error)) (T, error) {
	var zero T
	if !m.step("before " + name) {
		return zero, errDead
	}
	v, err := f()
	if !m.step("after " + name) {
		return zero, errDead
	}
	return v, err
}

type mortalOutbox struct {
	*mortal
	o Outbox
}

func (m mortalOutbox) ClaimDelivery(ctx context.Context, now time.Time) (news.Delivery, error) {
	return around(m.mortal, "claim", func() (news.Delivery, error) { return m.o.ClaimDelivery(ctx, now) })
}

func (m mortalOutbox) RecordDelivery(ctx context.Context, d news.Delivery) error {
	_, err := around(m.mortal, "record", func() (int, error) { return 0, m.o.RecordDelivery(ctx, d) })
	return err
}

func (m mortalOutbox) RecoverClaims(ctx context.Context, now time.Time) error {
	_, err := around(m.mortal, "recover", func() (int, error) { return 0, m.o.RecoverClaims(ctx, now) })
	return err
}

func (m mortalOutbox) DueLookups(ctx context.Context, now time.Time) ([]news.Delivery, error) {
	return around(m.mortal, "due look-ups", func() ([]news.Delivery, error) { return m.o.DueLookups(ctx, now) })
}

type mortalPoster struct {
	*mortal
	p Poster
}

func (m mortalPoster) Post(ctx context.Context, d news.Delivery) (Receipt, error) {
	return around(m.mortal, "post", func() (Receipt, error) { return m.p.Post(ctx, d) })
}

func (m mortalPoster) Update(ctx context.Context, d news.Delivery) (Receipt, error) {
	return around(m.mortal, "update", func() (Receipt, error) { return m.p.Update(ctx, d) })
}

func (m mortalPoster) Find(ctx context.Context, d news.Delivery, since, now time.Time) (string, error) {
	return around(m.mortal, "find", func() (string, error) { return m.p.Find(ctx, d, since, now) })
}
