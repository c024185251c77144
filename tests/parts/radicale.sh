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

# One process speaks HTTP or HTTPS; both see the same files.
serve() {
  PYTHONPATH=$run/modules:$part/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 \
    "${as_server[@]}" /usr/bin/python3 -m radicale --config "$run/config" "$@" \
    </dev/null >>"$run/log" 2>&1 &
}

launch() {
  stop_server "$run/tls"
  http_port=$(free_port)
  https_port=$(free_port)
  mkdir -p "$run/tls"
  serve --server-hosts "127.0.0.1:$https_port" --server-ssl True \
    --server-certificate "$run/cert.pem" --server-key "$run/key.pem"
  echo $! >"$run/tls/server.pid"
  serve --server-hosts "127.0.0.1:$http_port"
  pid=$!
}

is_up() { answers "$http_port" && answers "$https_port"; }

start() {
  run=$1
  use_part radicale "$run"
  mkdir -p "$run/data"
  make_certificate "$run"
  write_sign_in "$run"
  write_config "$run"
  hand_over "$run"
  start_server "$run" Radicale "$run/log"
  echo "HTTP_PORT=$http_port"
  echo "HTTPS_PORT=$https_port"
  echo "TLS_CERTIFICATE=$run/cert.pem"
}

stop() {
  stop_server "$1/tls"
  stop_server "$1"
}

start_or_stop "$@"
