package story

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"trucewatch/internal/news"
)

// Origins counts reports by where they come from, one level deep. A report that names its
// source ("Axios reports", «со ссылкой на …») or repeats a text seen before rests on that
// origin; any other is its publisher's own. original is the number of origins, whether or
// not their own report was read; repeats are the reports beyond one for each origin that
// reported itself; names are the origins in the order of their first report. Reports
// stand oldest first.
func Origins(reports []news.Report) (original, repeats int, names []string) {
	byItem := map[news.ItemID]int{}
	for i, r := range reports {
		byItem[r.Item] = i
	}
	seen := map[string]bool{} // origins
	self := map[string]bool{} // origins that reported themselves
	for _, r := range reports {
		own := originKey(publisherOf(r))
		key, name := own, publisherOf(r)
		if tag := originTag(r.Tags); tag != "" {
			key, name = originKey(tag), tag
		} else if r.Verdict == news.Duplicate || r.First == news.Duplicate {
			if at, ok := byItem[r.Of]; ok && r.Of != r.Item {
				// What the text repeats may itself name its source: that is still its own level.
				root := reports[at]
				name = cmp.Or(originTag(root.Tags), publisherOf(root))
				key = originKey(name)
			} else if r.Of != 0 && r.Of != r.Item {
				key = own // the text it repeats is not of this development: its publisher stands for it
			}
		}
		if !seen[key] {
			seen[key] = true
			names = append(names, name)
		}
		if key == own && !self[key] {
			self[key] = true
		} else {
			repeats++
		}
	}
	return len(names), repeats, names
}

func publisherOf(r news.Report) string { return cmp.Or(r.Publisher, r.Feed) }

// originTag is the source a report names, the one in the title before others.
func originTag(tags []news.Tag) string {
	best, rank := "", 9
	for _, t := range tags {
		if t.Facet != "origin" || t.Value == "" {
			continue
		}
		n := slices.Index([]string{"title", "lede", "body"}, t.Field)
		if n < 0 {
			n = 3
		}
		if n < rank {
			best, rank = t.Value, n
		}
	}
	return best
}

// originKey is a name without what spellings of one outlet differ in.
func originKey(name string) string {
	name = strings.ToLower(foldText(strings.ToLower(name)))
	for _, cutoff := range []string{".com", ".org", ".net", ".ru", ".ua", ".de", ".fr", ".pl", " news agency", " agency", " news"} {
		name = strings.TrimSuffix(name, cutoff)
	}
	name = strings.TrimPrefix(name, "the ")
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
}
