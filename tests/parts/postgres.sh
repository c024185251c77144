#!/usr/bin/env bash
# A PostgreSQL 15 of the tests' own: unprivileged, empty, on a Unix socket in its run folder only.
#
#   postgres.sh fetch            unpack the server (tests/parts.sh does it)
#   postgres.sh start [RUNDIR]   start it; prints the connection string for GODWIT_PG
#   postgres.sh stop [RUNDIR]    stop it and remove what it wrote
#
# GODWIT_PARTS names another folder than build/parts. RUNDIR must be short (a socket's path has at
# most 107 bytes) and reachable for an unprivileged user; without it, a folder of this checkout
# below /tmp, where a server that an interrupted run left behind is stopped first.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
server=$(realpath -m -- "${GODWIT_PARTS:-$here/../../build/parts}/postgres")
bin=$server/usr/lib/postgresql/15/bin
own_run=/tmp/godwit-pg-$(id -u)-$(cksum <<<"$here" | cut -d ' ' -f 1)

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
  [[ ! -L $run ]] || stop_with "$run is a symbolic link"
  if [[ $run == "$own_run" ]]; then stop "$run"; fi
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
  [[ -d $run && ! -L $run ]] || return 0
  if [[ -e $run/data/postmaster.pid ]]; then
    # It fails for a server that died by itself.
    unprivileged "$bin/pg_ctl" --pgdata="$run/data" --mode=immediate --wait --silent stop \
      >/dev/null 2>&1 || true
  fi
  rm -rf "$run/data" "$run"/*.log "$run"/.s.PGSQL.*
  rmdir --ignore-fail-on-non-empty "$run"
}

case ${1:-} in
  fetch) exec "$here/../parts.sh" fetch postgres ;;
  start) start "$(realpath -m -- "${2:-$own_run}")" ;;
  stop) stop "$(realpath -m -- "${2:-$own_run}")" ;;
  *) stop_with "say fetch, start [RUNDIR] or stop [RUNDIR]" ;;
esac
