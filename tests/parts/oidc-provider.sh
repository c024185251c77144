#!/usr/bin/env bash
# oidc-provider, an OpenID provider from npm's registry, on a free loopback port, over HTTPS.
#
#   oidc-provider.sh start RUNDIR
#   oidc-provider.sh rotate RUNDIR           another key, which alone is published
#   oidc-provider.sh token RUNDIR ADDRESS    prints a token for ann@example.org or bob@example.org
#   oidc-provider.sh stop RUNDIR
#
# `start` prints ISSUER=, AUDIENCE=, RUN= and TLS_CERTIFICATE=.
# shellcheck source=tests/parts/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

usage() { echo "usage: oidc-provider.sh start|rotate|stop RUNDIR | token RUNDIR ADDRESS" >&2; exit 2; }

launch() {
  port=$(free_port)
  : >"$run/log"
  "${as_server[@]}" node "$here/oidc-provider/issuer.mjs" "$part" "$run" "$port" \
    </dev/null >>"$run/log" 2>&1 &
  pid=$!
}

is_up() { grep -q '^ready$' "$run/log"; }

start() {
  run=$1
  use_part oidc-provider "$run"
  make_certificate "$run"
  hand_over "$run"
  start_server "$run" oidc-provider "$run/log"
  echo "https://127.0.0.1:$port" >"$run/issuer"
  echo "ISSUER=https://127.0.0.1:$port"
  echo "AUDIENCE=urn:godwit"
  echo "RUN=$run"
  echo "TLS_CERTIFICATE=$run/cert.pem"
}

token() {
  curl -sS --cacert "$1/cert.pem" -u phone:secret "$(<"$1/issuer")/token" \
    -d grant_type=client_credentials -d "scope=mail $2" |
    sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p'
}

[[ $# -ge 2 ]] || usage
case $1 in
  start) start "$2" ;;
  rotate) kill -HUP "$(<"$2/server.pid")" ;;
  token) token "$2" "${3:?an address}" ;;
  stop) stop_server "$2" ;;
  *) usage ;;
esac
