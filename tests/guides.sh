#!/usr/bin/env bash
# Runs guides as they are written: every block of shell commands (```sh) in docs/GUIDE.md, in order, as
# root on a clean Debian 12 with systemd, the package lying in /root; the first that fails ends it.
#
#   tests/guides.sh PROGRAMS FOLDER [GUIDE...]     all of those below when none is named
#
# FOLDER keeps the clean system for next time. Names of example.org are the machine itself. What a guide
# takes for granted is done first: the blocks of the guide in `upon`, then tests/guides/GUIDE.before; what
# it promises besides is looked at by tests/guides/GUIDE.after. Blocks of other kinds are
# tools/pages_test.py's. Skips where no clean system can be had (77).
set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/clean_system.sh
source "$here/clean_system.sh"

known=(start backup dovecot-radicale cyrus active-directory moving troubleshooting)
declare -A upon=([moving]=start [troubleshooting]=start)
[[ $# -ge 2 ]] || { echo "usage: tests/guides.sh PROGRAMS FOLDER [GUIDE...]" >&2; exit 2; }
programs=$1
base=$(realpath -m "$2")
shift 2
[[ $# -gt 0 ]] || set -- "${known[@]}"

# blocks GUIDE: a block a file in $work/blocks, behind those that are there.
blocks() {
  awk -v folder="$work/blocks" -v count="$(find "$work/blocks" -type f | wc -l)" '
    /^```sh$/ { file = sprintf("%s/%03d", folder, ++count); next }
    /^```/ { if (file) close(file); file = ""; next }
    file { print >file }' "$here/../docs/$1.md"
}

# own GUIDE PART: likewise what belongs to the guide and is not on its page.
own() {
  local file=$here/guides/$1.$2
  [[ ! -f $file ]] || cat "$here/guides/page.sh" "$file" \
    >"$work/blocks/$(printf '%03d.%s' $(($(find "$work/blocks" -type f | wc -l) + 1)) "$2")"
}

run_guide() {
  local name=$1 block
  echo "guide $name"
  rm -rf "$work/upper" "$work/inner" "$work/blocks"
  mkdir "$work/blocks"
  [[ -z ${upon[$name]:-} ]] || blocks "${upon[$name]}"
  own "$name" before
  blocks "$name"
  own "$name" after
  [[ -n $(grep -x '```sh' "$here/../docs/$name.md") || -f $here/guides/$name.after ]] || stop "$name has no commands"
  cp "$here/../docs/$name.md" "$work/bring/page.md"
  fetch_needed "$base" "$(sed -n 's/^apt-get install /&--download-only /p' "$work"/blocks/*)"
  boot "$base"
  inside sh -c 'echo "127.0.0.1 localhost mail.example.org autodiscover.example.org imap.example.org dav.example.org" >/etc/hosts; echo "::1 localhost" >>/etc/hosts'
  for block in "$work"/blocks/*; do
    if ! (cat "$block") | inside sh -c 'cd /root && cat >.block && exec bash -euo pipefail .block' >"$work/output" 2>&1; then
      cat "$block" "$work/output" | tail -n 40 >&2
      inside journalctl --no-pager -n 60 >&2 || true
      stop "guide $name: this block fails"
    fi
    if [[ $block == *.* ]]; then grep '^  ok' "$work/output" || true; continue; fi
    echo "  ok  $(grep -v '^#' "$block" | head -n 1)"
  done
  shut_down
}

mkdir -p "$work/bring"
"$here/../packaging/package.sh" "$programs" "$work/bring" >/dev/null 2>"$work/log" ||
  { cat "$work/log" >&2; stop "the package cannot be built"; }
make_base "$base"
for guide; do run_guide "$guide"; done
