package news

import "strings"

// ShellWord is s as one word of a shell's command line: a command that a message
// suggests can be copied, whatever a source is called.
func ShellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
