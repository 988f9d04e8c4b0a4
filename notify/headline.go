package notify

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"trucewatch/internal/news"
)

const (
	headlineLimit = 200 // units of a headline in a digest
	quoteLimit    = 240 // units of a quoted sentence
	nameLimit     = 60  // units of a source's name
)

// headline chooses the report whose headline stands for a development: not
// opinion, not state media when another exists, in the first preferred language,
// a party's own site or an agency first, then one that states no other stage than most
// origins do, then the text nearest the rest, then the earliest. prefer are reports to
// choose among if any of them will do.
func headline(d news.Development, prefer []news.ItemID, languages []string) news.Report {
	pool := d.Reports
	if p := slices.DeleteFunc(slices.Clone(pool), func(r news.Report) bool { return !has(prefer, r.Item) || r.Comments() }); len(p) > 0 {
		pool = p
	}
	// What the comparison needs, once per report: cleaning and word sets are dear.
	type candidate struct {
		r                       news.Report
		untitled, beside, other bool
		language, near          int
	}
	near, stage := nearness(d.Reports), factsOf(d).stage
	best := slices.MinFunc(mapped(pool, func(r news.Report) candidate {
		return candidate{r, clean(r.Title) == "", r.Stage() != "" && r.Stage() != stage, !r.Official && !agency(r), language(r, languages), near[r.Item]}
	}), func(a, b candidate) int {
		return cmp.Or(
			falseFirst(a.untitled, b.untitled),
			falseFirst(a.r.Comments(), b.r.Comments()),
			falseFirst(a.r.State, b.r.State),
			cmp.Compare(a.language, b.language),
			falseFirst(a.other, b.other),
			falseFirst(a.beside, b.beside),
			cmp.Compare(b.near, a.near),
			a.r.Time().Compare(b.r.Time()),
			cmp.Compare(a.r.Item, b.r.Item),
		)
	})
	return best.r
}

func mapped[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// language ranks a report's language among the preferred ones; 0 is best.
func language(r news.Report, languages []string) int {
	if len(languages) == 0 {
		return 0
	}
	base, _, _ := strings.Cut(strings.ToLower(r.Lang), "-")
	if i := slices.Index(languages, base); i >= 0 {
		return i
	}
	return len(languages)
}

func agency(r news.Report) bool {
	return has(agencies, strings.ToLower(r.Publisher)) || has(agencies, strings.ToLower(r.Feed))
}

// nearestOf bounds how many reports are compared with each other.
const nearestOf = 48

// nearness is per report how many words of the other titles in its language its
// title shares: the mean Jaccard similarity in thousandths, so that the report
// closest to what all say stands out.
func nearness(all []news.Report) map[news.ItemID]int {
	all = all[:min(nearestOf, len(all))]
	words := mapped(all, titleWords)
	near := make(map[news.ItemID]int, len(all))
	for i, r := range all {
		sum, n := 0, 0
		for j, o := range all {
			if i == j || o.Lang != r.Lang {
				continue
			}
			shared := 0
			for w := range words[i] {
				if words[j][w] {
					shared++
				}
			}
			if union := len(words[i]) + len(words[j]) - shared; union > 0 {
				sum += 1000 * shared / union
			}
			n++
		}
		if n > 0 {
			near[r.Item] = sum / n
		}
	}
	return near
}

func titleWords(r news.Report) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(clip(clean(r.Title), 400)), func(c rune) bool {
		return strings.ContainsRune(" .,:;!?\"'’“”«»()[]–—-", c)
	}) {
		set[w] = true
	}
	return set
}

// source shows a report as a link.
func source(r news.Report) Source {
	return Source{
		Name:  clip(cmp.Or(clean(r.Feed), clean(r.Publisher), "unnamed source"), nameLimit),
		Title: clip(cmp.Or(clean(r.Title), firstSentence(r.Lede), "(no headline)"), headlineLimit),
		URL:   link(r.URL), Lang: r.Lang, At: r.Time(),
		State: r.State, Official: r.Official, Aside: r.Comments(),
	}
}

// firstSentence cuts clean text after its first sentence.
func firstSentence(s string) string {
	s = clean(s)
	runes := []rune(s)
	for i, r := range runes {
		if i < 20 || !strings.ContainsRune(".!?…", r) {
			continue
		}
		if i+1 == len(runes) || runes[i+1] == ' ' && (i+2 >= len(runes) || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789", runes[i+2])) {
			return clip(string(runes[:i+1]), quoteLimit)
		}
	}
	return clip(s, quoteLimit)
}

// sentenceWith is the sentence of s that holds match, or "".
func sentenceWith(s, match string) string {
	s, match = clean(s), clean(match)
	at := strings.Index(s, match)
	if match == "" || at < 0 {
		return ""
	}
	from := 0
	if i := strings.LastIndexAny(s[:at], ".!?"); i >= 0 {
		from = i + 1
	}
	return firstSentence(s[from:])
}

// quotes are the sentences shown under an entry: one of each party that speaks, in the
// best language there is, then the new sentences of updates. Never the headline again,
// nor of the one side whose word the headline is a sentence that tells no more.
func quotes(d news.Development, f facts, t Telling, shown news.Report, sel news.DigestSpec) []Quote {
	var out []Quote
	title := clean(shown.Title)
	add := func(who, text string) {
		text = strings.Trim(text, "\"“”«»„ ")
		if text == "" || text == title || slices.ContainsFunc(out, func(q Quote) bool { return q.Text == text }) {
			return
		}
		out = append(out, Quote{Who: who, Text: text})
	}
	quotable := func(r news.Report) bool { return !r.Comments() && (!r.State || sel.StateMedia == "name") }
	newest := slices.Clone(d.Reports)
	slices.Reverse(newest) // the newest word counts
	slices.SortStableFunc(newest, func(a, b news.Report) int {
		return cmp.Compare(language(a, sel.Select.Languages), language(b, sel.Select.Languages))
	})
	heard := slices.Clone(f.spoke)
	for _, r := range newest {
		if quotable(r) {
			heard = append(heard, voicesOf(r)...) // a no is a word too
		}
	}
	spoke := partiesOf(inSideOrder(heard), d.Topic)
	for _, side := range spoke {
		known := len(partiesOf(f.spoke, d.Topic)) < 2 && has(voicesOf(shown), side) // the headline is its word
		for _, r := range newest {
			if !quotable(r) || !has(voicesOf(r), side) {
				continue
			}
			s := sentenceOf(r, side)
			if s == "" || s == title || known && (s == clip(clean(r.Title), quoteLimit) || !tellsMore(s, r.Lang, shown)) {
				continue
			}
			add(sideNames[side].name, s)
			break
		}
	}
	for _, id := range t.Quoted {
		for _, r := range d.Reports {
			if r.Item != id || !quotable(r) {
				continue
			}
			fresh := r.Novel
			if d.Told != nil {
				fresh = unsaid(r, d.Told.Sentences)
			}
			for _, n := range fresh[:min(2, len(fresh))] {
				add(clip(clean(r.Feed), nameLimit), clip(clean(n), quoteLimit))
			}
		}
		if len(out) >= 3 {
			break
		}
	}
	return out[:min(3, len(out))]
}

// tellsMore is whether two thirds of a sentence's longer words are not in a headline of
// its language.
func tellsMore(sentence, lang string, shown news.Report) bool {
	if baseLang(lang) != baseLang(shown.Lang) {
		return false // it cannot be told
	}
	known, words := titleWords(shown), titleWords(news.Report{Title: sentence})
	more, all := 0, 0
	for w := range words {
		if utf8.RuneCountInString(w) < 4 {
			continue
		}
		all++
		if !known[w] {
			more++
		}
	}
	return 3*more >= 2*all
}

// sentenceOf is what a side says in a report: the sentence its claim was found
// in, or the first sentence of its own site.
func sentenceOf(r news.Report, side string) string {
	for _, t := range r.Tags {
		if t.Facet == "claim" && speakerSide(r, t) == side {
			if t.Field == "title" { // the title is the statement
				return clip(clean(r.Title), quoteLimit)
			}
			if s := sentenceWith(r.Lede, t.Match); s != "" {
				return s
			}
		}
	}
	if r.Official && r.Side == side {
		return firstSentence(r.Lede)
	}
	return ""
}
