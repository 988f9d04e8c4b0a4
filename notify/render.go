package notify

import (
	"fmt"
	"sort"
	"strings"

	"trucewatch/internal/news"
)

const terminal = news.TerminalChannel

// Render writes a digest as the messages that tell it: part 1 for the channel,
// then for its thread one reply per entry with all its sources, numbered as in
// part 1 (entry n is part n+1). A quiet digest whose edition skips quiet days
// has none; a blind one is always told.
func Render(d Digest) []news.Message {
	if d.Skip {
		return nil
	}
	p := channelPage(d)
	first := message(d.Kind, p, phone(d))
	first.Part = 1
	out := []news.Message{first}
	if d.Channel == terminal {
		out[0].Plain = Text(d, 0, false)
		return out
	}
	for _, e := range d.Entries {
		if d.Kind != "digest" && d.Kind != "alert" {
			break
		}
		m := reply(d, e)
		m.Part = len(out) + 1
		out = append(out, m)
	}
	if d.Files && d.Kind == "recap" && len(d.Entries) > 0 {
		return append(out, tableFile(d, len(out)+1))
	}
	for _, p := range tablePages(d) {
		m := message(d.Kind, p, tableTitle(d))
		m.Part = len(out) + 1
		out = append(out, m)
	}
	return out
}

func message(kind string, p page, phone string) news.Message {
	return news.Message{
		Kind: kind, Blocks: encode(p),
		Text:  mrkdwn(clipAs(phone, maxPhone, mrkdwn)),
		Plain: draw(p, 0, false),
	}
}

// reply is the thread reply of one entry, with as many sources as fit.
func reply(d Digest, e Entry) news.Message {
	most := min(maxSources, len(e.Sources))
	n := sort.Search(most, func(i int) bool { return !fits(replyPage(d, e, i+1)) })
	m := message(d.Kind, replyPage(d, e, n), fmt.Sprintf("%d. %s: %s", e.Number,
		clip(e.Headline.Title, 150), counted(len(e.Sources), "source", "sources")))
	m.Story = e.Story
	return m
}

// phone is what a phone shows: the news within the first 110 units.
func phone(d Digest) string {
	switch d.Kind {
	case "quiet", "blind":
		s := d.Headline + ". " + title(sourcesRead(d.Coverage)) + "."
		if len(d.Dates) > 0 {
			s += " " + sentence(nextDate(d))
		}
		return s
	case "alert", "correction":
		return clip(d.Headline, 110) + ": " + sentence(clip(d.Entries[0].Headline.Title, 90)) + " " + sentence(counted(d.Entries[0].Originals, "original report", "original reports"))
	case "recap":
		s := d.Headline
		for i, c := range d.Changed[:min(3, len(d.Changed))] {
			s += map[bool]string{true: ". ", false: "; "}[i == 0] + c.Subject + " " + c.Now
		}
		return sentence(s)
	case "hello":
		s := d.Headline + ": " + counts(d.Coverage.Read, d.Coverage.Of) + " sources read so far."
		if len(d.Hello.Digests) > 0 {
			s += " Next digest: " + d.Hello.Digests[0].When + "."
		}
		return s
	}
	if len(d.Entries) == 0 {
		return d.Headline
	}
	s := sentence(clip(d.Headline, 110))
	if top := d.Entries[0].Says; top != "" {
		who, silent, _ := strings.Cut(top, "; ")
		silent, _, _ = strings.Cut(silent, " (")
		if silent != "" {
			who += ", " + silent
		}
		s += " " + sentence(clip(title(who), 70))
	}
	if more := len(d.Entries) - 1; more > 0 {
		n := 0
		for _, e := range d.Entries[1:] {
			if e.New {
				n++
			}
		}
		s += fmt.Sprintf(" %d more: %s.", more, newAndChanged(n, more-n))
	}
	return s
}

// sentence ends a sentence that has no end yet.
func sentence(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}
