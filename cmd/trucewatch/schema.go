package main

import (
	"reflect"
	"strings"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
)

// SchemaCmd writes the JSON Schema of the configuration.
type SchemaCmd struct{}

func (*SchemaCmd) Run(e *env) error { return writeJSON(e.stdout, configSchema()) }

// schema is a JSON Schema, draft 2020-12, as far as it is used here.
type schema struct {
	Schema      string             `json:"$schema,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        any                `json:"type,omitempty"` // a string, or a list of them
	Pattern     string             `json:"pattern,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Minimum     *float64           `json:"minimum,omitempty"`
	Maximum     *float64           `json:"maximum,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Additional  *bool              `json:"additionalProperties,omitempty"`
	Items       *schema            `json:"items,omitempty"`
}

// words are the keys that take one of a few words; a test holds them against the
// loader.
var words = map[string][]string{
	"feeds[].side":          news.Sides,
	"digests[].kind":        {"news", "recap"},
	"digests[].state_media": {"link", "name", "omit"},
	"alerts[].state_media":  {"link", "name", "omit"},
	"digests[].quiet_day":   {"post", "skip"},
	"digests[].sides":       news.Sides,
	"alerts[].sides":        news.Sides,
	"digests[].mechanisms":  {"full", "partial", "humanitarian", "exchange", "settlement", "guarantees", "shipping"},
	"alerts[].mechanisms":   {"full", "partial", "humanitarian", "exchange", "settlement", "guarantees", "shipping"},
	"digests[].stages":      {"signal", "proposal", "accept", "reject", "prep", "talks", "agreed", "in_effect", "violation", "ended", "analysis"},
	"alerts[].stages":       {"signal", "proposal", "accept", "reject", "prep", "talks", "agreed", "in_effect", "violation", "ended", "analysis"},
	"alerts[].when":         {"agreed_both", "declared_one", "ended", "in_effect", "leaders_meet"},
}

// required are the keys an entry of a list cannot do without.
var required = map[string][]string{
	"topics[]": {"name"}, "feeds[]": {"name", "url"}, "digests[]": {"name", "channel", "cron"}, "alerts[]": {"name", "channel"},
}

// bounds of numbers.
var bounds = map[string][2]float64{
	"http.per_host": {1, 16}, "poll.concurrency": {1, 512}, "digests[].max": {1, 60}, "ops.side_below": {0, 1},
}

// meanings are what an editor shows beside a key. config.yaml says more.
var meanings = map[string]string{
	"database": "Database file, relative to this file or to the state directory of the service.",
	"timezone": "IANA zone in which digests are scheduled and worded, such as Europe/Kyiv.",
	"seeds":    "Directory of seed documents; \"\" loads the program's own alone.",
	"listen":   "Where health and metrics are served, such as 127.0.0.1:9469; \"\" is nowhere.",
	"http":     "How sources are asked.", "http.contact": "Web or mail address shown to publishers.", "http.allow": "host:port or prefixes exempt from the guard against private addresses.",
	"http.proxy": "Address of a proxy.", "http.timeout": "Of one request with its body.", "http.max_body": "Largest document, decoded, such as 8MiB.", "http.per_host": "Requests at a time to one host.",
	"poll": "How often sources are asked.", "poll.every": "Before anything is learnt of a feed.", "poll.min": "Lower bound of the adaptive interval.", "poll.max": "Upper bound of the adaptive interval.",
	"poll.concurrency": "Feeds asked at a time.", "poll.history_before": "An entry older than this at first sight is never told alone.",
	"topics": "What is watched.", "topics[].name": "Name of the topic.", "topics[].pack": "builtin, or the path of a rule pack.",
	"feeds": "Sources.", "feeds[].name": "A feed is its name.", "feeds[].url": "http or https address.", "feeds[].lang": "Language code; leave it out when the feed mixes languages.",
	"feeds[].side": "Whom a report speaks for.", "feeds[].publisher": "The house; several feeds of one house are one voice.", "feeds[].state_media": "Run or directed by a state.",
	"feeds[].official": "A party's, mediator's or body's own site.", "feeds[].every": "A fixed interval; without it the interval adapts.", "feeds[].zone": "Zone of dates that carry none.", "feeds[].article": "Fetch the page of each entry.",
	"slack": "Where messages are posted.", "slack.api_url": "Address of Slack's API.", "slack.token_file": "File with the bot token.",
	"digests": "What is told when, and where.", "digests[].name": "A digest is its name.", "digests[].kind": "news, or a recap of a window.", "digests[].channel": "Slack channel id, or terminal.",
	"digests[].cron": "Five fields: minute, hour, day of month, month, day of week.", "digests[].timezone": "Zone of the schedule.", "digests[].state_media": "How state media are shown.",
	"digests[].max": "Developments shown in the channel; the rest go to the thread.", "digests[].quiet_day": "What happens when there is nothing to tell.", "digests[].catch_up": "A missed slot younger than this is still told.", "digests[].window": "Of a recap, such as 7d.",
	"alerts": "What is told at once.", "alerts[].name": "An alert is its name.", "alerts[].channel": "Slack channel id, or terminal.", "alerts[].timezone": "Zone of the quiet hours.", "alerts[].when": "What happened.",
	"alerts[].max_per_day": "Alerts in 24 hours at most, counted by message; past it, one summary an hour.", "alerts[].state_media": "How state media are shown.", "alerts[].quiet_hours": "Such as 22:00-06:00; \"\" is never.",
	"ops": "How the operator hears that something rots.", "ops.channel": "Slack channel id; \"\" logs only.", "ops.heartbeat": "Address fetched after each digest that was seen to arrive.", "ops.command": "Run with the text on its standard input.",
	"ops.failed_for": "Tell of a source that has failed this long.", "ops.side_below": "Tell when less than this share of a side's sources is read.",
	"retention": "How long texts are kept; fingerprints and what was told stay.", "retention.text": "Of every item.", "retention.unrelated_text": "Of items about no topic.",
}

// selection are the keys digests and alerts share.
var selection = map[string]string{
	"topics": "Only these topics.", "mechanisms": "Only these kinds of arrangement.", "stages": "Only these stages.", "places": "Only these places.", "sides": "Only what these sides say.", "languages": "Of headlines, best first.",
}

const (
	durationForm = `^([0-9]{1,6}w)?([0-9]{1,6}d)?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))*$`
	sizeForm     = `^[0-9]{1,12} ?(B|KB|KiB|MB|MiB|GB|GiB)?$`
)

// configSchema is made from the types that the loader decodes into.
func configSchema() *schema {
	s := schemaOf("", reflect.TypeFor[config.Config]())
	s.Schema, s.Title = "https://json-schema.org/draft/2020-12/schema", "trucewatch configuration"
	return s
}

func schemaOf(path string, t reflect.Type) *schema {
	s := &schema{Description: meaning(path)}
	switch {
	case t == reflect.TypeFor[time.Duration]():
		s.Type, s.Pattern = "string", durationForm
	case t == reflect.TypeFor[config.Size]():
		s.Type, s.Pattern = []string{"string", "integer"}, sizeForm
	case t.Kind() == reflect.Struct:
		no := false
		s.Type, s.Additional, s.Properties, s.Required = "object", &no, map[string]*schema{}, required[path]
		for _, f := range reflect.VisibleFields(t) {
			if key, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); key != "" {
				s.Properties[key] = schemaOf(strings.TrimPrefix(path+"."+key, "."), f.Type)
			}
		}
		if path != "" && !strings.HasSuffix(path, "[]") {
			s.Type = []string{"object", "null"} // a heading whose keys are all commented out
		}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		s.Type, s.Items = []string{"array", "null"}, schemaOf(path+"[]", t.Elem())
	case t.Kind() == reflect.Slice:
		s.Type, s.Items = []string{"array", "null"}, &schema{Type: "string", Enum: words[path]}
	case t.Kind() == reflect.Bool:
		s.Type = "boolean"
	case t.Kind() == reflect.Int:
		s.Type = "integer"
	case t.Kind() == reflect.Float64:
		s.Type = "number"
	default:
		s.Type, s.Enum = "string", words[path]
	}
	if b, ok := bounds[path]; ok {
		s.Minimum, s.Maximum = &b[0], &b[1]
	}
	return s
}

func meaning(path string) string {
	if m, ok := meanings[path]; ok {
		return m
	}
	for _, list := range []string{"digests[].", "alerts[]."} {
		if key, ok := strings.CutPrefix(path, list); ok {
			return selection[key]
		}
	}
	return ""
}
