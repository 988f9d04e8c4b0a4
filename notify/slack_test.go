package notify

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// overLoopback is a fake Slack behind a real socket.
func overLoopback(t *testing.T) (*fakeSlack, *Slack) {
	t.Helper()
	f := newFakeSlack()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return f, NewSlack(fakeToken, s.URL+"/api/", &http.Client{Timeout: 5 * time.Second})
}

func sampleDelivery() news.Delivery {
	d, _ := Compose(dailyEdition())
	return news.Delivery{ID: 1, Key: "morning/1", Channel: "C0ONE", Message: Render(d)[0], Claimed: time.Now()}
}

// TestEachAnswerIsClassified sends every kind of answer through a real socket
// and the library: a refusal where nothing was posted for sure, else an error.
func TestEachAnswerIsClassified(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault fakeFault
		class Class // "" is unclear
		after time.Duration
	}{
		{"429 with a time", fakeFault{kind: "429", arg: "7"}, Wait, 7 * time.Second},
		{"429 without a time", fakeFault{kind: "429"}, Wait, 0},
		{"429 with a date", fakeFault{kind: "429", arg: "Fri, 20 Nov 2026 18:00:00 GMT"}, Wait, 0},
		{"429 with a negative time", fakeFault{kind: "429", arg: "-5"}, Wait, 0},
		{"ok:false ratelimited", fakeFault{kind: "error", arg: "ratelimited"}, Wait, 0},
		{"ok:false rate_limited", fakeFault{kind: "error", arg: "rate_limited"}, Wait, 0},
		{"HTML", fakeFault{kind: "html"}, "", 0},
		{"HTML after", fakeFault{kind: "html-after"}, "", 0},
		{"{}", fakeFault{kind: "empty"}, "", 0},
		{"{} after", fakeFault{kind: "empty-after"}, "", 0},
		{"ok:false", fakeFault{kind: "okfalse"}, "", 0},
		{"lost", fakeFault{kind: "lost-after"}, "", 0},
		{"reset", fakeFault{kind: "reset-before"}, "", 0},
		{"truncated", fakeFault{kind: "truncated-after"}, "", 0},
		{"500", fakeFault{kind: "status", arg: "500"}, "", 0},
		{"502 after", fakeFault{kind: "status-after", arg: "502"}, "", 0},
		{"408", fakeFault{kind: "status", arg: "408"}, "", 0},
		{"403", fakeFault{kind: "status", arg: "403"}, Wait, 0},
		{"302", fakeFault{kind: "status", arg: "302"}, Wait, 0},
		{"413", fakeFault{kind: "status", arg: "413"}, Layout, 0},
		{"fatal_error", fakeFault{kind: "error-after", arg: "fatal_error"}, "", 0},
		{"internal_error", fakeFault{kind: "error-after", arg: "internal_error"}, "", 0},
		{"channel_not_found", fakeFault{kind: "error", arg: "channel_not_found"}, Config, 0},
		{"restricted_action_thread_only_channel", fakeFault{kind: "error", arg: "restricted_action_thread_only_channel"}, Config, 0},
		{"token_revoked", fakeFault{kind: "error", arg: "token_revoked"}, Config, 0},
		{"invalid_blocks", fakeFault{kind: "error", arg: "invalid_blocks"}, Layout, 0},
		{"metadata_too_large", fakeFault{kind: "error", arg: "metadata_too_large"}, Layout, 0},
		{"news to us", fakeFault{kind: "error", arg: "some_new_code"}, Strange, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, s := overLoopback(t)
			c.fault.method, c.fault.from = "chat.postMessage", 1
			f.faults = []fakeFault{c.fault}
			receipt, err := s.Post(t.Context(), sampleDelivery())
			f.settle()
			if c.class == "" && err == nil && receipt.TS == "" {
				return // no error and no id: decide takes it as unclear
			}
			if err == nil {
				t.Fatalf("got %+v and no error", receipt)
			}
			r, refused := errors.AsType[*Refusal](err)
			if refused != (c.class != "") || refused && (r.Class != c.class || r.After != c.after) {
				t.Errorf("got %#v, want class %q after %s", err, c.class, c.after)
			}
			if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "127.0.0.1") {
				t.Errorf("error tells the token or the address: %v", err)
			}
			if n := f.calls["chat.postMessage"]; n != 1 {
				t.Errorf("posted %d times; the library must not retry", n)
			}
		})
	}
}

func TestTheTokenIsInNoError(t *testing.T) {
	// Nobody listens here, and a path that cannot be parsed.
	for _, base := range []string{"http://127.0.0.1:1/api/", "http://127.0.0.1:1/" + fakeToken + "/", "http://[::1", "http://127.0.0.1:1/\x7f"} {
		s := NewSlack(fakeToken, base, &http.Client{Timeout: time.Second})
		_, err := s.Post(t.Context(), sampleDelivery())
		_, ferr := s.Find(t.Context(), sampleDelivery(), time.Now(), time.Now())
		verr := s.Validate(t.Context(), sampleDelivery().Message)
		for _, e := range []error{err, ferr, verr} {
			if e == nil || strings.Contains(e.Error(), fakeToken) {
				t.Errorf("%s: %v", base, e)
			}
		}
		for _, f := range s.Check(t.Context(), []string{"C1"}) {
			if f.OK || strings.Contains(f.Says+f.Fix, fakeToken) {
				t.Errorf("%s: %+v", base, f)
			}
		}
	}
}

func TestARedirectTakesNoTokenAlong(t *testing.T) {
	var reached []string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { reached = append(reached, r.URL.String()) }))
	defer elsewhere.Close()
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	}))
	defer here.Close()
	s := NewSlack(fakeToken, here.URL+"/api", nil)
	if _, err := s.Post(t.Context(), sampleDelivery()); err == nil {
		t.Error("a redirect counts as posted")
	}
	if err := s.Validate(t.Context(), sampleDelivery().Message); err == nil {
		t.Error("a redirect counts as valid")
	}
	if len(reached) > 0 {
		t.Errorf("the form went to %v", reached)
	}
}

func TestFindReadsBackByKeyThroughPagesAndClockSkew(t *testing.T) {
	for _, skew := range []time.Duration{0, -40 * time.Minute, 40 * time.Minute} {
		f, s := overLoopback(t)
		f.skew = skew
		d := sampleDelivery()
		now := time.Now()
		receipt, err := s.Post(t.Context(), d)
		f.settle()
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2*pageSize + 5 { // a busy channel since
			f.messages = append(f.messages, &fakeMessage{Channel: d.Channel, TS: fmt.Sprintf("%d.9%05d", now.Add(skew).Unix()+1, i), Text: "chatter"})
		}
		ts, err := s.Find(t.Context(), d, now.Add(-lookbackSlop), now)
		if err != nil || ts != receipt.TS {
			t.Errorf("skew %s: found %q, %v; posted %q", skew, ts, err, receipt.TS)
		}
		other := d
		other.Key = "morning/2"
		if ts, err := s.Find(t.Context(), other, now.Add(-lookbackSlop), now); err != nil || ts != "" {
			t.Errorf("skew %s: found %q, %v for a message never posted", skew, ts, err)
		}
	}
}

// What stands in the threads of our messages is found with them: a copy of the
// database from before they were posted would post them again.
func TestPostedListsWhatStandsInThreadsToo(t *testing.T) {
	f, s := overLoopback(t)
	d := sampleDelivery()
	want := map[string]bool{d.Key: true}
	d.Message.Note = `{"of":"the first"}`
	parent, err := s.Post(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	d.Message.Note = ""
	for i := range pageSize + 5 { // more than a page of a thread
		r := d
		r.Key, r.ThreadTS, r.Message.Part = fmt.Sprint("morning/", i+2), parent.TS, i+2
		r.Message.Broadcast = i == 3 // stands in the channel as well, and counts once
		if _, err := s.Post(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		want[r.Key] = true
	}
	f.mu.Lock()
	f.messages = append(f.messages, &fakeMessage{Channel: "C0ONE", TS: "9.1", Text: "a person's"}, &fakeMessage{Channel: "C0ONE", TS: "9.2", Thread: "9.1", Text: "answered"})
	f.mu.Unlock()
	got, err := s.Posted(t.Context(), d.Channel, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, p := range got {
		if first := p.TS == parent.TS; (p.Note == `{"of":"the first"}`) != first {
			t.Errorf("%q carries the note %q", p.Key, p.Note)
		}
		if !want[p.Key] || seen[p.Key] != "" && seen[p.Key] != p.TS {
			t.Errorf("%q at %s, before at %s", p.Key, p.TS, seen[p.Key])
		}
		seen[p.Key] = p.TS
	}
	if len(seen) != len(want) {
		t.Errorf("%d of our %d messages found", len(seen), len(want))
	}
	f.settle()
	if n := f.calls["conversations.replies"]; n != 2 {
		t.Errorf("%d pages of threads read, want the two of our own thread", n)
	}
	for _, kind := range []fakeFault{{kind: "empty"}, {kind: "okfalse"}, {kind: "html"}, {kind: "status", arg: "500"}, {kind: "error", arg: "missing_scope"}, {kind: "429", arg: "3"}, {kind: "truncated-after"}} {
		for _, method := range []string{"conversations.history", "conversations.replies"} {
			kind.method, kind.from, kind.count = method, f.calls[method]+1, 1
			f.faults = []fakeFault{kind}
			got, err := s.Posted(t.Context(), d.Channel, time.Unix(0, 0))
			if err == nil {
				t.Errorf("%s %s: %d messages without an error", method, kind.kind, len(got))
			}
			if listed := len(got) > 0; listed != (method == "conversations.replies") {
				t.Errorf("%s %s: %d messages; want the channel's own where a thread alone can't be read", method, kind.kind, len(got))
			}
			f.settle()
		}
	}
	f.faults = nil
	for i := range 2 * maxThreads { // a copy of months ago: more threads than are read
		r := sampleDelivery()
		r.Key = fmt.Sprint("evening/", i)
		p, err := s.Post(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		r.Key, r.ThreadTS, r.Message.Part = fmt.Sprint("evening/", i, "/2"), p.TS, 2
		if _, err := s.Post(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Posted(t.Context(), d.Channel, time.Unix(0, 0)); err != nil || len(got) < 3*maxThreads {
		t.Errorf("%d messages found, %v; want those of the channel and of the newest threads", len(got), err)
	}
}

func TestFindStopsAtWhatIsTooOld(t *testing.T) {
	f, s := overLoopback(t)
	now := time.Now()
	for i := range 20 * pageSize {
		f.messages = append(f.messages, &fakeMessage{Channel: "C0ONE", TS: fmt.Sprintf("%d.%06d", now.Add(-24*time.Hour).Unix(), i), Text: "old"})
	}
	if ts, err := s.Find(t.Context(), sampleDelivery(), now.Add(-lookbackSlop), now); err != nil || ts != "" {
		t.Fatalf("found %q, %v", ts, err)
	}
	f.settle()
	if n := f.calls["conversations.history"]; n != 1 {
		t.Errorf("%d pages read, want 1: the rest is older than the first claim", n)
	}
}

func TestFindSaysWhenItCannotKnow(t *testing.T) {
	for _, kind := range []fakeFault{{kind: "empty"}, {kind: "okfalse"}, {kind: "html"}, {kind: "status", arg: "500"}, {kind: "error", arg: "missing_scope"}, {kind: "429", arg: "3"}, {kind: "truncated-after"}} {
		for _, method := range []string{"conversations.history", "conversations.replies"} {
			f, s := overLoopback(t)
			d := sampleDelivery()
			parent, err := s.Post(t.Context(), d)
			f.settle()
			if err != nil {
				t.Fatal(err)
			}
			kind.method, kind.from, kind.count = method, 1, 9
			f.faults = []fakeFault{kind}
			d.Key, d.ThreadTS = "a reply", parent.TS
			if ts, err := s.Find(t.Context(), d, time.Now().Add(-time.Hour), time.Now()); err == nil {
				t.Errorf("%s %s: found %q without an error; absence was not seen", method, kind.kind, ts)
			}
		}
	}
}

func TestWhatIsPostedIsStrictlyRight(t *testing.T) {
	for name, d := range layouts() {
		f, s := overLoopback(t)
		var parent string
		for _, m := range Render(d) {
			del := news.Delivery{ID: news.DeliveryID(m.Part), Key: fmt.Sprint(name, m.Part), Channel: "C0ONE", Message: m, ThreadTS: parent}
			if err := s.Validate(t.Context(), m); err != nil {
				t.Errorf("%s part %d: blocks.validate: %v", name, m.Part, err)
			}
			r, err := s.Post(t.Context(), del)
			if err != nil || r.Thread != parent {
				t.Fatalf("%s part %d: %+v, %v", name, m.Part, r, err)
			}
			if parent == "" {
				parent = r.TS
			}
		}
		f.settle()
		if len(f.wrong) > 0 {
			t.Errorf("%s: %v", name, f.wrong)
		}
	}
}

func TestCheckSaysWhatToClick(t *testing.T) {
	f, s := overLoopback(t)
	f.private = map[string]string{"C0OUT": "not_in_channel", "C0OLD": "is_archived", "C0NONE": "channel_not_found"}
	f.scopes = "chat:write,channels:read"
	got := map[string]Finding{}
	for _, x := range s.Check(t.Context(), []string{"C0ONE", "C0OUT", "C0OLD", "C0NONE", "C0ONE"}) {
		if _, twice := got[x.What]; twice {
			t.Errorf("%s is reported twice", x.What)
		}
		got[x.What] = x
		if x.OK != (x.Fix == "") {
			t.Errorf("%+v: a fix exactly when something is wrong", x)
		}
	}
	for what, fix := range map[string]string{
		"Slack token": "", "scope chat:write": "", "scope channels:history": "Bot Token Scopes", "scope reactions:read": "Reinstall",
		"channel C0ONE": "", "channel C0OUT": "/invite @trucewatch", "channel C0OLD": "unarchive", "channel C0NONE": "channel id",
	} {
		x, ok := got[what]
		if !ok || x.OK != (fix == "") || !strings.Contains(x.Fix, fix) {
			t.Errorf("%s: %+v, want a fix with %q", what, x, fix)
		}
	}
	if s := NewSlack("xoxb-wrong", s.base, nil); s.Check(t.Context(), nil)[0].OK {
		t.Error("a wrong token passes")
	}
}

// Only Slack's own no is a token refused: a lost answer, a proxy's page and a limit are not.
func TestATokenIsRefusedBySlackAlone(t *testing.T) {
	f, s := overLoopback(t)
	if err := s.Verify(t.Context()); err != nil {
		t.Errorf("a good token: %v", err)
	}
	for _, c := range []struct {
		fault   fakeFault
		refused bool
	}{
		{fakeFault{kind: "error", arg: "token_revoked"}, true},
		{fakeFault{kind: "error", arg: "account_inactive"}, true},
		{fakeFault{kind: "error", arg: "internal_error"}, false},
		{fakeFault{kind: "429", arg: "5"}, false},
		{fakeFault{kind: "html"}, false},
		{fakeFault{kind: "empty"}, false},
		{fakeFault{kind: "status", arg: "503"}, false},
		{fakeFault{kind: "reset-before"}, false},
	} {
		f.mu.Lock()
		c.fault.method, c.fault.from = "auth.test", f.calls["auth.test"]+1
		f.faults = []fakeFault{c.fault}
		f.mu.Unlock()
		err := s.Verify(t.Context())
		r, ok := errors.AsType[*Refusal](err)
		if err == nil || (ok && r.Class == Config) != c.refused || strings.Contains(err.Error(), fakeToken) {
			t.Errorf("%s %s: %v, want refused %v", c.fault.kind, c.fault.arg, err, c.refused)
		}
	}
}

func TestReactionsAreCountedWithoutUsers(t *testing.T) {
	f, s := overLoopback(t)
	r, err := s.Post(t.Context(), sampleDelivery())
	f.settle()
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Reactions(t.Context(), "C0ONE", r.TS)
	if err != nil || len(got) != 2 || got["+1"] != 3 || got["eyes"] != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	f.gone[r.TS] = true
	if got, err := s.Reactions(t.Context(), "C0ONE", r.TS); err != nil || len(got) != 0 {
		t.Errorf("of a deleted message: %v, %v", got, err)
	}
	f.settle()
	f.private["C0ONE"] = "missing_scope"
	if _, err := s.Reactions(t.Context(), "C0ONE", r.TS); err == nil {
		t.Error("a missing scope counts as no reactions")
	}
}
