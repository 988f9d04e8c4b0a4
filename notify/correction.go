package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// alertMark is what an alert of a name, or its correction, last told of d; a
// digest that told of it since changes nothing about that.
func alertMark(d news.Development, name string) *news.Told {
	if d.Alerted != nil && d.Alerted.Digest == name {
		return d.Alerted
	}
	return nil
}

// standing alert marks are those that no correction took back.
func alertStanding(d news.Development, name string) *news.Told {
	if m := alertMark(d, name); m != nil && m.Kind != "correction" {
		return m
	}
	return nil
}

// correction is due when the side that committed to what an alert told takes it
// back: a reply to the alert that the whole channel sees, and the alert itself
// edited to say that it is withdrawn, all its words kept.
func correction(e news.Edition, spec news.AlertSpec, original func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool) {
	byID := map[news.StoryID]news.Development{}
	for _, d := range e.Stories {
		byID[d.ID] = d
	}
	for _, d := range e.Stories {
		told := alertStanding(d, spec.Name)
		if told == nil && d.Told == nil {
			told = alertStanding(byID[d.Follows], spec.Name)
		}
		if told == nil && d.Told == nil {
			told = takenBack(d, e, spec.Name)
		}
		if told == nil {
			continue
		}
		against := denials(d, *told, e)
		if len(against) == 0 {
			continue
		}
		t := turn{chosen: chosen{d: d, t: Telling{What: []string{"denied"}}}, evidence: against}
		t.t.Fresh = mapped(against, func(r news.Report) news.ItemID { return r.Item })
		t.t.Lead = headline(d, t.t.Fresh, spec.Select.Languages)
		t.f = about(d, t.t.Lead)
		c := newDigest(e)
		c.Kind, c.Dates, c.Silent = "correction", nil, nil
		lead := entry(t.chosen, e)
		lead.Number, lead.Lead, lead.Quotes = 1, "", denialQuote(against[0])
		c.Entries, c.Shown = []Entry{lead}, 1
		at := in(spec.Zone, told.At).Format("15:04")
		c.Headline = "Correction to the " + at + " alert"
		who := ""
		for _, r := range against {
			if s := denier(r); s != "" && who == "" {
				who = " by " + sideNames[s].country
			}
		}
		c.Alert = &Alert{
			Origins: t.f.from[:min(len(t.f.from), maxOrigins)], Published: against[0].Time(), Read: against[0].Seen, Told: told.At,
			Was: wasTold(*told), Now: "denied" + who,
		}
		first, sent := original(told.Delivery)
		if sent {
			c.Alert.Now += "; the first alert is marked withdrawn"
		}
		m := Render(c)[0]
		m.Part = 1
		if told.Channel == spec.Channel { // else the alert stands where its channel was before
			m.Thread, m.Broadcast = told.Delivery, true
		}
		cut := news.Cut{Kind: "correction", Messages: []news.Message{m}}
		if sent {
			edit := marked(first, "Withdrawn "+in(spec.Zone, e.Slot).Format("15:04"), "see the correction in this thread")
			edit.Part, edit.Edit = 2, told.Delivery
			cut.Messages = append(cut.Messages, edit)
		}
		mk := mark(d, factsOf(d), t.f.says, e.Digest)
		mk.Slot, mk.At, mk.Part, mk.Headline = e.Slot, e.Slot, 1, lead.Headline.Title
		cut.Told = []news.Told{mk}
		if told.Story != d.ID { // the alert itself is answered: no other page of the same denial answers it again
			withdrawn := *told
			withdrawn.Digest, withdrawn.Slot, withdrawn.At, withdrawn.Part = e.Digest.Name, e.Slot, e.Slot, 1
			withdrawn.Turn, withdrawn.About = "", ""
			cut.Told = append(cut.Told, withdrawn)
		}
		return cut, true
	}
	return news.Cut{}, false
}

// wasTold is what an alert said: how it was headed and on which headline.
func wasTold(told news.Told) string {
	said := clip(clean(told.Headline), headlineLimit)
	if told.Turn == "" {
		return said
	}
	what := turnWords(told.Turn, facts{committed: told.Committed, mechanism: mechanismAbout(told.About)})
	return strings.ToLower(what[:1]) + what[1:] + " (" + said + ")"
}

// mechanismAbout is a mechanism of the kind that an alert was about.
func mechanismAbout(about string) string {
	for _, m := range particular {
		if kindOf(m) == about {
			return m
		}
	}
	return ""
}

// takenBack is the alert of the last day that d takes back although it stands apart
// from what was alerted: the side that alone had committed denies it on a site of
// its own, in a title about the same arrangement.
func takenBack(d news.Development, e news.Edition, name string) *news.Told {
	for _, r := range d.Reports {
		if !r.Official {
			continue
		}
		for _, o := range e.Stories {
			m := alertStanding(o, name)
			if m == nil || o.Topic != d.Topic || e.Slot.Sub(m.At) > 24*time.Hour || m.Committed != "one:"+denier(r) || arrangement(r) != aboutOf(*m) {
				continue
			}
			if denies(r, *m, parties(d.Topic)) {
				return m
			}
		}
	}
	return nil
}

// denials are the untold fresh reports that take back what was told: on the
// word of an official source of the side that had committed, or of two origins.
func denials(d news.Development, told news.Told, e news.Edition) []news.Report {
	horizon := latest(e.Horizon, told.At.Add(-time.Hour))
	keys := origins(d.Reports)
	var out []news.Report
	var from []string
	enough := false
	for i, r := range d.Reports {
		if !untoldIn(told, r) || d.Told != nil && !untoldIn(*d.Told, r) || !tellable(d, r, horizon) || r.Comments() || !denies(r, told, parties(d.Topic)) {
			continue
		}
		out, from = append(out, r), append(from, keys[i])
		enough = enough || r.Official
	}
	if !enough && distinct(from) < 2 {
		return nil
	}
	return out
}

// denies is whether a report takes back what an alert told. A title that says no
// to something speaks against an alert only if it says no to what the alert told,
// and for the side that had committed to it: "a swap, but no truce" denies no
// swap, and Kyiv's no to Moscow's truce takes back nothing of Moscow's word.
func denies(r news.Report, told news.Told, parties []string) bool {
	who := denier(r)
	switch side, one := strings.CutPrefix(told.Committed, "one:"); {
	case who == "",
		one && who != side,
		told.Committed == "both" && !has(parties, who):
		return false
	}
	about := aboutOf(told)
	if a := arrangement(r); told.Turn != "leaders_meet" && a != "" && about != "" && a != about || has(values(r, "stage", "title"), "violation") {
		return false // of something else, or of a breach
	}
	claims := values(r, "claim", "title")
	switch {
	case has(claims, "denial"):
		return true
	case !r.Official || r.Shows("stage", "agreed", "title") || r.Shows("stage", "in_effect", "title"):
		return false
	case has(claims, "negated"):
		return negates(r, about)
	}
	return r.Shows("stage", "reject", "title") && slices.ContainsFunc(values(r, "mechanism", "title"), func(m string) bool { return kindOf(m) == about })
}

// aboutOf is the arrangement that an alert was about.
func aboutOf(told news.Told) string {
	if told.About != "" || len(told.Stages) != 1 {
		return told.About
	}
	for m := range told.Stages {
		return kindOf(m)
	}
	return ""
}

// negates is whether a title's "no" stands before what it is about: "no order on
// a truce", and not "a truce from Sunday, no autonomy".
func negates(r news.Report, about string) bool {
	title := strings.ToLower(r.Title)
	for _, t := range r.Tags {
		if t.Facet != "claim" || t.Value != "negated" || t.Field != "title" {
			continue
		}
		no := strings.Index(title, strings.ToLower(t.Match))
		for _, m := range r.Tags {
			if m.Facet == "mechanism" && m.Field == "title" && kindOf(m.Value) == about && no >= 0 && strings.Index(title, strings.ToLower(m.Match)) > no {
				return true
			}
		}
	}
	return false
}

// denialQuote is the denial's own sentence, where it has one besides its title.
func denialQuote(r news.Report) []Quote {
	s := firstSentence(r.Lede)
	if s == "" || s == clean(r.Title) {
		return nil
	}
	who := clip(clean(r.Feed), nameLimit)
	if r.Official {
		who = sideNames[r.Side].name
	}
	return []Quote{{Who: who, Text: strings.Trim(s, "\"“”«»„ ")}}
}

// denier is the side that denies in a report, "" when unknown.
func denier(r news.Report) string {
	for _, t := range r.Tags {
		if t.Facet == "claim" && t.Who != "" {
			if s := speakerSide(r, t); s != "" {
				return s
			}
		}
	}
	if r.Official {
		return r.Side
	}
	return ""
}

// reverses is the standing alert of the last week that a turn turns round: what
// was agreed, declared or in effect has ended.
func reverses(t turn, e news.Edition, name string) *news.Told {
	if t.name != "ended" {
		return nil
	}
	var last *news.Told
	for _, d := range e.Stories {
		m := alertStanding(d, name)
		if m == nil || d.Topic != t.d.Topic || m.About != t.about || m.About == "" {
			continue
		}
		if last == nil || m.At.After(last.At) {
			last = m
		}
	}
	if last == nil || last.Turn == "ended" {
		return nil
	}
	return last
}

// supersede makes an alert's cut the answer to the alert that it turns round: its
// messages stand in that one's thread and in the channel, and that one is edited
// to say so, all its words kept. An alert that is not posted can't be answered: the
// newer one waits for it in no thread.
func supersede(cut *news.Cut, told news.Told, at string, original func(news.DeliveryID) (news.Message, bool)) {
	first, sent := original(told.Delivery)
	if !sent {
		return
	}
	for i := range cut.Messages {
		cut.Messages[i].Thread = told.Delivery
	}
	cut.Messages[0].Broadcast = true
	edit := marked(first, "Superseded "+at, "see the newer alert in this thread")
	edit.Part, edit.Edit = len(cut.Messages)+1, told.Delivery
	cut.Messages = append(cut.Messages, edit)
}

// marked is a sent message with a line before it that says what became of it.
// None of its words is removed; what would not fit any more stays in the thread's
// reply.
func marked(m news.Message, note, see string) news.Message {
	p := page{{kind: body, lines: []line{row(bold(note), text(", "+see+"."))}}}
	head := encode(p)
	if old := string(m.Blocks); strings.HasPrefix(old, "[{") && strings.Count(old, `"type":"`) < 2*maxBlocks {
		m.Blocks = append(head[:len(head)-1:len(head)-1], []byte(","+old[1:])...)
	}
	m.Kind, m.Thread, m.Broadcast = "edit", 0, false
	m.Text = clip(note+": "+m.Text, maxPhone)
	if strings.Contains(m.Text, "&") { // an entity must not be cut in two
		m.Text = fmt.Sprintf("%s: %s", note, mrkdwn(see+"."))
	}
	m.Plain = note + ", " + see + ".\n\n" + m.Plain
	return m
}
