/** What a shell has to read once: each asks `lab completion words` with the line so far, and takes a word a line. */
export const completionScripts = {
  bash: `# lab completion bash >> ~/.bash_completion
_lab_words() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    [ -n "$line" ] && COMPREPLY+=("$(printf '%q' "$line")")
  done < <(lab completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _lab_words lab
`,
  zsh: `#compdef lab
# lab completion zsh > "\${fpath[1]}/_lab"
_lab() {
  local -a found
  found=("\${(@f)$(lab completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
# Read by the first Tab, it has that to answer; sourced, it says what it is for.
if [ "$funcstack[1]" = _lab ]; then _lab "$@"; else compdef _lab lab; fi
`,
  fish: `# lab completion fish > ~/.config/fish/completions/lab.fish
complete -c lab -f -a '(set -l line (commandline -opc) (commandline -ct); lab completion words -- $line[2..-1] 2>/dev/null)'
`,
} as const satisfies Readonly<Record<string, string>>;

export type Shell = keyof typeof completionScripts;
export const isShell = (text: string): text is Shell => Object.hasOwn(completionScripts, text);
