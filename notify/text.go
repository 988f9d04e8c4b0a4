package notify

import (
	"strings"
	"unicode"
)

// Text draws a digest for a terminal or a plain mail: the channel's message with
// every entry in it. Lines are wrapped at width columns; 0 wraps nothing.
func Text(d Digest, width int, color bool) string {
	d.Channel = terminal
	d.Entries = number(d.Entries, len(d.Entries))
	d.Shown = len(d.Entries)
	if width > 0 {
		width = max(width, 20)
	}
	return draw(channelPage(d), width, color)
}

const (
	ansiBold  = "\x1b[1m"
	ansiDim   = "\x1b[2m"
	ansiReset = "\x1b[0m"
)

// draw writes a page as text, addresses under the line that links them.
func draw(p page, width int, color bool) string {
	var b strings.Builder
	for i, para := range p {
		if i > 0 && para.kind != rule && p[i-1].kind != heading {
			b.WriteByte('\n')
		}
		for _, l := range para.lines {
			style := ""
			switch {
			case !color:
			case para.kind == heading, len(l.spans) > 0 && l.spans[0].bold:
				style = ansiBold
			case para.kind == small, l.quote:
				style = ansiDim
			}
			indent := ""
			if l.quote {
				indent = "  > "
			}
			write(&b, wrap(flat(l), indent, width), style)
			for _, s := range l.spans {
				if s.url != "" {
					style := ""
					if color {
						style = ansiDim
					}
					write(&b, []string{"   " + s.url}, style) // never broken: it must stay one click
				}
			}
		}
	}
	return b.String()
}

func write(b *strings.Builder, lines []string, style string) {
	for _, s := range lines {
		if style != "" {
			s = style + s + ansiReset
		}
		b.WriteString(s)
		b.WriteByte('\n')
	}
}

// wrap breaks clean text into lines of at most width columns.
func wrap(s, indent string, width int) []string {
	if width <= 0 || columns(indent+s) <= width {
		return []string{indent + s}
	}
	var out []string
	cur := indent
	empty := true
	for _, word := range strings.Split(s, " ") {
		if !empty && columns(cur)+1+columns(word) > width {
			out = append(out, cur)
			cur, empty = indent, true
		}
		if !empty {
			cur += " "
		}
		cur += word
		empty = false
	}
	return append(out, cur)
}

// columns is how wide text stands in a terminal: accents take none, characters
// of East Asian scripts and pictures take two.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff,
			r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
			n += 2
		default:
			n++
		}
	}
	return n
}
