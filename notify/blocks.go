package notify

import (
	"encoding/json"
	"fmt"
	"strings"

	"trucewatch/internal/news"
)

// Slack's limits, and where a page stops well before the undocumented ones. See
// docs.slack.dev, Block Kit reference.
const (
	maxHeading   = 150  // units of a header
	maxSection   = 3000 // units of a text object
	maxBlocks    = 50
	maxPhone     = 250  // units of a message's text
	budget       = 9000 // units of all text in a message
	blockBudget  = 12500
	blockCost    = 125 // what a block weighs against blockBudget, whatever it holds
	maxPlainText = 3800
)

type textObject struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type block struct {
	Type     string       `json:"type"`
	Text     *textObject  `json:"text,omitempty"`
	Elements []textObject `json:"elements,omitempty"`
}

// blocks writes a page as Slack blocks.
func blocks(p page) []block {
	var out []block
	for _, para := range p {
		switch para.kind {
		case heading:
			var b strings.Builder
			for _, l := range para.lines {
				for _, s := range l.spans {
					b.WriteString(s.text)
				}
			}
			if h := clipAs(b.String(), maxHeading, plain); h != "" {
				out = append(out, block{Type: "header", Text: &textObject{Type: "plain_text", Text: plain(h)}})
			}
		case rule:
			out = append(out, block{Type: "divider"})
		case small:
			for _, s := range pieces(para.lines) {
				out = append(out, block{Type: "context", Elements: []textObject{{Type: "mrkdwn", Text: s}}})
			}
		case body:
			for _, s := range pieces(para.lines) {
				out = append(out, block{Type: "section", Text: &textObject{Type: "mrkdwn", Text: s}})
			}
		case code:
			for _, s := range codePieces(para.lines) {
				out = append(out, block{Type: "section", Text: &textObject{Type: "mrkdwn", Text: s}})
			}
		}
	}
	return out
}

// pieces joins lines into texts that each fit a section.
func pieces(lines []line) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if s := strings.Trim(b.String(), "\n"); strings.TrimSpace(s) != "" {
			out = append(out, s)
		}
		b.Reset()
	}
	for _, l := range lines {
		s := slackLine(l)
		if units(s) > maxSection-10 { // no line of ours is so long; hostile text still must fit
			s = mrkdwn(clipAs(flat(l), maxSection-10, mrkdwn))
		}
		if units(b.String())+units(s)+1 > maxSection {
			flush()
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s)
	}
	flush()
	return out
}

// codePieces fences lines that must keep their columns.
func codePieces(lines []line) []string {
	const fence = "```"
	var out []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, fence+"\n"+b.String()+fence)
		}
		b.Reset()
	}
	for _, l := range lines {
		s := fenced(clipAs(flat(l), 1500, fenced)) + "\n"
		if units(b.String())+units(s)+10 > maxSection {
			flush()
		}
		b.WriteString(s)
	}
	flush()
	return out
}

// fenced writes clean text that stands between code fences, where only a
// backtick could end them: addresses stay whole.
func fenced(s string) string { return plain(strings.ReplaceAll(s, "`", "ˋ")) }

// flat is a line's text without links.
func flat(l line) string {
	var b strings.Builder
	for _, s := range l.spans {
		b.WriteString(s.text)
	}
	return b.String()
}

func slackLine(l line) string {
	var b strings.Builder
	if l.quote {
		b.WriteString("&gt; ")
	}
	isBold := false
	mark := func(on bool) {
		if on != isBold {
			b.WriteByte('*')
			isBold = on
		}
	}
	for _, s := range l.spans {
		if s.text == "" {
			continue
		}
		mark(s.bold)
		switch {
		case !s.at.IsZero():
			fmt.Fprintf(&b, "<!date^%d^{date_short_pretty} {time}|%s>", s.at.Unix(), label(s.text))
		case s.url != "":
			fmt.Fprintf(&b, "<%s|%s>", strings.ReplaceAll(s.url, "&", "&amp;"), label(s.text))
		default:
			b.WriteString(mrkdwn(s.text))
		}
	}
	mark(false)
	return b.String()
}

// fits is whether a page keeps every limit of one message with room to spare.
func fits(p page) bool {
	all := blocks(p)
	n := 0
	for _, b := range all {
		if b.Text != nil {
			n += units(b.Text.Text)
		}
		for _, e := range b.Elements {
			n += units(e.Text)
		}
	}
	return len(all) <= maxBlocks && n <= budget && n+blockCost*len(all) <= blockBudget
}

func encode(p page) json.RawMessage {
	raw, err := json.Marshal(blocks(p))
	if err != nil {
		panic(err) // strings and slices of them always marshal
	}
	return raw
}

// plainForm is a message whose layout or file was refused, written as text alone. What
// does not fit is counted.
func plainForm(m news.Message) string {
	s := strings.TrimSpace(m.Plain)
	if s == "" {
		return m.Text
	}
	lines := strings.Split(s, "\n")
	var b strings.Builder
	for i, l := range lines {
		l = plain(lineStart.ReplaceAllString(mention.ReplaceAllStringFunc(l, wide), ""))
		if b.Len()+len(l)+cutNote > maxPlainText {
			left := 0
			for _, l := range lines[i:] {
				if strings.TrimSpace(l) != "" {
					left++
				}
			}
			b.WriteString("… " + counted(left, "more line does", "more lines do") + " not fit here")
			break
		}
		b.WriteString(l)
		b.WriteByte('\n')
	}
	return strings.TrimSpace(b.String())
}

// cutNote is room, in bytes, for the words on what does not fit.
const cutNote = 48
