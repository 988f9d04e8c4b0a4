package notify

import (
	"errors"
	"fmt"
	"time"

	"trucewatch/internal/news"
)

// Class is what a refusal means for a delivery.
type Class string

const (
	Wait    Class = "wait"    // later: a rate limit
	Config  Class = "config"  // channel or authorisation: an operator must act
	Layout  Class = "layout"  // the message itself is refused
	Missing Class = "missing" // the message to edit is not there, or may not be edited
	Strange Class = "strange" // refused with a reason we do not know
)

// Refusal is a clear answer: the message was not taken. Any other error from a
// Poster means that we do not know.
type Refusal struct {
	Class  Class
	Code   string        // the service's word
	Detail string        // what it says more, in words
	After  time.Duration // of Wait: how long; 0 when not said
}

func (r *Refusal) Error() string {
	s := "refused: " + r.Code
	if r.Detail != "" {
		s += " (" + r.Detail + ")"
	}
	return s
}

// Receipt is what a service says of a message it took.
type Receipt struct {
	TS     string // the message's id
	Thread string // the thread it stands in; "" when it stands in the channel
}

// answer is what came back from posting or editing.
type answer struct {
	receipt Receipt
	err     error
}

// The look-ups after an ambiguous answer: the first soon, the second after the
// longest a late message is known to take.
const (
	firstLookup  = 5 * time.Second
	secondLookup = 90 * time.Second
	lookbackSlop = 10 * time.Minute // look-ups reach this far before the first claim
	maxWait      = 24 * time.Hour   // longest wait a service may ask for
	strangeTries = 8                // refusals we do not understand before a delivery is held
)

// decide sorts the answer to a post into what becomes of the delivery. d is as
// it was claimed: Attempts counts this try.
func decide(d news.Delivery, a answer, now time.Time) news.Delivery {
	d.Due = time.Time{}
	if a.err == nil && a.receipt.TS != "" {
		d.State, d.TS, d.Cause = news.Sent, a.receipt.TS, ""
		if d.ThreadTS != "" && a.receipt.Thread != d.ThreadTS && d.Message.Edit == 0 {
			d.Cause = "posted outside its thread: the message it replies to was deleted"
		}
		return d
	}
	if a.err == nil {
		a.err = errors.New("an answer without a message id")
	}
	r, refused := errors.AsType[*Refusal](a.err)
	if !refused {
		if d.Message.Edit != 0 { // editing twice is harmless
			return queue(d, now.Add(backoff(d.Attempts)), "no clear answer to the edit: "+a.err.Error())
		}
		d.State, d.Lookups, d.Due = news.Unknown, 0, now.Add(firstLookup)
		d.Cause = "no clear answer, looking for it in the channel: " + a.err.Error()
		return d
	}
	switch r.Class {
	case Wait:
		wait := min(r.After, maxWait)
		if wait <= 0 {
			wait = backoff(d.Attempts)
		}
		return queue(d, now.Add(wait), r.Error())
	case Config:
		d.State, d.Cause = news.Held, r.Error()
		return d
	case Layout:
		if !d.PlainNow {
			d.PlainNow = true
			return queue(d, now, "layout refused, next as plain text: "+r.Error())
		}
		d.State, d.Cause = news.Parked, "refused even as plain text: "+r.Error()
		return d
	case Missing:
		d.State, d.Cause = news.Parked, r.Error()
		return d
	}
	if d.Attempts >= strangeTries {
		d.State, d.Cause = news.Held, r.Error()
		return d
	}
	return queue(d, now.Add(backoff(d.Attempts)), r.Error())
}

// decideLookup sorts the answer to a look-up of an unknown delivery. A message
// absent at both look-ups is posted again. History that cannot be read proves
// nothing: the delivery stays unknown, looked up again ever more rarely if the
// trouble may pass, else until the operator retries it.
func decideLookup(d news.Delivery, ts string, err error, now time.Time) news.Delivery {
	planned := d.Due
	d.Due = time.Time{}
	if err != nil {
		d.Cause = "cannot tell whether it was posted: " + err.Error()
		if r, ok := errors.AsType[*Refusal](err); ok && r.Class != Wait && r.Class != Strange {
			return d
		}
		wait := max(firstLookup, min(now.Sub(d.Claimed), 10*time.Minute))
		if r, ok := errors.AsType[*Refusal](err); ok && r.After > 0 {
			wait = min(r.After, maxWait)
		}
		d.Due = now.Add(wait)
		return d
	}
	if ts != "" {
		d.State, d.TS, d.Cause, d.Lookups = news.Sent, ts, "found after an unclear answer", 0
		return d
	}
	if d.Lookups++; d.Lookups < 2 {
		d.Due = planned.Add(secondLookup - firstLookup)
		if planned.IsZero() {
			d.Due = now.Add(secondLookup)
		}
		d.Cause = "not in the channel yet, looking once more"
		return d
	}
	d.Lookups = 0
	return queue(d, now, fmt.Sprintf("absent %s after an unclear answer, posting again", secondLookup))
}

func queue(d news.Delivery, due time.Time, cause string) news.Delivery {
	d.State, d.Due, d.Cause = news.Queued, due, cause
	return d
}

// backoff is the wait before another try when nobody says how long: 5 s, then
// twice as long each time, at most 15 minutes.
func backoff(attempts int) time.Duration {
	return min(5*time.Second<<min(max(attempts-1, 0), 10), 15*time.Minute)
}
