package notify

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Everything a source wrote passes clean once, when it enters a digest, and one
// of the writers below once, when it leaves for Slack. Nothing else escapes.

// maxCombining bounds stacked accents: some scripts use two, none needs more
// than three, and towers of them hide the lines around.
const maxCombining = 3

// clean returns s as one line of readable text: entities that a feed encoded
// twice are decoded, control, bidirectional and zero-width characters are taken
// out, and white space is collapsed.
func clean(s string) string {
	for range 3 {
		if !strings.Contains(s, "&") {
			break
		}
		u := html.UnescapeString(s)
		if u == s {
			break
		}
		s = u
	}
	var b strings.Builder
	b.Grow(len(s))
	space, marks := false, 0
	for _, r := range s {
		switch {
		case r > ' ' && r < 0x7f:
			marks = 0
		case unicode.IsSpace(r), r == '\u2028', r == '\u2029', r == '\u2800', r == '\u3164':
			space, marks = true, 0
			continue
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co):
			continue
		case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF, r == 0x115F, r == 0x1160, r == 0xFFA0, r == 0x034F:
			continue // variation selectors and blank fillers: they show nothing
		case unicode.In(r, unicode.Mn, unicode.Me):
			if b.Len() == 0 {
				continue
			}
			if marks++; marks > maxCombining {
				continue
			}
		default:
			marks = 0
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}

// units is the length of s as Slack may count it: UTF-16 units, which are never
// fewer than its code points.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// clip shortens clean text to at most limit units, on a word where one ends in
// the last third, and marks the cut with an ellipsis.
func clip(s string, limit int) string { return clipAs(s, limit, func(s string) string { return s }) }

// clipAs is clip for text whose length counts only after write.
func clipAs(s string, limit int, write func(string) string) string {
	if units(write(s)) <= limit {
		return s
	}
	runes := []rune(s)
	low, high := 0, len(runes) // the longest prefix that fits with its ellipsis
	for low < high {
		mid := (low + high + 1) / 2
		if units(write(string(runes[:mid])+"…")) <= limit {
			low = mid
		} else {
			high = mid - 1
		}
	}
	cut := low
	for i := low; i > low*2/3; i-- {
		if i < len(runes) && runes[i] == ' ' {
			cut = i
			break
		}
	}
	for cut > 0 && cut < len(runes) && unicode.In(runes[cut], unicode.Mn, unicode.Me) {
		cut-- // an accent stays with its letter
	}
	if limit < 1 {
		return ""
	}
	return strings.TrimRight(string(runes[:cut]), " ,;:–—-") + "…"
}

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// plain writes clean text for a plain_text object.
func plain(s string) string { return entities.Replace(s) }

// Slack has no escape for its formatting marks, so look-alikes stand for them.
var lookalikes = strings.NewReplacer("*", "∗", "_", "ˍ", "~", "∼", "`", "ˋ", "](", "] (", "&", "&amp;", "<", "&lt;", ">", "&gt;")

var (
	mention   = regexp.MustCompile(`(?i)@(?:here|channel|everyone)|(?:^|[^\p{L}\p{N}])[@#][\p{L}\p{N}_]`)
	emojiName = regexp.MustCompile(`:([\p{L}\p{N}_+'-]*[\p{L}_+][\p{L}\p{N}_+'-]*):`)
	lineStart = regexp.MustCompile(`^(?:>|#{1,6} )+`)
)

// wide widens what Slack would take for a name or a channel.
func wide(s string) string { return strings.NewReplacer("@", "＠", "#", "＃").Replace(s) }

// mrkdwn writes clean text for a mrkdwn object or the text of a message, so that
// nothing in it formats, links, mentions or becomes an emoji.
func mrkdwn(s string) string {
	s = lineStart.ReplaceAllStringFunc(s, func(m string) string {
		return strings.NewReplacer(">", "›", "#", "＃").Replace(m)
	})
	if strings.ContainsAny(s, "@#") {
		s = mention.ReplaceAllStringFunc(s, wide)
	}
	for strings.Count(s, ":") > 1 && emojiName.MatchString(s) { // twice for names that share a colon
		s = emojiName.ReplaceAllString(s, "∶$1∶")
	}
	return lookalikes.Replace(s)
}

// label writes clean text for the label of a link, where a bar would end the URL.
func label(s string) string { return strings.ReplaceAll(mrkdwn(s), "|", "¦") }

// maxURL is the longest address that is linked; a longer one costs more of a
// message than its headline.
const maxURL = 700

// link returns raw as it may stand in a Slack link, without the entity for &,
// or "" if it is not a plain http or https address.
func link(raw string) string {
	if len(raw) == 0 || len(raw) > maxURL {
		return ""
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		return "" // a user part can pass one site off as another
	}
	var b strings.Builder
	const hex = "0123456789ABCDEF"
	for _, c := range []byte(u.String()) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("|<>\"`\\^{}*", c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
			continue
		}
		b.WriteByte(c)
	}
	if b.Len() > maxURL {
		return ""
	}
	if v, err := url.Parse(b.String()); err != nil || v.Hostname() == "" {
		return ""
	}
	return b.String()
}
