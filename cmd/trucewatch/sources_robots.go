package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/monitor"
)

// robots keeps to what sites ask of robots (RFC 9309) before their archives,
// sitemaps and captures are read. A run is short: what was read once holds for it.
type robots struct {
	fetch monitor.Fetcher
	now   func() time.Time
	known map[string]siteRules // by origin
}

const (
	robotsAgent  = "trucewatch"
	robotsBytes  = 512 << 10
	robotsLines  = 10_000
	crawlDelay   = 5 * time.Minute // a longer one is read as this
	sitemapsKept = 20
)

// siteRules are what one robots.txt says to us.
type siteRules struct {
	rules    []pathRule
	delay    time.Duration
	denied   error
	sitemaps []string
}

type pathRule struct {
	pattern string
	allow   bool
}

func (r *robots) enter(ctx context.Context, u *url.URL) (time.Duration, error) {
	s := r.site(ctx, u)
	if err := context.Cause(ctx); err != nil {
		return 0, err
	}
	if s.denied != nil {
		return 0, s.denied
	}
	if !s.allows(u.RequestURI()) {
		return 0, fmt.Errorf("robots.txt of %s asks not to read %s", u.Hostname(), u.Path)
	}
	return s.delay, nil
}

// site reads an origin's robots.txt once. No file allows everything; a server in
// trouble allows nothing.
func (r *robots) site(ctx context.Context, u *url.URL) siteRules {
	origin := u.Scheme + "://" + strings.ToLower(u.Host)
	if s, ok := r.known[origin]; ok {
		return s
	}
	resp, err := r.fetch.Fetch(ctx, egress.Request{URL: origin + "/robots.txt", Accept: "text/plain, */*;q=0.5", MaxBody: robotsBytes, Now: r.now()})
	var s siteRules
	code := 0
	if st, ok := errors.AsType[*egress.StatusError](err); ok {
		code = st.Code
	}
	eg, _ := errors.AsType[*egress.Error](err)
	switch {
	case err == nil, eg != nil && eg.Kind == egress.TooLarge:
		if !bytes.HasPrefix(bytes.TrimSpace(resp.Body), []byte("<")) { // a page in its place
			s = parseRobots(resp.Body)
		}
	case code >= 400 && code < 500 && code != 429, eg != nil && (eg.Kind == egress.TooManyRedirects || eg.Kind == egress.BadRedirect):
	default:
		s.denied = fmt.Errorf("cannot say what robots may read: %w", err)
	}
	if ctx.Err() == nil {
		if r.known == nil {
			r.known = map[string]siteRules{}
		}
		r.known[origin] = s
	}
	return s
}

// parseRobots reads the groups for us, else those for all (RFC 9309, section 2.2.1).
func parseRobots(b []byte) siteRules {
	var ours, all siteRules
	var named, toUs, toAll, inRules bool
	var sitemaps []string
	sc := bufio.NewScanner(bytes.NewReader(bytes.ReplaceAll(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), []byte("\r"), []byte("\n"))))
	sc.Buffer(nil, robotsBytes+1)
	for n := 0; n < robotsLines && sc.Scan(); n++ {
		line, _, _ := strings.Cut(sc.Text(), "#")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "user-agent":
			if inRules {
				toUs, toAll, inRules = false, false, false
			}
			toUs = toUs || strings.EqualFold(value, robotsAgent)
			toAll = toAll || value == "*"
			named = named || toUs
		case "allow", "disallow":
			inRules = true
			rule := pathRule{value, strings.EqualFold(strings.TrimSpace(key), "allow")}
			if value == "" {
				continue
			}
			if toUs {
				ours.rules = append(ours.rules, rule)
			}
			if toAll {
				all.rules = append(all.rules, rule)
			}
		case "crawl-delay":
			inRules = true
			if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 && s < 1e6 {
				d := min(time.Duration(s*float64(time.Second)), crawlDelay)
				if toUs {
					ours.delay = d
				}
				if toAll {
					all.delay = d
				}
			}
		case "sitemap":
			if len(sitemaps) < sitemapsKept {
				sitemaps = append(sitemaps, value)
			}
		}
	}
	if !named {
		ours = all
	}
	ours.sitemaps = sitemaps
	return ours
}

// allows reports whether a path may be read: the longest rule that matches decides,
// allow before disallow (RFC 9309, section 2.2.2).
func (s siteRules) allows(path string) bool {
	best, allow := -1, true
	for _, r := range s.rules {
		if n := len(r.pattern); n >= best && matchesPath(r.pattern, path) {
			if n > best {
				best, allow = n, r.allow
			} else {
				allow = allow || r.allow
			}
		}
	}
	return allow
}

// matchesPath matches a rule's pattern, in which * is anything and a last $ the end.
func matchesPath(pattern, path string) bool {
	anchored := strings.HasSuffix(pattern, "$")
	parts := strings.Split(strings.TrimSuffix(pattern, "$"), "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	rest := path[len(parts[0]):]
	for i, p := range parts[1:] {
		if anchored && i == len(parts)-2 {
			return strings.HasSuffix(rest, p)
		}
		at := strings.Index(rest, p)
		if at < 0 {
			return false
		}
		rest = rest[at+len(p):]
	}
	return !anchored || rest == ""
}
