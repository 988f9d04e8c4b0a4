package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"
)

// Posted is a message of ours that a channel's history shows.
type Posted struct {
	Key  string // the delivery's key; "" of a file
	Note string // what it carries unseen; "" for most
	File string // name of a file in a thread of ours; "" of a message
	TS   string // Slack's id of the message
}

// maxThreads bounds the threads of ours that are read with a channel's history: the
// newest.
const maxThreads = 200

// Posted lists the messages of ours that stand in a channel, newest first, back to
// since, and then those that stand in their threads. A program that starts on an older
// copy of its database learns from them what was told in between. When a thread can't be
// read, the channel's own messages are listed all the same, with the error.
func (s *Slack) Posted(ctx context.Context, channel string, since time.Time) (out []Posted, err error) {
	oldest := fmt.Sprintf("%d.000000", since.Unix())
	var threads []string
	err = s.pages(ctx, func(ctx context.Context, cursor string) ([]slack.Message, string, error) {
		page, err := s.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: channel, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true, Oldest: oldest})
		if err == nil && !page.Ok {
			err = errors.New("an answer without content")
		}
		if err != nil {
			return nil, "", err
		}
		return page.Messages, page.ResponseMetaData.NextCursor, nil
	}, func(m slack.Message) error {
		key := keyOf(m)
		if key == "" {
			return nil
		}
		note, _ := m.Metadata.EventPayload["note"].(string)
		out = append(out, Posted{Key: key, Note: note, TS: m.Timestamp})
		if m.ReplyCount > 0 && (m.ThreadTimestamp == "" || m.ThreadTimestamp == m.Timestamp) && len(threads) < maxThreads {
			threads = append(threads, m.Timestamp)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, parent := range threads {
		err := s.pages(ctx, func(ctx context.Context, cursor string) ([]slack.Message, string, error) {
			replies, _, next, err := s.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: channel, Timestamp: parent, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true})
			if err == nil && len(replies) == 0 && cursor == "" {
				err = errors.New("an answer without content") // a thread holds at least its parent
			}
			return replies, next, err
		}, func(r slack.Message) error {
			if key := keyOf(r); key != "" && r.Timestamp != parent {
				out = append(out, Posted{Key: key, TS: r.Timestamp})
			}
			for _, f := range r.Files {
				out = append(out, Posted{File: f.Name, TS: r.Timestamp})
			}
			return nil
		})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// pages shows each message of a listing, page by page.
func (s *Slack) pages(ctx context.Context, get func(ctx context.Context, cursor string) ([]slack.Message, string, error), show func(slack.Message) error) error {
	cursor := ""
	for range maxPages {
		call, cancel := context.WithTimeout(ctx, callTimeout)
		page, next, err := get(call, cursor)
		cancel()
		if err != nil {
			return s.classify(err)
		}
		for _, m := range page {
			if err := show(m); err != nil {
				return err
			}
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
	return fmt.Errorf("more than %d messages to search", maxPages*pageSize)
}

// keyOf is the key of the delivery that a message of ours is; "" for others.
func keyOf(m slack.Message) string {
	if m.Metadata.EventType != eventType {
		return ""
	}
	key, _ := m.Metadata.EventPayload["delivery_id"].(string)
	return key
}
