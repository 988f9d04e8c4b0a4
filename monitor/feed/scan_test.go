package feed

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html/charset"
)

// decoderEvents are the start and end tags encoding/xml's decoder delivers, set up
// as gofeed sets it up, up to the end of the root or the first error.
func decoderEvents(doc []byte) (events []string, whole bool) {
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.Strict = false
	d.CharsetReader = charset.NewReaderLabel
	depth := 0
	for {
		t, err := d.Token()
		if err != nil {
			return events, false
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			events = append(events, "<"+t.Name.Local)
		case xml.EndElement:
			depth--
			events = append(events, ">")
			if depth == 0 {
				return events, true
			}
		}
	}
}

// scanEvents are the same as scan sees them.
func scanEvents(doc []byte) (events []string, s scanned) {
	w := walker{doc: doc, kind: "rss", maxItems: 1 << 30, textBudget: 1 << 60}
	w.started = func(name []byte) {
		_, local := splitName(name)
		events = append(events, "<"+string(local))
	}
	w.ended = func() { events = append(events, ">") }
	w.run()
	return events, w.scanned
}

// The guard is worth something only if it sees the nesting gofeed's decoder sees.
func FuzzScan(f *testing.F) {
	for _, s := range []string{
		"<rss><channel><item><title>a</title></item></channel></rss>", `<rss><a:b x="/>"><c/></a:b></rss>`,
		"<rss><a><b></a></rss>", "<rss><title>x</titel></rss>", "<rss><![CDATA[<a>]]></rss>", "<rss><!-- <a> --><b></rss>",
		"<rss><?php <a> ?></rss>", `<rss><?xml version="1.0" encoding="utf-16"?><a></rss>`, "<rss a=b c d='>'/>", "<rss><!><a></rss>",
		"<rss><a:b xmlns:a='x'><c></a:b></rss>", "<rss>&#x3c;a> &lt;b> &<c/></rss>", "<rss><a/ ></rss>", "<rss><a b='&quot'>'/></a></rss>",
		"<rss><a:b></c:b></rss>", "<rss><!----><!---->x</rss>", "<rss><a b=></a></rss>", "<rss><:a></:a></rss>", "<rss><é></é></rss>",
		"<rss><!DOCTYPE a [<!ENTITY b '<c>'>]></rss>", "<rss><a\n=\n'1'\n></a\n></rss>", "<rss>]]></rss>", "<rss><a ='b'></rss>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text, _ := normalise(b, "", "")
		doc := append([]byte("<rss>"), text...)
		want, whole := decoderEvents(doc)
		got, s := scanEvents(doc)
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("event %d: scan %q, decoder %q\nscan    %q\ndecoder %q", i, got[i], want[i], got, want)
			}
		}
		if s.cause == "" && len(got) < len(want) {
			t.Fatalf("scan saw %d events without complaint, the decoder %d\n%q\n%q", len(got), len(want), got, want)
		}
		if whole && s.cause == "" && (s.cut || len(got) != len(want)) {
			t.Fatalf("decoder read the whole document in %d events; scan: %d, cut %v", len(want), len(got), s.cut)
		}
	})
}

func TestScanRefusesBombs(t *testing.T) {
	item := "<item><title>a</title></item>"
	for _, c := range []struct{ name, doc, want string }{
		{"depth", "<rss><channel>" + strings.Repeat("<a:b>", 1e6), "deeper than 256"},
		{"depth behind a slash in an attribute", "<rss><channel>" + strings.Repeat(`<a:b x="/>">`, 1e5), "deeper than 256"},
		{"depth of items", "<rss><channel>" + strings.Repeat("<item><a:b>", 1e5), "deeper than 256"},
		{"xmlns", "<rss><channel><item>" + strings.Repeat(`<a xmlns:b="c">`, 200), "namespaces"},
		{"xmlns on the root", "<rss" + strings.Repeat(` xmlns:a="b"`, 101) + "><channel>" + item, "namespaces"},
		{"xmlns times elements", "<rss" + strings.Repeat(` xmlns:a="b"`, 90) + "><channel><item>" + strings.Repeat("<a/>", 1e5), "too many elements"},
		{"attributes", "<rss><channel><item><a " + strings.Repeat(`b="" `, 300) + "/>", "attributes"},
		{"elements", "<rss><channel><item>" + strings.Repeat("<a/>", 1e6), "too many elements"},
		{"text in pieces", "<rss><channel><item><a:b>" + strings.Repeat("x<!---->", 1e6), "too many pieces"},
	} {
		s := scan([]byte(c.doc), "rss", DefaultMaxItems)
		if !strings.Contains(s.cause, c.want) {
			t.Errorf("%s: cause %q, want one about %q", c.name, s.cause, c.want)
		}
		if d, err := Parse([]byte(c.doc), Options{}); err == nil && d.Partial == "" {
			t.Errorf("%s: parsed as if it were whole", c.name)
		}
	}
}

func TestScanLetsUnclosedMarkupPass(t *testing.T) {
	// Two unclosed tags an item must not add up to a depth.
	doc := "<rss><channel>" + strings.Repeat("<item><title>a</title><description>b<br>c<br>d</description></item>", 300) + "</channel></rss>"
	s := scan([]byte(doc), "rss", DefaultMaxItems)
	if s.cause != "" || s.damaged || len(s.spans) != 300 {
		t.Errorf("cause %q, damaged %v, %d items; want a sound document of 300", s.cause, s.damaged, len(s.spans))
	}
	d, err := Parse([]byte(doc), Options{})
	if err != nil || len(d.Entries) != 300 || d.Partial != "" || d.Entries[299].Summary != "b\nc\nd" {
		t.Errorf("%d entries, %v, partial %q, last summary %q", len(d.Entries), err, d.Partial, d.Entries[len(d.Entries)-1].Summary)
	}
}

func TestScanNotesItems(t *testing.T) {
	doc := `<feed xml:base="http://a.org/x/"><title>t</title><entry><id> i&amp;1 </id></entry><entry xml:base="y/"><link href="z"/></entry></feed>`
	s := scan([]byte(doc), "atom", 10)
	if len(s.spans) != 2 || s.cause != "" || s.damaged {
		t.Fatalf("%+v", s)
	}
	var got []string
	for _, p := range s.spans {
		got = append(got, fmt.Sprintf("%s %s [%s]", doc[p.start:p.end], p.base, doc[p.id[0]:p.id[1]]))
	}
	want := []string{
		"<entry><id> i&amp;1 </id></entry> http://a.org/x/ [ i&amp;1 ]",
		`<entry xml:base="y/"><link href="z"/></entry> http://a.org/x/y/ []`,
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("item %d: got %q, want %q", i, got[i], want[i])
		}
	}
	if lean := string(s.lean([]byte(doc))); strings.Contains(lean, "xml:base") {
		t.Errorf("gofeed would see xml:base: %s", lean)
	}
}
