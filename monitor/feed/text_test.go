package feed

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// validText reports text that is valid and without control characters but for
// line breaks.
func validText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' })
}

func TestPlainText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"as it is", "as it is"},
		{"  blanks \n\t around  ", "blanks around"},
		{"a<br>b<p>c", "a\nb\nc"},
		{"<td>a</td><td>b</td>", "a b"},
		{"a<b>b</b>c", "abc"},
		{"A &amp; B &mdash; &#8217;", "A & B — ’"},
		{"A &amp;amp; B", "A & B"},
		{"&lt;p&gt;twice&lt;/p&gt;escaped", "twice\nescaped"},
		{"5 < 6 and a<b", "5 < 6 and a<b"},
		{"x<script>alert('<p>')</script>y<style>p{}</style>z", "xyz"},
		{"<noscript><img src=x></noscript>text<iframe src=y>no</iframe>end", "text\nend"},
		{"a<!-- hidden -->b", "ab"},
		{"<![CDATA[kept]]>", "kept"},
		{"a&nbsp;b\u00a0c", "a b c"},
		{"пере\u00adго\u200bвори\u202e", "переговори"},
		{"a\x00b\x07c\u0085d", "abc d"},
		{"\xffbad", "\ufffdbad"},
		{"<x:div><x:p>one</x:p><x:p>two</x:p></x:div>", "one\ntwo"},
		{"<a href='x>y'>link</a>", "link"},
		{"می\u200cخواهم", "می\u200cخواهم"},
		{"text</description>", "text"},
		{strings.Repeat("<div>", 100000) + "deep", "deep"},
	} {
		if got := PlainText(c.in); got != c.want {
			t.Errorf("PlainText(%q) is %q, want %q", clip(c.in, 100), clip(got, 100), c.want)
		}
	}
}

// The short way says what the tokenizer does, or that it cannot tell.
func FuzzSimpleMarkup(f *testing.F) {
	for _, s := range []string{
		"<p>One.</p>", "a<br/>b<br />c", `<P CLASS="x">A &amp; B&nbsp;</P> <a href="https://wire.example/?a=1&amp;b=2">link</a>`, " <div> a </div>b<td>c</td>",
		"<p>пере\u00adго\u200bвори</p>", `<img src="a>b" alt="x"/>text`, "<title>raw</title>", "a<b", "<p", "</p x>", "<p/ >", "<h2>one</h2>two&lt", "<p>a</p>&am<b>p;</b>", `<a b="c"d="e">f`,
		"<x:p>a</x:p>", "<!-- a -->b", "a\x00<b>\r\n</b>c", `<a href="x" >y</a >`, "<I>&#x41;</I>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, ok := plainSimple(s); ok {
			if want := plainTokens(s); got != want {
				t.Errorf("%q gives %q, and the tokenizer %q", s, got, want)
			}
		}
	})
}

func TestUsualMarkupTakesTheShortWay(t *testing.T) {
	for _, s := range []string{"<p>One.</p>", `<p class="x">A &amp; B</p><p>C<br/>D <a href="https://wire.example/" target="_blank">link</a></p>`} {
		if _, ok := plainSimple(s); !ok {
			t.Errorf("%q goes through the tokenizer", s)
		}
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add("<p>a</p> &amp;lt;br&gt; \u00a0 <scr", "one", "two")
	f.Add("a<b", "x", "y")
	f.Fuzz(func(t *testing.T, s, a, b string) {
		got := PlainText(s)
		if !validText(got) {
			t.Errorf("%q gives unpresentable %q", s, got)
		}
		for _, bad := range []string{"  ", " \n", "\n ", "\n\n"} {
			if strings.Contains(got, bad) {
				t.Errorf("%q gives %q with %q", s, got, bad)
			}
		}
		if got != strings.TrimSpace(got) {
			t.Errorf("%q gives untrimmed %q", s, got)
		}
		if isPlain(s) && plainOnce(s) != s {
			t.Errorf("%q is called plain, but would become %q", s, plainOnce(s))
		}
		word := func(s string) string {
			return "w" + strings.Map(func(r rune) rune {
				if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
					return r
				}
				return -1
			}, s)
		}
		a, b = word(a), word(b)
		if got := PlainText("<p>" + a + "</p><ul><li>" + b + "</li></ul>"); got != a+"\n"+b {
			t.Errorf("blocks %q and %q give %q", a, b, got)
		}
	})
}

func FuzzNormalise(f *testing.F) {
	f.Add([]byte("\ufeff<rss>&#x8;&#xD83D;&#xDE00;\x00</rss>"), "text/xml; charset=windows-1251", "ru")
	f.Add([]byte("&#&#8;8;"), "", "")
	f.Add([]byte("&#\x018;&#xD8\x023D;&#xDE00;"), "", "")
	f.Add([]byte("<\x00r\x00s\x00s\x00>\x00<\x00/\x00"), "", "")
	f.Add([]byte("\xef\xf0\xe5\xe2\xe5\xf2 \xec\xe8\xf0"), "", "uk")
	f.Fuzz(func(t *testing.T, b []byte, contentType, lang string) {
		got, mended := normalise(b, contentType, lang)
		if !utf8.Valid(got) {
			t.Fatalf("invalid UTF-8 from %q", b)
		}
		if again, _ := normalise(got, contentType, lang); !bytes.Equal(again, got) {
			t.Fatalf("normalised twice: %q, once: %q", again, got)
		}
		for i, r := range string(got) {
			if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
				t.Fatalf("illegal %U at %d from %q", r, i, b)
			}
		}
		for i := range got {
			if size, _ := illegalReference(got[i:]); size > 0 {
				t.Fatalf("illegal reference at %d in %q", i, got)
			}
		}
		if len(mended) == 0 && utf8.Valid(b) && len(got) > len(b) {
			t.Fatalf("%q grew to %q without a word", b, got)
		}
		for _, m := range mended {
			if !validText(m) {
				t.Fatalf("unpresentable words %q", m)
			}
		}
	})
}

func TestGoodTextIsNotCopied(t *testing.T) {
	b := []byte(rssOf(itemOne))
	got, mended := normalise(b, "application/rss+xml; charset=utf-8", "uk")
	if &got[0] != &b[0] || len(got) != len(b) || mended != nil {
		t.Errorf("good text was touched: %v", mended)
	}
}
