package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// GenerateCmd writes what is made from the program's own declarations.
type GenerateCmd struct {
	Completion CompletionCmd `cmd:"" help:"Completion script for a shell."`
	Man        ManCmd        `cmd:"" help:"Manual page."`
	Schema     SchemaCmd     `cmd:"" help:"JSON Schema of the configuration, with which editors complete and check it."`
}

// CompletionCmd writes a completion script.
type CompletionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (c *CompletionCmd) Run(e *env) error {
	write := map[string]func(io.Writer, []completed){"bash": completeBash, "zsh": completeZsh, "fish": completeFish}[c.Shell]
	write(e.stdout, completions(model()))
	return nil
}

// ManCmd writes the manual page.
type ManCmd struct{}

func (*ManCmd) Run(e *env) error { writeMan(e.stdout, model()); return nil }

// model is the command line as it is declared.
func model() *kong.Application {
	k, err := kong.New(&CLI{}, kong.Name("trucewatch"), kong.Description(description), vars())
	if err != nil {
		panic(err) // the declaration is wrong
	}
	return k.Model
}

// completed is what may follow a command: its path, such as "feeds pause", and the
// words.
type completed struct {
	path  string
	words []string
}

// completions lists every command with what may follow it, the program itself first.
func completions(app *kong.Application) (out []completed) {
	var walk func(n *kong.Node, path string)
	walk = func(n *kong.Node, path string) {
		c := completed{path: path}
		for _, child := range commands(n) {
			c.words = append(c.words, child.Name)
		}
		for _, p := range n.Positional {
			c.words = append(c.words, p.EnumSlice()...)
		}
		for _, f := range flagsOf(n) {
			c.words = append(c.words, "--"+f.Name)
		}
		c.words = slices.DeleteFunc(c.words, func(w string) bool { return w == "" })
		out = append(out, c)
		for _, child := range commands(n) {
			walk(child, strings.TrimSpace(path+" "+child.Name))
		}
	}
	walk(app.Node, "")
	return out
}

func commands(n *kong.Node) (out []*kong.Node) {
	for _, c := range n.Children {
		if c.Type == kong.CommandNode && !c.Hidden {
			out = append(out, c)
		}
	}
	return out
}

// flagsOf lists the flags a command takes, its parents' too.
func flagsOf(n *kong.Node) (out []*kong.Flag) {
	for _, group := range n.AllFlags(true) {
		out = append(out, group...)
	}
	return out
}

func completeBash(w io.Writer, all []completed) {
	fmt.Fprint(w, `# bash completion of trucewatch
_trucewatch() {
	local cur=${COMP_WORDS[COMP_CWORD]} path= words= i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case "${path:+$path }${COMP_WORDS[i]}" in
`)
	writePaths(w, all, "\t\t%s) path=\"${path:+$path }${COMP_WORDS[i]}\" ;;\n")
	fmt.Fprint(w, "\t\tesac\n\tdone\n\tcase \"$path\" in\n")
	for _, c := range all {
		fmt.Fprintf(w, "\t'%s') words='%s' ;;\n", c.path, strings.Join(c.words, " "))
	}
	fmt.Fprint(w, `	esac
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _trucewatch trucewatch
`)
}

func completeZsh(w io.Writer, all []completed) {
	fmt.Fprint(w, `#compdef trucewatch
_trucewatch() {
	local path= i
	for ((i = 2; i < CURRENT; i++)); do
		case "${path:+$path }${words[i]}" in
`)
	writePaths(w, all, "\t\t%s) path=\"${path:+$path }${words[i]}\" ;;\n")
	fmt.Fprint(w, "\t\tesac\n\tdone\n\tcase \"$path\" in\n")
	for _, c := range all {
		fmt.Fprintf(w, "\t'%s') compadd -- %s ;;\n", c.path, strings.Join(c.words, " "))
	}
	fmt.Fprint(w, "\tesac\n\t_files\n}\ncompdef _trucewatch trucewatch\n")
}

func completeFish(w io.Writer, all []completed) {
	fmt.Fprint(w, "# fish completion of trucewatch\nfunction __trucewatch_words\n\tset -l path\n\tfor word in (commandline -opc)[2..-1]\n\t\tswitch (string join ' ' $path $word)\n")
	writePaths(w, all, "\t\tcase %s\n\t\t\tset path $path $word\n")
	fmt.Fprint(w, "\t\tend\n\tend\n\tswitch \"$path\"\n")
	for _, c := range all {
		fmt.Fprintf(w, "\tcase '%s'\n\t\tprintf '%%s\\n' %s\n", c.path, strings.Join(c.words, " "))
	}
	fmt.Fprint(w, "\tend\nend\ncomplete -c trucewatch -a '(__trucewatch_words)'\n")
}

// writePaths writes every command's path, quoted, in a line of a form.
func writePaths(w io.Writer, all []completed, form string) {
	for _, c := range all {
		if c.path != "" {
			fmt.Fprintf(w, form, "'"+c.path+"'")
		}
	}
}

// roff escapes a text for a manual page.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "`", "\\(ga").Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}

// writeMan writes the manual page. It carries no date: the same source makes the
// same page.
func writeMan(w io.Writer, app *kong.Application) {
	fmt.Fprintf(w, ".TH TRUCEWATCH 1 \"\" \"trucewatch %s\" \"User Commands\"\n", roff(version()))
	fmt.Fprintf(w, ".SH NAME\ntrucewatch \\- %s\n", roff(strings.TrimSuffix(lowerFirst(app.Help), ".")))
	fmt.Fprint(w, ".SH SYNOPSIS\n.B trucewatch\n[\\fIflags\\fR] \\fIcommand\\fR [\\fIarguments\\fR]\n.SH FLAGS\n")
	manFlags(w, app.Node)
	fmt.Fprint(w, ".SH COMMANDS\n")
	var walk func(n *kong.Node, path string)
	walk = func(n *kong.Node, path string) {
		for _, c := range commands(n) {
			at := strings.TrimSpace(path + " " + c.Name)
			if len(commands(c)) == 0 {
				fmt.Fprintf(w, ".SS %s\n%s\n", roff(strings.TrimSpace("trucewatch "+at+" "+arguments(c))), roff(c.Help))
				if c.Detail != "" {
					fmt.Fprintf(w, ".PP\n%s\n", roff(c.Detail))
				}
				for _, p := range c.Positional {
					fmt.Fprintf(w, ".TP\n.I %s\n%s\n", roff(p.Name), roff(p.Help))
				}
				manFlags(w, c)
			}
			walk(c, at)
		}
	}
	walk(app.Node, "")
	fmt.Fprint(w, `.SH EXIT STATUS
.TP
.B 0
Done; for \fBonce\fR also when feeds failed, for \fBcheck\fR with warnings.
.TP
.B 1
Failed.
.TP
.B 64
The command line is wrong.
.TP
.B 78
The configuration or the database cannot be used: restarting does not help.
.SH ENVIRONMENT
.TP
.B TRUCEWATCH_CONFIG
Configuration file, as with \fB\-c\fR.
.TP
.B SLACK_BOT_TOKEN
Bot token; without any, digests are printed.
.TP
.B NO_COLOR
Set to anything, output is never coloured.
`)
}

func manFlags(w io.Writer, n *kong.Node) {
	for _, f := range n.Flags {
		if f.Hidden {
			continue
		}
		name := `\fB` + roff("--"+f.Name) + `\fR`
		if f.Short != 0 {
			name = `\fB` + roff("-"+string(f.Short)) + `\fR, ` + name
		}
		if !f.IsBool() {
			name += `=\fI` + roff(f.FormatPlaceHolder()) + `\fR`
		}
		fmt.Fprintf(w, ".TP\n%s\n%s\n", name, roff(f.Help))
	}
}

func arguments(n *kong.Node) string {
	var out []string
	for _, p := range n.Positional {
		out = append(out, p.Summary())
	}
	return strings.Join(out, " ")
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
