package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"trucewatch/internal/news"
	"trucewatch/notify"
)

// terminal prints messages instead of posting them.
type terminal struct {
	mu sync.Mutex
	w  io.Writer
	n  int
}

func (t *terminal) Post(_ context.Context, d news.Delivery) (notify.Receipt, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := fmt.Fprintf(t.w, "%s\n\n", d.Message.Plain); err != nil {
		return notify.Receipt{}, &notify.Refusal{Class: notify.Config, Code: "printing failed", Detail: err.Error()}
	}
	t.n++
	return notify.Receipt{TS: "printed-" + strconv.Itoa(t.n), Thread: d.ThreadTS}, nil
}

// Update prints the corrected message: what was printed stays printed.
func (t *terminal) Update(ctx context.Context, d news.Delivery) (notify.Receipt, error) {
	return t.Post(ctx, d)
}

// Find never finds: what a terminal showed can't be looked up, and printing
// twice after a crash is better than not printing.
func (t *terminal) Find(context.Context, news.Delivery, time.Time, time.Time) (string, error) {
	return "", nil
}

// router sends what is for the terminal there and the rest to Slack.
type router struct{ slack, terminal notify.Poster }

func (r *router) to(d news.Delivery) notify.Poster {
	if d.Channel == news.TerminalChannel {
		return r.terminal
	}
	return r.slack
}

func (r *router) Post(ctx context.Context, d news.Delivery) (notify.Receipt, error) {
	return r.to(d).Post(ctx, d)
}

func (r *router) Update(ctx context.Context, d news.Delivery) (notify.Receipt, error) {
	return r.to(d).Update(ctx, d)
}

func (r *router) Find(ctx context.Context, d news.Delivery, since, now time.Time) (string, error) {
	return r.to(d).Find(ctx, d, since, now)
}
