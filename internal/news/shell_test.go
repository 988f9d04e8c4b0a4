package news

import (
	"os/exec"
	"testing"
)

func TestAShellReadsAWordBack(t *testing.T) {
	for _, want := range []string{"Wire", "Moscow Paper", "L'Écho", `$(false) "x" \ * ; #`, ""} {
		got, err := exec.Command("/bin/sh", "-c", "printf %s "+ShellWord(want)).Output()
		if err != nil || string(got) != want {
			t.Errorf("%q came back as %q, %v", want, got, err)
		}
	}
}
