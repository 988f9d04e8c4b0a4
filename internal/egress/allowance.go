package egress

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// errTimeout is the cause with which an exchange ends that took too long.
var errTimeout = errors.New("took too long")

// stuck bounds an exchange with everything it waits for on our own side. It
// is there so that a mistake of ours ends too.
const stuck = time.Hour

// An allowance is the time one exchange may take. It runs while the other side
// is to act and stands still while we wait for limits of our own.
type allowance struct {
	ctx    context.Context
	used   time.Duration
	left   time.Duration
	cancel context.CancelCauseFunc
	stop   context.CancelFunc
	timer  *time.Timer
	since  time.Duration // what remained until deadline when the allowance began to run
	until  time.Time     // a fixed point far ahead, to measure against
}

// newAllowance returns an allowance that stands still.
func newAllowance(parent context.Context, d time.Duration) *allowance {
	ctx, stop := context.WithTimeout(parent, stuck)
	until, _ := ctx.Deadline()
	ctx, cancel := context.WithCancelCause(ctx)
	return &allowance{ctx: ctx, left: d, cancel: cancel, stop: stop, until: until}
}

func (a *allowance) resume() {
	a.since = time.Until(a.until)
	a.timer = time.AfterFunc(max(a.left, 0), func() { a.cancel(errTimeout) })
}

func (a *allowance) pause() {
	a.timer.Stop()
	ran := a.since - time.Until(a.until)
	a.used += ran
	a.left -= ran
}

func (a *allowance) end() {
	a.cancel(context.Canceled)
	a.stop()
}

// failure names what ended an exchange: the caller's own cause if the caller
// ended it, else an *Error.
func (a *allowance) failure(u *url.URL, err error) error {
	cause := context.Cause(a.ctx)
	switch {
	case cause == errTimeout:
		return &Error{Kind: Timeout, Host: u.Hostname(), Err: cause}
	case cause != nil:
		return cause
	}
	return newError(u.Hostname(), err)
}
