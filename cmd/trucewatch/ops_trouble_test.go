package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func condition(feeds ...store.FeedCondition) store.Condition { return store.Condition{Feeds: feeds} }

func feedOf(name, side string, failing time.Duration) store.FeedCondition {
	f := store.FeedCondition{Feed: news.Feed{Name: name, Side: side}}
	if failing > 0 {
		f.Since, f.Poll.Err = noon.Add(-failing), "HTTP 503"
	}
	return f
}

func TestEachTroubleIsSeen(t *testing.T) {
	gone := feedOf("Gone", "russia", 0)
	gone.Poll.Gone = true
	paused := feedOf("Paused", "russia", 1000*time.Hour)
	paused.Paused = true
	gap := feedOf("Ministry", "ukraine", 0)
	gap.Official, gap.Poll.Gap = true, noon.Add(-time.Hour)
	oldGap, otherGap := gap, gap
	oldGap.Poll.Gap = noon.Add(-25 * time.Hour)
	otherGap.Official = false
	message := func(state news.DeliveryState, kind string, age time.Duration) store.Condition {
		return store.Condition{Open: []news.Delivery{{ID: 7, Digest: "morning", Channel: "C1", State: state, Created: noon.Add(-age), Due: noon, Cause: "refused: token_revoked", Message: news.Message{Kind: kind}}}}
	}
	// Told of, and by a copy of the database that knows of no failure: read an hour before
	// that, and an hour after.
	toldOf := func(cause, subject string, read time.Duration) store.Condition {
		f := feedOf("A", "russia", 0)
		f.Poll.LastOK = noon.Add(read)
		return store.Condition{Feeds: []store.FeedCondition{f}, Alarms: []store.Alarm{{Cause: cause, Open: true, Told: noon, Subjects: []string{subject}}}}
	}
	lost := message(news.Unknown, "digest", time.Minute)
	lost.Open[0].Due = time.Time{}
	for _, c := range []struct {
		name string
		w    watched
		want []string // cause, and a word it says
	}{
		{"nothing", watched{cond: condition(feedOf("A", "russia", 0))}, nil},
		{"failed for long", watched{cond: condition(feedOf("A", "russia", 73*time.Hour), feedOf("B", "russia", 0))}, []string{"source A has failed since 26 Feb 11:00 UTC: HTTP 503"}},
		{"failed not so long", watched{cond: condition(feedOf("A", "russia", 5*time.Hour))}, nil},
		{"gone", watched{cond: condition(gone, feedOf("B", "russia", 0))}, []string{"source Gone is gone"}},
		{"told of and not read since", watched{cond: toldOf("source", "A", -time.Hour)}, []string{"source A is not read again yet"}},
		{"told of and read since", watched{cond: toldOf("source", "A", time.Hour)}, nil},
		{"another told of", watched{cond: toldOf("source", "B", -time.Hour)}, nil},
		{"a side told of and not read since", watched{cond: toldOf("side", "russia", -time.Hour)}, []string{"side russia: 0 of 1"}},
		{"a side told of and read since", watched{cond: toldOf("side", "russia", time.Hour)}, nil},
		{"paused is wanted", watched{cond: condition(paused)}, nil},
		{"a side under half", watched{cond: condition(feedOf("A", "russia", 7*time.Hour), feedOf("B", "russia", 7*time.Hour), feedOf("C", "russia", 0), feedOf("D", "us", 0))}, []string{"side russia: 1 of 3"}},
		{"a side at half", watched{cond: condition(feedOf("A", "russia", 7*time.Hour), feedOf("B", "russia", 0))}, nil},
		{"an official gap", watched{cond: condition(gap)}, []string{"gap Ministry: at 1 Mar 11:00 UTC"}},
		{"an old gap, and one of another", watched{cond: condition(oldGap, otherGap)}, nil},
		{"held", watched{cond: message(news.Held, "digest", time.Minute)}, []string{"outbox message 7 (morning) to C1 is held: refused: token_revoked"}},
		{"a refused token", watched{token: "token_revoked"}, []string{"token token_revoked: copy the bot token again"}},
		{"a refused token, and what is told of it held", watched{token: "token_revoked", cond: message(news.Held, "ops", time.Minute)}, []string{"token token_revoked"}},
		{"a word to the operator held for another reason", watched{cond: message(news.Held, "ops", time.Minute)}, []string{"outbox message 7"}},
		{"parked", watched{cond: message(news.Parked, "digest", time.Minute)}, []string{"outbox message 7"}},
		{"unknown for good", watched{cond: lost}, []string{"outbox message 7 (morning) to C1 may or may not"}},
		{"queued a minute", watched{cond: message(news.Queued, "digest", time.Minute)}, nil},
		{"queued long", watched{cond: message(news.Queued, "digest", 31*time.Minute)}, []string{"late morning was made 1 Mar 11:29 UTC and is not sent"}},
		{"queued behind a held one", watched{cond: store.Condition{Open: []news.Delivery{
			{ID: 4, Digest: "turn", State: news.Held, Created: noon, Cause: "refused: token_revoked"},
			{ID: 5, Digest: "morning", State: news.Queued, Created: noon.Add(-31 * time.Minute)}}}},
			[]string{"outbox message 4 (turn)", "late morning was made 1 Mar 11:29 UTC and is not sent: message 4 before it is held"}},
		{"a late word to the operator", watched{cond: message(news.Queued, "ops", 31*time.Minute)}, nil},
		{"a digest not made", watched{late: map[string]string{"morning": "was due 1 Mar 08:00"}}, []string{"late digest morning: was due"}},
		{"disk", watched{free: 0.05}, []string{"disk 5.0 %"}},
		{"clock back", watched{jump: -time.Hour}, []string{"clock by 60m back"}},
		{"clock adjusted", watched{jump: time.Minute}, nil},
		{"blocked", watched{blocked: "disk full", condErr: errors.New("too")}, []string{"database disk full"}},
		{"unreadable", watched{condErr: errors.New("I/O error")}, []string{"database it can't be read: I/O error"}},
		{"stalled", watched{stalled: []string{"poll"}}, []string{"stalled poll has done nothing for over 4m"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.w.now, c.w.failedFor, c.w.sideBelow = noon, 72*time.Hour, 0.5
			if c.w.free == 0 {
				c.w.free = -1
			}
			var got []string
			for _, tr := range troubles(c.w) {
				got = append(got, tr.cause+" "+tr.says)
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i, w := range c.want {
				if !strings.Contains(got[i], w) {
					t.Errorf("got %q, want %q", got[i], w)
				}
			}
		})
	}
}

func TestEveryCauseIsKnownAndOrdered(t *testing.T) {
	w := watched{now: noon, blocked: "x", token: "token_revoked", free: 0.01, jump: time.Hour, stalled: []string{"poll"}, late: map[string]string{"b": "late", "a": "late"}, failedFor: 72 * time.Hour, sideBelow: 0.5}
	gap := feedOf("Z", "us", 80*time.Hour)
	gap.Official, gap.Poll.Gap = true, noon
	w.cond = condition(gap)
	w.cond.Open = []news.Delivery{{ID: 1, State: news.Held}}
	var got []string
	for _, tr := range troubles(w) {
		if len(got) == 0 || got[len(got)-1] != tr.cause {
			got = append(got, tr.cause)
		}
	}
	var want []string
	for _, c := range causes {
		want = append(want, c.name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("causes %v, want %v", got, want)
	}
}

// A run of hours with troubles; the operator hears of each cause at most once a day,
// of what is new in it, and once that it is over.
func TestACauseIsToldOnceADayAndItsEndOnce(t *testing.T) {
	var alarms []store.Alarm
	var heard []string
	paused := feedOf("B", "us", 0)
	paused.Paused = true
	feeds := condition(feedOf("A", "us", 0), paused, feedOf("C", "us", time.Hour)).Feeds
	hour := func(h int, present ...trouble) {
		changed, text := told(alarms, feeds, present, noon.Add(time.Duration(h)*time.Hour))
		alarms = overlay(alarms, changed)
		if text != "" {
			heard = append(heard, fmt.Sprintf("%d %s", h, strings.ReplaceAll(text, "\n", " ")))
		}
	}
	a, b := trouble{"source", "A", "A fails"}, trouble{"source", "B", "B fails"}
	disk := trouble{"disk", "disk", "5 % free"}
	jump := trouble{"clock", "t", "by an hour"}
	hour(0)
	hour(1, a)
	hour(2, a)          // the same
	hour(3, disk, a, b) // another cause is told at once, what is new in a cause the next day
	hour(20, a, b)      // the disk has room
	hour(24, a, b)      // not yet a day
	hour(25, a, b)      // B
	hour(26)            // over
	hour(27, a)         // again, within the day: not told
	hour(28)            // so its end is not told either
	hour(60, a, jump)   // again, another day
	hour(61, a)         // a jump has no end
	hour(200, a)        // unchanged for a week
	want := []string{
		"1 Sources can't be read: • A fails",
		"3 The disk is nearly full: • 5 % free",
		"20 There is room on the disk again.",
		"25 Sources can't be read: • B fails • and still 1 told before: see `trucewatch status`",
		"26 Read again: A. Not asked any more: B.",
		"60 The clock jumped: • by an hour Sources can't be read: • A fails",
	}
	if !slices.Equal(heard, want) {
		t.Errorf("heard\n%s\nwant\n%s", strings.Join(heard, "\n"), strings.Join(want, "\n"))
	}
}

func TestManyTroublesAreOneShortMessage(t *testing.T) {
	var many []trouble
	for i := range 500 {
		many = append(many, trouble{"source", fmt.Sprint(i), oneLine(fmt.Sprintf("Source %d: %s", i, strings.Repeat("very\n broken ", 100)))})
	}
	_, text := told(nil, nil, many, noon)
	m := opsMessage(text)
	if n := strings.Count(m.Plain, "•"); n != linesTold+1 || !strings.Contains(m.Plain, "and 488 more") || len(m.Plain) > 8000 {
		t.Errorf("%d lines, %d bytes", n, len(m.Plain))
	}
	if m.Text != "trucewatch: Sources can't be read" {
		t.Errorf("a phone shows %q", m.Text)
	}
}
