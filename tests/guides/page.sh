# Before each part of a guide that is not on its page: what goes through the page, /root/page.md.

page=/root/page.md
followed=/root/.followed
touch "$followed"
server=https://mail.example.org
# How a phone of Ann's comes in; for `godwit client` and `godwit probe`.
as_ann=(--user ann@example.org --password-file ann.password --ca /etc/godwit/fullchain.pem)

fail() { echo "$*" >&2; exit 1; }
ok() { echo "  ok  $*"; }

# says TEXT...: the page does, word for word.
says() {
  local text
  [[ $1 != -- ]] || shift
  for text; do grep -qF -- "$text" "$page" || fail "the page does not say: $text"; done
}

# commands: all of godwit's that stand within lines of the page.
commands() { grep -o '`godwit [a-z][^`]*`' "$page" | tr -d '`' | sort -u; }

# given COMMAND: as it is run. Words in capitals are those of variables, dots are how Ann comes in.
given() {
  local command=${1//--user ... --password-file .../${as_ann[*]}} word
  for word in USER DEVICE ITEM FOLDER FILE; do
    command=${command//$word/${!word:-$word}}
  done
  echo "$command"
}

# follow COMMAND [CODE [WORD...]]: runs it as the page says it, with those words behind; CODE: how it
# has to end, 0 when not said. What it printed is in $output.
follow() {
  local command=$1 wanted=${2:-0} code=0
  says "\`$command\`"
  echo "$command" >>"$followed"
  shift $(($# < 2 ? $# : 2))
  output=$(eval "$(given "$command") $*" 2>&1 </dev/null) || code=$?
  [[ $code -eq $wanted ]] || fail "$command: ends with $code: $output"
  ok "$command"
}

# prints TEXT...: the command before did.
prints() {
  local text
  for text; do grep -qF -- "$text" <<<"$output" || fail "no \"$text\" in: $output"; done
}

# logged TEXT...: the page names what the journal has, within ten seconds.
logged() {
  local text i
  for text; do
    says "$text"
    for ((i = 0; i < 50; ++i)); do
      journalctl --no-pager -u godwitd | grep -qF -- "$text" && break
      sleep 0.2
    done
    [[ $i -lt 50 ]] || fail "the journal has no \"$text\""
  done
}

# configure: the sections on standard input behind those of /etc/godwit/godwit.toml; the daemon has them.
configure() {
  cat >>/etc/godwit/godwit.toml
  godwit config check
  systemctl restart godwitd
}

# At the end of what goes through a page: every command on it was run.
whole_page() {
  local rest
  rest=$(commands | grep -vxFf "$followed" || true)
  [[ -z $rest ]] || fail "nobody followed: $rest"
}
