package notify

import "time"

// A page is one message before it is written for Slack or for a terminal:
// paragraphs of lines of spans. The text in it is clean and not escaped.
type page []para

type paraKind int

const (
	heading paraKind = iota // one line, plain
	body
	small // what Slack calls context
	rule
	code
)

type para struct {
	kind  paraKind
	lines []line
}

type line struct {
	quote bool
	spans []span
}

// span is a run of text: plain, bold, linked, or a moment.
type span struct {
	text string
	url  string
	bold bool
	at   time.Time // shown in the reader's own zone; text is the fallback
}

func text(s string) span                { return span{text: s} }
func bold(s string) span                { return span{text: s, bold: true} }
func linked(s, url string) span         { return span{text: s, url: url} }
func boldLink(s, url string) span       { return span{text: s, url: url, bold: true} }
func moment(s string, t time.Time) span { return span{text: s, at: t} }
func row(spans ...span) line            { return line{spans: spans} }
func quoted(spans ...span) line         { return line{quote: true, spans: spans} }
