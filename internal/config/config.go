// Package config reads the configuration: one YAML file, checked whole before
// anything starts, with every problem reported together.
//
// It decodes the file on top of the defaults, turns it into the nouns of
// internal/news, and finds the Slack token. It opens no database, resolves no
// host name and does not know how cron specs are evaluated: the command hands
// that check in. Only the command imports it; other packages take their own
// options.
package config

import "time"

// Config is a checked configuration. Paths are resolved, see Where.
type Config struct {
	Database  string    `yaml:"database"`
	Timezone  string    `yaml:"timezone"` // IANA name
	HTTP      HTTP      `yaml:"http"`
	Poll      Poll      `yaml:"poll"`
	Seeds     string    `yaml:"seeds"` // directory; "" loads none but the program's own
	Topics    []Topic   `yaml:"topics"`
	Feeds     []Feed    `yaml:"feeds"`
	Slack     Slack     `yaml:"slack"`
	Digests   []Digest  `yaml:"digests"`
	Alerts    []Alert   `yaml:"alerts"`
	Ops       Ops       `yaml:"ops"`
	Retention Retention `yaml:"retention"`
	Listen    string    `yaml:"listen"` // host:port of health and metrics; "" serves none

	file    string // for messages
	where   lines
	periods map[string]time.Duration // digest name → usual distance of its slots
}

// HTTP bounds outbound requests.
type HTTP struct {
	Contact string        `yaml:"contact"` // URL or mail address shown to publishers in the User-Agent
	Allow   []string      `yaml:"allow"`   // host:port or prefixes exempt from the dial guard
	Proxy   string        `yaml:"proxy"`   // URL; "" is none
	Timeout time.Duration `yaml:"timeout"` // of one request, with its body
	MaxBody Size          `yaml:"max_body"`
	PerHost int           `yaml:"per_host"` // requests at a time to one host
}

// Poll is how often feeds without an interval of their own are asked.
type Poll struct {
	Every         time.Duration `yaml:"every"` // before anything is learnt of a feed
	Min           time.Duration `yaml:"min"`   // bounds of the adaptive interval
	Max           time.Duration `yaml:"max"`
	Concurrency   int           `yaml:"concurrency"`    // feeds asked at a time
	HistoryBefore time.Duration `yaml:"history_before"` // an entry older than this at first sight is never told alone
}

// Topic is one conflict's talks.
type Topic struct {
	Name string `yaml:"name"`
	Pack string `yaml:"pack"` // BuiltinPack or the path of a rule pack
}

// BuiltinPack is the rule pack inside the program.
const BuiltinPack = "builtin"

// Feed is one source.
type Feed struct {
	Name       string        `yaml:"name"`
	URL        string        `yaml:"url"`
	Lang       string        `yaml:"lang"`      // BCP 47; "" when the feed mixes languages
	Side       string        `yaml:"side"`      // one of news.Sides
	Publisher  string        `yaml:"publisher"` // family; the name when not given
	StateMedia bool          `yaml:"state_media"`
	Official   bool          `yaml:"official"`
	Every      time.Duration `yaml:"every"`   // 0 adapts
	Zone       string        `yaml:"zone"`    // IANA zone of dates that carry none; "" is UTC
	Article    bool          `yaml:"article"` // fetch article pages
}

// Slack is where Slack's API is, and where the token is kept. See Config.SlackToken.
type Slack struct {
	APIURL    string `yaml:"api_url"`    // ends with a slash
	TokenFile string `yaml:"token_file"` // "" looks elsewhere
}

// Selection narrows what a digest or alert tells. An empty list selects all.
type Selection struct {
	Topics     []string `yaml:"topics"`
	Mechanisms []string `yaml:"mechanisms"`
	Stages     []string `yaml:"stages"`
	Places     []string `yaml:"places"`
	Sides      []string `yaml:"sides"`
	Languages  []string `yaml:"languages"` // of headlines, best first
}

// Digest is one digest or recap.
type Digest struct {
	Name       string `yaml:"name"`
	Kind       string `yaml:"kind"`    // news or recap
	Channel    string `yaml:"channel"` // Slack channel id or news.TerminalChannel
	Cron       string `yaml:"cron"`
	Timezone   string `yaml:"timezone"` // IANA name; the configuration's when not given
	Selection  `yaml:",inline"`
	StateMedia string        `yaml:"state_media"` // link, name or omit
	Max        int           `yaml:"max"`         // developments shown in the channel
	QuietDay   string        `yaml:"quiet_day"`   // post or skip
	CatchUp    time.Duration `yaml:"catch_up"`    // a missed slot younger than this is still told
	Window     time.Duration `yaml:"window"`      // recap only
}

// Alert is sent as soon as something happened.
type Alert struct {
	Name       string `yaml:"name"`
	Channel    string `yaml:"channel"`
	Timezone   string `yaml:"timezone"`
	Selection  `yaml:",inline"`
	StateMedia string   `yaml:"state_media"` // link, name or omit
	When       []string `yaml:"when"`
	MaxPerDay  int      `yaml:"max_per_day"`
	QuietHours string   `yaml:"quiet_hours"` // "22:00-06:00"; "" is never
}

// Ops is how the operator is told that something rots.
type Ops struct {
	Channel   string        `yaml:"channel"`
	Heartbeat string        `yaml:"heartbeat"` // URL fetched after each verified delivery or quiet day
	Command   string        `yaml:"command"`
	FailedFor time.Duration `yaml:"failed_for"`
	SideBelow float64       `yaml:"side_below"` // share of a side's sources read
}

// Retention says how long texts are kept. Fingerprints and told marks stay.
type Retention struct {
	Text          time.Duration `yaml:"text"`
	UnrelatedText time.Duration `yaml:"unrelated_text"`
}

const day = 24 * time.Hour

// defaults is what a file that says nothing means. Lists of feeds, digests and
// alerts are empty in it; Default has the shipped ones.
func defaults() Config {
	return Config{
		Database: "trucewatch.db",
		Timezone: "UTC",
		HTTP:     HTTP{Timeout: 30 * time.Second, MaxBody: 8 << 20, PerHost: 2},
		Poll:     Poll{Every: 15 * time.Minute, Min: 5 * time.Minute, Max: 6 * time.Hour, Concurrency: 32, HistoryBefore: 48 * time.Hour},
		Seeds:    "seeds",
		Topics:   []Topic{{Name: "russia-ukraine", Pack: BuiltinPack}},
		Slack:    Slack{APIURL: "https://slack.com/api/"},
		Ops:      Ops{FailedFor: 72 * time.Hour, SideBelow: 0.5},
		Retention: Retention{
			Text:          400 * day,
			UnrelatedText: 30 * day,
		},
	}
}

// The defaults of one entry of a list.

func (t *Topic) setDefaults() { t.Pack = BuiltinPack }

func (f *Feed) setDefaults() { f.Side = "independent" }

func (d *Digest) setDefaults() {
	d.Kind, d.StateMedia, d.QuietDay = "news", "name", "post"
	d.Max, d.CatchUp = 9, 12*time.Hour
}

func (a *Alert) setDefaults() {
	a.When = append([]string(nil), alertCauses...)
	a.StateMedia, a.MaxPerDay = "name", 5
}
