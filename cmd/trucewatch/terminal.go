package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// terminalWidth is how many columns w has: 0, which wraps nothing, unless it is a
// terminal.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 { // a terminal that does not know
		return 80
	}
	return min(width, 100)
}

// colour reports whether output may be coloured: on a terminal, unless NO_COLOR
// is set.
func colour(e *env) bool { return terminalWidth(e.stdout) > 0 && e.getenv("NO_COLOR") == "" }
