package notify

import (
	"fmt"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// mergeAfter is how old a message may be when its channel opens again and still
// be posted by itself.
const mergeAfter = 72 * time.Hour

// Merge rolls the channel's queued deliveries that are older than 72 hours at
// now into one message for the channel, with their texts in its thread, so that
// a channel that opens again after days is not flooded. merged are the rows the
// messages stand for; below two there is nothing to merge. Replies count with
// their parents.
func Merge(rows []news.Delivery, zone *time.Location, now time.Time) (messages []news.Message, merged []news.DeliveryID) {
	var old []news.Delivery
	heads := 0
	for _, d := range rows {
		if d.State == news.Queued && d.Message.Edit == 0 && now.Sub(d.Created) > mergeAfter {
			old = append(old, d)
			if d.Message.Part == 1 {
				heads++
			}
		}
	}
	if heads < 2 {
		return nil, nil
	}
	from, to := old[0].Created, old[0].Created
	list := para{kind: body}
	var texts []line
	for _, d := range old {
		merged = append(merged, d.ID)
		if d.Created.Before(from) {
			from = d.Created
		}
		if d.Created.After(to) {
			to = d.Created
		}
		for i, l := range strings.Split(strings.TrimSpace(d.Message.Plain), "\n") {
			l = clip(clean(l), 500)
			if i == 0 && d.Message.Part == 1 {
				head := in(zone, d.Created).Format(stampMinute)
				if len(list.lines) < 30 {
					list.lines = append(list.lines, row(text("• "+head+" "), bold(clip(l, 150))))
				}
				texts = append(texts, row(bold(head+" "+l)))
				continue
			}
			if l == "" {
				continue
			}
			if u := link(l); u != "" {
				texts = append(texts, row(linked("source", u)))
				continue
			}
			texts = append(texts, row(text(l)))
		}
	}
	if heads > len(list.lines) {
		list.lines = append(list.lines, row(text(fmt.Sprintf("and %d more", heads-len(list.lines)))))
	}
	stamp := func(t time.Time) string { return in(zone, t).Format(stampMinute) }
	title := fmt.Sprintf("Held back: %s from %s to %s %s", counted(heads, "message", "messages"), stamp(from), stamp(to), zoneName(zone))
	first := message("digest", page{
		{kind: heading, lines: []line{row(text(title))}}, list,
		{kind: small, lines: []line{row(text("Slack could not be reached or refused these when they were due. Their texts are in the thread."))}},
	}, title)
	first.Part = 1
	messages = append(messages, first)
	add := func(p page) {
		m := message("digest", p, title)
		m.Part = len(messages) + 1
		messages = append(messages, m)
	}
	cur := para{kind: body}
	for _, l := range texts {
		grown := para{kind: body, lines: append(cur.lines[:len(cur.lines):len(cur.lines)], l)}
		if len(cur.lines) > 0 && !fits(page{grown}) {
			add(page{cur})
			grown.lines = []line{l}
		}
		cur = grown
	}
	if len(cur.lines) > 0 {
		add(page{cur})
	}
	return messages, merged
}
