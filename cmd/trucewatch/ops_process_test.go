package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func write(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
}

// notifySocket stands in for systemd. The function waits for a state that begins
// with what is given, and returns it whole.
func notifySocket(t *testing.T) (path string, wait func(prefix string) string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "n") // short: a socket's path has 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path = filepath.Join(dir, "s")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return path, func(prefix string) string {
		t.Helper()
		b := make([]byte, 64<<10)
		c.SetReadDeadline(time.Now().Add(time.Minute))
		for {
			n, err := c.Read(b)
			if err != nil {
				t.Fatalf("systemd was never told %s: %v", prefix, err)
			}
			if s := string(b[:n]); strings.HasPrefix(s, prefix) {
				return s
			}
		}
	}
}

func hangUp(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

func stop(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
