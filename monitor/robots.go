package monitor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/temoto/robotstxt"
	"golang.org/x/time/rate"

	"trucewatch/internal/egress"
)

// This file keeps to what sites ask of robots (RFC 9309) before pages of theirs
// are read: which paths, and how fast. Feeds are published to be read by
// programs and do not pass here.

const (
	robotsKept   = 24 * time.Hour   // RFC 9309, section 2.4: no longer
	robotsDenied = 10 * time.Minute // how long a site that cannot say is left alone
	robotsBytes  = 512 << 10        // RFC 9309, section 2.5: at least 500 KiB
	robotsLines  = 10_000
	robotsLine   = 2 << 10 // bytes of a line worth reading
	sitesKept    = 1000
	longestDelay = 5 * time.Minute // a longer Crawl-delay is read as this
)

// sites knows what the sites we read pages of ask for.
type sites struct {
	fetch Fetcher
	agent string        // product token, as robots.txt files name it
	pace  time.Duration // the shortest time between two pages of one site

	mu       sync.Mutex
	byOrigin map[string]*site
}

type site struct {
	gate  chan struct{} // held by whoever reads robots.txt
	pace  *rate.Limiter
	rules rules
	until time.Time // the rules hold
	used  time.Time
}

// rules are what one robots.txt says to us.
type rules struct {
	group  *robotstxt.Group // nil: everything is allowed, unless denied
	denied string           // in words, why nothing is allowed for now
}

func (r rules) allow(u *url.URL) error {
	if r.denied != "" {
		return errors.New(r.denied)
	}
	if r.group != nil && !r.group.Test(u.RequestURI()) {
		return fmt.Errorf("robots.txt of %s asks not to read this page", u.Hostname())
	}
	return nil
}

// enter waits until the URL may be read, or says why it may not.
func (s *sites) enter(ctx context.Context, u *url.URL, now time.Time) error {
	one := s.site(u, now)
	if err := s.allowed(ctx, one, u, now); err != nil {
		return err
	}
	if err := one.pace.Wait(ctx); err != nil {
		return fmt.Errorf("%s: too many of its pages are wanted at once", u.Hostname())
	}
	return nil
}

// permits is enter for a URL already read: a redirect led there.
func (s *sites) permits(ctx context.Context, u *url.URL, now time.Time) error {
	return s.allowed(ctx, s.site(u, now), u, now)
}

func (s *sites) site(u *url.URL, now time.Time) *site {
	origin := u.Scheme + "://" + strings.ToLower(u.Host)
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.byOrigin[origin]
	if one == nil {
		if len(s.byOrigin) >= sitesKept {
			for o, old := range s.byOrigin {
				if now.Sub(old.used) > time.Hour {
					delete(s.byOrigin, o)
				}
			}
		}
		one = &site{gate: make(chan struct{}, 1), pace: rate.NewLimiter(rate.Every(s.pace), 1)}
		if s.byOrigin == nil {
			s.byOrigin = map[string]*site{}
		}
		s.byOrigin[origin] = one
	}
	one.used = now
	return one
}

// allowed reads robots.txt unless it is known. Others who want the same site
// wait meanwhile.
func (s *sites) allowed(ctx context.Context, one *site, u *url.URL, now time.Time) error {
	select {
	case one.gate <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-one.gate }()
	if !now.Before(one.until) {
		resp, err := s.fetch.Fetch(ctx, egress.Request{URL: u.Scheme + "://" + u.Host + "/robots.txt", Accept: "text/plain, */*;q=0.5", MaxBody: robotsBytes, Now: now})
		if err != nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var keep time.Duration
		one.rules, keep = readRobots(resp, err, s.agent, u.Hostname())
		one.until = now.Add(keep)
		delay := s.pace
		if one.rules.group != nil {
			delay = max(delay, min(one.rules.group.CrawlDelay, longestDelay))
		}
		one.pace.SetLimit(rate.Every(delay))
	}
	return one.rules.allow(u)
}

// readRobots says what an answer to the request for robots.txt means, and for
// how long (RFC 9309, section 2.3.1): no file, or a page in its place, allows
// everything; a server in trouble allows nothing for a while.
func readRobots(resp egress.Response, err error, agent, host string) (rules, time.Duration) {
	deny := func(why string, d time.Duration) (rules, time.Duration) {
		return rules{denied: fmt.Sprintf("%s cannot say what robots may read: %s", host, why)}, max(min(d, robotsKept), robotsDenied)
	}
	if s, ok := errors.AsType[*egress.StatusError](err); ok {
		if s.Code >= 500 || s.Code == 429 {
			return deny(fmt.Sprintf("robots.txt gives HTTP %d", s.Code), s.RetryAfter)
		}
		return rules{}, robotsKept
	}
	if e, ok := errors.AsType[*egress.Error](err); ok {
		switch e.Kind {
		case egress.TooManyRedirects, egress.BadRedirect:
			return rules{}, robotsKept
		case egress.TooLarge: // what came of it counts
		default:
			return deny("robots.txt: "+string(e.Kind), 0)
		}
	} else if err != nil {
		return deny("robots.txt cannot be read", 0)
	}
	keep := robotsKept
	if fresh := resp.Fresh(); fresh > 0 {
		keep = min(max(fresh, time.Hour), robotsKept)
	}
	return rules{group: parseRobots(resp.Body, resp.ContentType, agent)}, keep
}

// parseRobots reads the file for one agent; nil allows everything. The parser
// gives up on a whole file for one line it does not understand, so it gets
// only lines it does.
func parseRobots(b []byte, contentType, agent string) (group *robotstxt.Group) {
	defer func() {
		if recover() != nil {
			group = nil
		}
	}()
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	if strings.Contains(strings.ToLower(contentType), "html") || bytes.HasPrefix(b, []byte("<")) {
		return nil
	}
	var known bytes.Buffer
	lines, grouped := 0, false
	for line := range bytes.Lines(bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))) {
		if lines++; lines > robotsLines {
			break
		}
		line, _, _ = bytes.Cut(line, []byte("#"))
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(line) > robotsLine {
			continue
		}
		key, v := strings.ToLower(string(bytes.TrimSpace(name))), string(bytes.TrimSpace(value))
		grouped = grouped || key == "user-agent"
		switch key {
		case "user-agent", "allow", "disallow":
		case "crawl-delay":
			if s, err := strconv.ParseFloat(v, 64); err != nil || !(s >= 0 && s < 1e6) {
				continue
			}
		default:
			continue
		}
		if grouped { // a rule before any group is for nobody
			fmt.Fprintf(&known, "%s: %s\n", key, v)
		}
	}
	data, err := robotstxt.FromBytes(known.Bytes())
	if err != nil || data == nil {
		return nil
	}
	return data.FindGroup(agent)
}
