// Package notify decides what a channel is told, words it, and delivers it.
//
// Three parts, in the order a digest passes them:
//
//   - deciding: [Tell] and [Alerts] say what is new or changed for one channel,
//     [Compose] ranks it and measures who was heard. Pure functions of a
//     [news.Edition]: no clock, no network, no database.
//   - wording: [Render] lays a [Digest] out for Slack, [Text] for a terminal and
//     [Digest.JSON] for programs. Every word of ours stands in words.go; all
//     else is quoted from a source and attributed.
//   - delivering: [Deliverer] empties an outbox through a [Poster] so that
//     nothing is lost and nothing appears twice.
//
// It does not read feeds, judge items or store anything: the store runs the
// transactions and hands editions and deliveries in.
package notify
