package notify

import (
	"encoding/json"
	"time"

	"trucewatch/internal/news"
)

// Digest is one edition as its readers see it: decided, ranked, counted and
// worded, but not laid out. Slack blocks, terminal text and JSON are three
// renderings of it. All text is clean; nothing in it is escaped.
type Digest struct {
	Kind     string     `json:"kind"` // digest, quiet, blind, recap, hello, alert or correction
	Name     string     `json:"name"`
	Channel  string     `json:"channel"`
	Topic    string     `json:"topic"` // in words
	Slot     time.Time  `json:"slot"`
	From     time.Time  `json:"from"`
	Zone     string     `json:"zone"` // as readers call it
	First    bool       `json:"first,omitempty"`
	Headline string     `json:"headline"`
	Entries  []Entry    `json:"entries,omitempty"` // numbered from 1
	Shown    int        `json:"shown"`             // entries in the channel; the rest stand in the thread alone
	Waiting  int        `json:"waiting,omitempty"` // developments left for the next digest
	Changed  []Standing `json:"changed,omitempty"`
	Same     []Standing `json:"same,omitempty"`
	Dates    []Date     `json:"dates,omitempty"`
	Silent   []Date     `json:"silent,omitempty"`  // dates that passed in the window without news
	Earlier  []Earlier  `json:"earlier,omitempty"` // told in this channel by alerts since the last digest
	Last     *Earlier   `json:"last,omitempty"`    // last change told, for a quiet digest
	Coverage Coverage   `json:"coverage"`
	Articles int        `json:"articles"`           // read in the window
	Telling  int        `json:"telling,omitempty"`  // of those, in the developments told
	About    int        `json:"about"`              // of those, about the topics
	Narrow   bool       `json:"narrow,omitempty"`   // the digest selects some of the topic only
	Repeats  int        `json:"repeats,omitempty"`  // of a quiet digest: articles about the topics that repeat what is known,
	Old      int        `json:"old,omitempty"`      // that were old when first read,
	Comments int        `json:"comments,omitempty"` // that comment
	Pending  int        `json:"pending,omitempty"`
	Week     *Week      `json:"week,omitempty"`
	Hello    *Hello     `json:"hello,omitempty"`
	Alert    *Alert     `json:"alert,omitempty"`
	Skip     bool       `json:"skip,omitempty"` // a quiet day that is not told

	Files bool `json:"-"` // the channel's service takes files

	zone *time.Location
}

// Entry is one development of a digest.
type Entry struct {
	Number    int          `json:"number"`
	Story     news.StoryID `json:"story"`
	Section   string       `json:"section"`
	New       bool         `json:"new"`
	What      []string     `json:"what,omitempty"`   // what changed
	Lead      string       `json:"lead,omitempty"`   // our words before a headline in another language
	Tongue    string       `json:"tongue,omitempty"` // its only language, where that is compared with no other
	Headline  Source       `json:"headline"`
	Mechanism string       `json:"mechanism,omitempty"`
	Stage     string       `json:"stage,omitempty"`
	Committed string       `json:"committed,omitempty"`
	Place     string       `json:"place,omitempty"`
	Standing  string       `json:"standing,omitempty"` // mechanism and stage in words
	Stands    string       `json:"stands,omitempty"`   // the stage in words, where a headline may mislead
	Others    string       `json:"others,omitempty"`   // what other reports state against the headline
	Says      string       `json:"says,omitempty"`     // who says so and who was not heard
	Quotes    []Quote      `json:"quotes,omitempty"`
	Originals int          `json:"originals"`        // original reports of what the headline says
	Unread    []string     `json:"unread,omitempty"` // of those, the sources cited whose own report was not read
	Repeats   int          `json:"repeats"`
	Sources   []Source     `json:"sources"`
	First     time.Time    `json:"first"`
	OneSided  string       `json:"one_sided,omitempty"` // the only party that says so
	Alleged   []string     `json:"alleged,omitempty"`   // sides alleging a breach
}

// Source is one report as a link.
type Source struct {
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	URL      string    `json:"url,omitempty"`
	Lang     string    `json:"lang,omitempty"`
	At       time.Time `json:"at"`
	State    bool      `json:"state_media,omitempty"`
	Official bool      `json:"official,omitempty"`
	Aside    bool      `json:"aside,omitempty"` // opinion, explainer or live page
	Repeat   bool      `json:"repeat,omitempty"`
	Apart    bool      `json:"apart,omitempty"` // does not say what the headline says, and is not counted with it
}

// Quote is a sentence of a source.
type Quote struct {
	Who  string `json:"who"`
	Text string `json:"text"`
}

// Standing is where one mechanism stands.
type Standing struct {
	Subject string    `json:"subject"`
	Was     string    `json:"was,omitempty"`
	Now     string    `json:"now"`
	Who     string    `json:"who,omitempty"` // committed or claiming, in words
	At      time.Time `json:"at"`
	URL     string    `json:"url,omitempty"`
	Alone   bool      `json:"alone,omitempty"`  // rests on one origin alone
	Access  bool      `json:"access,omitempty"` // an exchange or a humanitarian pause
}

// Date is a stated date ahead, in the words readers see.
type Date struct {
	At    time.Time `json:"at"`
	When  string    `json:"when"`
	Where string    `json:"where,omitempty"`
	What  string    `json:"what"`
	// Quote are the words of Source that state it.
	Quote  string `json:"quote,omitempty"`
	Source string `json:"source,omitempty"`
}

// Earlier is something told before.
type Earlier struct {
	At       time.Time `json:"at"`
	Headline string    `json:"headline"`
	URL      string    `json:"url,omitempty"`
}

// Coverage is how much of the sources was read in the window.
type Coverage struct {
	Imported bool       `json:"imported,omitempty"` // before any source was read: what the window holds was imported
	Over     bool       `json:"over,omitempty"`     // the window is over and looked at again: how its sources were read then is not kept
	Read     int        `json:"read"`
	Of       int        `json:"of"`
	Sides    []SideRead `json:"sides"`
	Not      []Unread   `json:"not_read,omitempty"`
}

// SideRead counts the sources of one side.
type SideRead struct {
	Side string `json:"side"`
	Read int    `json:"read"`
	Of   int    `json:"of"`
}

// Unread is a source that was not read in the window, with why.
type Unread struct {
	Feed  string    `json:"feed"`
	Why   string    `json:"why"`
	Since time.Time `json:"since"`
}

// JSON writes the digest for programs, indented.
func (d Digest) JSON() ([]byte, error) { return json.MarshalIndent(d, "", "  ") }
