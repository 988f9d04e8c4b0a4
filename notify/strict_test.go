package notify

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// strict checks a message as posted against Slack's documented limits and this
// program's own, narrower ones. It shares no code with what it checks and
// returns everything wrong.
func strict(text string, rawBlocks []byte) []string {
	var wrong []string
	bad := func(where, format string, a ...any) { wrong = append(wrong, where+": "+fmt.Sprintf(format, a...)) }
	long := func(s string) int { return len(utf16.Encode([]rune(s))) }

	if strings.TrimSpace(text) == "" {
		bad("text", "empty: phones would show nothing")
	}
	strictMrkdwn("text", text, bad)
	if len(rawBlocks) == 0 {
		if len(text) > 4000 {
			bad("text", "%d bytes, chat.update takes 4000", len(text))
		}
		return wrong
	}
	if long(text) > 250 {
		bad("text", "%d units, phones get 250", long(text))
	}
	var blocks []struct {
		Type    string `json:"type"`
		BlockID string `json:"block_id"`
		Text    *struct {
			Type string `json:"type"`
			Text string `json:"text"`
		} `json:"text"`
		Elements []struct {
			Type string `json:"type"`
			Text string `json:"text"`
		} `json:"elements"`
	}
	dec := json.NewDecoder(strings.NewReader(string(rawBlocks)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&blocks); err != nil {
		bad("blocks", "%v", err)
		return wrong
	}
	if len(blocks) < 1 || len(blocks) > 50 {
		bad("blocks", "%d of them, Slack takes 1 to 50", len(blocks))
	}
	total := 0
	for i, b := range blocks {
		where := fmt.Sprintf("blocks/%d", i)
		switch b.Type {
		case "divider":
			if b.Text != nil || b.Elements != nil {
				bad(where, "a divider holds nothing")
			}
		case "header":
			if b.Text == nil || b.Text.Type != "plain_text" {
				bad(where, "a header needs plain_text")
				continue
			}
			if n := long(b.Text.Text); n < 1 || n > 150 {
				bad(where, "header of %d units, Slack takes 1 to 150", n)
			}
			total += long(b.Text.Text)
			strictHidden(where, b.Text.Text, bad)
			if strings.ContainsAny(b.Text.Text, "<>\n") {
				bad(where, "unescaped in a header: %q", b.Text.Text)
			}
		case "section":
			if b.Text == nil || b.Text.Type != "mrkdwn" {
				bad(where, "a section needs mrkdwn")
				continue
			}
			if n := long(b.Text.Text); n < 1 || n > 3000 {
				bad(where, "section of %d units, Slack takes 1 to 3000", n)
			}
			total += long(b.Text.Text)
			strictMrkdwn(where, b.Text.Text, bad)
		case "context":
			if len(b.Elements) < 1 || len(b.Elements) > 10 {
				bad(where, "%d elements, Slack takes 1 to 10", len(b.Elements))
			}
			for _, e := range b.Elements {
				if n := long(e.Text); e.Type != "mrkdwn" || n < 1 || n > 3000 {
					bad(where, "context element %s of %d units", e.Type, n)
				}
				total += long(e.Text)
				strictMrkdwn(where, e.Text, bad)
			}
		default:
			bad(where, "unknown block type %q", b.Type)
		}
	}
	if total > 9000 {
		bad("blocks", "%d units in all, the budget is 9000", total)
	}
	return wrong
}

func strictHidden(where, s string, bad func(string, string, ...any)) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
		bad(where, "broken encoding in %q", s)
	}
	for _, r := range s {
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			bad(where, "hidden character U+%04X in %q", r, s)
			return
		}
	}
	if strings.TrimSpace(s) == "" {
		bad(where, "only white space")
	}
}

var (
	strictEntity = regexp.MustCompile(`^&(amp|lt|gt);`)
	strictDate   = regexp.MustCompile(`^!date\^\d{1,11}\^\{date_short_pretty\} \{time\}\|[^|<>]+$`)
	strictEmoji  = regexp.MustCompile(`:[a-z_+-]{2,}:`)
	strictAt     = regexp.MustCompile(`(?i)(^|[\s(“"'])@[a-z]|@(here|channel|everyone)\b`)
)

func strictMrkdwn(where, s string, bad func(string, string, ...any)) {
	strictHidden(where, s, bad)
	code := strings.HasPrefix(s, "```\n") && strings.HasSuffix(s, "\n```")
	if code {
		s = strings.TrimSuffix(strings.TrimPrefix(s, "```\n"), "\n```")
		if strings.Contains(s, "`") {
			bad(where, "a backtick inside a code block")
		}
	}
	outside := s // what stands outside links
	for i := 0; i < len(s); {
		switch s[i] {
		case '&':
			m := strictEntity.FindString(s[i:])
			if m == "" {
				bad(where, "unescaped & in %q", s)
				return
			}
			i += len(m)
		case '>':
			bad(where, "unescaped > in %q", s)
			return
		case '<':
			end := strings.IndexByte(s[i:], '>')
			if end < 0 {
				bad(where, "unclosed < in %q", s)
				return
			}
			in := s[i+1 : i+end]
			outside = strings.Replace(outside, s[i:i+end+1], " ", 1)
			i += end + 1
			if strictDate.MatchString(in) {
				continue
			}
			head, label, ok := strings.Cut(in, "|")
			u, err := url.Parse(strings.ReplaceAll(head, "&amp;", "&"))
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
				bad(where, "not a plain link: <%s>", in)
				return
			}
			if !ok || strings.TrimSpace(label) == "" || strings.ContainsAny(label, "|<\n") || strings.ContainsAny(head, "<>| \n") || len(head) > 3000 {
				bad(where, "malformed link <%s>", in)
				return
			}
			if strings.Contains(strings.ReplaceAll(head, "&amp;", ""), "&") {
				bad(where, "raw & in the address of <%s>", in)
			}
			if strings.ContainsAny(label, "*_~`") {
				bad(where, "formatting mark in label %q", label)
			}
		default:
			i++
		}
	}
	if code {
		return
	}
	if strings.ContainsAny(outside, "_~`") {
		bad(where, "formatting mark in %q", outside)
	}
	for _, l := range strings.Split(outside, "\n") {
		if n := strings.Count(l, "*"); n%2 != 0 {
			bad(where, "bold does not close in %q", l)
		}
	}
	if m := strictEmoji.FindString(outside); m != "" {
		bad(where, "emoji name %s", m)
	}
	if m := strictAt.FindString(outside); m != "" {
		bad(where, "mention %q", m)
	}
}

func TestStrictCheckerCatchesWhatItShould(t *testing.T) {
	section := func(s string) []byte {
		raw, _ := json.Marshal([]map[string]any{{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": s}}})
		return raw
	}
	for name, c := range map[string]struct {
		text   string
		blocks []byte
	}{
		"broadcast":        {"ok", section("hi <!channel>")},
		"user":             {"ok", section("hi <@U123>")},
		"raw ampersand":    {"ok", section("a & b")},
		"raw less":         {"ok", section("a < b")},
		"double escape ok": {"a & b", section("fine")},
		"javascript":       {"ok", section("<javascript:alert(1)|x>")},
		"user part":        {"ok", section("<https://a@b.example|x>")},
		"bar in label":     {"ok", section("<https://b.example|x|y>")},
		"bidi":             {"ok", section("a\u202eb")},
		"zero width":       {"ok", section("a\u200bb")},
		"control":          {"ok", section("a\x07b")},
		"bold":             {"ok", section("2*3")},
		"code":             {"ok", section("a `b` c")},
		"long section":     {"ok", section(strings.Repeat("a", 3001))},
		"long text":        {strings.Repeat("a", 251), section("x")},
		"empty text":       {" ", section("x")},
		"no blocks":        {"ok", []byte("[]")},
		"unknown field":    {"ok", []byte(`[{"type":"section","x":1,"text":{"type":"mrkdwn","text":"a"}}]`)},
		"bare here":        {"ok", section("@here come")},
	} {
		if len(strict(c.text, c.blocks)) == 0 {
			t.Errorf("%s: accepted", name)
		}
	}
	if wrong := strict("fine", section("*<https://a.example/?a=1&amp;b=2|A &amp; B>* (C)")); len(wrong) > 0 {
		t.Errorf("refused a good one: %v", wrong)
	}
}
