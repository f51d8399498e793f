#!/usr/bin/env bash
# Tab in bash, zsh and fish themselves: the first and the later ones, words with blanks, and a line that has no answer.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
install() { apt-get install -y -q "$@" >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1; apt-get install -y -q "$@" >/dev/null 2>&1; }; }
for shell in zsh fish; do
  command -v $shell >/dev/null && continue
  { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && install $shell; } || { echo "no $shell to be had"; exit 77; }
done
lab() { node "$ROOT/bin/lab.mjs" "$@" 2>/dev/null; }
mkdir -p "$work/bin" "$work/fpath"
for shell in bash zsh fish; do lab completion $shell >"$work/$shell"; done
cp "$work/zsh" "$work/fpath/_lab"
# A lab that answers at once: what it was asked is part of what it answers.
cat >"$work/bin/lab" <<'SH'
#!/bin/sh
case "$*" in
  *" logs latest sub-00") printf '%s\n' sub-001 sub-002 ;;
  *" logs latest p") echo 'p 1' ;;
  *" wat") echo watch ;;
esac
SH
chmod +x "$work/bin/lab"
export PATH="$work/bin:$PATH" HOME=$work
failed=0
check() { # WHAT WANTED SEEN
  if [[ "$3" == *"$2"* ]]; then echo "ok      $1"; else echo "FAILED  $1: $3"; failed=1; fi
}

bash --version | head -1
ask_bash() {
  bash --norc -ic 'source "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _lab_words; IFS="|"; echo "${COMPREPLY[*]}"' _ "$work/bash" lab "$@" 2>/dev/null
}
check 'bash completes a verb' watch "$(ask_bash wat)"
check 'bash offers items' 'sub-001|sub-002' "$(ask_bash logs latest sub-00)"
check 'bash has a blank as one word' 'p\ 1' "$(ask_bash logs latest p)"
check 'bash offers nothing where there is nothing' '[]' "[$(ask_bash nosuch x)]"

fish --version
ask_fish() { fish --no-config -c 'source $argv[1]; complete -C $argv[2] | string join "|"' "$work/fish" "$1"; }
check 'fish completes a verb' watch "$(ask_fish 'lab wat')"
check 'fish offers items' 'sub-001|sub-002' "$(ask_fish 'lab logs latest sub-00')"
check 'fish has a blank as one word' 'p 1' "$(ask_fish 'lab logs latest p')"
check 'fish offers no files either' '[]' "[$(ask_fish 'lab nosuch x')]"

zsh --version
# Keys typed at a zsh behind a terminal; what it shows, up to where it is quiet for a while.
cat >"$work/ask.zsh" <<'ZSH'
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "stty -echo; PS1='>'; LISTMAX=1000; fpath=($2 \$fpath); autoload -Uz compinit; compinit -u -d $2/dump; bindkey '^I' complete-word; print ready"
say() { local all='' line; for wait in {1..100}; do
  while zpty -r -t z line; do all+=$line; done
  [[ $all == *$~1* ]] && break; sleep 0.1
done; print -r -- "${(V)all}"; }
say '*ready*' >/dev/null; sleep 0.3
zpty -n -w z "$1"$'\t'
say "$3"
zpty -d z
ZSH
ask_zsh() { timeout 60 zsh -f "$work/ask.zsh" "$1" "$work/fpath" "$2"; }
check 'zsh completes a verb, by the first Tab' 'lab watch' "$(ask_zsh 'lab wat' '*watch*')"
check 'zsh offers items' 'sub-002' "$(ask_zsh 'lab logs latest sub-00' '*sub-002*')"
check 'zsh has a blank as one word' 'p\ 1' "$(ask_zsh 'lab logs latest p' '*p\\\\ 1*')"
exit $failed
