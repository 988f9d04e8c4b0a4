// Package text decides what a text is: its normal form, its language, its
// sentences, and a fingerprint from which another text can be judged a repeat,
// a part or an update without either text at hand.
//
// It takes and returns values. It does not read a clock, a network or a
// database, and it decides nothing about the corpus: which item is a duplicate
// of which is package monitor's business.
package text

import (
	"unicode/utf8"

	"trucewatch/internal/news"
)

// Body is the text of an item that is judged: its article page when that holds
// at least 1.5 times as much as the summary, else the feed's content, else the
// summary. A content shorter than the summary is no content.
func Body(item news.Item) string {
	if item.Page != "" && 2*utf8.RuneCountInString(item.Page) >= 3*utf8.RuneCountInString(item.Summary) {
		return item.Page
	}
	if item.Content != "" && len(item.Content) >= len(item.Summary) {
		return item.Content
	}
	return item.Summary
}

// Prepare computes what an item's text can say without the corpus: its
// language, its content hash ("v1:" and hex SHA-256), its encoded fingerprint
// and its index keys, at most MaxKeys of them. feedLang is the language the feed is
// configured with, "" when it mixes several; the item's own statement is used then.
func Prepare(item news.Item, feedLang string) (lang, hash string, fp []byte, keys []uint64) {
	body := Body(item)
	if feedLang == "" {
		feedLang = item.Lang
	}
	lang = Language(item.Title, body, feedLang)
	f := New(item.Title, body, lang)
	return lang, f.ContentHash(), f.Encode(), f.Keys(item.Canonical)
}
