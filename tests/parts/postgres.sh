#!/usr/bin/env bash
# A PostgreSQL 15 of the tests' own: unprivileged, empty, on a Unix socket in its run folder only.
#
#   postgres.sh fetch          unpack the server (tests/parts.sh does it)
#   postgres.sh start RUNDIR   start it; prints the connection string for GODWIT_PG
#   postgres.sh stop RUNDIR    stop it and remove what it wrote
#
# GODWIT_PARTS names another folder than build/parts. RUNDIR must be short (a socket's path has at
# most 107 bytes) and reachable for an unprivileged user.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
server=$(realpath -m -- "${GODWIT_PARTS:-$here/../../build/parts}/postgres")
bin=$server/usr/lib/postgresql/15/bin

stop_with() { echo "postgres.sh: $*" >&2; exit 1; }

# initdb and postgres refuse to run as root.
unprivileged() {
  local libraries
  libraries=$server/usr/lib/$(uname -m)-linux-gnu
  local command=(env -C / "LD_LIBRARY_PATH=$libraries" LC_ALL=C.UTF-8 "$@")
  if [[ $(id -u) == 0 ]]; then
    setpriv --reuid=65534 --regid=65534 --clear-groups "${command[@]}"
  else
    "${command[@]}"
  fi
}

start() {
  local run=$1
  [[ -x $bin/postgres ]] || stop_with "no server below $server: run tests/parts.sh fetch postgres"
  [[ ! -e $run/data ]] || stop_with "$run is in use"
  mkdir -p "$run"
  if [[ $(id -u) == 0 ]]; then chown 65534:65534 "$run"; fi
  unprivileged "$bin/initdb" --pgdata="$run/data" --username=godwit --auth=trust --encoding=UTF8 \
    --locale=C --no-sync -L "$server/usr/share/postgresql/15" >"$run/initdb.log" 2>&1 ||
    stop_with "initdb failed: $(tail -n 1 "$run/initdb.log")"
  # The tests ask what a commit means, not how fast the disk is.
  unprivileged "$bin/pg_ctl" --pgdata="$run/data" --log="$run/server.log" --wait --timeout=60 \
    --silent -o "-c listen_addresses='' -c unix_socket_directories='$run' -c fsync=off" start \
    >/dev/null 2>"$run/start.log" ||
    stop_with "the server did not start: $(tail -n 1 "$run/server.log" 2>/dev/null)"
  echo "host=$run user=godwit dbname=postgres"
}

stop() {
  local run=$1
  if [[ -e $run/data/postmaster.pid ]]; then
    unprivileged "$bin/pg_ctl" --pgdata="$run/data" --mode=immediate --wait --silent stop >&2
  fi
  rm -rf "$run/data" "$run"/*.log
  rmdir --ignore-fail-on-non-empty "$run"
}

case ${1:-} in
  fetch) exec "$here/../parts.sh" fetch postgres ;;
  start) start "$(realpath -m -- "${2:?a run folder}")" ;;
  stop) stop "$(realpath -m -- "${2:?the run folder}")" ;;
  *) stop_with "say fetch, start RUNDIR or stop RUNDIR" ;;
esac
