package store

import (
	"errors"
	"strings"

	"trucewatch/internal/news"
)

// An item's tags are stored as text: before each tag a record separator, between its
// fields a unit separator (ASCII 30 and 31). A digest reads the tags of all reports of all
// developments it may tell, and JSON was most of what that cost. What SQL asks of them
// is taggedWith.
const (
	tagBegins = "\x1e"
	tagField  = "\x1f"
)

// tagFields are the fields of a tag, in their order.
func tagFields(t *news.Tag) [7]*string {
	return [...]*string{&t.Facet, &t.Value, &t.Rule, &t.Match, &t.Field, &t.Lang, &t.Who}
}

// separators never stand in a field: they mean nothing in a text.
var separators = strings.NewReplacer(tagBegins, " ", tagField, " ")

// packTags is how tags are stored; "" for none.
func packTags(tags []news.Tag) string {
	size := 0
	for i := range tags {
		for _, f := range tagFields(&tags[i]) {
			size += 1 + len(*f)
		}
	}
	var b strings.Builder
	b.Grow(size)
	for i := range tags {
		for n, f := range tagFields(&tags[i]) {
			if n == 0 {
				b.WriteString(tagBegins)
			} else {
				b.WriteString(tagField)
			}
			b.WriteString(separators.Replace(*f))
		}
	}
	return b.String()
}

var errPacked = errors.New("stored tags are damaged: restore a backup")

// unpackTags reads what packTags wrote into tags, and refuses what it does not write; ""
// leaves them as they are.
func unpackTags(col string, tags *[]news.Tag) error {
	if col == "" {
		return nil
	}
	rest, ok := strings.CutPrefix(col, tagBegins)
	if !ok {
		return errPacked
	}
	out := make([]news.Tag, 1+strings.Count(rest, tagBegins))
	for i := range out {
		var tag string
		tag, rest, _ = strings.Cut(rest, tagBegins)
		fields := tagFields(&out[i])
		for n, f := range fields {
			if *f, tag, ok = strings.Cut(tag, tagField); ok != (n < len(fields)-1) {
				return errPacked
			}
		}
	}
	*tags = out
	return nil
}

// taggedWith is SQL for an item with a tag that begins as tagBeginning says.
const taggedWith = `instr(i.tags, ?) > 0`

// tagBeginning is how stored tags with these first fields begin: facet, value.
func tagBeginning(fields ...string) string {
	return tagBegins + strings.Join(fields, tagField) + tagField
}
