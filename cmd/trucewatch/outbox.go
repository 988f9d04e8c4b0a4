package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// OutboxCmd works on messages to deliver.
type OutboxCmd struct {
	List  OutboxListCmd  `cmd:"" default:"1" help:"List messages that are not delivered."`
	Retry OutboxRetryCmd `cmd:"" help:"Try a message again."`
	Drop  OutboxDropCmd  `cmd:"" help:"Give a message up; what it would have told is untold again."`
}

// OutboxListCmd lists messages.
type OutboxListCmd struct {
	All    bool   `help:"List delivered and dropped messages too."`
	Limit  int    `default:"50" help:"At most so many, the newest."`
	Format string `enum:"text,json" default:"text" help:"text or json."`
}

// delivery is a message as listings show it.
type delivery struct {
	ID       news.DeliveryID    `json:"id"`
	State    news.DeliveryState `json:"state"`
	Channel  string             `json:"channel"`
	Digest   string             `json:"digest"`
	Slot     time.Time          `json:"slot"`
	Part     int                `json:"part"`
	Attempts int                `json:"attempts"`
	Due      *time.Time         `json:"due"`
	Cause    string             `json:"cause,omitempty"`
	Text     string             `json:"text"`
}

func (c *OutboxListCmd) Run(e *env) error {
	_, st, err := e.openExisting()
	if err != nil {
		return err
	}
	defer st.Close()
	ds, err := st.Deliveries(e.ctx, !c.All, c.Limit)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		out := make([]delivery, 0, len(ds))
		for _, d := range ds {
			out = append(out, delivery{d.ID, d.State, d.Channel, d.Digest, d.Slot, d.Message.Part, d.Attempts, known(d.Due), d.Cause, d.Message.Text})
		}
		return writeJSON(e.stdout, out)
	}
	if len(ds) == 0 {
		fmt.Fprintln(e.stdout, "Nothing waits to be delivered.")
		return nil
	}
	t := newTable("ID", "STATE", "CHANNEL", "DIGEST", "SLOT", "PART", "TRIES", "WHY")
	for _, d := range ds {
		slot := "" // a hello or a message to the operator has none
		if d.Slot.UnixMilli() > 0 {
			slot = d.Slot.Format("2006-01-02 15:04Z")
		}
		t.row(int64(d.ID), string(d.State), d.Channel, d.Digest, slot, d.Message.Part, d.Attempts, d.Cause)
	}
	t.write(e.stdout)
	return nil
}

// messageID is the number of a message on the command line.
type messageID int64

// UnmarshalText reads a number as `outbox list` shows it. It is encoding.TextUnmarshaler's.
func (id *messageID) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n <= 0 {
		return fmt.Errorf("%q is no message's number: give one as `trucewatch outbox list` shows it", b)
	}
	*id = messageID(n)
	return nil
}

// OutboxRetryCmd retries a message.
type OutboxRetryCmd struct {
	ID messageID `arg:"" help:"The message's number, as outbox list shows it."`
}

func (c *OutboxRetryCmd) Run(e *env) error { return setDelivery(e, c.ID, news.Queued, "queued again") }

// OutboxDropCmd drops a message.
type OutboxDropCmd struct {
	ID messageID `arg:"" help:"The message's number, as outbox list shows it."`
}

func (c *OutboxDropCmd) Run(e *env) error { return setDelivery(e, c.ID, news.Dropped, "dropped") }

func setDelivery(e *env, id messageID, to news.DeliveryState, word string) error {
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	st, err := store.OpenExisting(e.ctx, cfg.Database)
	if err != nil {
		return err
	}
	defer st.Close()
	now := time.Now()
	err = st.SetDelivery(e.ctx, news.DeliveryID(id), to, now)
	if errors.Is(err, news.ErrNotFound) {
		return fmt.Errorf("no message %d waits to be delivered; see `trucewatch outbox list`", id)
	} else if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "message %d: %s\n", id, word)
	if n, err := st.MergeQueued(e.ctx, now, merger(zonesOf(cfg), now)); err != nil {
		return err
	} else if n > 0 {
		fmt.Fprintf(e.stdout, "%s for over 72 hours go out as one\n", plural(int64(n), "message that waited", "messages that waited"))
	}
	return nil
}
