# Sourced by the scripts beside it: what starting a server under test has in common. RUNDIR is a
# scratch folder that the server owns: its path short (Unix sockets lie below it), reachable for all.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=${GODWIT_PARTS:-$here/../../build/parts}
parts=$(cd "$parts" 2>/dev/null && pwd) || { echo "no parts in $parts: run tests/parts.sh fetch" >&2; exit 3; }
triplet=$(uname -m)-linux-gnu

stop_with() { echo "$(basename "$0"): $*" >&2; exit 1; }

# documented PAGE BEGIN [FROM TO]...: the block of docs/PAGE whose first line begins so, with other words in
# places. Fails where the page has not got them.
documented() {
  local page=$here/../../docs/$1 begin=$2 lines
  lines=$(awk -v begin="$begin" '/^```/ { if (taken) exit; first = 1; next }
    first { taken = index($0, begin) == 1 }
    { first = 0 }
    taken' "$page")
  [[ -n $lines ]] || stop_with "$page has no block that begins with: $begin"
  shift 2
  while [[ $# -ge 2 ]]; do
    [[ $lines == *"$1"* ]] || stop_with "$page does not say: $1"
    lines=${lines//"$1"/$2}
    shift 2
  done
  echo "$lines"
}

# Servers refuse to work for root: then they run as nobody. Each in a session of its own: Cyrus ends
# with a signal to its whole process group, which other tests' servers would be in.
if [[ $(id -u) -eq 0 ]]; then
  server_user=nobody
  server_group=$(id -gn nobody)
  as_server=(setsid setpriv --reuid="$(id -u nobody)" --regid="$(id -g nobody)" --clear-groups)
else
  server_user=$(id -un)
  server_group=$(id -gn)
  as_server=(setsid)
fi
server_uid=$(id -u "$server_user")
server_gid=$(id -g "$server_user")

# use_part SERVER RUNDIR: sets `part` to the unpacked packages, copied where nobody may read them.
use_part() {
  part=$parts/$1
  [[ -f $part/.fetched ]] || { echo "$1 is not in $parts: run tests/parts.sh fetch $1" >&2; exit 3; }
  mkdir -p "$2"
  if ! "${as_server[@]}" test -r "$part/.fetched"; then
    cp -a "$part" "$2/part"
    part=$2/part
  fi
}

# hand_over RUNDIR: all below it belongs to the server from here on.
hand_over() {
  chmod 755 "$1"
  chown -R "$server_uid:$server_gid" "$1"
  "${as_server[@]}" test -w "$1" || stop_with "$1 cannot be reached by user $server_user: choose a folder below /tmp"
}

# make_certificate RUNDIR: cert.pem and key.pem for localhost.
make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
    -keyout "$1/key.pem" -out "$1/cert.pem" 2>/dev/null || stop_with "openssl made no certificate"
}

# make_sendmail RUNDIR: a program that takes mail as sendmail does, also by SMTP (-bs): one file a mail
# in RUNDIR/sent, its recipients (or the arguments) in the first line.
make_sendmail() {
  mkdir -p "$1/sent"
  sed "s|@SENT@|$1/sent|" >"$1/sendmail" <<'SENDMAIL'
#!/bin/bash
keep() {
  local new
  new=$(mktemp @SENT@/.mail-XXXXXX)
  cat >"$new"
  mv "$new" "@SENT@/${new##*/.}"
}
if [[ ${1:-} != -bs ]]; then
  { echo "$@"; cat; } | keep
  exit
fi
say() { printf '%s\r\n' "$1"; }
say "220 test ESMTP"
recipients=
while read -r line; do
  case ${line^^} in
    RCPT*) recipients+=" $line"; say "250 ok" ;;
    DATA*)
      say "354 go on"
      { echo "$recipients"; while IFS= read -r line && [[ $line != $'.\r' ]]; do echo "$line"; done; } | keep
      recipients=
      say "250 taken"
      ;;
    QUIT*) say "221 bye"; exit ;;
    *) say "250 ok" ;;
  esac
done
SENDMAIL
  chmod 755 "$1/sendmail"
}

# A loopback port on which nothing listens, outside the range that clients are given.
free_port() {
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

# answers PORT: somebody listens there.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# greets PORT: a server of mail answers there.
greets() {
  local line=
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  read -r -t 2 line <&3 || true
  exec 3>&-
  [[ $line == "* OK"* || $line == 220* ]]
}

# wait_for_greeting PID PORT LOG
wait_for_greeting() {
  local end=$((SECONDS + 15))
  while ((SECONDS < end)); do
    if greets "$2"; then return 0; fi
    kill -0 "$1" 2>/dev/null || { tail -n 5 "$3" >&2; return 1; }
    sleep 0.05
  done
  tail -n 5 "$3" >&2
  return 1
}

# stop_server RUNDIR: ends what `start` began there, and only that.
stop_server() {
  local pid i
  [[ -f $1/server.pid ]] || return 0
  pid=$(<"$1/server.pid")
  kill -TERM "$pid" 2>/dev/null || true
  for ((i = 0; i < 100; ++i)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  kill -KILL "$pid" 2>/dev/null || true
  rm -f "$1/server.pid"
}

# start_server RUNDIR NAME [LOG...]: `launch` of the script chooses ports, starts the server and sets
# `pid`; `is_up` knows whether it answers. Another may have taken a port meanwhile: then anew.
start_server() {
  local i pid
  for _ in 1 2 3; do
    launch
    echo "$pid" >"$1/server.pid"
    for ((i = 0; i < 300; ++i)); do
      kill -0 "$pid" 2>/dev/null || break
      if is_up; then return; fi
      sleep 0.05
    done
    stop_server "$1"
  done
  stop "$1"
  cat "${@:3}" 2>/dev/null | tail -n 5 >&2
  stop_with "$2 did not start"
}

# Of scripts that say nothing else.
stop() { stop_server "$1"; }
usage() { echo "usage: $(basename "$0") start|stop RUNDIR" >&2; exit 2; }

# start_or_stop "$@": the end of scripts that take nothing else.
start_or_stop() {
  [[ $# -eq 2 ]] || usage
  case $1 in
    start) start "$2" ;;
    stop) stop "$2" ;;
    *) usage ;;
  esac
}
