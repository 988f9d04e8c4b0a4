package news

import (
	"encoding/json"
	"time"
)

// DigestSpec is one configured digest.
type DigestSpec struct {
	Name       string
	Kind       string // "news" or "recap"
	Channel    string // Slack channel id; TerminalChannel without Slack
	Cron       string
	Zone       *time.Location
	Select     Selection
	StateMedia string // link, name or omit
	Max        int    // developments shown in the channel; the rest go to the thread
	QuietDay   string // post or skip
	CatchUp    time.Duration
	Window     time.Duration // recap only
	Period     time.Duration // usual distance of two slots
}

// Selection narrows what a digest or alert tells. An empty list selects all.
type Selection struct {
	Topics     []string
	Mechanisms []string
	Stages     []string
	Places     []string
	Sides      []string
	Languages  []string // preferred languages of headlines, best first
}

// AlertSpec is one configured alert.
type AlertSpec struct {
	Name       string
	Channel    string
	Select     Selection
	When       []string // agreed_both, declared_one, ended, in_effect, leaders_meet
	StateMedia string   // link, name or omit
	MaxPerDay  int
	QuietHours string // "22:00-06:00" in Zone; "" is never
	Zone       *time.Location
}

// TerminalChannel is the pseudo-channel that stands for printing.
const TerminalChannel = "terminal"

// Edition is everything a digest of one slot may speak of, read in one transaction.
// What of it is told, and in which words, is decided by notify.
type Edition struct {
	Digest    DigestSpec
	Slot      time.Time
	From      time.Time // start of the window: the previous cut that covered it, else the horizon
	Horizon   time.Time // nothing with news time before this is told
	First     bool      // the first digest of this name
	Stories   []Development
	Ledger    []Position
	Dates     []StatedDate // that lie ahead, or passed since From
	Sources   []Source
	Read      int         // articles read in the window
	Relevant  int         // of those, main or mention of a selected topic
	Pending   int         // items seen before the slot and not judged yet
	Imported  bool        // the window ended before any source was read: what it holds was imported
	Over      bool        // a window of the past is looked at again: how its sources were read then is not kept
	Last      *Told       // the newest told mark of the channel
	LastLine  string      // headline of that development
	Alerts    int         // alerts cut in the window, for any channel
	Withdrawn int         // corrections among what was cut in the window
	Cuts      int         // digests cut in the window
	OnTime    int         // of those, within 15 minutes of their slot
	Sent      []time.Time // of an alert: when the alerts of its name went to its channel in the week before the slot, oldest first; no corrections
	Former    int         // of a recap: developments of the selected topics with news in the window before
}

// Development is one event, statement, decision or meeting phase, with all that reports it.
type Development struct {
	ID       StoryID
	Topic    string
	First    time.Time // earliest news time of its members
	Last     time.Time // latest
	LiveSeen time.Time // when a member was last seen in a live poll; zero: never tellable
	Follows  StoryID
	Reports  []Report // oldest news time first
	Told     *Told    // what the digest's channel was told of it; nil: nothing
	Alerted  *Told    // the newest of its marks that an alert or a correction made; nil: none did
}

// Report is one item of a development.
type Report struct {
	Item      ItemID
	Revision  int
	Feed      string
	Publisher string
	Side      string
	Lang      string
	State     bool // state media
	Official  bool
	URL       string
	Title     string
	Lede      string // the first sentences of its text
	Published time.Time
	Seen      time.Time
	At        time.Time // when its latest revision was seen
	Origin    Origin
	Fresh     bool // younger than poll.history_before at first sight
	Live      bool // seen in a live poll
	Backlog   bool // already there when its source was first read: told, never alerted
	Relevance string
	Score     float64
	Verdict   VerdictKind // of its latest revision
	First     VerdictKind // of its first
	Of        ItemID
	Novel     []string
	Tags      []Tag
}

// Told is what one channel knows of a development.
type Told struct {
	Story     StoryID
	Channel   string
	Digest    string
	Kind      string // of the cut that told it: digest, alert, …
	Slot      time.Time
	At        time.Time
	Part      int               // part of the cut that tells it, 1 when not set
	Delivery  DeliveryID        // the message that told it
	TS        string            // Slack's id of that message once sent
	Headline  string            // as it was told
	Stages    map[string]string // mechanism → stage told
	Committed string            // both, one:SIDE, third or ""
	Sides     []string          // sides that said so
	Terms     []string          // numbers, dates and terms told, normalised
	Sentences []string          // keys of the new sentences of updates told
	Items     map[ItemID]int    // item → newest revision told
	Turn      string            // of an alert: the rule that fired; "" of all else
	About     string            // of an alert: the arrangement it was about, or the heads of state who meet
}

// Position is where one mechanism stands.
type Position struct {
	Topic     string
	Mechanism string
	Place     string
	Stage     string
	Committed string
	Claim     bool      // rests on one origin alone
	Origin    string    // key of the first origin it rests on
	At        time.Time // news time of the evidence
	Known     time.Time // when the evidence was at hand: seen, or its news time where imported
	Story     StoryID
	Item      ItemID
	URL       string
	Quote     string // the evidence's title
	// Before is, in an edition, where it stood when the window began, and to Deciders.Ledger
	// where it stood before it came to this stage; nil: nowhere, or here.
	Before *Position
}

// After is the position with where it stood before it came to its stage, of the one that
// it takes the place of.
func (p Position) After(was Position) Position {
	switch {
	case was.Mechanism == "": // nowhere yet
		p.Before = nil
	case was.Stage == p.Stage && was.Committed == p.Committed:
		p.Before = was.Before
	default:
		was.Before = nil
		p.Before = &was
	}
	return p
}

// StatedDate is a date or the end of a duration that a source states for an
// arrangement or a meeting.
type StatedDate struct {
	At        time.Time
	Precision string    // minute, day or month
	Zone      string    // zone the source's date was read in
	What      string    // the mechanism or "meeting"
	Where     string    // venue or place
	Kind      string    // starts, ends or meets
	Moved     bool      // the source says that it takes the place of another date
	Quote     string    // the source's words
	Stated    time.Time // news time of the item
	Item      ItemID
	Story     StoryID
	Feed      string
	URL       string
}

// Source is how reading one configured feed goes, as of the slot.
type Source struct {
	Feed     string
	Side     string
	Official bool
	LastOK   time.Time
	LastNew  time.Time
	Since    time.Time // start of the present trouble, or of the pause; zero when none
	Trouble  string    // in a reader's words; "" when read
	Paused   bool
	Unasked  bool // was due when the program started and was not asked since
}

// Message is one rendered message, ready to post.
type Message struct {
	Kind      string          // digest, recap, alert, correction, quiet, blind, hello, edit
	Part      int             // 1 is the channel message, further parts go to its thread
	Text      string          // what phones show, and the plain-text form when blocks are refused
	Plain     string          // the whole message as plain text, for a refused layout and for the terminal
	Blocks    json.RawMessage // Slack blocks
	Thread    DeliveryID      // post as a reply to this delivery; 0: to part 1 of the same cut when Part > 1
	Broadcast bool            // show the reply in the channel as well
	Story     StoryID         // the one development it tells; 0: several, or none
	Edit      DeliveryID      // replace the text of this delivery instead of posting; 0: post
	Note      string          `json:",omitempty"` // kept with the posted message, unseen, for who finds it in the channel's history
	File      *File           `json:",omitempty"` // posted with Text as a file; Plain stands for it where files are refused
}

// File is a text that a message carries.
type File struct {
	Name    string // no other message of ours in the channel carries a file of this name
	Content string
}

// Cut is what a digest's composition decided: the messages of one slot and what
// they tell. No messages is a slot that stays silent.
type Cut struct {
	Kind     string // digest, recap, alert, correction, quiet, blind, hello
	Messages []Message
	Told     []Told // marks to write; Delivery is filled in with the first message
}

// DeliveryState is where an outbox row is.
type DeliveryState string

const (
	Queued  DeliveryState = "queued"
	Claimed DeliveryState = "claimed"
	Sent    DeliveryState = "sent"
	Unknown DeliveryState = "unknown" // posted, perhaps: to be looked up
	Held    DeliveryState = "held"    // channel or authorisation: blocks later rows of its channel
	Parked  DeliveryState = "parked"  // refused even as plain text: blocks nothing
	Dropped DeliveryState = "dropped" // by the operator
)

// Delivery is one outbox row.
type Delivery struct {
	ID       DeliveryID
	Key      string // unique; carried in the message's metadata so that it can be found again
	Channel  string
	Digest   string // name of the digest or alert
	Slot     time.Time
	Message  Message
	State    DeliveryState
	Created  time.Time
	Due      time.Time // not before
	Claimed  time.Time // first claim; zero: never
	Attempts int       // claims
	Lookups  int       // times it was looked for and not found, since it became unknown
	PlainNow bool      // the layout was refused: post the plain form
	TS       string    // Slack's message id once sent
	ThreadTS string    // Slack's id of the message it replies to, when known
	EditTS   string    // Slack's id of the message it edits, when known
	Cause    string    // why it is in its state, in words
}
