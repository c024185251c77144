#!/bin/bash
# PostgreSQL 15 for the store's tests: fetched as Debian packages, unpacked, never installed, run
# unprivileged on a Unix socket of its own.
#
#   postgres.sh fetch DIR           unpack the server below DIR (once)
#   postgres.sh start DIR RUNDIR    start a new, empty server; prints its connection string
#   postgres.sh stop DIR RUNDIR     stop it and remove what it wrote
set -euo pipefail

packages=(postgresql-15 postgresql-client-15 libpq5 libllvm14 libz3-4 libedit2 libbsd0 libmd0
  libxslt1.1 libxml2 libicu72)

say() { echo "postgres.sh: $*" >&2; }
die() { say "$*"; exit 1; }

fetch() {
  local dir=$1
  [[ -x $dir/usr/lib/postgresql/15/bin/postgres ]] && return
  mkdir -p "$dir/packages"
  say "fetching PostgreSQL 15 (about 45 MB) below $dir"
  (cd "$dir/packages" && apt-get download -qq "${packages[@]}") ||
    die "the packages of PostgreSQL 15 cannot be downloaded: is the network there?"
  local package
  for package in "$dir"/packages/*.deb; do dpkg-deb -x "$package" "$dir"; done
  rm -rf "$dir/packages"
}

# initdb and postgres refuse to run as root.
unprivileged() {
  if [[ $(id -u) == 0 ]]; then
    setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
  else
    "$@"
  fi
}

in_parts() {
  local dir=$1
  shift
  unprivileged env -C / LD_LIBRARY_PATH="$dir/usr/lib/$(uname -m)-linux-gnu" LC_ALL=C.UTF-8 "$@"
}

start() {
  local dir=$1 run=$2
  local bin=$dir/usr/lib/postgresql/15/bin
  [[ -x $bin/postgres ]] || die "no server below $dir: run fetch first"
  mkdir -p "$run"
  [[ $(id -u) == 0 ]] && chown 65534:65534 "$run"
  # Tests look at what a commit means, not at how fast disks are.
  in_parts "$dir" "$bin/initdb" --pgdata="$run/data" --username=godwit --auth=trust \
    --encoding=UTF8 --locale=C --no-sync -L "$dir/usr/share/postgresql/15" > "$run/log" 2>&1 ||
    die "initdb failed: $(tail -n 1 "$run/log")"
  in_parts "$dir" "$bin/pg_ctl" --pgdata="$run/data" --log="$run/log" --wait --timeout=60 --silent \
    -o "-c listen_addresses='' -c unix_socket_directories='$run' -c fsync=off" start >&2 ||
    die "the server did not start: $(tail -n 1 "$run/log")"
  echo "host=$run user=godwit dbname=postgres"
}

stop() {
  local dir=$1 run=$2
  in_parts "$dir" "$dir/usr/lib/postgresql/15/bin/pg_ctl" --pgdata="$run/data" --mode=fast --wait \
    --silent stop >&2 || say "no server was running in $run"
  rm -rf "$run"
}

absolute() { realpath -m -- "$1"; }

case ${1:-} in
  fetch) fetch "$(absolute "${2:?a folder}")" ;;
  start) start "$(absolute "${2:?the parts}")" "$(absolute "${3:?a run folder}")" ;;
  stop) stop "$(absolute "${2:?the parts}")" "$(absolute "${3:?the run folder}")" ;;
  *) die "say fetch DIR, start DIR RUNDIR or stop DIR RUNDIR" ;;
esac
