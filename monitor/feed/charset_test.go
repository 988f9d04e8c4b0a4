package feed

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func encoded(t *testing.T, e encoding.Encoding, s string) string {
	t.Helper()
	out, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A document of another kind than a feed is decoded as a feed is, piece by piece.
func TestDocumentsAreDecodedAsTheyAreRead(t *testing.T) {
	const said = "Переговори про перемир’я"
	far := strings.Repeat("<a/>", decodedHead)                 // the text comes behind what is looked at
	cut := said + strings.Repeat("x", decodedHead-1-len(said)) // and here the edge divides a letter
	for name, c := range map[string]struct{ doc, contentType, want string }{
		"UTF-8":                             {said, "text/xml", said},
		"UTF-8 labelled otherwise":          {`<?xml version="1.0" encoding="windows-1251"?>` + said, "", said},
		"UTF-8 behind a divided letter":     {cut + said, "text/xml; charset=windows-1251", said},
		"windows-1251 by its declaration":   {`<?xml version="1.0" encoding="windows-1251"?>` + encoded(t, charmap.Windows1251, said), "", said},
		"windows-1251 by the HTTP answer":   {encoded(t, charmap.Windows1251, said), "text/xml; charset=cp1251", said},
		"windows-1251 unlabelled":           {encoded(t, charmap.Windows1251, said), "", said},
		"windows-1251 far behind its label": {`<?xml version="1.0" encoding="windows-1251"?>` + far + encoded(t, charmap.Windows1251, said), "", said},
		"UTF-16 with a mark":                {encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "<a/>"+said), "", said},
		"UTF-16 without":                    {encoded(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), strings.Repeat("<a/>", 20)+said), "", said},
		"a label nobody knows":              {`<?xml version="1.0" encoding="martian"?>` + said, "", said},
	} {
		got, err := io.ReadAll(Decoded(iotest.HalfReader(strings.NewReader(c.doc)), c.contentType))
		if err != nil || !strings.HasSuffix(string(got), c.want) {
			t.Errorf("%s: %q, %v; want its end to be %q", name, got[max(0, len(got)-80):], err, c.want)
		}
	}
	if _, err := io.ReadAll(Decoded(iotest.TimeoutReader(strings.NewReader(said)), "")); err == nil {
		t.Error("an error of the reader was lost")
	}
}

func TestFilesOfUnstatedEncodingAreTextOrNot(t *testing.T) {
	const said = "Перемирие на тридцать дней, сказали в Кремле"
	for name, c := range map[string]struct {
		b    string
		want string
		text bool
	}{
		"UTF-8":           {said, said, true},
		"UTF-8 with mark": {"\uFEFF" + said, said, true},
		"windows-1251":    {encoded(t, charmap.Windows1251, said), said, true},
		"KOI8-R":          {encoded(t, charmap.KOI8R, said), said, true},
		"UTF-16":          {encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), said), said, true},
		"a program":       {"\x7fELF\x02\x01\x01\x00\x00\x00\x03\x00>\x00\x01\xff\xfe", "", false},
	} {
		got, text := UTF8([]byte(c.b))
		if text != c.text || text && string(got) != c.want {
			t.Errorf("%s: %q, text %v; want %q, %v", name, got, text, c.want, c.text)
		}
	}
}
