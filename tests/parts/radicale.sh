#!/usr/bin/env bash
# Radicale 3.1 (CalDAV and CardDAV) on free loopback ports: any user, password "secret".
#
#   radicale.sh start RUNDIR
#   radicale.sh stop RUNDIR
#
# `start` prints HTTP_PORT=, HTTPS_PORT= and TLS_CERTIFICATE= (self-signed, for localhost). A user
# whose name begins with "refused" cannot sign in; one whose name begins with "reader" may change
# nothing; what a user whose name begins with "open" has may be read by everybody, and the collection
# "written" changed. A user's collections lie at /USER/, which is made by the first sign-in.
# shellcheck source=tests/parts/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

usage() { echo "usage: radicale.sh start|stop RUNDIR" >&2; exit 2; }

# One password for everybody, as Radicale has no such thing itself.
write_sign_in() {
  mkdir -p "$1/modules"
  cat >"$1/modules/godwit_sign_in.py" <<'PYTHON'
from radicale.auth import BaseAuth


class Auth(BaseAuth):
    def login(self, login, password):
        good = password == "secret" and not login.startswith("refused")
        return login if good else ""
PYTHON
}

write_config() {
  local run=$1
  cat >"$run/rights" <<CONF
[root]
user: .+
collection:
permissions: R

[readers]
user: reader.*
collection: {user}(/.*)?
permissions: Rr

[own]
user: .+
collection: {user}(/.*)?
permissions: RrWw

[open]
user: .+
collection: open[^/]*
permissions: R

[written]
user: .+
collection: open[^/]*/written
permissions: rw

[read]
user: .+
collection: open[^/]*/[^/]*
permissions: r
CONF
  cat >"$run/config" <<CONF
[auth]
type = godwit_sign_in
delay = 0
[rights]
type = from_file
file = $run/rights
[storage]
filesystem_folder = $run/data
[logging]
level = warning
[web]
type = none
CONF
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start() {
  local run=$1 try i pid
  use_part radicale "$run"
  mkdir -p "$run/data"
  make_certificate "$run"
  write_sign_in "$run"
  write_config "$run"
  hand_over "$run"
  for try in 1 2 3; do
    http_port=$(free_port)
    https_port=$(free_port)
    # One process speaks HTTP or HTTPS; both see the same files.
    PYTHONPATH=$run/modules:$part/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 \
      "${as_server[@]}" /usr/bin/python3 -m radicale --config "$run/config" \
      --server-hosts "127.0.0.1:$http_port" </dev/null >>"$run/log" 2>&1 &
    pid=$!
    echo "$pid" >"$run/server.pid"
    PYTHONPATH=$run/modules:$part/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 \
      "${as_server[@]}" /usr/bin/python3 -m radicale --config "$run/config" \
      --server-hosts "127.0.0.1:$https_port" --server-ssl True \
      --server-certificate "$run/cert.pem" --server-key "$run/key.pem" \
      </dev/null >>"$run/log" 2>&1 &
    mkdir -p "$run/tls"
    echo $! >"$run/tls/server.pid"
    for ((i = 0; i < 300; ++i)); do
      kill -0 "$pid" 2>/dev/null || break
      if answers "$http_port" && answers "$https_port"; then
        echo "HTTP_PORT=$http_port"
        echo "HTTPS_PORT=$https_port"
        echo "TLS_CERTIFICATE=$run/cert.pem"
        return
      fi
      sleep 0.05
    done
    stop "$run"
  done
  tail -n 5 "$run/log" >&2
  stop_with "Radicale did not start"
}

stop() {
  stop_server "$1/tls"
  stop_server "$1"
}

[[ $# -eq 2 ]] || usage
case $1 in
  start) start "$2" ;;
  stop) stop "$2" ;;
  *) usage ;;
esac
