package monitor

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"trucewatch/internal/egress"
	"trucewatch/monitor/text"
)

const (
	articleBytes   = 4 << 20         // of a page, decoded
	articleWait    = 2 * time.Minute // the longest a page waits for its turn at a site
	articleTries   = 2               // of one page that fail, then it is left alone …
	articleForget  = time.Hour       // … for so long
	articlesParsed = 4 << 20         // bytes of pages in the extractor at a time
	articlesKnown  = 512             // pages remembered
)

// Articles reads article pages politely: as robots.txt asks, one at a time and
// slowly per site, conditionally when a page is wanted again, and not a third
// time when it failed twice. It remembers the newest pages, in memory only.
//
// It is safe for concurrent use. Zero fields take their default.
type Articles struct {
	Fetch Fetcher
	Pace  time.Duration // the shortest time between two pages of one site; default 2 s
	Hosts HostBudget    // shared with other processes; nil: nobody else asks

	once   sync.Once
	robots Robots
	large  *semaphore.Weighted // pages above egress.LargeBody, from reading until extracted
	parser *semaphore.Weighted // bytes of pages being extracted
	mu     sync.Mutex
	known  map[string]page
	order  []string // of known, oldest first
}

// HostBudget is what several processes ask of one host together. Hosts are named as
// in addresses, with their port.
type HostBudget interface {
	// Turn waits until the host may be asked: a pace after it was asked last, and not
	// before the time to which its server postponed us.
	Turn(ctx context.Context, host string, pace time.Duration) error
	// Postpone notes that the host's server asks to be left alone for so long.
	Postpone(ctx context.Context, host string, d time.Duration) error
}

// page is what is remembered of one.
type page struct {
	text     string
	etag     string
	modified string
	giver    string // URL that gave the validators
	tries    int    // that failed
	err      error  // of the last try
	at       time.Time
	final    bool // trying again is no use
}

func (a *Articles) start() {
	a.once.Do(func() {
		if a.Pace <= 0 {
			a.Pace = 2 * time.Second
		}
		a.robots = Robots{Fetch: a.Fetch}
		a.large = semaphore.NewWeighted(largeBodies)
		a.parser = semaphore.NewWeighted(articlesParsed)
		a.known = map[string]page{}
	})
}

// Get reads the main text of an article's page, trying once. Asked again for a
// page it has, it asks the server whether the page changed. The error says in
// words why there is no text: the item stays on its summary then. A page that
// failed twice, or for good, gives its error again without a request.
func (a *Articles) Get(ctx context.Context, address string, now time.Time) (string, error) {
	a.start()
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", errors.New("article page: no address to read it from")
	}
	before := a.recall(address)
	if !before.final && now.Sub(before.at) > articleForget {
		before.tries = 0
	}
	if before.final || before.tries >= articleTries {
		return "", before.err
	}
	after, err := a.read(ctx, u, address, before, now)
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		after = before
		after.tries++
		after.at = now
		after.err = fmt.Errorf("article page: %w", err)
		after.final = lasting(err)
		after.text = ""
		a.remember(address, after)
		return "", after.err
	}
	a.remember(address, after)
	return after.text, nil
}

// lasting reports whether an error will be the same in a minute.
func lasting(err error) bool {
	if s, ok := errors.AsType[*egress.StatusError](err); ok {
		return s.Code < 500 && s.Code != 408 && s.Code != 425 && s.Code != 429
	}
	if e, ok := errors.AsType[*egress.Error](err); ok {
		switch e.Kind {
		case egress.BadURL, egress.Forbidden, egress.TooManyRedirects, egress.BadRedirect, egress.TooLarge, egress.TLS:
			return true
		}
		return false
	}
	if e, ok := errors.AsType[*text.PageError](err); ok {
		return e.Kind != text.PageChallenge
	}
	_, ok := errors.AsType[*notAPage](err)
	return ok
}

// notAPage is an answer that is certainly no article.
type notAPage struct{ words string }

func (e *notAPage) Error() string { return e.words }

// enter waits until the URL may be read, or says why it may not.
func (a *Articles) enter(ctx context.Context, u *url.URL, now time.Time) error {
	one := a.robots.site(u, now)
	rules, err := a.robots.rules(ctx, one, u, now)
	if err == nil {
		err = rules.Allow(u)
	}
	if err != nil {
		return err
	}
	pace := max(a.Pace, rules.Delay())
	one.pace.SetLimit(rate.Every(pace))
	if err := one.pace.Wait(ctx); err != nil {
		return fmt.Errorf("%s: too many of its pages are wanted at once", u.Hostname())
	}
	if a.Hosts == nil {
		return nil
	}
	if err := a.Hosts.Turn(ctx, u.Host, pace); err != nil {
		return fmt.Errorf("%s: %w", u.Hostname(), err)
	}
	return nil
}

// read makes one try.
func (a *Articles) read(ctx context.Context, u *url.URL, address string, before page, now time.Time) (page, error) {
	turn, cancel := context.WithTimeout(ctx, articleWait)
	defer cancel()
	if err := a.enter(turn, u, now); err != nil {
		return page{}, err
	}
	holds := int64(0)
	defer func() { a.large.Release(holds) }()
	r := egress.Request{
		URL:     address,
		Accept:  "text/html, application/xhtml+xml;q=0.9, text/plain;q=0.2",
		MaxBody: articleBytes,
		Now:     now,
		Room: func(ctx context.Context) error {
			if err := a.large.Acquire(ctx, 1); err != nil {
				return err
			}
			holds = 1
			return nil
		},
	}
	if before.text != "" {
		r.ETag, r.Modified, r.ValidatorURL = before.etag, before.modified, before.giver
	}
	resp, err := a.Fetch.Fetch(ctx, r)
	if err != nil {
		if s, ok := errors.AsType[*egress.StatusError](err); ok && s.RetryAfter > 0 && a.Hosts != nil {
			if err := a.Hosts.Postpone(ctx, u.Host, s.RetryAfter); err != nil {
				return page{}, err
			}
		}
		return page{}, err
	}
	final, err := url.Parse(resp.FinalURL)
	if err != nil {
		return page{}, &notAPage{"its redirect cannot be read"}
	}
	if len(resp.Hops) > 0 {
		if final.Host != u.Host || final.Scheme != u.Scheme {
			rules, err := a.robots.Rules(ctx, final, now)
			if err == nil {
				err = rules.Allow(final)
			}
			if err != nil {
				return page{}, err
			}
		}
		if strings.Trim(final.Path, "/") == "" && final.RawQuery == "" && strings.Trim(u.Path, "/") != "" {
			return page{}, &notAPage{"its address leads to the front page of " + final.Hostname()}
		}
	}
	if resp.Status == 304 && resp.Conditional && before.text != "" {
		if resp.ETag != "" {
			before.etag = resp.ETag
		}
		if resp.Modified != "" {
			before.modified = resp.Modified
		}
		return before, nil
	}
	if resp.Status != 200 && resp.Status != 203 {
		return page{}, fmt.Errorf("answered HTTP %d", resp.Status)
	}
	if kind, _, err := mime.ParseMediaType(resp.ContentType); err == nil && kind != "text/html" && kind != "application/xhtml+xml" && kind != "text/plain" && kind != "application/xml" && kind != "text/xml" {
		return page{}, &notAPage{"it is " + kind + ", not a page"}
	}
	weight := int64(max(1, min(len(resp.Body), articlesParsed)))
	if err := a.parser.Acquire(ctx, weight); err != nil {
		return page{}, err
	}
	defer a.parser.Release(weight)
	_, body, err := text.ExtractPage(resp.Body, resp.ContentType, resp.FinalURL)
	if err != nil {
		return page{}, err
	}
	return page{text: body, etag: resp.ETag, modified: resp.Modified, giver: resp.FinalURL}, nil
}

func (a *Articles) recall(address string) page {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.known[address]
}

func (a *Articles) remember(address string, p page) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.known[address]; !ok {
		if len(a.order) >= articlesKnown {
			delete(a.known, a.order[0])
			a.order = a.order[1:]
		}
		a.order = append(a.order, address)
	}
	a.known[address] = p
}
