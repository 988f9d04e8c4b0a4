package news

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Rest is what one report rests on.
type Rest struct {
	Origin string // key of the origin: spellings of one name give one key
	Name   string // the origin as readers know it: the source a report names, else its feed
	Repeat bool   // the report is not the origin's own first word
}

// Rests says for each report, in order, which origin it rests on, one level deep. A
// report that names its source ("Axios reports", «со ссылкой на …») or repeats a text
// seen before rests on that origin; any other is its publisher's own. Ledger, digest and
// alert count by it, so that "two origins" is one measure. Reports stand oldest first.
func Rests(reports []Report) []Rest {
	byItem := make(map[ItemID]int, len(reports))
	for i, r := range reports {
		byItem[r.Item] = i
	}
	out := make([]Rest, len(reports))
	self := map[string]int{} // origins that reported themselves → their first report
	for i, r := range reports {
		own := originKey(publisherOf(r))
		rest := Rest{own, cmp.Or(r.Feed, r.Publisher), false}
		if named, called := namedOrigin(r.Tags); named != "" {
			rest.Origin, rest.Name = originKey(named), called
		} else if root, ok := byItem[r.Of]; ok && root != i && (r.Verdict == Duplicate || r.First == Duplicate) {
			// What the text repeats may itself name its source: that is still its own level.
			// A text repeated from outside the reports leaves its publisher to stand for it.
			named, called := namedOrigin(reports[root].Tags)
			rest.Origin = originKey(cmp.Or(named, publisherOf(reports[root])))
			rest.Name = cmp.Or(called, reports[root].Feed, reports[root].Publisher)
		}
		_, spoke := self[own]
		if rest.Repeat = rest.Origin != own || spoke; !rest.Repeat {
			self[own] = i
		}
		out[i] = rest
	}
	for i, rest := range out { // an origin that was read is called as its feed is
		if at, ok := self[rest.Origin]; ok {
			out[i].Name = out[at].Name
		}
	}
	return out
}

// Originals are the distinct origins of rests, in order: their number is that of
// original reports, whether or not each origin's own report was read.
func Originals(rests []Rest) []Rest {
	var out []Rest
	for _, r := range rests {
		if !slices.ContainsFunc(out, func(o Rest) bool { return o.Origin == r.Origin }) {
			out = append(out, r)
		}
	}
	return out
}

// Repeats is how many of rests are no origin's own first report.
func Repeats(rests []Rest) (n int) {
	for _, r := range rests {
		if r.Repeat {
			n++
		}
	}
	return n
}

func publisherOf(r Report) string { return cmp.Or(r.Publisher, r.Feed) }

// namedOrigin is the source a report names, the one in the title before others, and
// what the report calls it.
func namedOrigin(tags []Tag) (value, called string) {
	rank := 9
	for _, t := range tags {
		if t.Facet != "origin" || t.Value == "" {
			continue
		}
		n := slices.Index([]string{"title", "lede", "body"}, t.Field)
		if n < 0 {
			n = 3
		}
		if n < rank {
			value, called, rank = t.Value, cmp.Or(t.Match, t.Value), n
		}
	}
	return value, called
}

// originKey is a name without what spellings of one outlet differ in: "The Example
// Wire" and "example-wire" are one, and so are a name and its web address.
func originKey(name string) string {
	key := strings.ToLower(name)
	for _, cutoff := range []string{".com", ".org", ".net", ".ru", ".ua", ".de", ".fr", ".pl", " news agency", " agency", " news"} {
		key = strings.TrimSuffix(key, cutoff)
	}
	key = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, strings.TrimPrefix(key, "the "))
	return cmp.Or(key, name)
}
