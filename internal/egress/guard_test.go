package egress

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func TestGuardRefusesEveryAddressThatIsNotPublic(t *testing.T) {
	g, err := newGuard(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, addr := range []string{
		"127.0.0.1", "127.255.0.9", "::1", // loopback
		"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", // private
		"169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", // link-local, with the cloud's metadata
		"100.64.0.1", "100.127.255.255", // carrier-grade NAT
		"0.0.0.0", "0.1.2.3", "::", // this network
		"192.0.0.1", "192.0.0.192", // protocol assignments
		"198.18.0.1", "198.19.255.255", // benchmarking
		"240.0.0.1", "255.255.255.255", // reserved, broadcast
		"224.0.0.1", "239.1.1.1", "ff02::1", "ff0e::1", // multicast
		"fc00::1", "fd12:3456::1", "fd00:ec2::254", // unique local
		"::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", // mapped and compatible
		"64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", // NAT64
		"2002:7f00:1::", "2002:c0a8:101::1", "2001::1", // 6to4, Teredo
		"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1", // documentation
		"192.88.99.1", "100::1", "5f00::1",
	} {
		a := netip.AddrPortFrom(netip.MustParseAddr(addr), 443)
		network := "tcp4"
		if a.Addr().Is6() {
			network = "tcp6"
		}
		err := g.control(network, a.String(), nil)
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Forbidden {
			t.Errorf("%s: %v; want it refused as not public", addr, err)
		}
	}
	for _, addr := range []string{"8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "198.20.0.1", "2606:4700::1111", "2a00:1450:4001::200e"} {
		if err := g.check(netip.AddrPortFrom(netip.MustParseAddr(addr), 443)); err != nil {
			t.Errorf("%s: %v; want it let through", addr, err)
		}
	}
	for _, odd := range []string{"", "wire.example:80", "127.0.0.1", "[::1]"} {
		if g.control("tcp4", odd, nil) == nil {
			t.Errorf("%q went through; what cannot be read must be refused", odd)
		}
	}
	if g.control("unix", "8.8.8.8:80", nil) == nil {
		t.Error("a network other than TCP went through")
	}
}

func TestAllowExceptsWhatItNamesAndNothingElse(t *testing.T) {
	g, err := newGuard([]string{"127.0.0.1:8080", "10.1.0.0/16", "fd00:1::/32", "[::1]:9"})
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]bool{
		"127.0.0.1:8080": true, "127.0.0.1:8081": false, "127.0.0.2:8080": false, "[::ffff:127.0.0.1]:8080": true,
		"10.1.2.3:1": true, "10.2.0.1:1": false, "[fd00:1::5]:443": true, "[fd00:2::5]:443": false,
		"[::1]:9": true, "[::1]:10": false, "169.254.169.254:80": false,
	} {
		if got := g.check(netip.MustParseAddrPort(addr)) == nil; got != want {
			t.Errorf("%s let through: %v, want %v", addr, got, want)
		}
	}
}

func TestAllowRefusesWhatWouldSwitchTheGuardOff(t *testing.T) {
	for _, entry := range []string{"0.0.0.0/0", "::/0", "128.0.0.0/1", "8000::/1", "", "*", "*:80", "wire.example", "10.0.0.5", "wire.example:0", "wire.example:99999", "http://wire.example:80", "10.0.0.0/33"} {
		if _, err := newGuard([]string{entry}); err == nil {
			t.Errorf("allow %q was taken", entry)
		}
	}
}

// fakeDNS answers every question for an IPv4 address with the next of answers,
// and repeats the last.
func fakeDNS(t *testing.T, answers ...string) (*net.Resolver, *atomic.Int32) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q.Type == dnsmessage.TypeA {
				i := int(asked.Add(1)) - 1
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(answers[min(i, len(answers)-1)]).As4()},
				}}
			}
			packed, err := m.Pack()
			if err != nil {
				return
			}
			if _, err := conn.WriteTo(packed, from); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	dial := net.Dialer{}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dial.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}, &asked
}

func TestNameThatResolvesToAPrivateAddressOnlyWhenDialledIsRefused(t *testing.T) {
	var reached atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())

	resolver, asked := fakeDNS(t, "93.184.216.34", "127.0.0.1")
	first, err := resolver.LookupNetIP(t.Context(), "ip4", "rebind.example.")
	if err != nil || len(first) != 1 || first[0].Unmap().String() != "93.184.216.34" {
		t.Fatalf("a check before dialling sees %v, %v; want a public address", first, err)
	}
	c, err := newClient(Policy{UserAgent: "trucewatch/test"}, resolver)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Fetch(t.Context(), Request{URL: "http://rebind.example:" + port + "/"})
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Forbidden || e.Host != "rebind.example" {
		t.Errorf("fetch: %v; want it refused as not public", err)
	}
	if asked.Load() < 2 || reached.Load() != 0 {
		t.Errorf("DNS asked %d times, server reached %d times; want 2 or more, and never", asked.Load(), reached.Load())
	}
}

func TestAllowedNameIsDialledWhateverItResolvesTo(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) }))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	resolver, _ := fakeDNS(t, "127.0.0.1")
	c, err := newClient(Policy{UserAgent: "trucewatch/test", Allow: []string{"Inside.example:" + port}}, resolver)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if r, err := c.Fetch(t.Context(), Request{URL: "http://inside.example:" + port + "/"}); err != nil || string(r.Body) != "hello" {
		t.Errorf("allowed name: %q, %v", r.Body, err)
	}
	if _, err := c.Fetch(t.Context(), Request{URL: "http://other.example:" + port + "/"}); err == nil {
		t.Error("another name for the same address went through")
	}
}

func TestProxyFromTheEnvironmentIsIgnored(t *testing.T) {
	var proxied atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied.Add(1) }))
	defer proxy.Close()
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	t.Setenv("NO_PROXY", "")
	resolver, _ := fakeDNS(t, "127.0.0.1")
	c, err := newClient(Policy{UserAgent: "trucewatch/test"}, resolver)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Fetch(t.Context(), Request{URL: "http://wire.example/feed"})
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Forbidden {
		t.Errorf("fetch: %v; want the guard to refuse it", err)
	}
	if _, err := c.HTTP().Get("http://wire.example/feed"); err == nil {
		t.Error("the library's client went through")
	}
	if n := proxied.Load(); n != 0 {
		t.Errorf("the environment's proxy was used %d times", n)
	}
}

func TestConfiguredProxyIsUsedAndStillGuarded(t *testing.T) {
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String()) // requests of this test are one after the other
		_, _ = w.Write([]byte("via proxy"))
	}))
	defer proxy.Close()
	resolver, _ := fakeDNS(t, "93.184.216.34", "10.0.0.7")
	c, err := newClient(Policy{UserAgent: "trucewatch/test", Proxy: proxy.URL}, resolver)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if r, err := c.Fetch(t.Context(), Request{URL: "http://wire.example/feed"}); err != nil || string(r.Body) != "via proxy" {
		t.Fatalf("through the proxy: %q, %v", r.Body, err)
	}
	for _, u := range []string{
		"http://wire.example/feed", // now resolves to a private address
		"http://127.0.0.1/", "http://169.254.169.254/latest/", "http://[::1]/", "http://[::ffff:10.0.0.1]/",
		"http://localhost/", "http://a.localhost./", "http://127.1/", "http://2130706433/", "http://0x7f.0.0.1/", proxy.URL + "/admin",
	} {
		_, err := c.Fetch(t.Context(), Request{URL: u})
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Forbidden {
			t.Errorf("%s through the proxy: %v; want it refused", u, err)
		}
	}
	if len(asked) != 1 {
		t.Errorf("the proxy was asked for %q; want the first only", asked)
	}
}

func TestReplacedDialerNeverGetsAForbiddenLiteralAddress(t *testing.T) {
	var dialled []string
	c, err := New(Policy{UserAgent: "trucewatch/test", Dial: func(_ context.Context, _, addr string) (net.Conn, error) {
		dialled = append(dialled, addr)
		return nil, errors.New("no network here")
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range []string{"http://169.254.169.254/", "http://127.0.0.1:99/", "http://[::1]/"} {
		if _, err := c.Fetch(t.Context(), Request{URL: u}); err == nil {
			t.Errorf("%s went through", u)
		}
	}
	if _, err := c.Fetch(t.Context(), Request{URL: "http://wire.example/"}); err == nil {
		t.Error("the dialer's failure was lost")
	}
	if strings.Join(dialled, " ") != "wire.example:80" {
		t.Errorf("dialled %q", dialled)
	}
}

func TestBadPolicyIsRefusedWhole(t *testing.T) {
	_, err := New(Policy{Allow: []string{"0.0.0.0/0"}, Proxy: "http://user:hunter2@", Timeout: -1})
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{"user agent", "timeout", "allow[0]", "proxy"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not mention %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the proxy's password is in %q", err)
	}
	if _, err := New(Policy{UserAgent: "x\r\nCookie: y"}); err == nil {
		t.Error("a user agent with a line break was taken")
	}
}
