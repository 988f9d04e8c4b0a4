package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// stamped is set by release builds: -ldflags "-X main.stamped=v1.2.3".
var stamped string

// version is the stamped version, else what the build knows of its source.
func version() string {
	if stamped != "" {
		return stamped
	}
	if bi, ok := debug.ReadBuildInfo(); ok {
		for _, s := range bi.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "dev-" + s.Value[:12]
			}
		}
	}
	return "dev"
}

// VersionCmd prints the version.
type VersionCmd struct{}

func (*VersionCmd) Run(e *env) error {
	fmt.Fprintf(e.stdout, "trucewatch %s %s/%s %s\n", version(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	return nil
}
