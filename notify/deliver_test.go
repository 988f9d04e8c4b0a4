package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"trucewatch/internal/news"
)

// bench is a deliverer over a fake Slack inside one bubble.
type bench struct {
	f *fakeSlack
	o *memoryOutbox
	n *Deliverer
}

func withBench(t *testing.T, f func(t *testing.T, b bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := newFakeSlack()
		client, closeAll := pipeClient(t, fake)
		defer closeAll()
		b := bench{f: fake, o: crashOutbox()}
		b.n = &Deliverer{Outbox: b.o, Poster: NewSlack(fakeToken, "http://slack.test/api/", client), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
		f(t, b)
	})
}

// runFor lets the deliverer run for d of the bubble's time.
func (b bench) runFor(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := b.n.Run(ctx); err != nil {
		t.Fatal(err)
	}
	b.f.settle()
}

func TestPostsToAChannelKeepTheirDistance(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		b.o.rows = b.o.rows[:4] // one channel
		if err := b.n.Drain(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		b.f.settle()
		if len(b.f.posts) != 4 {
			t.Fatalf("%d posts, want 4", len(b.f.posts))
		}
		for i := 1; i < len(b.f.posts); i++ {
			if gap := b.f.posts[i].Sub(b.f.posts[i-1]); gap < defaultPace || gap > 2*defaultPace {
				t.Errorf("gap %d is %s, want %s", i, gap, defaultPace)
			}
		}
	})
}

func TestAWaitHoldsTheWholeChannelAndNoOther(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		b.f.faults = []fakeFault{{method: "chat.postMessage", from: 1, kind: "429", arg: "600"}}
		start := time.Now()
		b.runFor(t, 20*time.Minute)
		if !b.o.settled() {
			t.Fatalf("states %v", b.o.states())
		}
		// Either channel may meet the 429; the other one is served at once.
		late, early := 0, 0
		for _, m := range b.f.messages {
			if slackTime(m.TS).Sub(start) >= 599*time.Second {
				late++
			} else {
				early++
			}
		}
		if late == 0 || early == 0 || late+early != 5 {
			t.Errorf("%d messages waited and %d did not; want both", late, early)
		}
	})
}

func TestARefusedLayoutFallsBackToPlainTextThenParks(t *testing.T) {
	for _, count := range []int{1, 2} {
		withBench(t, func(t *testing.T, b bench) {
			b.o.rows = b.o.rows[3:4] // the alert alone
			b.o.rows[0].ID = 1
			b.f.faults = []fakeFault{{method: "chat.postMessage", from: 1, count: count, kind: "error", arg: "invalid_blocks"}}
			b.runFor(t, time.Minute)
			got := b.o.row(1)
			if count == 1 {
				if got.State != news.Sent || !got.PlainNow || len(b.f.messages) != 1 || len(b.f.messages[0].Blocks) > 0 || !strings.Contains(b.f.messages[0].Text, "alert") {
					t.Errorf("after one refusal: %+v, messages %+v", got, b.f.messages)
				}
				return
			}
			if got.State != news.Parked || len(b.f.messages) != 0 || !slices.Equal(b.o.released, []news.DeliveryID{1}) {
				t.Errorf("after two refusals: %s, %d messages, released %v", got.State, len(b.f.messages), b.o.released)
			}
			if !strings.Contains(got.Cause, "invalid_blocks") || !strings.Contains(got.Cause, "[ERROR] staged") {
				t.Errorf("cause %q does not say what Slack said", got.Cause)
			}
		})
	}
}

func TestAParkedRowBlocksNothingAndParksItsReplies(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		b.f.faults = []fakeFault{{method: "chat.postMessage", from: 1, count: 2, kind: "error", arg: "msg_blocks_too_long"}}
		b.o.rows = b.o.rows[:4]
		b.runFor(t, 5*time.Minute)
		want := []news.DeliveryState{news.Parked, news.Parked, news.Parked, news.Sent}
		if got := b.o.states(); !slices.Equal(got, want) {
			t.Errorf("states %v, want %v", got, want)
		}
	})
}

func TestAHeldRowBlocksItsChannelUntilReleased(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		b.f.private["C0ONE"] = "not_in_channel"
		b.runFor(t, time.Hour)
		want := []news.DeliveryState{news.Held, news.Queued, news.Queued, news.Queued, news.Sent}
		if got := b.o.states(); !slices.Equal(got, want) {
			t.Fatalf("states %v, want %v", got, want)
		}
		if n := b.f.calls["chat.postMessage"]; n != 2 {
			t.Errorf("%d posts; a held row is not tried again by itself", n)
		}
		delete(b.f.private, "C0ONE")
		b.o.release()
		b.runFor(t, time.Minute)
		if !b.o.settled() || len(b.f.messages) != 5 {
			t.Errorf("after the release: %v, %d messages", b.o.states(), len(b.f.messages))
		}
	})
}

func TestUnreadableHistoryLeavesItUnknownAndShown(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		b.o.rows = b.o.rows[:4]
		b.f.faults = []fakeFault{
			{method: "chat.postMessage", from: 1, kind: "lost-after"},
			{method: "conversations.history", from: 1, count: 1 << 30, kind: "error", arg: "missing_scope"},
		}
		b.runFor(t, 2*time.Hour)
		got := b.o.row(1)
		if got.State != news.Unknown || !got.Due.IsZero() || !strings.Contains(got.Cause, "missing_scope") {
			t.Errorf("got %s due %v because %q; want unknown for good, saying why", got.State, got.Due, got.Cause)
		}
		if b.o.row(2).State != news.Queued || b.o.row(4).State != news.Sent {
			t.Errorf("states %v; its replies wait, the alert behind it does not", b.o.states())
		}
		if n := len(b.f.stored()[got.Key]); n != 1 {
			t.Errorf("it is in Slack %d times", n)
		}
	})
}

func TestADeletedThreadParentIsNoticed(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		all := b.o.rows
		b.o.rows = all[:1]
		b.runFor(t, 10*time.Second)
		b.f.gone[b.o.row(1).TS] = true
		parent := b.o.rows[0]
		b.o.rows = append([]news.Delivery{parent}, all[1:3]...)
		b.runFor(t, time.Minute)
		second, third := b.f.messages[1], b.f.messages[2]
		if second.Thread != "" || third.Thread != second.TS {
			t.Errorf("threads %q and %q: want the first reply in the channel and the next one under it", second.Thread, third.Thread)
		}
		if c := b.o.row(2).Cause; !strings.Contains(c, "deleted") {
			t.Errorf("cause %q does not say that the parent was deleted", c)
		}
	})
}

func TestALostAnswerToAReplyIsFoundInItsThread(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		b.o.rows = b.o.rows[:3]
		b.f.faults = []fakeFault{{method: "chat.postMessage", from: 2, kind: "lost-after"}}
		b.runFor(t, time.Minute)
		if !b.o.settled() || len(b.f.messages) != 3 || b.f.calls["conversations.replies"] == 0 {
			t.Errorf("states %v, %d messages, %d look-ups in the thread", b.o.states(), len(b.f.messages), b.f.calls["conversations.replies"])
		}
	})
}

func TestAnEditIsRepeatedUntilItIsClear(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		b.o.rows = b.o.rows[3:4]
		b.o.rows[0].ID = 1
		m := message("edit", page{{kind: body, lines: []line{row(text("Withdrawn 15:20: alert"))}}}, "Withdrawn 15:20: alert")
		m.Part, m.Edit = 1, 1
		b.o.add("C0ONE", "turn", time.Time{}, []news.Message{m})
		b.f.faults = []fakeFault{{method: "chat.update", from: 1, count: 2, kind: "lost-after"}}
		b.runFor(t, 5*time.Minute)
		if len(b.f.messages) != 1 || b.f.messages[0].Edits != 3 || !strings.HasPrefix(b.f.messages[0].Text, "Withdrawn") || b.o.row(2).State != news.Sent {
			t.Errorf("messages %+v, states %v", b.f.messages, b.o.states())
		}
		b.f.gone[b.f.messages[0].TS] = true
		b.o.add("C0ONE", "turn", time.Time{}, []news.Message{m})
		b.runFor(t, time.Minute)
		if r := b.o.row(3); r.State != news.Parked {
			t.Errorf("editing a deleted message ended %s: %s", r.State, r.Cause)
		}
	})
}

// slowPoster takes its time and its message stands when ctx ends.
type slowPoster struct {
	Poster
	started chan struct{}
	takes   time.Duration
}

func (p slowPoster) Post(ctx context.Context, d news.Delivery) (Receipt, error) {
	close(p.started)
	<-time.After(p.takes)
	return Receipt{TS: "1.1"}, nil
}

func TestAShutdownDuringAPostIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := crashOutbox()
		o.rows = o.rows[3:4]
		o.rows[0].ID = 1
		p := slowPoster{started: make(chan struct{}), takes: 3 * time.Second}
		n := &Deliverer{Outbox: o, Poster: p, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- n.Run(ctx) }()
		<-p.started
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if r := o.row(1); r.State != news.Sent || r.TS != "1.1" {
			t.Errorf("recorded as %s %q; the message is out", r.State, r.TS)
		}
	})
}

func TestAShutdownBeforeAPostLeavesItQueued(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		b.o.rows = b.o.rows[:2]
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond) // within the pause before part 2
		defer cancel()
		if err := b.n.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if got := b.o.states(); !slices.Equal(got, []news.DeliveryState{news.Sent, news.Queued}) {
			t.Errorf("states %v", got)
		}
	})
}

// stubborn is an outbox whose disk is full for a while.
type stubborn struct {
	*memoryOutbox
	fails int
}

func (s *stubborn) RecordDelivery(ctx context.Context, d news.Delivery) error {
	if s.fails--; s.fails >= 0 {
		return errors.New("disk full")
	}
	return s.memoryOutbox.RecordDelivery(ctx, d)
}

func TestAFailedRecordIsTriedAgainAndNotPostedAgain(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		b.o.rows = b.o.rows[:1]
		b.n.Outbox = &stubborn{b.o, 5}
		b.runFor(t, 5*time.Minute)
		if b.o.row(1).State != news.Sent || len(b.f.messages) != 1 {
			t.Errorf("state %s, %d messages", b.o.row(1).State, len(b.f.messages))
		}
	})
}

func TestDrainWaitsForLookupsWithinItsPatience(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		b.f.faults = []fakeFault{{method: "chat.postMessage", from: 1, count: 2, kind: "lost-after"}}
		if err := b.n.Drain(t.Context(), 2*time.Minute); err != nil {
			t.Fatal(err)
		}
		b.f.settle()
		if !b.o.settled() || len(b.f.messages) != 5 {
			t.Errorf("states %v, %d messages", b.o.states(), len(b.f.messages))
		}
	})
}

func TestDecideSortsEveryAnswer(t *testing.T) {
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	base := news.Delivery{ID: 1, State: news.Claimed, Attempts: 1, Claimed: now.Add(-time.Second)}
	plain := base
	plain.PlainNow = true
	worn := base
	worn.Attempts = strangeTries
	for name, c := range map[string]struct {
		d     news.Delivery
		a     answer
		state news.DeliveryState
		due   time.Duration // after now; 0 is none or now
	}{
		"taken":              {base, answer{Receipt{TS: "1.2"}, nil}, news.Sent, 0},
		"no error and no id": {base, answer{}, news.Unknown, firstLookup},
		"unclear":            {base, answer{err: errors.New("EOF")}, news.Unknown, firstLookup},
		"wait a minute":      {base, answer{err: &Refusal{Class: Wait, After: time.Minute}}, news.Queued, time.Minute},
		"wait a week":        {base, answer{err: &Refusal{Class: Wait, After: 7 * 24 * time.Hour}}, news.Queued, maxWait},
		"wait, not said":     {base, answer{err: &Refusal{Class: Wait}}, news.Queued, 5 * time.Second},
		"channel":            {base, answer{err: &Refusal{Class: Config}}, news.Held, 0},
		"layout":             {base, answer{err: &Refusal{Class: Layout}}, news.Queued, 0},
		"layout as plain":    {plain, answer{err: &Refusal{Class: Layout}}, news.Parked, 0},
		"edit of nothing":    {base, answer{err: &Refusal{Class: Missing}}, news.Parked, 0},
		"strange":            {base, answer{err: &Refusal{Class: Strange}}, news.Queued, 5 * time.Second},
		"strange for long":   {worn, answer{err: &Refusal{Class: Strange}}, news.Held, 0},
		"wrapped refusal":    {base, answer{err: fmt.Errorf("post: %w", &Refusal{Class: Config})}, news.Held, 0},
	} {
		got := decide(c.d, c.a, now)
		if got.State != c.state || c.due != 0 && !got.Due.Equal(now.Add(c.due)) || c.due == 0 && got.Due.After(now) {
			t.Errorf("%s: %s due %v, want %s in %s", name, got.State, got.Due, c.state, c.due)
		}
		if got.State != news.Sent && got.Cause == "" {
			t.Errorf("%s: no cause given", name)
		}
	}
}

// watched notes whether the outbox is asked for look-ups while one is under way.
type watched struct {
	*memoryOutbox
	Poster
	busy, stale, finds atomic.Int64
}

func (w *watched) DueLookups(ctx context.Context, now time.Time) ([]news.Delivery, error) {
	w.stale.Add(w.busy.Load())
	return w.memoryOutbox.DueLookups(ctx, now)
}

func (w *watched) Find(ctx context.Context, d news.Delivery, since, now time.Time) (string, error) {
	w.busy.Add(1)
	defer w.busy.Add(-1)
	w.finds.Add(1)
	<-time.After(40 * time.Second) // longer than the loop idles
	return w.Poster.Find(ctx, d, since, now)
}

// A list of look-ups read while one is under way holds its row as it was:
// looking again by that list undid what the first one had found, and the message
// went out twice.
func TestNoLookupFollowsAStaleList(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		w := &watched{memoryOutbox: b.o, Poster: b.n.Poster}
		b.n.Outbox, b.n.Poster = w, w
		b.f.faults = []fakeFault{{method: "chat.postMessage", from: 1, count: 2, kind: "reset-before"}}
		b.runFor(t, 10*time.Minute)
		if w.stale.Load() > 0 || w.finds.Load() < 4 {
			t.Errorf("asked %d times during a look-up, in %d look-ups", w.stale.Load(), w.finds.Load())
		}
		if !b.o.settled() || len(b.f.messages) != 5 {
			t.Errorf("states %v, %d messages", b.o.states(), len(b.f.messages))
		}
	})
}

// puttingOff puts off the first row it is asked for, as one whose word may be over soon.
type puttingOff struct {
	Outbox
	done bool
}

func (o *puttingOff) ClaimDelivery(ctx context.Context, now time.Time) (news.Delivery, error) {
	d, err := o.Outbox.ClaimDelivery(ctx, now)
	if err != nil || o.done {
		return d, err
	}
	o.done = true
	d.State, d.Due = news.Queued, now.Add(5*time.Second)
	return d, o.Outbox.RecordDelivery(ctx, d)
}

// Who runs one round and leaves would otherwise leave it behind as not delivered.
func TestDrainWaitsForWhatTheOutboxPutsOff(t *testing.T) {
	withBench(t, func(t *testing.T, b bench) {
		b.o.rows = b.o.rows[:1]
		b.n.Outbox = &puttingOff{Outbox: b.o}
		start := time.Now()
		if err := b.n.Drain(t.Context(), 2*time.Minute); err != nil {
			t.Fatal(err)
		}
		b.f.settle()
		if !b.o.settled() || len(b.f.posts) != 1 || b.f.posts[0].Sub(start) < 5*time.Second {
			t.Errorf("states %v, posted at %v; want it posted, once, five seconds later", b.o.states(), b.f.posts)
		}
	})
}
