package feed

import (
	"slices"
	"strings"
	"testing"
)

func TestCanonical(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"https://example.org/a", "https://example.org/a"},
		{"http://EXAMPLE.org:80/a/", "https://example.org/a"},
		{"https://www.example.org:443", "https://example.org"},
		{"https://example.org:8443/a", "https://example.org:8443/a"},
		{"https://example.org/a/index.html", "https://example.org/a"},
		{"https://example.org/index.php?id=3", "https://example.org?id=3"},
		{"https://example.org//a/./b/../c", "https://example.org/a/c"},
		{"https://user:pw@example.org./a", "https://example.org/a"},
		// Hosts.
		{"https://edition.cnn.com/2026/11/19/a/index.html", "https://cnn.com/2026/11/19/a"},
		{"https://www.cnn.com/2026/11/19/a", "https://cnn.com/2026/11/19/a"},
		{"http://rss.cnn.com/a", "https://cnn.com/a"},
		{"https://m.example.org/a", "https://example.org/a"},
		{"https://amp.theguardian.com/world/x", "https://theguardian.com/world/x"},
		{"https://www.bbc.co.uk/news/1", "https://bbc.com/news/1"},
		{"https://m.org/a", "https://m.org/a"},
		{"https://новини.укр/стаття", "https://xn--b1amarcd.xn--j1amh/%D1%81%D1%82%D0%B0%D1%82%D1%82%D1%8F"},
		{"https://bücher.example/", "https://xn--bcher-kva.example"},
		// Where on a site's own pages the link stood.
		{"https://example.org/articles/a?mod=us_lead_story", "https://example.org/articles/a"},
		{"https://example.org/articles/a?mod=hp_lista_pos2", "https://example.org/articles/a"},
		{"https://example.org/forum?mod=viewthread&id=3", "https://example.org/forum?mod=viewthread&id=3"},
		// AMP.
		{"https://example.org/a/amp/", "https://example.org/a"},
		{"https://example.org/amp/a", "https://example.org/a"},
		{"https://example.org/a.amp.html", "https://example.org/a.html"},
		{"https://example.org/a?amp=1", "https://example.org/a"},
		{"https://www.google.com/amp/s/www.example.org/a", "https://example.org/a"},
		{"https://www-example-org.cdn.ampproject.org/c/s/www.example.org/a?x=1", "https://example.org/a?x=1"},
		// Parameters.
		{"https://example.org/a?utm_source=rss&utm_medium=feed", "https://example.org/a"},
		{"https://example.org/a?id=1&fbclid=x&page=2", "https://example.org/a?id=1&page=2"},
		{"https://example.org/a?b=2&a=1", "https://example.org/a?b=2&a=1"},
		{"https://www.dw.com/uk/a/a-123?maca=ukr-rss-all-1496-rdf", "https://dw.com/uk/a/a-123"},
		{"https://www.bbc.com/news/1?at_medium=RSS&at_campaign=rss", "https://bbc.com/news/1"},
		{"https://example.org/a?CMP=share_btn_tw", "https://example.org/a"},
		{"https://example.org/a?from=rss", "https://example.org/a"},
		{"https://example.org/a?from=2026-11-19", "https://example.org/a?from=2026-11-19"},
		{"https://example.org/a?source=1;b=2", "https://example.org/a?source=1;b=2"},
		{"https://example.org/a?q=a%20b&&", "https://example.org/a?q=a+b"},
		// Escapes.
		{"https://example.org/%7euser/%d0%b0", "https://example.org/~user/%D0%B0"},
		{"https://example.org/а б", "https://example.org/%D0%B0%20%D0%B1"},
		{"https://example.org/100%", "https://example.org/100%25"},
		{"https://example.org/a%2Fb", "https://example.org/a%2Fb"},
		// Fragments.
		{"https://example.org/live#post-7", "https://example.org/live"},
		{"https://example.org/a#:~:text=b", "https://example.org/a"},
		{"https://example.org/#!/news/7", "https://example.org#!/news/7"},
		{"https://example.org/app#/news/7", "https://example.org/app#/news/7"},
		// Others.
		{"", ""}, {"/a", ""}, {"javascript:alert(1)", ""}, {"data:text/html,x", ""}, {"file:///etc/passwd", ""},
		{"ftp://example.org/a", ""}, {"mailto:a@example.org", ""}, {"https://", ""}, {"https:///a", ""}, {"urn:uuid:1", ""},
		{"http://[2001:db8::1]:8080/a", "https://[2001:db8::1]:8080/a"},
		{"http://[2001:db8::1]/a", "https://[2001:db8::1]/a"},
		{"https://example.org/" + strings.Repeat("a", maxURL), ""},
	} {
		if got := Canonical(c.in); got != c.want {
			t.Errorf("Canonical(%q) is %q, want %q", clip(c.in, 100), clip(got, 100), c.want)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"http://www.example.org/a/?utm_source=x&b=%7e#c", "https://a.cdn.ampproject.org/c/s/b.org/amp", "http://[::1]:80/", "https://новини.укр/%zz", "https://www.google.com/amp/s/www.google.com/amp/s/a.org"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Canonical(s)
		if got == "" {
			return
		}
		if again := Canonical(got); again != got {
			t.Fatalf("Canonical(%q) is %q, of that %q", s, got, again)
		}
		if !strings.HasPrefix(got, "https://") || !validText(got) || strings.ContainsAny(got, " \n\"<>") {
			t.Fatalf("Canonical(%q) is %q", s, got)
		}
		if !strings.ContainsAny(got, "#?") && len(got)+40 < maxURL {
			if with := Canonical(got + "?utm_source=a&fbclid=b"); with != got {
				t.Fatalf("tracking parameters make %q of %q", with, got)
			}
		}
	})
}

func TestResolveURL(t *testing.T) {
	for _, c := range []struct{ base, link, want string }{
		{"https://a.org/x/y", "z", "https://a.org/x/z"},
		{"https://a.org/x/y", "//b.org/z", "https://b.org/z"},
		{"", "//b.org/z", "https://b.org/z"},
		{"", "/z", ""},
		{"https://a.org/", "www.b.org/z", "https://www.b.org/z"},
		{"https://a.org/", " HTTP://B.org/Z ", "HTTP://B.org/Z"},
		{"https://a.org/", "https://b.org/?a=1&amp;b=2", "https://b.org/?a=1&b=2"},
		{"https://a.org/", "https://b.org/ц", "https://b.org/ц"},
		{"https://a.org/", "javascript:x", ""},
		{"javascript:x", "z", ""},
		{"https://a.org/", "https://", ""},
	} {
		if got := resolveURL(c.base, c.link); got != c.want {
			t.Errorf("%q on %q gives %q, want %q", c.link, c.base, got, c.want)
		}
	}
}

func TestReadPage(t *testing.T) {
	page := `<html><head><base href="https://b.org/x/"><title>T</title>
<link rel="alternate" type="application/rss+xml" title="Comments" href="comments/feed">
<link rel="ALTERNATE" type="Application/RSS+XML; charset=utf-8" href="feed">
<link rel="stylesheet" href="a.css"><link rel="alternate" hreflang="uk" href="/uk">
<link rel="alternate" type="application/atom+xml" href="/atom"><link rel="alternate" type="application/atom+xml" href="/atom">
<link rel="alternate" type="application/rss+xml" href="javascript:x"><link rel="feed" href="/plain">
</head><body><a href="/rss">feed</a></body></html>`
	want := []string{"https://b.org/x/feed", "https://b.org/atom", "https://b.org/plain", "https://b.org/x/comments/feed"}
	if got, title := readPage([]byte(page), "https://a.org/"); !slices.Equal(got, want) || title != "T" {
		t.Errorf("got %q and title %q, want %q and T", got, title, want)
	}
	var b strings.Builder
	for i := range 100 {
		b.WriteString("<link rel=alternate type=application/rss+xml href=/f" + strings.Repeat("x", i) + ">")
	}
	if got, _ := readPage([]byte(b.String()), "https://a.org/"); len(got) != maxDiscovered {
		t.Errorf("%d feeds named, at most %d wanted", len(got), maxDiscovered)
	}
}
