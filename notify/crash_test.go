package notify

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"trucewatch/internal/news"
)

// crashFaults are what can go wrong with one call. Each is staged on each post
// and, where it says so, on the look-ups that follow.
var crashFaults = []struct {
	name    string
	post    fakeFault   // its from is set by the suite
	also    []fakeFault // staged as they are
	operate bool        // an operator must repair before all is sent
}{
	{name: "none"},
	{name: "lost answer", post: fakeFault{kind: "lost-after"}},
	{name: "lost answers", post: fakeFault{kind: "lost-after", count: 2}},
	{name: "reset before", post: fakeFault{kind: "reset-before"}},
	{name: "503 before", post: fakeFault{kind: "status", arg: "503", count: 2}},
	{name: "503 after accept", post: fakeFault{kind: "status-after", arg: "503"}},
	{name: "fatal_error after accept", post: fakeFault{kind: "error-after", arg: "fatal_error"}},
	{name: "internal_error before", post: fakeFault{kind: "error", arg: "internal_error"}},
	{name: "late by 1 s", post: fakeFault{kind: "late", delay: time.Second}},
	{name: "late by 10 s", post: fakeFault{kind: "late", delay: 10 * time.Second}},
	{name: "late by 60 s", post: fakeFault{kind: "late", delay: 60 * time.Second}},
	{name: "429 storm", post: fakeFault{kind: "429", arg: "30", count: 5}},
	{name: "429 without a time", post: fakeFault{kind: "429", count: 3}},
	{name: "429 with a date", post: fakeFault{kind: "429", arg: "Fri, 20 Nov 2026 18:00:00 GMT", count: 2}},
	{name: "ok:false ratelimited", post: fakeFault{kind: "error", arg: "ratelimited", count: 2}},
	{name: "message_limit_exceeded", post: fakeFault{kind: "error", arg: "message_limit_exceeded", count: 2}},
	{name: "HTML", post: fakeFault{kind: "html"}},
	{name: "HTML after accept", post: fakeFault{kind: "html-after"}},
	{name: "empty", post: fakeFault{kind: "empty"}},
	{name: "empty after accept", post: fakeFault{kind: "empty-after"}},
	{name: "ok:false alone", post: fakeFault{kind: "okfalse"}},
	{name: "truncated after accept", post: fakeFault{kind: "truncated-after"}},
	{name: "403 from a proxy", post: fakeFault{kind: "status", arg: "403", count: 2}},
	{name: "channel_not_found", post: fakeFault{kind: "error", arg: "channel_not_found"}, operate: true},
	{name: "not_in_channel", post: fakeFault{kind: "error", arg: "not_in_channel"}, operate: true},
	{name: "invalid_auth", post: fakeFault{kind: "error", arg: "invalid_auth"}, operate: true},
	{name: "missing_scope", post: fakeFault{kind: "error", arg: "missing_scope"}, operate: true},
	{name: "restricted_action", post: fakeFault{kind: "error", arg: "restricted_action_read_only_channel"}, operate: true},
	{name: "invalid_blocks", post: fakeFault{kind: "error", arg: "invalid_blocks"}},
	{name: "msg_blocks_too_long", post: fakeFault{kind: "error", arg: "msg_blocks_too_long"}},
	{name: "an error nobody knows", post: fakeFault{kind: "error", arg: "brand_new_error", count: 2}},
	{name: "lost answer, history 503 for a while", post: fakeFault{kind: "lost-after"}, also: []fakeFault{
		{method: "conversations.history", from: 1, count: 3, kind: "status", arg: "503"}, {method: "conversations.replies", from: 1, count: 3, kind: "status", arg: "503"}}},
	{name: "lost answer, history rate limited", post: fakeFault{kind: "lost-after"}, also: []fakeFault{
		{method: "conversations.history", from: 1, count: 2, kind: "429", arg: "40"}, {method: "conversations.replies", from: 1, count: 2, kind: "429", arg: "40"}}},
	{name: "lost answer, history HTML", post: fakeFault{kind: "lost-after"}, also: []fakeFault{
		{method: "conversations.history", from: 1, count: 2, kind: "html"}, {method: "conversations.replies", from: 1, count: 2, kind: "html"}}},
	{name: "lost answer, history empty", post: fakeFault{kind: "lost-after"}, also: []fakeFault{
		{method: "conversations.history", from: 1, count: 2, kind: "empty"}, {method: "conversations.replies", from: 1, count: 2, kind: "empty"}}},
	{name: "late by 60 s, history lost once", post: fakeFault{kind: "late", delay: 60 * time.Second}, also: []fakeFault{
		{method: "conversations.history", from: 1, kind: "lost-after"}, {method: "conversations.replies", from: 1, kind: "truncated-after"}}},
}

// crashOutbox holds a digest with two replies, and an alert in the same channel
// behind it; and a digest of another channel.
func crashOutbox() *memoryOutbox {
	o := &memoryOutbox{}
	day := time.Date(2000, 1, 1, 8, 0, 0, 0, time.UTC)
	m := func(part int, s string) news.Message {
		p := page{{kind: heading, lines: []line{row(text(s))}}}
		x := message("digest", p, s)
		x.Part = part
		return x
	}
	o.add("C0ONE", "morning", day, []news.Message{m(1, "one"), m(2, "two"), m(3, "three")})
	o.add("C0ONE", "turn", day.Add(time.Hour), []news.Message{m(1, "alert")})
	o.add("C0TWO", "desk", day, []news.Message{m(1, "other")})
	return o
}

// everyOutbox is crashOutbox with each way of posting: its second reply is a file,
// and an edit withdraws the alert.
func everyOutbox() *memoryOutbox {
	o := crashOutbox()
	o.rows[2].Message.File = &news.File{Name: "morning-2000-01-01.csv", Content: "date,what\n"}
	edit := o.rows[3].Message
	edit.Text, edit.Plain, edit.Edit = "Withdrawn: alert", "Withdrawn: alert", o.rows[3].ID
	o.add("C0ONE", "turn", o.rows[3].Slot.Add(time.Hour), []news.Message{edit})
	return o
}

// TestNothingLostNothingTwice stops the program at every step of delivery under
// every fault and starts it again: each message is in its channel exactly once,
// in order, replies in their thread.
func TestNothingLostNothingTwice(t *testing.T) {
	cases, crashes, deaths := 0, 0, map[string]int{}
	type call struct {
		method string
		from   int // first call that the fault hits
		stride int // of the steps at which the program dies
	}
	for _, fault := range crashFaults {
		at := []call{{"chat.postMessage", 1, 1}, {"chat.postMessage", 2, 2}, {"chat.postMessage", 3, 2},
			{"files.completeUploadExternal", 1, 1}, {"files.getUploadURLExternal", 1, 9}, {"upload", 1, 9}, {"chat.update", 1, 3}}
		if fault.name == "none" {
			at = at[:1]
		}
		for _, call := range at {
			stride := call.stride
			if testing.Short() {
				stride *= 3
			}
			for dies := 0; ; dies += stride {
				var steps int
				var died string
				synctest.Test(t, func(t *testing.T) {
					steps, died = crashCase(t, fmt.Sprintf("%s on %s %d, death at step %d", fault.name, call.method, call.from, dies), func(f *fakeSlack) {
						if p := fault.post; p.kind != "" {
							p.method, p.from = call.method, call.from
							f.faults = append(f.faults, p)
						}
						f.faults = append(f.faults, fault.also...)
					}, fault.operate, dies)
				})
				cases++
				if t.Failed() {
					t.FailNow()
				}
				if dies > 0 {
					if died == "" {
						break // it ended before the step came
					}
					crashes++
					deaths[died]++
				}
				if dies > 0 && steps < dies {
					break
				}
			}
		}
	}
	for _, step := range []string{"before claim", "after claim", "before post", "after post", "before record", "after record", "before find", "after find", "before recover", "after recover"} {
		if deaths[step] == 0 && !testing.Short() {
			t.Errorf("no case died %s", step)
		}
	}
	t.Logf("%d cases ran (%d faults, %d deaths: %v): none lost, none twice", cases, len(crashFaults), crashes, deaths)
}

// crashCase runs one case and returns how many steps the first life took and at
// which it died.
func crashCase(t *testing.T, name string, stage func(*fakeSlack), operate bool, dies int) (steps int, died string) {
	f := newFakeSlack()
	f.base = "http://slack.test"
	f.skew = -7 * time.Minute
	stage(f)
	client, closeAll := pipeClient(t, f)
	defer closeAll()
	o := everyOutbox()
	ends := time.Now().Add(12 * time.Hour)
	for life := 0; life < 2 && !o.settled() && time.Now().Before(ends); life++ {
		ctx, kill := context.WithCancel(t.Context())
		m := &mortal{kill: kill}
		if life == 0 {
			m.dies = dies
		}
		n := &Deliverer{Outbox: mortalOutbox{m, o}, Poster: mortalPoster{m, NewSlack(fakeToken, "http://slack.test/api/", client)},
			Now: time.Now, Log: slog.New(slog.DiscardHandler)}
		ended := make(chan error, 1)
		go func() { ended <- n.Run(ctx) }()
		for !o.settled() && ctx.Err() == nil && time.Now().Before(ends) {
			select {
			case <-time.After(time.Minute):
			case <-ctx.Done():
			}
			if operate {
				o.release()
			}
		}
		kill()
		if err := <-ended; err != nil {
			t.Errorf("%s: Run: %v", name, err)
		}
		if life == 0 {
			steps, died = m.steps, m.name
		}
	}
	f.settle()
	for _, s := range o.states() {
		if s != news.Sent {
			t.Errorf("%s: ended with states %v", name, o.states())
			return
		}
	}
	stored := f.stored()
	files := map[string]int{}
	for _, m := range f.messages {
		files[m.File]++
	}
	for _, r := range o.rows {
		if r.Message.Edit != 0 {
			if m := f.find(r.Channel, o.rows[r.Message.Edit-1].TS); m == nil || m.Edits == 0 || !strings.HasPrefix(m.Text, "Withdrawn") {
				t.Errorf("%s: the alert is not edited: %+v", name, m)
			}
			continue
		}
		if r.Message.File != nil {
			if n := files[r.Message.File.Name] + len(stored[r.Key]); n != 1 {
				t.Errorf("%s: the table is in Slack %d times", name, n)
			}
			continue
		}
		if got := stored[r.Key]; len(got) != 1 {
			t.Errorf("%s: %q is in Slack %d times", name, r.Key, len(got))
			continue
		}
		got := stored[r.Key][0]
		if got.TS != r.TS || got.Channel != r.Channel {
			t.Errorf("%s: %q recorded as %s in %s, stands as %s in %s", name, r.Key, r.TS, r.Channel, got.TS, got.Channel)
		}
		if want := map[bool]string{true: o.rows[0].TS}[r.Message.Part > 1]; got.Thread != want {
			t.Errorf("%s: %q stands in thread %q, want %q", name, r.Key, got.Thread, want)
		}
	}
	var order []int
	for _, m := range f.messages {
		if m.Channel == "C0ONE" {
			order = append(order, slices.IndexFunc(o.rows, func(r news.Delivery) bool {
				return r.Key == m.Key || r.Message.File != nil && r.Message.File.Name == m.File
			}))
		}
	}
	if !slices.IsSorted(order) {
		t.Errorf("%s: posted in order %v", name, order)
	}
	if len(f.wrong) > 0 {
		t.Errorf("%s: %v", name, f.wrong)
	}
	return steps, died
}
