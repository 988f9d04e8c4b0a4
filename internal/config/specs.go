package config

import (
	"fmt"
	"time"

	"trucewatch/internal/news"
)

// PlaceholderChannel stands in the shipped configuration where the operator's own
// channel belongs.
const PlaceholderChannel = "C0000000000"

// NewsFeeds returns the configured feeds in their order, to be polled.
func (c Config) NewsFeeds() []news.Feed {
	feeds := make([]news.Feed, len(c.Feeds))
	for i, f := range c.Feeds {
		feeds[i] = news.Feed{
			Name: f.Name, URL: f.URL, Lang: f.Lang, Side: f.Side, Publisher: f.Publisher,
			StateMedia: f.StateMedia, Official: f.Official,
			Every: f.Every, Zone: f.Zone, Article: f.Article, Polled: true,
		}
	}
	return feeds
}

// DigestSpecs returns the digests in their order. With printing, which is what a
// configuration without a Slack token means, all go to news.TerminalChannel
// whatever channel they name.
func (c Config) DigestSpecs(printing bool) []news.DigestSpec {
	specs := make([]news.DigestSpec, len(c.Digests))
	for i, d := range c.Digests {
		specs[i] = news.DigestSpec{
			Name: d.Name, Kind: d.Kind, Channel: channel(d.Channel, printing), Cron: d.Cron, Zone: zoneOf(d.Timezone),
			Select: d.Selection.news(), StateMedia: d.StateMedia, Max: d.Max, QuietDay: d.QuietDay,
			CatchUp: d.CatchUp, Window: d.Window, Period: c.periods[d.Name],
		}
	}
	return specs
}

// AlertSpecs returns the alerts in their order. For printing see DigestSpecs.
func (c Config) AlertSpecs(printing bool) []news.AlertSpec {
	specs := make([]news.AlertSpec, len(c.Alerts))
	for i, a := range c.Alerts {
		specs[i] = news.AlertSpec{
			Name: a.Name, Channel: channel(a.Channel, printing), Select: a.Selection.news(), When: a.When,
			StateMedia: a.StateMedia, MaxPerDay: a.MaxPerDay, QuietHours: a.QuietHours, Zone: zoneOf(a.Timezone),
		}
	}
	return specs
}

// Zone returns the configuration's own zone.
func (c Config) Zone() *time.Location { return zoneOf(c.Timezone) }

// ReadyToPost reports, as *Invalid, every channel that is still the placeholder of
// the shipped configuration. Ask it when a Slack token is there: posting would be
// refused by Slack, one message after the other.
func (c Config) ReadyToPost() error {
	bad := &Invalid{File: c.file}
	check := func(path, id string) {
		if id == PlaceholderChannel {
			bad.add(c.where.of(path), path, id+" is a placeholder, and there is a Slack token to post with",
				"write the id of your channel, or terminal to print")
		}
	}
	for i, d := range c.Digests {
		check(fmt.Sprintf("digests[%d].channel", i), d.Channel)
	}
	for i, a := range c.Alerts {
		check(fmt.Sprintf("alerts[%d].channel", i), a.Channel)
	}
	check("ops.channel", c.Ops.Channel)
	return bad.orNil()
}

func (s Selection) news() news.Selection {
	return news.Selection{Topics: s.Topics, Mechanisms: s.Mechanisms, Stages: s.Stages, Places: s.Places, Sides: s.Sides, Languages: s.Languages}
}

func channel(id string, printing bool) string {
	if printing {
		return news.TerminalChannel
	}
	return id
}

// zoneOf loads a zone that was checked.
func zoneOf(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC // only for a Config that Read did not make
	}
	return z
}
