package tag

import (
	"slices"
	"strings"
	"sync"

	"trucewatch/internal/news"
)

// Input is one text to judge. Title, Lede and Body are plain text.
type Input struct {
	Title, Lede, Body string
	Lang              string // BCP 47; "" reads it with the words of all languages
	Side              string // of the source: one of news.Sides
	Official          bool   // the source is a party's, mediator's or body's own site
}

// Result is what a text is about, with the reasons.
type Result struct {
	Topics []news.Relevance // one for each topic, in the order of the packs
	Tags   []news.Tag       // facets; none unless main or mention of a topic
	Genre  string           // news, official, opinion, live or explainer
	Why    []Contribution   // what counted for relevance, the strongest first; see Rules.Explain
}

// Contribution is one thing that counted towards a topic's relevance.
type Contribution struct {
	Topic   string
	Feature string  // as packs name it
	Value   float64 // of the feature
	Weight  float64 // logit points for each unit of it
	Match   string  // the source's words, when words earned it
	Field   string
}

// leadBytes is about how much of a text without summary counts as its lede.
const leadBytes = 400

// Fields splits an item as relevance weighs it: the summary is the lede; without
// one, the first sentences of the longest text are. The body is that longest text.
func Fields(it news.Item) (title, lede, body string) {
	body = it.Content
	if len(it.Page) > len(body) {
		body = it.Page
	}
	lede = it.Summary
	if strings.TrimSpace(lede) == "" {
		lede = lead(body)
		body = body[len(lede):]
	} else if body != "" && strings.HasPrefix(body, lede) {
		body = body[len(lede):]
	}
	return it.Title, lede, body
}

// lead is the beginning of a text up to the end of a sentence near leadBytes.
func lead(text string) string {
	if len(text) <= leadBytes {
		return text
	}
	end := strings.LastIndexAny(text[:leadBytes], ".!?…\n")
	if end < leadBytes/4 {
		if end = strings.LastIndexByte(text[:leadBytes], ' '); end < 0 {
			return ""
		}
		return text[:end]
	}
	for end++; end < len(text) && text[end]&0xC0 == 0x80; end++ { // … has three bytes
	}
	return text[:end]
}

var views = sync.Pool{New: func() any { return new(view) }}

// Tag judges one text: relevance to each topic, and the facets of those it is
// main or mention of. It keeps nothing of the input but the words it cites.
func (r *Rules) Tag(in Input) Result { return r.tag(in, false) }

// Explain is Tag with Result.Why filled in.
func (r *Rules) Explain(in Input) Result { return r.tag(in, true) }

func (r *Rules) tag(in Input, why bool) Result {
	s, v := scans.Get().(*scan), views.Get().(*view)
	defer func() {
		s.fields = [fieldCount]string{}
		scans.Put(s)
		views.Put(v)
	}()
	base, _, _ := strings.Cut(strings.ToLower(in.Lang), "-")
	r.m.read(s, in.Title, in.Lede, in.Body, r.langs[base])
	res := Result{Genre: "news"}
	v.tags = v.tags[:0]
	for _, t := range r.topics {
		t.look(v, s)
		g := v.grade()
		who := v.committed()
		x := v.facts(g, who, in.Official)
		rel := v.relevance(g, &x)
		res.Topics = append(res.Topics, rel)
		if why {
			res.Why = append(res.Why, v.explain(&x)...)
		}
		genre := v.genre(in.Official)
		if genre != "news" {
			res.Genre = genre
		}
		if rel.Relevance != news.None {
			out := tagger{v: v, patterns: r.m.patterns, lang: in.Lang, tags: v.tags}
			out.facets(&x, who, genre)
			v.tags = out.tags
		}
	}
	res.Tags = append(res.Tags, v.tags...) // of just the size they need, for they stay
	clear(v.tags)
	return res
}

// relevance decides with the models when there are any, else with the hand score.
func (v *view) relevance(g grade, x *facts) news.Relevance {
	out := news.Relevance{Topic: v.t.id, Relevance: news.None}
	n := &v.t.weigh.numbers
	if g.title == 0 && g.lede == 0 && g.body == 0 {
		return out
	}
	var main, mention *compiledModel
	for i := range v.t.models {
		switch m := &v.t.models[i]; {
		case m.facet == "relevance" && m.value == news.Main:
			main = m
		case m.facet == "relevance" && m.value == news.Mention:
			mention = m
		}
	}
	if main == nil {
		out.Score = logistic(n.steep * (g.score - n.main))
		switch {
		case g.score >= n.main:
			out.Relevance = news.Main
		case g.score >= n.mention:
			out.Relevance = news.Mention
		}
		return out
	}
	out.Score, _ = v.probability(main, x)
	vetoed := v.vetoed()
	if vetoed {
		out.Score = min(out.Score, main.threshold/2)
	}
	if out.Score >= main.threshold {
		out.Relevance = news.Main
	} else if mention != nil && !vetoed {
		if p, _ := v.probability(mention, x); p >= mention.threshold {
			out.Relevance = news.Mention
		}
	}
	return out
}

// explain lists what counted for relevance, strongest first.
func (v *view) explain(x *facts) []Contribution {
	var out []Contribution
	for i := range v.t.models {
		m := &v.t.models[i]
		if m.facet != "relevance" || m.value != news.Main {
			continue
		}
		for j := range m.features {
			f := &m.features[j]
			val := v.value(f, x)
			if val == 0 {
				continue
			}
			c := Contribution{Topic: v.t.id, Feature: f.name, Value: val, Weight: f.weight}
			if f.kind != fNumber {
				c.Field = fieldNames[f.field]
				if mk, ok := v.evidence(f.class, f.field); ok {
					c.Match = v.s.words(mk.first, mk.last)
				}
			}
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Contribution) int {
		x, y := abs(a.Value*a.Weight), abs(b.Value*b.Weight)
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return strings.Compare(a.Feature, b.Feature)
	})
	return out
}

func abs(f float64) float64 {
	if f < 0 {
		return -f
	}
	return f
}
