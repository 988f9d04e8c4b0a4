package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
	"trucewatch/notify"
)

// staleAfter is how long a word to the operator may wait before it is looked at again
// when its turn comes: what it says may be over by then. One that waits, waited behind
// what is held for the same reason, and is posted right after that.
const staleAfter = time.Minute

// settling is how long such a word is put off while what it speaks of is on its way, and
// settleTries how often.
const (
	settling    = 5 * time.Second
	settleTries = 5
)

// currentWords is the outbox of a daemon whose words to the operator are true when they
// are told, however long they waited.
type currentWords struct {
	notify.Outbox
	*daemon
}

// ClaimDelivery withdraws a word to the operator that is over, leaves out of another what
// is, and puts off one that speaks of what is on its way. It is notify.Outbox's.
func (c currentWords) ClaimDelivery(ctx context.Context, now time.Time) (news.Delivery, error) {
	for {
		m, err := c.Outbox.ClaimDelivery(ctx, now)
		if err != nil || m.Message.Kind != "ops" || now.Sub(m.Created) < staleAfter {
			return m, err
		}
		cond, err := c.store.Condition(ctx)
		if err != nil {
			return m, nil // told as it was written rather than not at all
		}
		refused, known := c.slack.says()
		// What Slack takes says that it takes the token.
		serves := known && refused == "" || m.Channel != commandChannel && m.Channel != news.TerminalChannel
		text, onItsWay := stillTrue(strings.TrimPrefix(m.Message.Plain, opsPrefix), cond.Open, serves)
		put := m
		switch {
		case onItsWay && m.Attempts < settleTries:
			put.State, put.Due = news.Queued, now.Add(settling)
		case text == "":
			put.State, put.Due, put.Cause = news.Dropped, time.Time{}, "what it says was over before it could be told"
		default:
			fresh := opsMessage(text)
			m.Message.Text, m.Message.Plain = fresh.Text, fresh.Plain
			return m, nil
		}
		if err := c.Outbox.RecordDelivery(ctx, put); err != nil {
			return m, nil
		}
		if put.State == news.Queued {
			return put, nil
		}
	}
}

// stillTrue is a text of [told] without what is over by now, as far as it is about
// delivery: messages that are no longer open, and a token that serves. "" when nothing
// of it is left. onItsWay is whether a message it speaks of is about to be sent.
func stillTrue(text string, open []news.Delivery, tokenServes bool) (left string, onItsWay bool) {
	var out, section []string // section: a headline, and its lines that hold
	about := ""               // the cause of section
	end := func() {
		if len(section) > 1 && slices.ContainsFunc(section[1:], func(l string) bool { return !strings.HasPrefix(l, "• and ") }) {
			out = append(out, section...)
		}
		section = nil
	}
	for _, line := range strings.Split(text, "\n") {
		if at := slices.IndexFunc(causes, func(c cause) bool { return line == c.begins+":" }); at >= 0 {
			end()
			section, about = []string{line}, causes[at].name
			continue
		}
		if !strings.HasPrefix(line, "• ") || len(section) == 0 {
			end()
			out = append(out, line)
			continue
		}
		spoken := func(d news.Delivery) bool {
			return about == "outbox" && strings.HasPrefix(line, fmt.Sprintf("• message %d (", d.ID)) ||
				about == "late" && strings.HasPrefix(line, "• "+d.Digest+" was made ")
		}
		at := slices.IndexFunc(open, spoken)
		switch {
		case about == tokenCause && tokenServes:
			continue
		case about == "outbox" && at < 0 && strings.HasPrefix(line, "• message "):
			continue
		case about == "late" && at < 0 && strings.Contains(line, " was made "):
			continue
		}
		if at >= 0 && (open[at].State == news.Queued || open[at].State == news.Claimed) {
			onItsWay = true
		}
		section = append(section, line)
	}
	end()
	return strings.Join(out, "\n"), onItsWay
}
