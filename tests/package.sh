#!/usr/bin/env bash
# The Debian package, looked at and lived with.
#
#   tests/package.sh contents PROGRAMS     builds it twice: same bytes; contents, dependencies, unit, SBOM
#   tests/package.sh life PROGRAMS [FOLDER] install, upgrade, remove and purge on a clean Debian 12 with
#                                          systemd of its own, booted in namespaces. Needs root,
#                                          debootstrap and Debian's package servers; else it says so
#                                          and ends with 77. FOLDER keeps the clean system for next time.
set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packaging=$here/../packaging
work=$(mktemp -d /tmp/godwit-package-XXXXXX)
init=     # the service manager of the clean system, while it runs
control=  # its control group

stop() { echo "package test: $*" >&2; exit 1; }
skip() { echo "package test: skipped, $*" >&2; exit 77; }
good() { echo "  ok  $*"; }
# expect WHAT COMMAND...: which must be true.
expect() {
  local what=$1
  shift
  "$@" || stop "$what: not so ($*)"
  good "$what"
}

shut_down() {
  if [[ -n $init ]]; then
    kill -KILL "$init" 2>/dev/null || true
    tail --pid="$init" -f /dev/null 2>/dev/null || true
    init=
  fi
  if [[ -n $control && -d $control ]]; then
    find "$control" -depth -type d -exec rmdir {} + 2>/dev/null || true
    control=
  fi
}
finish() {
  shut_down
  rm -rf "$work"
}
trap finish EXIT

# --- contents -------------------------------------------------------------------------------------

has() { grep -q -- "$1" "$work/list"; }
owned_by_root() { ! awk '{ print $2 }' "$work/list" | grep -vqx 'root/root'; }
depends_on() { dpkg-deb -f "$deb" Depends | tr ',' '\n' | grep -q "^ *$1\( \|$\)"; }
whole() { (cd "$work/tree" && md5sum --quiet -c DEBIAN/md5sums); }
loads() { ! ldd "$work/tree/$1" | grep -q 'not found'; }
stripped() { ! readelf -S "$1" | grep -q '\.debug_'; }

# Every shared library that the daemon names stands in the list of materials, with a licence.
materials_are_told() {
  python3 - "$work/tree/usr/share/doc/godwit/sbom.spdx.json" "$work/tree/usr/sbin/godwitd" <<'PYTHON'
import json, re, subprocess, sys

document = json.load(open(sys.argv[1]))
told = {p["name"]: p for p in document["packages"]}
needed = re.findall(r"\(NEEDED\).*\[(.+)\]", subprocess.check_output(["readelf", "-d", sys.argv[2]], text=True))
paths = dict(re.findall(r"(\S+) => (/\S+)", subprocess.check_output(["ldd", sys.argv[2]], text=True)))
for name in needed:
    path = subprocess.check_output(["realpath", paths[name]], text=True).strip()
    found = subprocess.run(["dpkg-query", "-S", path, path.removeprefix("/usr")], capture_output=True, text=True)
    package = found.stdout.split(":")[0]
    if told.get(package, {}).get("licenseConcluded", "NOASSERTION") == "NOASSERTION":
        sys.exit(f"{name} of {package} is not told, or has no licence")
for package in ("libboost1.81-dev", "libtomlplusplus-dev", "libcli11-dev", "nlohmann-json3-dev"):
    if package not in told:
        sys.exit(f"{package} is compiled in and not told")
ids = {p["SPDXID"] for p in document["packages"]} | {"SPDXRef-DOCUMENT"}
for relation in document["relationships"]:
    if not {relation["spdxElementId"], relation["relatedSpdxElement"]} <= ids:
        sys.exit(f"a relation of nobody: {relation}")
PYTHON
}

# systemd's figure: 0 is nothing exposed, 10 is everything.
exposure() {
  systemd-analyze security --offline=yes --no-pager "$packaging/systemd/godwitd.service" |
    sed -n 's/.*exposure level.*: \([0-9.]*\).*/\1/p'
}
little_exposed() { awk -v level="$(exposure)" 'BEGIN { exit !(level != "" && level <= 1.5) }'; }

check_contents() {
  local deb again
  deb=$("$packaging/package.sh" "$1" "$work/first" 2>"$work/log") || { cat "$work/log" >&2; stop "it cannot be built"; }
  again=$("$packaging/package.sh" "$1" "$work/second" 2>"$work/log")
  dpkg-deb -c "$deb" >"$work/list"
  mkdir "$work/tree"
  dpkg-deb -R "$deb" "$work/tree"
  expect "built twice, the same bytes" cmp "$deb" "$again"
  expect "all files are root's" owned_by_root
  expect "the sums are right" whole
  local path
  for path in ./usr/sbin/godwitd ./usr/bin/godwit ./lib/systemd/system/godwitd.service \
    ./etc/godwit/godwit.toml ./etc/fail2ban/filter.d/godwit.conf ./etc/logrotate.d/godwit \
    ./usr/share/man/man8/godwitd.8.gz ./usr/share/man/man1/godwit.1.gz \
    ./usr/share/man/man5/godwit.toml.5.gz ./usr/share/doc/godwit/copyright \
    ./usr/share/doc/godwit/sbom.spdx.json ./usr/share/doc/godwit/licences/libboost1.81-dev.gz; do
    expect "has $path" has " $path\$"
  done
  expect "the configuration is no stranger's to read" has '^-rw-r----- .* ./etc/godwit/godwit.toml$'
  expect "every file in /etc is a conffile" diff <(cd "$work/tree" && find etc -type f | sort | sed 's|^|/|') "$work/tree/DEBIAN/conffiles"
  for path in libc6 libssl3 libsqlite3-0 libpq5 libgmime-3.0-0 libicu72 libldap-2.5-0 libpam0g \
    libsodium23 libxml2 zlib1g libfmt9 adduser; do
    expect "depends on $path" depends_on "$path"
  done
  expect "the version is the project's" test "$(dpkg-deb -f "$deb" Version)" = \
    "$(sed -n 's/^project(godwit VERSION \([0-9.]*\).*/\1/p' "$here/../CMakeLists.txt")"
  expect "the programs carry no debug data" stripped "$work/tree/usr/sbin/godwitd"
  expect "the programs load" loads usr/sbin/godwitd
  expect "materials and licences are told" materials_are_told
  if command -v systemd-analyze >/dev/null; then
    expect "the unit is exposed by no more than 1.5 of 10 ($(exposure))" little_exposed
  else
    echo "  --  systemd-analyze is not there: the unit's exposure was not looked at"
  fi
}

# --- a clean system -------------------------------------------------------------------------------

# The base: a bare Debian 12 with a service manager, made once.
make_base() {
  local folder=$1 command
  [[ $(id -u) -eq 0 ]] || skip "a clean system can be made by root only"
  for command in debootstrap unshare nsenter ip; do
    command -v $command >/dev/null || skip "$command is not there (apt-get install debootstrap util-linux iproute2)"
  done
  grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || skip "the kernel knows no overlay"
  if [[ ! -f $folder/.whole ]]; then
    rm -rf "$folder"
    debootstrap --variant=minbase --include=systemd,dbus,ca-certificates bookworm "$folder" \
      >"$work/debootstrap.log" 2>&1 ||
      skip "debootstrap made no clean system ($(tail -n 1 "$work/debootstrap.log"))"
    touch "$folder/.whole"
  fi
}

# With this machine's network, but not started: fetches what the package needs, from Debian.
fetch_needed() {
  local base=$1
  mkdir -p "$work"/{upper,inner,system}
  cp "$deb" "$newer" "$here/package_steps.sh" "$base/root/"
  cp --remove-destination /etc/resolv.conf "$base/etc/resolv.conf"
  unshare -m bash -c "
    mount -t overlay clean -o lowerdir=$base,upperdir=$work/upper,workdir=$work/inner $work/system
    mount -t proc proc $work/system/proc
    chroot $work/system sh -c '
      apt-get -q update && apt-get -y -q install --no-install-recommends --download-only /root/$(basename "$deb")'
  " >"$work/fetch.log" 2>&1 || skip "Debian's package servers gave nothing ($(tail -n 1 "$work/fetch.log"))"
}

# Starts it: namespaces of its own, no network but loopback.
boot() {
  local base=$1 groups outer
  groups=$(findmnt -t cgroup2 -n -o TARGET | head -n 1)
  [[ -n $groups ]] || skip "there is no version 2 of control groups here"
  control=$groups/godwit-package-$$
  mkdir "$control" 2>/dev/null || skip "control groups cannot be made here"
  cat >"$work/boot.sh" <<BOOT
echo \$\$ >$control/cgroup.procs
exec unshare --mount --pid --fork --net --uts --ipc --cgroup --kill-child bash -c '
  mount --make-rprivate /
  mount -t overlay clean -o lowerdir=$base,upperdir=$work/upper,workdir=$work/inner $work/system
  cd $work/system
  mount -t proc proc proc
  mount -t sysfs -o ro sysfs sys
  mount -t tmpfs tmpfs run
  mount -t tmpfs tmpfs tmp
  mount -t cgroup2 groups sys/fs/cgroup || {
    mount -t tmpfs tmpfs sys/fs/cgroup
    mkdir sys/fs/cgroup/systemd sys/fs/cgroup/unified
    mount -t cgroup -o none,name=systemd groups sys/fs/cgroup/systemd
    mount -t cgroup2 groups sys/fs/cgroup/unified
  }
  ip link set lo up
  exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . /lib/systemd/systemd'
BOOT
  bash "$work/boot.sh" </dev/null >"$work/boot.log" 2>&1 &
  outer=$!
  local i
  for ((i = 0; i < 300; ++i)); do
    init=$(pgrep -P "$outer" | head -n 1 || true)
    [[ -n $init ]] && [[ -d /proc/$init ]] &&
      nsenter -t "$init" -a -r -w systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded' && return
    kill -0 "$outer" 2>/dev/null || break
    sleep 0.2
  done
  skip "systemd does not start in namespaces here ($(tail -n 1 "$work/boot.log"))"
}

# The next release: another version, and another configuration file as shipped.
make_newer() {
  dpkg-deb -R "$deb" "$work/newer"
  sed -i 's/^Version: .*/&+next/' "$work/newer/DEBIAN/control"
  echo '# A line that the next release brings.' >>"$work/newer/etc/godwit/godwit.toml"
  newer=$work/godwit_next.deb
  dpkg-deb --root-owner-group -Zgzip --build "$work/newer" "$newer" >/dev/null
}

live() {
  local base=${2:-$work/clean} deb newer
  mkdir -p "$(dirname "$base")"
  base=$(realpath -m "$base")
  deb=$("$packaging/package.sh" "$1" "$work/first" 2>"$work/log") || { cat "$work/log" >&2; stop "it cannot be built"; }
  make_base "$base"
  make_newer
  fetch_needed "$base"
  boot "$base"
  nsenter -t "$init" -a -r -w env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
    bash /root/package_steps.sh "/root/$(basename "$deb")" "/root/$(basename "$newer")" ||
    stop "see above"
}

case ${1:-} in
  contents) [[ $# -eq 2 ]] && check_contents "$2" ;;
  life) [[ $# -eq 2 || $# -eq 3 ]] && live "${@:2}" ;;
  *) echo "usage: tests/package.sh contents PROGRAMS | life PROGRAMS [FOLDER]" >&2; exit 2 ;;
esac
