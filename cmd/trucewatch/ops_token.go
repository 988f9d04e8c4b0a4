package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"trucewatch/internal/news"
	"trucewatch/notify"
	"trucewatch/store"
)

// How often Slack is asked whether the token still serves: a token that was revoked
// would show with the next message alone, which may be a day off.
const (
	tokenEvery = time.Hour
	tokenAgain = 10 * time.Minute // while it is refused, or Slack can't be asked
)

// tokenWatch is what a daemon knows of its Slack token. It is safe for concurrent use.
type tokenWatch struct {
	mu      sync.Mutex
	next    time.Time // when to ask; zero is at once
	known   bool      // Slack has said whether it takes the token
	refused string    // in Slack's words; "" when it takes it
}

// took notes that Slack took something with the token.
func (w *tokenWatch) took(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next, w.known, w.refused = now.Add(tokenEvery), true, ""
}

// doubt has Slack asked at the next look: a message was refused.
func (w *tokenWatch) doubt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = time.Time{}
}

func (w *tokenWatch) due(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.next.After(now) || w.next.Sub(now) > tokenEvery // the clock was set back
}

// answered notes what became of asking Slack. An answer that is none, such as that of
// a lost network, says nothing about the token.
func (w *tokenWatch) answered(err error, now time.Time) {
	refusal, refused := errors.AsType[*notify.Refusal](err)
	refused = refused && refusal.Class == notify.Config
	if err == nil {
		w.took(now)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = now.Add(tokenAgain)
	if refused {
		w.known, w.refused = true, refusal.Code
	}
}

// says is why Slack refuses the token, "" when it does not; known is whether it was
// asked and has answered.
func (w *tokenWatch) says() (refused string, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.refused, w.known
}

// verifyToken asks Slack whether the token serves, unless something that it took shows so.
func (d *daemon) verifyToken(ctx context.Context, now time.Time) {
	if d.history == nil || !d.slack.due(now) {
		return
	}
	err := d.history.Verify(ctx)
	if ctx.Err() != nil {
		return
	}
	d.slack.answered(err, now)
	if err != nil {
		d.log.Warn("the Slack token could not be verified", "err", err)
	}
}

// tokenRefused is why Slack refuses the token, as far as it is known: what was told
// before a restart holds until Slack has answered.
func (d *daemon) tokenRefused(alarms []store.Alarm) string {
	if d.history == nil {
		return ""
	}
	refused, known := d.slack.says()
	if !known {
		return toldOfToken(alarms)
	}
	return refused
}

// toldOfToken is the refusal of the token that the operator was told of and that is
// not told to be over; "" when there is none.
func toldOfToken(alarms []store.Alarm) string {
	for _, a := range alarms {
		if a.Cause == tokenCause && a.Open && len(a.Subjects) > 0 {
			return a.Subjects[0]
		}
	}
	return ""
}

// heard notes what became of a message as far as it shows whether the token serves.
func (d *daemon) heard(m news.Delivery) {
	switch {
	case m.Channel == commandChannel || m.Channel == news.TerminalChannel:
	case m.State == news.Sent:
		d.slack.took(d.now())
	case m.State == news.Held:
		d.slack.doubt()
	}
}

// refusedToken words a refused token for the operator.
func refusedToken(code string) string {
	return fmt.Sprintf("%s: copy the bot token again, docs/slack.md, and restart", code)
}
