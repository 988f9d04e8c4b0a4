package config

import (
	"cmp"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"trucewatch/internal/news"
)

// The words that may stand in lists and choices. Mechanisms and stages are those
// of docs/taxonomy.md.
var (
	digestKinds = []string{"news", "recap"}
	stateMedias = []string{"link", "name", "omit"}
	quietDays   = []string{"post", "skip"}
	mechanisms  = []string{"full", "partial", "humanitarian", "exchange", "settlement", "guarantees", "shipping"}
	alertCauses = []string{"agreed_both", "declared_one", "ended", "in_effect", "leaders_meet"}
)

// Forms of values, and the bounds of those that are about this program only.
var (
	topicName  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
	language   = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	channelID  = regexp.MustCompile(`^[CGD][A-Z0-9]{2,29}$`)
	quietHours = regexp.MustCompile(`^((?:[01][0-9]|2[0-3]):[0-5][0-9])-((?:[01][0-9]|2[0-3]):[0-5][0-9])$`)
)

// isSpecName and isPlaceName are not regular expressions: one that repeats a class of
// all scripts so often holds megabytes.
func isSpecName(s string) bool {
	return isName(s, 64, func(r rune) bool { return strings.ContainsRune(" ._-", r) })
}

func isPlaceName(s string) bool {
	return isName(s, 100, func(r rune) bool { return unicode.IsMark(r) || strings.ContainsRune(" '’().,_-", r) })
}

// isName reports letters and digits, at most so many, among which but for the first
// others may stand.
func isName(s string, most int, others func(rune) bool) bool {
	n := 0
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && (n == 0 || !others(r)) {
			return false
		}
		n++
	}
	return 0 < n && n <= most
}

const (
	maxShown    = 60  // developments a digest may show: as many as one cut holds
	maxFeedName = 100 // bytes
	maxURL      = 2048
)

// checker makes the checks that need more than one value's type.
type checker struct {
	*Config
	bad     *Invalid
	decoded map[string]bool           // paths already known to be wrong
	zones   map[string]*time.Location // loaded so far: thousands of feeds share a few
}

// check completes c, a decoded file, and reports everything wrong with it.
func (c *Config) check(w Where, checks Checks, bad *Invalid) {
	k := checker{Config: c, bad: bad, decoded: map[string]bool{}, zones: map[string]*time.Location{}}
	for _, p := range bad.Problems {
		k.decoded[p.Path] = true
	}
	dir := ""
	if w.File != "" {
		dir = filepath.Dir(w.File)
	}
	k.zone("timezone", c.Timezone)
	c.Database = resolve(cmp.Or(w.StateDir, dir), k.path("database", c.Database))
	if c.Database == "" {
		k.add("database", "is empty", "name a file, such as trucewatch.db")
	}
	c.Seeds = resolve(dir, k.path("seeds", c.Seeds))
	if tokenForm.MatchString(c.Slack.TokenFile) {
		k.add("slack.token_file", "this is a token, not a path", "put the token in a file that only the service can read, and its path here")
	}
	c.Slack.TokenFile = resolve(dir, k.path("slack.token_file", c.Slack.TokenFile))
	k.http()
	k.poll()
	k.topics(dir)
	k.feeds()
	k.slack()
	k.digests(checks)
	k.alerts()
	k.ops()
	k.between("retention.text", c.Retention.Text, day, 100*365*day)
	k.between("retention.unrelated_text", c.Retention.UnrelatedText, day, 100*365*day)
	if c.Retention.UnrelatedText > c.Retention.Text {
		k.add("retention.unrelated_text", span(c.Retention.UnrelatedText)+" is longer than retention.text, "+span(c.Retention.Text), "lower it, or raise retention.text")
	}
	k.listen()
}

// add reports a problem, unless the value, or what it stands in, could not even
// be decoded.
func (k *checker) add(path, found, fix string) {
	for p := path; p != ""; p = parent(p) {
		if k.decoded[p] {
			return
		}
	}
	k.bad.add(k.where.of(path), path, found, fix)
}

// zone loads an IANA zone, or reports it and returns nil.
func (k *checker) zone(path, name string) *time.Location {
	const fix = "use an IANA name, such as Europe/Kyiv"
	if name == "" {
		k.add(path, "no zone is given", fix)
		return nil
	}
	z, known := k.zones[name]
	if !known {
		var err error
		if z, err = time.LoadLocation(name); err != nil || name == "Local" { // Local differs from machine to machine
			z = nil
		}
		k.zones[name] = z
	}
	if z == nil {
		k.add(path, quote(name)+" is not a time zone", fix)
	}
	return z
}

// path refuses what only a shell or a database driver would read as a path.
func (k *checker) path(at, p string) string {
	switch {
	case strings.ContainsFunc(p, unicode.IsControl):
		k.add(at, quote(p)+" holds control characters", "write a plain path")
	case strings.HasPrefix(p, "~"):
		k.add(at, quote(p)+" begins with ~, which only a shell understands", "write the whole path")
	case at == "database" && (strings.HasPrefix(p, "file:") || strings.HasPrefix(p, ":") || strings.ContainsAny(p, "?#")):
		k.add(at, quote(p)+" is not a plain path", "write a path without file:, ?, # or :memory:")
	}
	return p
}

func (k *checker) between(path string, v, least, most time.Duration) {
	switch {
	case v < least:
		k.add(path, span(v)+" is below "+inWords(least), "use "+span(least)+" or more")
	case v > most:
		k.add(path, span(v)+" is above "+inWords(most), "use "+span(most)+" or less")
	}
}

func inWords(d time.Duration) string {
	switch d {
	case time.Second:
		return "one second"
	case time.Minute:
		return "one minute"
	case time.Hour:
		return "one hour"
	case day:
		return "one day"
	}
	return span(d)
}

func (k *checker) count(path string, v, least, most int) {
	if v < least || v > most {
		k.add(path, strconv.Itoa(v)+" is out of range", fmt.Sprintf("use %d to %d", least, most))
	}
}

// choice reports a word that is not one of known.
func (k *checker) choice(path, word string, known []string) {
	if !slices.Contains(known, word) {
		k.add(path, quote(word)+" is not known here", suggest(word, known))
	}
}

// webURL parses an absolute http or https address, or returns what is wrong with it.
func webURL(s string, schemes ...string) (*url.URL, string) {
	if len(s) > maxURL {
		return nil, fmt.Sprintf("is longer than %d bytes", maxURL)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return nil, "holds spaces or control characters"
	}
	u, err := url.Parse(s)
	if err != nil || !slices.Contains(schemes, strings.ToLower(u.Scheme)) || u.Hostname() == "" {
		return nil, "is not an absolute " + either(schemes) + " address"
	}
	return u, ""
}

func (k *checker) http() {
	h := &k.HTTP
	if c := h.Contact; c != "" {
		_, wrong := webURL(c, "http", "https")
		addr, err := mail.ParseAddress(c)
		isMail := err == nil && addr.Address == c
		odd := strings.ContainsFunc(c, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("()<>", r) })
		if wrong != "" && !isMail || odd || len(c) > 200 {
			k.add("http.contact", quote(c)+" is neither a web address nor a mail address", `write one that publishers can reach you at, such as "https://example.org/bot"`)
		}
	}
	for i, a := range h.Allow {
		k.allow(fmt.Sprintf("http.allow[%d]", i), a)
	}
	if h.Proxy != "" { // never shown: it may hold a password
		if _, wrong := webURL(h.Proxy, "http", "https", "socks5"); wrong != "" {
			k.add("http.proxy", "the address "+wrong, `write one such as "http://proxy.example:3128"`)
		}
	}
	k.between("http.timeout", h.Timeout, time.Second, 5*time.Minute)
	if h.MaxBody < 64<<10 || h.MaxBody > 256<<20 {
		k.add("http.max_body", fmt.Sprintf("%d bytes is out of range", h.MaxBody), "use 64KiB to 256MiB")
	}
	k.count("http.per_host", h.PerHost, 1, 16)
}

// allow checks one exception to the dial guard. It is never a switch for everything.
func (k *checker) allow(path, a string) {
	const fix = `write host:port or a prefix, such as "intranet.example:8080" or "10.1.2.0/24"`
	if p, err := netip.ParsePrefix(a); err == nil {
		least := 8
		if p.Addr().Is6() {
			least = 16
		}
		switch {
		case p.Bits() < least:
			k.add(path, quote(a)+" opens too much of the network", fmt.Sprintf("use a prefix of /%d or longer", least))
		case p.Masked() != p:
			k.add(path, quote(a)+" has bits set after its prefix", "write "+p.Masked().String())
		}
		return
	}
	if addr, err := netip.ParseAddr(a); err == nil {
		k.add(path, quote(a)+" has neither port nor prefix length", fmt.Sprintf("write %s/%d, or %s", addr, addr.BitLen(), net.JoinHostPort(a, "PORT")))
		return
	}
	host, port, err := net.SplitHostPort(a)
	n, perr := strconv.ParseUint(port, 10, 16)
	if err != nil || perr != nil || n == 0 || host == "" || strings.ContainsAny(host, "*/@ ") || strings.ContainsFunc(host, unicode.IsControl) {
		k.add(path, quote(a)+" is neither host:port nor a prefix", fix)
	}
}

func (k *checker) poll() {
	p := &k.Poll
	k.between("poll.every", p.Every, time.Minute, 24*time.Hour)
	k.between("poll.min", p.Min, time.Minute, 24*time.Hour)
	k.between("poll.max", p.Max, time.Minute, 7*day)
	switch {
	case p.Min > p.Max:
		k.add("poll.min", span(p.Min)+" is above poll.max, "+span(p.Max), "lower it, or raise poll.max")
	case p.Every < time.Minute: // said already
	case p.Every < p.Min:
		k.add("poll.every", span(p.Every)+" is below poll.min, "+span(p.Min), "raise it, or lower poll.min")
	case p.Every > p.Max:
		k.add("poll.every", span(p.Every)+" is above poll.max, "+span(p.Max), "lower it, or raise poll.max")
	}
	k.count("poll.concurrency", p.Concurrency, 1, 512)
	k.between("poll.history_before", p.HistoryBefore, time.Hour, 400*day)
}

func (k *checker) topics(dir string) {
	if len(k.Topics) == 0 {
		k.add("topics", "no topic is given", "write [{name: russia-ukraine, pack: builtin}], or leave the key out")
	}
	first := map[string]int{}
	for i := range k.Topics {
		t, at := &k.Topics[i], fmt.Sprintf("topics[%d]", i)
		if !topicName.MatchString(t.Name) {
			k.add(at+".name", quote(t.Name)+" is not a topic's name", "use small letters, digits and hyphens")
		} else {
			k.unique(at+".name", t.Name, "topics", first, i)
		}
		if t.Pack == "" {
			k.add(at+".pack", "is empty", "write builtin or the path of a rule pack")
		} else if t.Pack != BuiltinPack {
			t.Pack = resolve(dir, k.path(at+".pack", t.Pack))
		}
	}
}

// unique reports a name that an earlier entry of the list bears.
func (k *checker) unique(path, key, list string, first map[string]int, i int) {
	if j, taken := first[key]; taken {
		of := fmt.Sprintf("%s[%d]", list, j)
		k.add(path, fmt.Sprintf("the same as in %s, line %d", of, k.where.of(of)), "change it, or remove one of the two")
		return
	}
	first[key] = i
}

func (k *checker) feeds() {
	names, urls := map[string]int{}, map[string]int{}
	for i := range k.Feeds {
		f, at := &k.Feeds[i], fmt.Sprintf("feeds[%d]", i)
		switch {
		case f.Name == "":
			k.add(at+".name", "no name is given", "write one: a feed is its name")
		case len(f.Name) > maxFeedName, strings.TrimSpace(f.Name) != f.Name, strings.ContainsFunc(f.Name, unicode.IsControl):
			k.add(at+".name", quote(f.Name)+" cannot be shown as a name", fmt.Sprintf("use up to %d bytes of plain text, without spaces around it", maxFeedName))
		default:
			k.unique(at+".name", strings.ToLower(f.Name), "feeds", names, i)
		}
		k.feedURL(at+".url", f.URL, urls, i)
		if f.Lang != "" && !language.MatchString(f.Lang) {
			k.add(at+".lang", quote(f.Lang)+" is not a language code", "use one such as en, uk or pt-BR, or leave it out when the feed mixes languages")
		}
		k.choice(at+".side", f.Side, news.Sides)
		if f.Publisher == "" {
			f.Publisher = f.Name
		} else if strings.TrimSpace(f.Publisher) != f.Publisher || len(f.Publisher) > maxFeedName || strings.ContainsFunc(f.Publisher, unicode.IsControl) {
			k.add(at+".publisher", quote(f.Publisher)+" cannot be shown as a name", "use plain text, the same for all feeds of one house")
		}
		if k.where.has(at + ".every") {
			k.between(at+".every", f.Every, time.Minute, 24*time.Hour)
		}
		if f.Zone != "" {
			k.zone(at+".zone", f.Zone)
		}
	}
}

func (k *checker) feedURL(path, s string, first map[string]int, i int) {
	if s == "" {
		k.add(path, "no address is given", "write the feed's http or https address")
		return
	}
	u, wrong := webURL(s, "http", "https")
	switch {
	case wrong != "":
		k.add(path, quote(s)+" "+wrong, "write it whole, from http:// or https:// on")
	case u.User != nil:
		k.add(path, "the address carries a user or a password", "remove it: a feed's address is shown in logs and digests")
	default:
		// The same feed under http and https, or with and without a closing slash,
		// would be asked twice and count as two sources.
		same := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(u.Host), ":443"), ":80") + strings.TrimSuffix(u.EscapedPath(), "/") + "?" + u.RawQuery
		k.unique(path, same, "feeds", first, i)
	}
}

func (k *checker) slack() {
	const path = "slack.api_url"
	u, wrong := webURL(k.Slack.APIURL, "http", "https")
	switch {
	case wrong != "":
		k.add(path, quote(k.Slack.APIURL)+" "+wrong, `leave the key out, or write "https://slack.com/api/"`)
		return
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		k.add(path, "the token would travel unencrypted to "+quote(u.Host), "use https")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		k.add(path, "the address carries more than a path", `write it like "https://slack.com/api/"`)
	}
	if !strings.HasSuffix(k.Slack.APIURL, "/") {
		k.Slack.APIURL += "/"
	}
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

func (k *checker) channel(path, id string) {
	switch {
	case id == news.TerminalChannel:
	case id == "":
		k.add(path, "no channel is given", "write a Slack channel id, such as C0123456789, or terminal to print")
	case !channelID.MatchString(id):
		k.add(path, quote(id)+" is not a Slack channel id", "open the channel's details in Slack and copy the id at their end, such as C0123456789")
	}
}

// selection checks the lists that digests and alerts share.
func (k *checker) selection(at string, s *Selection) {
	for _, l := range []struct {
		key    string
		words  []string
		known  []string
		form   func(string) bool
		remedy string
	}{
		{key: "topics", words: s.Topics, known: k.topicNames()},
		{key: "mechanisms", words: s.Mechanisms, known: mechanisms},
		{key: "stages", words: s.Stages, known: news.Stages},
		{key: "places", words: s.Places, form: isPlaceName, remedy: "write the place's name, such as Zaporizhzhia"},
		{key: "sides", words: s.Sides, known: news.Sides},
		{key: "languages", words: s.Languages, form: language.MatchString, remedy: "use codes such as en, uk or ru"},
	} {
		for i, w := range l.words {
			path := fmt.Sprintf("%s.%s[%d]", at, l.key, i)
			switch {
			case slices.Contains(l.words[:i], w):
				k.add(path, quote(w)+" stands twice in the list", "keep one")
			case l.form != nil && !l.form(w):
				k.add(path, quote(w)+" is not understood", l.remedy)
			case l.form == nil && len(l.known) > 0: // without any good topic, that is the problem to mend
				k.choice(path, w, l.known)
			}
		}
	}
}

func (k *checker) topicNames() []string {
	var names []string
	for _, t := range k.Topics {
		if topicName.MatchString(t.Name) && !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	return names
}

// specName checks the name of a digest or alert; the two share one set of names,
// because what was told is remembered under them.
func (k *checker) specName(at, list, name string, first map[string]int, i int) {
	switch {
	case name == "":
		k.add(at+".name", "no name is given", "write one: what was told is remembered under it")
	case !isSpecName(name):
		k.add(at+".name", quote(name)+" is not a name", "use letters, digits, spaces, dots and hyphens")
	default:
		k.unique(at+".name", name, list, first, i)
	}
}

func (k *checker) digests(checks Checks) {
	k.periods = map[string]time.Duration{}
	first := map[string]int{}
	for i := range k.Digests {
		d, at := &k.Digests[i], fmt.Sprintf("digests[%d]", i)
		k.specName(at, "digests", d.Name, first, i)
		k.choice(at+".kind", d.Kind, digestKinds)
		k.channel(at+".channel", d.Channel)
		zone := k.ownZone(at, &d.Timezone)
		k.cron(at+".cron", d, zone, checks)
		k.selection(at, &d.Selection)
		k.choice(at+".state_media", d.StateMedia, stateMedias)
		k.count(at+".max", d.Max, 1, maxShown)
		k.choice(at+".quiet_day", d.QuietDay, quietDays)
		k.between(at+".catch_up", d.CatchUp, 0, 7*day)
		switch given := k.where.has(at + ".window"); {
		case d.Kind == "recap" && !given:
			d.Window = 7 * day
		case d.Kind == "recap":
			k.between(at+".window", d.Window, time.Hour, 366*day)
		case given:
			k.add(at+".window", "only a recap has a window", "remove it, or write kind: recap")
		}
	}
}

// ownZone fills in the configuration's zone where an entry has none of its own.
func (k *checker) ownZone(at string, name *string) *time.Location {
	if !k.where.has(at + ".timezone") {
		*name = k.Timezone
		if k.decoded["timezone"] {
			return nil
		}
		z, err := time.LoadLocation(*name)
		if err != nil { // reported where it stands
			return nil
		}
		return z
	}
	return k.zone(at+".timezone", *name)
}

func (k *checker) cron(path string, d *Digest, zone *time.Location, checks Checks) {
	const fix = `write five fields in quotes, such as "0 8 * * *" for 08:00 each day`
	if d.Cron == "" {
		k.add(path, "no cron spec is given", fix)
		return
	}
	if checks.Cron == nil {
		return
	}
	if zone == nil { // reported; the spec can still be checked
		zone = time.UTC
	}
	period, err := checks.Cron(d.Cron, zone)
	if err != nil {
		what, remedy, ok := strings.Cut(err.Error(), "; ")
		if !ok {
			remedy = fix
		}
		k.add(path, what, remedy)
		return
	}
	k.periods[d.Name] = period
}

func (k *checker) alerts() {
	first := map[string]int{}
	for i := range k.Alerts {
		a, at := &k.Alerts[i], fmt.Sprintf("alerts[%d]", i)
		k.specName(at, "alerts", a.Name, first, i)
		if j := slices.IndexFunc(k.Digests, func(d Digest) bool { return d.Name == a.Name }); j >= 0 && a.Name != "" {
			k.add(at+".name", fmt.Sprintf("the same as digests[%d], line %d", j, k.where.of(fmt.Sprintf("digests[%d]", j))), "change one: what was told is remembered under the name")
		}
		k.channel(at+".channel", a.Channel)
		k.ownZone(at, &a.Timezone)
		k.selection(at, &a.Selection)
		k.choice(at+".state_media", a.StateMedia, stateMedias)
		if len(a.When) == 0 {
			k.add(at+".when", "the list is empty, so nothing would be told", "name causes, or leave the key out for all")
		}
		for j, w := range a.When {
			path := fmt.Sprintf("%s.when[%d]", at, j)
			k.choice(path, w, alertCauses)
			if slices.Contains(a.When[:j], w) {
				k.add(path, quote(w)+" stands twice in the list", "keep one")
			}
		}
		k.count(at+".max_per_day", a.MaxPerDay, 1, 100)
		if m := quietHours.FindStringSubmatch(a.QuietHours); a.QuietHours != "" && (m == nil || m[1] == m[2]) {
			k.add(at+".quiet_hours", quote(a.QuietHours)+" is not a span of the day", `write "22:00-06:00", or "" for none`)
		}
	}
}

func (k *checker) ops() {
	if k.Ops.Channel != "" {
		k.channel("ops.channel", k.Ops.Channel)
	}
	if k.Ops.Heartbeat != "" { // never shown: whoever knows it can fake the heartbeat
		if _, wrong := webURL(k.Ops.Heartbeat, "http", "https"); wrong != "" {
			k.add("ops.heartbeat", "the address "+wrong, "write it whole, from https:// on")
		}
	}
	if strings.ContainsFunc(k.Ops.Command, unicode.IsControl) {
		k.add("ops.command", "holds control characters", "write one line")
	}
	k.between("ops.failed_for", k.Ops.FailedFor, time.Hour, 365*day)
	if k.Ops.SideBelow < 0 || k.Ops.SideBelow > 1 {
		k.add("ops.side_below", fmt.Sprintf("%g is out of range", k.Ops.SideBelow), "use a share from 0 to 1")
	}
}

// listen completes the address: without a host it is this machine's own.
func (k *checker) listen() {
	if k.Listen == "" {
		return
	}
	host, port, err := net.SplitHostPort(k.Listen)
	if _, perr := strconv.ParseUint(port, 10, 16); err != nil || perr != nil || strings.ContainsFunc(host, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '/' }) {
		k.add("listen", quote(k.Listen)+" is not host:port", `write one such as "127.0.0.1:9469", or "" for none`)
		return
	}
	k.Listen = net.JoinHostPort(cmp.Or(host, "127.0.0.1"), port)
}
