package notify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"trucewatch/internal/news"
)

// Slack is the Poster for a Slack workspace. It is the only user of the Slack
// library, whose retries stay off: one lost answer with them gave two messages.
type Slack struct {
	api    *slack.Client
	client *http.Client
	base   string
	token  string

	mu     sync.Mutex
	date   time.Time // of the last answer, by Slack's clock
	scopes string    // of the token, as the last answer stated
}

const (
	eventType   = "trucewatch_digest"
	callTimeout = 30 * time.Second
	answerLimit = 8 << 20 // bytes of an answer that are read
	pageSize    = 200     // messages of one page of history
	maxPages    = 50      // pages read before a channel counts as too busy to search
)

// SlackURL is where Slack's methods are.
const SlackURL = "https://slack.com/api/"

// NewSlack returns a poster that calls base (SlackURL unless told otherwise)
// through client. A nil client is one with a timeout. The token appears in no error.
func NewSlack(token, base string, client *http.Client) *Slack {
	if client == nil {
		client = &http.Client{Timeout: callTimeout}
	}
	s := &Slack{client: client, base: strings.TrimSuffix(cmp.Or(base, SlackURL), "/") + "/", token: token}
	s.api = slack.New(token, slack.OptionHTTPClient(bounded{client}), slack.OptionAPIURL(s.base), slack.OptionOnResponseHeaders(s.headers))
	return s
}

// bounded reads at most answerLimit of an answer and follows no redirect: a
// redirect would send the token to wherever it points.
type bounded struct{ client *http.Client }

func (b bounded) Do(r *http.Request) (*http.Response, error) {
	c := *b.client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, answerLimit), resp.Body}
	return resp, nil
}

func (s *Slack) headers(_ string, h http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		s.date = t
	}
	if v := h.Get("X-OAuth-Scopes"); v != "" {
		s.scopes = v
	}
}

// Post sends d as a new message.
func (s *Slack) Post(ctx context.Context, d news.Delivery) (Receipt, error) {
	if d.Message.File != nil && !d.PlainNow {
		return s.upload(ctx, d)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	opts, err := s.content(d)
	if err != nil {
		return Receipt{}, &Refusal{Class: Layout, Code: "unreadable_blocks", Detail: err.Error()}
	}
	if d.ThreadTS != "" {
		opts = append(opts, slack.MsgOptionTS(d.ThreadTS))
		if d.Message.Broadcast {
			opts = append(opts, slack.MsgOptionBroadcast())
		}
	}
	_, ts, m, err := s.api.PostMessageWithResponseContext(ctx, d.Channel, opts...)
	if err != nil {
		return Receipt{}, s.classify(err)
	}
	return Receipt{TS: ts, Thread: m.ThreadTimestamp}, nil
}

// Update replaces the message d.EditTS with d's content.
func (s *Slack) Update(ctx context.Context, d news.Delivery) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	opts, err := s.content(d)
	if err != nil {
		return Receipt{}, &Refusal{Class: Layout, Code: "unreadable_blocks", Detail: err.Error()}
	}
	_, ts, _, err := s.api.UpdateMessageContext(ctx, d.Channel, d.EditTS, opts...)
	if err != nil {
		return Receipt{}, s.classify(err)
	}
	return Receipt{TS: ts}, nil
}

// content is what a message says, with the key it is found by.
func (s *Slack) content(d news.Delivery) ([]slack.MsgOption, error) {
	opts := []slack.MsgOption{
		slack.MsgOptionParse(false), slack.MsgOptionLinkNames(false),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
	if d.Message.Edit == 0 {
		payload := map[string]any{"delivery_id": d.Key, "part": d.Message.Part}
		if d.Message.Note != "" {
			payload["note"] = d.Message.Note
		}
		opts = append(opts, slack.MsgOptionMetadata(slack.SlackMetadata{EventType: eventType, EventPayload: payload}))
	}
	if d.PlainNow || len(d.Message.Blocks) == 0 {
		return append(opts, slack.MsgOptionText(plainForm(d.Message), false)), nil
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(d.Message.Blocks, &raw); err != nil {
		return nil, fmt.Errorf("blocks of delivery %d: %w", d.ID, err)
	}
	var blocks []slack.Block
	for _, b := range raw {
		block, err := slack.BlockFromJSON(string(b))
		if err != nil {
			return nil, fmt.Errorf("blocks of delivery %d: %w", d.ID, err)
		}
		blocks = append(blocks, block)
	}
	return append(opts, slack.MsgOptionText(d.Message.Text, false), slack.MsgOptionBlocks(blocks...)), nil
}

// Find looks for the message that carries d's key: in the channel, and in the
// thread when it is a reply. since is by our clock, which shows now; Slack's may
// differ, and the difference is taken from the answer itself.
func (s *Slack) Find(ctx context.Context, d news.Delivery, since, now time.Time) (string, error) {
	if d.ThreadTS != "" {
		ts, err := s.find(ctx, d, since, now, func(ctx context.Context, cursor string) ([]slack.Message, string, error) {
			m, _, next, err := s.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: d.Channel, Timestamp: d.ThreadTS, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true})
			if err == nil && len(m) == 0 && cursor == "" {
				err = errors.New("an answer without content") // a thread holds at least its parent
			}
			return m, next, err
		}, false)
		if r, ok := errors.AsType[*Refusal](err); ts != "" || err != nil && !(ok && r.Code == "thread_not_found") {
			return ts, err
		}
		// A reply whose parent is gone stands in the channel.
	}
	return s.find(ctx, d, since, now, func(ctx context.Context, cursor string) ([]slack.Message, string, error) {
		h, err := s.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: d.Channel, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true})
		if err != nil {
			return nil, "", err
		}
		if !h.Ok {
			return nil, "", errors.New("an answer without content")
		}
		return h.Messages, h.ResponseMetaData.NextCursor, nil
	}, true)
}

// find pages through messages until d's turns up, they end or, newest first,
// grow older than since.
func (s *Slack) find(ctx context.Context, d news.Delivery, since, now time.Time, get func(context.Context, string) ([]slack.Message, string, error), newestFirst bool) (string, error) {
	cursor := ""
	for range maxPages {
		s.mu.Lock()
		s.date = time.Time{}
		s.mu.Unlock()
		call, cancel := context.WithTimeout(ctx, callTimeout)
		messages, next, err := get(call, cursor)
		cancel()
		if err != nil {
			return "", s.classify(err)
		}
		s.mu.Lock()
		if cursor == "" && !s.date.IsZero() {
			since = since.Add(s.date.Sub(now))
		}
		s.mu.Unlock()
		for _, m := range messages {
			if keyOf(m) == d.Key && d.Key != "" || d.Message.File != nil && holds(m, d.Message.File.Name) {
				return m.Timestamp, nil
			}
		}
		if newestFirst && len(messages) > 0 && slackTime(messages[len(messages)-1].Timestamp).Before(since) {
			return "", nil
		}
		if next == "" {
			return "", nil
		}
		cursor = next
	}
	return "", fmt.Errorf("more than %d messages to search", maxPages*pageSize)
}

// slackTime is the moment a message id stands for.
func slackTime(ts string) time.Time {
	seconds, _, _ := strings.Cut(ts, ".")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0)
}

var (
	configCodes = []string{"channel_not_found", "not_in_channel", "is_archived", "ekm_access_denied", "app_access_restricted",
		"team_not_found", "messages_tab_disabled", "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
		"missing_scope", "no_permission", "org_login_required", "access_denied", "team_access_not_granted", "not_allowed_token_type",
		"two_factor_setup_required", "method_not_supported_for_channel_type", "team_added_to_org"}
	layoutCodes = []string{"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_blocks_too_long", "msg_too_long", "no_text",
		"too_many_attachments", "attachment_payload_limit_exceeded", "invalid_metadata_format", "invalid_metadata_schema",
		"metadata_too_large", "markdown_text_conflict", "invalid_arguments", "invalid_post_type", "invalid_form_data", "request_too_large"}
	waitCodes    = []string{"ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "accesslimited"}
	missingCodes = []string{"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"}
	// Slack says of these that part of the work may be done.
	unclearCodes = []string{"fatal_error", "internal_error", "request_timeout"}
)

// classify turns what the library returns into a refusal where the answer is
// clear, else into an error that names no address and no token.
func (s *Slack) classify(err error) error {
	if r, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return &Refusal{Class: Wait, Code: "ratelimited", After: max(r.RetryAfter, 0)}
	}
	if r, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		if has(unclearCodes, r.Err) {
			return errors.New(r.Err)
		}
		return &Refusal{Class: classOf(r.Err), Code: clip(clean(r.Err), 60), Detail: s.redact(detail(r))}
	}
	if r, ok := errors.AsType[slack.StatusCodeError](err); ok {
		if r.Code == http.StatusTooManyRequests {
			return &Refusal{Class: Wait, Code: "ratelimited", Detail: "without a time"}
		}
		if r.Code == http.StatusRequestEntityTooLarge {
			return &Refusal{Class: Layout, Code: "http 413"}
		}
		if r.Code >= 300 && r.Code < 500 && r.Code != http.StatusRequestTimeout {
			return &Refusal{Class: Wait, Code: "http " + strconv.Itoa(r.Code), Detail: "from a proxy, or the wrong address"}
		}
		return fmt.Errorf("http %d", r.Code)
	}
	if _, ok := errors.AsType[*strconv.NumError](err); ok { // Retry-After as a date
		return &Refusal{Class: Wait, Code: "ratelimited", Detail: "with an unreadable time"}
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return errors.New("an answer that is not JSON, such as a proxy's page")
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return errors.New(s.redact(err.Error()))
}

func classOf(code string) Class {
	switch {
	case has(waitCodes, code):
		return Wait
	case has(configCodes, code), strings.HasPrefix(code, "restricted_action"):
		return Config
	case has(layoutCodes, code):
		return Layout
	case has(missingCodes, code):
		return Missing
	}
	return Strange
}

func detail(r slack.SlackErrorResponse) string {
	parts := slices.Clone(r.ResponseMetadata.Messages)
	if r.Needed != "" {
		parts = append(parts, "needs "+r.Needed)
	}
	return clip(clean(strings.Join(parts, "; ")), 300)
}

func (s *Slack) redact(text string) string {
	if s.token != "" {
		text = strings.ReplaceAll(text, s.token, "[token]")
		text = strings.ReplaceAll(text, url.QueryEscape(s.token), "[token]")
	}
	return clip(clean(text), 300)
}

// Validate asks Slack whether it would take a layout. It posts nothing and needs
// no scope; the library has no call for it.
func (s *Slack) Validate(ctx context.Context, m news.Message) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	form := url.Values{"token": {s.token}, "blocks": {string(m.Blocks)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"blocks.validate", strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New(s.redact(err.Error()))
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := bounded{s.client}.Do(req)
	if err != nil {
		return s.classify(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return s.classify(err)
	}
	if resp.StatusCode != http.StatusOK {
		return s.classify(slack.StatusCodeError{Code: resp.StatusCode, Status: resp.Status})
	}
	var a slack.SlackResponse
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&a); err != nil {
		return s.classify(err)
	}
	if err := a.Err(); err != nil {
		return s.classify(err)
	}
	if !a.Ok {
		return errors.New("an answer without content")
	}
	return nil
}

// Reactions counts the reactions on a message by emoji name, without who reacted.
// A message that is gone has none.
func (s *Slack) Reactions(ctx context.Context, channel, ts string) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	item, err := s.api.GetReactionsContext(ctx, slack.NewRefToMessage(channel, ts), slack.GetReactionsParameters{Full: true})
	if err != nil {
		err = s.classify(err)
		if r, ok := errors.AsType[*Refusal](err); ok && r.Class == Missing {
			return nil, nil
		}
		return nil, fmt.Errorf("reactions: %w", err)
	}
	counts := map[string]int{}
	for _, r := range item.Reactions {
		counts[clip(clean(r.Name), 60)] += r.Count
	}
	return counts, nil
}

// Finding is one thing that `check` saw.
type Finding struct {
	OK   bool
	What string // what was looked at
	Says string // what was found
	Fix  string // what to click or set; "" when nothing is wrong
}

// scopes the program uses, with what for. The history scope of private channels
// is groups:history.
var scopes = []struct{ scope, use string }{
	{"chat:write", "to post"},
	{"channels:read", "to check that the bot is in its channels"},
	{"channels:history", "to look for a message after a lost answer (groups:history for private channels)"},
	{"reactions:read", "to read reactions back"},
}

// Verify asks Slack whether it takes the token, which costs nothing and posts nothing.
// The error is a *[Refusal] of class [Config] when it does not.
func (s *Slack) Verify(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := s.whoami(ctx)
	return err
}

// whoami is whose token it is.
func (s *Slack) whoami(ctx context.Context) (*slack.AuthTestResponse, error) {
	who, err := s.api.AuthTestContext(ctx)
	if err == nil && who.UserID == "" {
		err = errors.New("an answer without content")
	}
	if err != nil {
		return nil, s.classify(err)
	}
	return who, nil
}

// Check looks at the token, its scopes and the bot's membership in channels, and
// says of everything wrong what to do. It posts nothing.
func (s *Slack) Check(ctx context.Context, channels []string) []Finding {
	ctx, cancel := context.WithTimeout(ctx, 2*callTimeout)
	defer cancel()
	who, err := s.whoami(ctx)
	if err != nil {
		return []Finding{{What: "Slack token", Says: err.Error(), Fix: fixFor(err)}}
	}
	out := []Finding{{OK: true, What: "Slack token", Says: "bot " + clip(clean(who.User), 60) + " of workspace " + clip(clean(who.Team), 60)}}
	if granted := s.granted(); len(granted) > 0 {
		for _, n := range scopes {
			f := Finding{OK: has(granted, n.scope), What: "scope " + n.scope, Says: "granted"}
			if n.scope == "channels:history" && has(granted, "groups:history") || n.scope == "channels:read" && has(granted, "groups:read") {
				f.OK = true
			}
			if !f.OK {
				f.Says = "missing, wanted " + n.use
				f.Fix = "api.slack.com/apps, your app, OAuth & Permissions, Bot Token Scopes, add " + n.scope + ", then Reinstall to Workspace"
			}
			out = append(out, f)
		}
		if !has(granted, filesScope) {
			out = append(out, Finding{OK: true, What: "scope " + filesScope, Says: "not granted: the table of a recap stands in its thread as text; with the scope it is a file"})
		}
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(channels))) {
		f := Finding{What: "channel " + id}
		info, err := s.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		switch {
		case err != nil:
			err = s.classify(err)
			f.Says, f.Fix = err.Error(), fixFor(err)
		case info.ID == "":
			f.Says = "an answer without content"
			f.Fix = "try again; see whether a proxy answers for Slack"
		case info.IsArchived:
			f.Says, f.Fix = "#"+clip(clean(info.Name), 80)+" is archived", "unarchive it, or configure another channel"
		case !info.IsMember:
			f.Says, f.Fix = "#"+clip(clean(info.Name), 80)+": the bot is not in it", "in that channel type /invite @"+clip(clean(who.User), 60)
		default:
			f.OK, f.Says = true, "#"+clip(clean(info.Name), 80)
		}
		out = append(out, f)
	}
	return out
}

// fixFor says what to do about a refusal.
func fixFor(err error) string {
	r, ok := errors.AsType[*Refusal](err)
	if !ok {
		return "see whether this machine reaches slack.com; slack.api_url must end in /api/"
	}
	switch r.Code {
	case "invalid_auth", "not_authed", "token_revoked", "account_inactive", "token_expired":
		return "api.slack.com/apps, your app, OAuth & Permissions: copy the Bot User OAuth Token (xoxb-…) into the token file or SLACK_BOT_TOKEN"
	case "channel_not_found":
		return "copy the channel id (C…) from the channel's details in Slack; a private channel needs /invite first"
	case "not_in_channel":
		return "in that channel type /invite and the bot's name"
	case "is_archived":
		return "unarchive the channel, or configure another"
	case "missing_scope":
		return "api.slack.com/apps, your app, OAuth & Permissions: add the scope, then Reinstall to Workspace"
	}
	if r.Class == Wait {
		return "try again later"
	}
	return "see the code at docs.slack.dev"
}
