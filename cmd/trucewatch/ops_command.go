package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"trucewatch/internal/news"
	"trucewatch/notify"
)

// commandChannel is the pseudo-channel of ops.command: what is queued for it is
// handed to the command, with the outbox's promises.
const commandChannel = "command"

// commandTimeout bounds one run of the operator's command.
const commandTimeout = 30 * time.Second

// commander sends what is for commandChannel to a command, the rest on.
type commander struct {
	notify.Poster
	command string
}

func withCommand(p notify.Poster, command string) notify.Poster {
	return &commander{p, command}
}

// Post runs the command with the text on its standard input. Only its exit status
// counts; what it prints is not kept, because it may hold its secrets.
func (c *commander) Post(ctx context.Context, d news.Delivery) (notify.Receipt, error) {
	if d.Channel != commandChannel {
		return c.Poster.Post(ctx, d)
	}
	if c.command == "" {
		return notify.Receipt{}, &notify.Refusal{Class: notify.Config, Code: "no ops.command is configured"}
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", c.command)
	cmd.Stdin = strings.NewReader(d.Message.Plain + "\n")
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "LANG=C.UTF-8"} // no token of ours
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		why := "it took longer than " + span(commandTimeout)
		if ctx.Err() == nil {
			why = err.Error()
		}
		return notify.Receipt{}, &notify.Refusal{Class: notify.Wait, Code: "ops.command failed", Detail: why}
	}
	return notify.Receipt{TS: "command-" + strconv.FormatInt(int64(d.ID), 10)}, nil
}

// Update never comes: nothing told to a command is edited.
func (c *commander) Update(ctx context.Context, d news.Delivery) (notify.Receipt, error) {
	if d.Channel != commandChannel {
		return c.Poster.Update(ctx, d)
	}
	return c.Post(ctx, d)
}

// Find finds nothing: telling the operator twice after a crash is better than not.
func (c *commander) Find(ctx context.Context, d news.Delivery, since, now time.Time) (string, error) {
	if d.Channel != commandChannel {
		return c.Poster.Find(ctx, d, since, now)
	}
	return "", nil
}
