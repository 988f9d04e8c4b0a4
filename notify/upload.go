package notify

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"trucewatch/internal/news"
)

// filesScope is the scope that posting files needs.
const filesScope = "files:write"

// Uploads is whether the token may post files; false when that cannot be known.
func (s *Slack) Uploads(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if _, err := s.api.AuthTestContext(ctx); err != nil {
		return false
	}
	return has(s.granted(), filesScope)
}

// granted are the token's scopes, as the last answer stated them.
func (s *Slack) granted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.FieldsFunc(s.scopes, func(r rune) bool { return r == ',' || r == ' ' })
}

// upload posts a message that carries a file. Nothing stands in the channel before
// the last of its three calls, so that an unclear answer to the others is simply
// tried again. A file that Slack refuses goes out as text.
func (s *Slack) upload(ctx context.Context, d news.Delivery) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*callTimeout)
	defer cancel()
	file := d.Message.File
	place, err := s.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: file.Name, FileSize: len(file.Content)})
	if err == nil && (place.UploadURL == "" || place.FileID == "") {
		err = errors.New("an answer without content")
	}
	if err != nil {
		return Receipt{}, fileRefusal(s.classify(err), true, d.Attempts)
	}
	err = s.api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: place.UploadURL, Content: file.Content, Filename: file.Name})
	if err != nil {
		return Receipt{}, fileRefusal(s.classify(err), true, d.Attempts)
	}
	done, err := s.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
		Files: []slack.FileSummary{{ID: place.FileID, Title: file.Name}}, Channel: d.Channel, ThreadTimestamp: d.ThreadTS, InitialComment: d.Message.Text})
	if err != nil {
		return Receipt{}, fileRefusal(s.classify(err), false, d.Attempts)
	}
	if len(done.Files) == 0 {
		return Receipt{}, errors.New("an answer without a file")
	}
	return Receipt{TS: cmp.Or(done.Files[0].ID, place.FileID), Thread: d.ThreadTS}, nil
}

// uploadTries is after how many tries that brought no file across it goes out as
// text: a proxy may let messages through and files not.
const uploadTries = 4

// fileRefusal is what a refused or unclear call means for a file. unseen says that
// nothing can stand in the channel yet.
func fileRefusal(err error, unseen bool, attempts int) error {
	r, refused := errors.AsType[*Refusal](err)
	switch {
	case unseen && attempts >= uploadTries && (!refused || r.Class == Wait && r.Code != "ratelimited"):
		return &Refusal{Class: Layout, Code: "upload", Detail: err.Error()}
	case !refused && unseen:
		return &Refusal{Class: Wait, Code: "upload", Detail: err.Error()}
	case refused && (r.Class == Strange || r.Class == Missing || r.Code == "missing_scope" || r.Code == "not_allowed_token_type" || r.Code == "access_denied"):
		return &Refusal{Class: Layout, Code: r.Code, Detail: r.Detail}
	}
	return err
}

// holds is whether a message carries a file of a name.
func holds(m slack.Message, name string) bool {
	return slices.ContainsFunc(m.Files, func(f slack.File) bool { return f.Name == name })
}
