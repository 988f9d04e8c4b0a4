package text

import (
	"strings"
	"testing"

	"trucewatch/internal/news"
)

var summaryItem = news.Item{Entry: news.Entry{
	Canonical: "https://wire.example/2026/03/11/geneva-round",
	Title:     "Second round of talks ends in Geneva without a date for a third",
	Summary:   "Delegations from Kyiv and Moscow left Geneva on Wednesday after four hours of talks on a 30-day pause in strikes on power plants. The Swiss foreign ministry said both sides had handed over written proposals.",
}}

func BenchmarkPrepareSummary(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Prepare(summaryItem, "en")
	}
}

func BenchmarkPrepareArticle(b *testing.B) {
	for _, c := range []struct{ name, lang, body string }{{"en", "en", articleEN}, {"uk", "uk", articleUK}} {
		item := summaryItem
		item.Content = strings.Repeat(c.body+"\n", 4)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(item.Content)))
			for b.Loop() {
				Prepare(item, c.lang)
			}
		})
	}
}

func BenchmarkCompareArticles(b *testing.B) {
	f, g := New("", articleEN, "en"), New("", articleEdited, "en")
	b.ReportAllocs()
	for b.Loop() {
		m := NewMatcher(f, nil)
		m.Compare(g, nil)
		m.Free()
	}
}
