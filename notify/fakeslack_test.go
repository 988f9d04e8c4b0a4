package notify

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeSlack speaks the few methods we use, strictly: what it takes it has
// checked, and it stores messages as Slack does. Faults are staged per call.
type fakeSlack struct {
	mu       sync.Mutex
	skew     time.Duration // how far its clock is ahead of ours
	seq      int
	messages []*fakeMessage
	gone     map[string]bool // deleted messages
	uploads  map[string]*fakeUpload
	faults   []fakeFault // staged, each used up by the calls it counts
	calls    map[string]int
	posts    []time.Time       // arrivals, for pacing
	wrong    []string          // what the strict check found in accepted messages
	private  map[string]string // channel → the error that posting to it gives
	scopes   string
	late     sync.WaitGroup
	base     string // where it is reached, for uploads
}

type fakeMessage struct {
	Channel, TS, Thread, Text, Key, Note string
	Part                                 int
	Blocks                               []byte
	Broadcast                            bool
	Edits                                int
	File, Content                        string
}

// fakeUpload is a file on its way.
type fakeUpload struct {
	name, content string
	size          int
	done          bool
}

// fakeFault is what happens to the calls of a method from the nth on.
type fakeFault struct {
	method string
	from   int // first call it hits, from 1
	count  int // how many; 0 is one
	kind   string
	arg    string
	delay  time.Duration // of "late": until the message appears
}

func newFakeSlack() *fakeSlack {
	return &fakeSlack{uploads: map[string]*fakeUpload{}, gone: map[string]bool{}, calls: map[string]int{}, private: map[string]string{}, scopes: "chat:write,channels:history,channels:read,reactions:read"}
}

const fakeToken = "xoxb-fake-secret-token"

func (f *fakeSlack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	method, id, content := strings.TrimPrefix(r.URL.Path, "/api/"), "", ""
	if file, ok := strings.CutPrefix(r.URL.Path, "/upload/"); ok {
		method, id = "upload", file
		part, _, err := r.FormFile("file")
		if err != nil {
			http.Error(w, "no file", http.StatusBadRequest)
			return
		}
		raw, _ := io.ReadAll(part)
		content = string(raw)
	} else if err := r.ParseForm(); err != nil {
		http.Error(w, "bad form", http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Date", time.Now().Add(f.skew).UTC().Format(http.TimeFormat))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-OAuth-Scopes", f.scopes)
	f.calls[method]++
	if method == "chat.postMessage" {
		f.posts = append(f.posts, time.Now())
	}
	fault := fakeFault{}
	for _, x := range f.faults {
		if n := f.calls[method]; x.method == method && n >= x.from && n < x.from+max(1, x.count) {
			fault = x
		}
	}
	switch fault.kind { // before anything is done
	case "reset-before":
		hangUp(w)
		return
	case "429":
		if fault.arg != "" {
			w.Header().Set("Retry-After", fault.arg)
		}
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"ok":false,"error":"ratelimited"}`)
		return
	case "html":
		fmt.Fprint(w, "<html><body>Please log in</body></html>")
		return
	case "empty":
		fmt.Fprint(w, "{}")
		return
	case "okfalse":
		fmt.Fprint(w, `{"ok":false}`)
		return
	case "error":
		json.NewEncoder(w).Encode(map[string]any{"ok": false, "error": fault.arg, "response_metadata": map[string]any{"messages": []string{"[ERROR] staged"}}})
		return
	case "status":
		code, _ := strconv.Atoi(fault.arg)
		w.WriteHeader(code)
		return
	case "late": // the connection drops, the message appears later
		form := r.PostForm
		f.late.Add(1)
		time.AfterFunc(fault.delay, func() {
			defer f.late.Done()
			f.mu.Lock()
			defer f.mu.Unlock()
			f.do(method, form)
		})
		hangUp(w)
		return
	}
	if method == "upload" {
		if u := f.uploads[id]; u != nil && len(content) == u.size {
			u.content = content
		}
		if fault.kind == "" {
			fmt.Fprint(w, "OK - ", len(content))
			return
		}
	}
	answer := f.do(method, r.PostForm)
	switch fault.kind { // after it was done
	case "lost-after":
		hangUp(w)
	case "status-after":
		code, _ := strconv.Atoi(fault.arg)
		w.WriteHeader(code)
	case "error-after":
		json.NewEncoder(w).Encode(map[string]any{"ok": false, "error": fault.arg})
	case "truncated-after":
		raw, _ := json.Marshal(answer)
		w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
		w.Write(raw[:len(raw)/2])
	case "html-after":
		fmt.Fprint(w, "<html>gateway</html>")
	case "empty-after":
		fmt.Fprint(w, "{}")
	default:
		json.NewEncoder(w).Encode(answer)
	}
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

type object = map[string]any

func refuse(code string) object { return object{"ok": false, "error": code} }

// do carries a method out; f is locked.
func (f *fakeSlack) do(method string, form url.Values) object {
	if form.Get("token") != fakeToken {
		return refuse("invalid_auth")
	}
	channel := form.Get("channel")
	if code := f.private[channel]; code != "" && method != "auth.test" && method != "conversations.info" {
		return refuse(code)
	}
	switch method {
	case "auth.test":
		return object{"ok": true, "user": "trucewatch", "user_id": "U0BOT", "team": "Demo", "team_id": "T0"}
	case "blocks.validate":
		if wrong := strict("x", []byte(form.Get("blocks"))); len(wrong) > 0 {
			return object{"ok": false, "error": "invalid_blocks", "response_metadata": object{"messages": wrong}}
		}
		return object{"ok": true}
	case "conversations.info":
		switch f.private[channel] {
		case "":
			return object{"ok": true, "channel": object{"id": channel, "name": "news", "is_member": true}}
		case "not_in_channel":
			return object{"ok": true, "channel": object{"id": channel, "name": "news", "is_member": false}}
		case "is_archived":
			return object{"ok": true, "channel": object{"id": channel, "name": "news", "is_archived": true}}
		}
		return refuse(f.private[channel])
	case "reactions.get":
		if m := f.find(channel, form.Get("timestamp")); m == nil || f.gone[m.TS] {
			return refuse("message_not_found")
		}
		return object{"ok": true, "type": "message", "channel": channel, "message": object{"ts": form.Get("timestamp"),
			"reactions": []object{{"name": "+1", "count": 3, "users": []string{"U1", "U2", "U3"}}, {"name": "eyes", "count": 1, "users": []string{"U4"}}}}}
	case "chat.postMessage":
		return f.postMessage(channel, form)
	case "chat.update":
		for _, m := range f.messages {
			if m.Channel == channel && m.TS == form.Get("ts") && !f.gone[m.TS] {
				m.Text, m.Blocks = form.Get("text"), []byte(form.Get("blocks"))
				m.Edits++
				f.check(form)
				return object{"ok": true, "channel": channel, "ts": m.TS, "text": m.Text}
			}
		}
		return refuse("message_not_found")
	case "files.getUploadURLExternal":
		size, _ := strconv.Atoi(form.Get("length"))
		f.seq++
		id := fmt.Sprint("F", f.seq)
		f.uploads[id] = &fakeUpload{name: form.Get("filename"), size: size}
		return object{"ok": true, "upload_url": f.base + "/upload/" + id, "file_id": id}
	case "files.completeUploadExternal":
		var files []struct{ ID, Title string }
		json.Unmarshal([]byte(form.Get("files")), &files)
		if len(files) != 1 || f.uploads[files[0].ID] == nil || f.uploads[files[0].ID].content == "" || f.uploads[files[0].ID].done {
			return refuse("file_not_found")
		}
		u := f.uploads[files[0].ID]
		u.done = true
		f.seq++
		m := &fakeMessage{Channel: form.Get("channel_id"), TS: fmt.Sprintf("%d.%06d", time.Now().Add(f.skew).Unix(), f.seq), Text: form.Get("initial_comment"), File: u.name, Content: u.content}
		if parent := form.Get("thread_ts"); parent != "" && !f.gone[parent] && f.find(m.Channel, parent) != nil {
			m.Thread = parent
		}
		f.messages = append(f.messages, m)
		return object{"ok": true, "files": []object{{"id": files[0].ID, "title": files[0].Title}}}
	case "conversations.history", "conversations.replies":
		return f.list(method, channel, form)
	}
	return refuse("unknown_method")
}

func (f *fakeSlack) check(form url.Values) {
	f.wrong = append(f.wrong, strict(form.Get("text"), []byte(form.Get("blocks")))...)
	for field, want := range map[string]string{"unfurl_links": "false", "unfurl_media": "false", "parse": "none"} {
		if form.Get(field) != want {
			f.wrong = append(f.wrong, field+" is "+form.Get(field))
		}
	}
}

func (f *fakeSlack) postMessage(channel string, form url.Values) object {
	var meta struct {
		EventType string `json:"event_type"`
		Payload   struct {
			Key  string `json:"delivery_id"`
			Part int    `json:"part"`
			Note string `json:"note"`
		} `json:"event_payload"`
	}
	if err := json.Unmarshal([]byte(form.Get("metadata")), &meta); err != nil || meta.EventType != "trucewatch_digest" || meta.Payload.Key == "" {
		return refuse("invalid_metadata_format")
	}
	f.check(form)
	f.seq++
	now := time.Now().Add(f.skew)
	m := &fakeMessage{Channel: channel, TS: fmt.Sprintf("%d.%06d", now.Unix(), f.seq), Text: form.Get("text"),
		Blocks: []byte(form.Get("blocks")), Key: meta.Payload.Key, Part: meta.Payload.Part, Note: meta.Payload.Note, Broadcast: form.Get("reply_broadcast") == "true"}
	if parent := form.Get("thread_ts"); parent != "" && !f.gone[parent] && f.find(channel, parent) != nil {
		m.Thread = parent
	}
	f.messages = append(f.messages, m)
	body := object{"text": m.Text, "ts": m.TS}
	if m.Thread != "" {
		body["thread_ts"] = m.Thread
	}
	return object{"ok": true, "channel": channel, "ts": m.TS, "message": body}
}

func (f *fakeSlack) find(channel, ts string) *fakeMessage {
	for _, m := range f.messages {
		if m.Channel == channel && m.TS == ts {
			return m
		}
	}
	return nil
}

// replies counts what stands in a message's thread.
func (f *fakeSlack) replies(parent string) (n int) {
	for _, m := range f.messages {
		if m.Thread == parent && !f.gone[m.TS] {
			n++
		}
	}
	return n
}

func (f *fakeSlack) list(method, channel string, form url.Values) object {
	parent := form.Get("ts")
	if method == "conversations.replies" && (f.gone[parent] || f.find(channel, parent) == nil) {
		return refuse("thread_not_found")
	}
	var all []*fakeMessage
	for _, m := range f.messages {
		inThread := m.Thread != "" && !m.Broadcast
		if m.Channel != channel || f.gone[m.TS] || method == "conversations.history" && inThread ||
			method == "conversations.replies" && m.TS != parent && m.Thread != parent {
			continue
		}
		all = append(all, m)
	}
	if method == "conversations.history" {
		slices.Reverse(all) // newest first
	}
	from, _ := strconv.Atoi(form.Get("cursor"))
	limit, _ := strconv.Atoi(form.Get("limit"))
	to := min(from+limit, len(all))
	out := []object{}
	for _, m := range all[min(from, to):to] {
		o := object{"type": "message", "ts": m.TS, "text": m.Text}
		if n := f.replies(m.TS); n > 0 {
			o["reply_count"], o["thread_ts"] = n, m.TS
		}
		if m.Thread != "" {
			o["thread_ts"] = m.Thread
		}
		if m.File != "" {
			o["files"] = []object{{"id": "F1", "name": m.File}}
		}
		if form.Get("include_all_metadata") == "1" && m.Key != "" {
			o["metadata"] = object{"event_type": "trucewatch_digest", "event_payload": object{"delivery_id": m.Key, "part": m.Part, "note": m.Note}}
		}
		out = append(out, o)
	}
	next := ""
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	return object{"ok": true, "messages": out, "has_more": next != "", "response_metadata": object{"next_cursor": next}}
}

// settle waits for what was accepted late and for the call under way, so that all
// they did may be read.
func (f *fakeSlack) settle() {
	f.late.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
}

// stored are the accepted messages by key.
func (f *fakeSlack) stored() map[string][]fakeMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[string][]fakeMessage{}
	for _, m := range f.messages {
		out[m.Key] = append(out[m.Key], *m)
	}
	return out
}

// pipeClient is an HTTP client that reaches f over in-memory connections, so
// that both live in one synctest bubble. Close ends every goroutine of both.
func pipeClient(t *testing.T, f *fakeSlack) (*http.Client, func()) {
	t.Helper()
	conns := make(chan net.Conn)
	done := make(chan struct{})
	server := &http.Server{Handler: f}
	served := make(chan struct{})
	go func() { defer close(served); server.Serve(pipeListener{conns, done}) }()
	transport := &http.Transport{DisableKeepAlives: true, DialContext: dialer(conns, done)}
	return &http.Client{Transport: transport, Timeout: callTimeout}, func() {
		transport.CloseIdleConnections()
		close(done)
		server.Close()
		<-served
		f.late.Wait()
	}
}
