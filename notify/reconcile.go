package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/slack-go/slack"
)

// Posted is a message of ours that a channel's history shows.
type Posted struct {
	Key string // the delivery's key
	TS  string // Slack's id of the message
}

// Posted lists the messages of ours that stand in a channel, newest first, back to
// since. A program that starts on an older copy of its database learns from them
// what was told in between.
func (s *Slack) Posted(ctx context.Context, channel string, since time.Time) ([]Posted, error) {
	var out []Posted
	cursor := ""
	for range maxPages {
		call, cancel := context.WithTimeout(ctx, callTimeout)
		page, err := s.api.GetConversationHistoryContext(call, &slack.GetConversationHistoryParameters{
			ChannelID: channel, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true, Oldest: fmt.Sprintf("%d.000000", since.Unix()),
		})
		cancel()
		if err != nil {
			return nil, s.classify(err)
		}
		for _, m := range page.Messages {
			if m.Metadata.EventType != eventType {
				continue
			}
			if key, _ := m.Metadata.EventPayload["delivery_id"].(string); key != "" {
				out = append(out, Posted{key, m.Timestamp})
			}
		}
		if cursor = page.ResponseMetaData.NextCursor; cursor == "" {
			return out, nil
		}
	}
	return nil, fmt.Errorf("more than %d messages to search", maxPages*pageSize)
}
