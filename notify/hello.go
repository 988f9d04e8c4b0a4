package notify

import (
	"strings"
	"time"

	"trucewatch/internal/news"
)

// Hello is the one message of a first start.
type Hello struct {
	Topics  []string `json:"topics"`
	Digests []Next   `json:"digests"`
}

// Next is when a digest will come.
type Next struct {
	Name string         `json:"name"`
	At   time.Time      `json:"at"`
	Zone *time.Location `json:"-"`
	When string         `json:"when"`
}

// Greet composes the hello of a channel: what is watched, which sources were
// read so far, when the next digests come and in which zone.
func Greet(channel string, topics []string, sources []news.Source, since time.Time, next []Next, now time.Time, zone *time.Location) Digest {
	d := Digest{
		Kind: "hello", Name: "hello", Channel: channel, Topic: topicName(topics),
		Slot: now, From: since, Zone: zoneName(zone), zone: zone,
		Coverage: sourceCoverage(sources, since), Hello: &Hello{Topics: topics},
	}
	for _, n := range next {
		n.Name = clip(clean(n.Name), nameLimit)
		n.When = in(n.Zone, n.At).Format(stampMinute) + " " + zoneName(n.Zone)
		d.Hello.Digests = append(d.Hello.Digests, n)
	}
	d.Headline = "Watching the " + talks(d.Topic)
	return d
}

func helloPage(d Digest) page {
	var lines []line
	lines = append(lines, row(text("Sources read so far: "+counts(d.Coverage.Read, d.Coverage.Of))))
	for _, n := range d.Hello.Digests {
		lines = append(lines, row(text("Next digest ("+n.Name+"): "+n.When)))
	}
	lines = append(lines, row(text("A first digest counts as new what is at most one of its periods older than this start, of a daily digest 24 hours; after that only what is new or changed is told.")))
	foot := []string{sidesRead(d.Coverage)}
	if s := notRead(d.Coverage, d.zone); s != "" {
		foot = append(foot, s)
	}
	return page{
		{kind: heading, lines: []line{row(text(d.Headline))}},
		{kind: body, lines: lines},
		{kind: small, lines: []line{row(text(strings.Join(foot, " · ")))}},
	}
}
