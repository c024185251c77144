#!/usr/bin/env bash
# The Debian package, looked at and lived with.
#
#   tests/package.sh contents PROGRAMS     builds it twice: same bytes; contents, dependencies, unit, SBOM
#   tests/package.sh life PROGRAMS [FOLDER] install, upgrade, remove and purge on a clean Debian 12 with
#                                          systemd of its own, booted in namespaces. Needs root,
#                                          debootstrap and Debian's package servers; else it says so
#                                          and ends with 77. FOLDER keeps the clean system for next time.
#   tests/package.sh container PROGRAMS [FOLDER] the steps of the Containerfile's last stage on a clean
#                                          system, its entry point and its health check. Likewise.
set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packaging=$here/../packaging
# shellcheck source=tests/clean_system.sh
source "$here/clean_system.sh"
good() { echo "  ok  $*"; }
# expect WHAT COMMAND...: which must be true.
expect() {
  local what=$1
  shift
  "$@" || stop "$what: not so ($*)"
  good "$what"
}

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

# --- life -----------------------------------------------------------------------------------------

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
  mkdir -p "$(dirname "$base")" "$work/bring"
  base=$(realpath -m "$base")
  deb=$("$packaging/package.sh" "$1" "$work/first" 2>"$work/log") || { cat "$work/log" >&2; stop "it cannot be built"; }
  make_base "$base"
  make_newer
  cp "$deb" "$newer" "$here"/package{,_log}_steps.sh "$work/bring/"
  fetch_needed "$base" "apt-get -y -q install --no-install-recommends --download-only ./$(basename "$deb")
apt-get -y -q install --no-install-recommends --download-only fail2ban python3-systemd logrotate"
  boot "$base"
  inside bash /root/package_steps.sh "/root/$(basename "$deb")" "/root/$(basename "$newer")" || stop "see above"
}

# --- the image ------------------------------------------------------------------------------------

# last_stage KEYWORD: what follows it in the Containerfile, a line each.
last_stage() { tac "$packaging/container/Containerfile" | sed '/^FROM/q' | tac | sed -n "s/^$1 //p"; }

contain() {
  local base=${2:-$work/clean} user entry health
  mkdir -p "$(dirname "$base")"
  base=$(realpath -m "$base")
  make_base "$base"
  "$packaging/package.sh" "$1" "$work/first" >/dev/null 2>&1 || stop "it cannot be built"
  user=$(last_stage USER)
  entry=$(last_stage ENTRYPOINT | tr -d '[]"')
  health=$(last_stage HEALTHCHECK | sed 's/.*CMD //')
  [[ -n $user && -n $entry && -n $health ]] || stop "the Containerfile names no user, entry point or health check"
  mkdir -p "$work"/{upper,inner,system}
  last_stage RUN >"$work/steps"
  cat >"$work/contain.sh" <<CONTAIN
set -e
mount -t overlay clean -o lowerdir=$base,upperdir=$work/upper,workdir=$work/inner $work/system
mount -t proc proc $work/system/proc
cp --remove-destination /etc/resolv.conf $work/system/etc/resolv.conf
cp $work/first/*.deb $packaging/container/godwit.toml $work/steps $work/system/root/
chroot $work/system sh -e /root/steps >$work/steps.log 2>&1
# No network from here on: as a published port would be, it is loopback's.
exec unshare -n bash -ec '
  ip link set lo up
  cd $work/system
  chroot --userspec=$user:$user . $entry & daemon=\$!
  for i in \$(seq 100); do
    if chroot --userspec=$user:$user . $health; then break; fi
    sleep 0.2
  done
  echo a-long-enough-password >$work/system/tmp/password
  chmod 644 $work/system/tmp/password
  chroot . chown $user /tmp/password
  chroot . chmod 600 /tmp/password
  chroot --userspec=$user:$user . env HOME=/tmp godwit user add probe@example.org --password-file /tmp/password
  chroot --userspec=$user:$user . env HOME=/tmp godwit probe http://127.0.0.1:8082/ --user probe@example.org --password-file /tmp/password --timeout 60
  kill -TERM \$daemon
  wait \$daemon'
CONTAIN
  if ! unshare -m --propagation private bash "$work/contain.sh" >"$work/contain.log" 2>&1; then
    cat "$work/steps.log" "$work/contain.log" 2>/dev/null | tail -n 20 >&2
    stop "the image's steps fail"
  fi
  expect "the image's steps give a server that the bundled client likes" grep -q 'GODWIT OK' "$work/contain.log"
  expect "which the health check says" grep -q 'serving' "$work/contain.log"
  expect "and which stops when it is told" grep -q 'daemon stopped' "$work/contain.log"
}

case ${1:-} in
  container) [[ $# -eq 2 || $# -eq 3 ]] && contain "${@:2}" ;;
  contents) [[ $# -eq 2 ]] && check_contents "$2" ;;
  life) [[ $# -eq 2 || $# -eq 3 ]] && live "${@:2}" ;;
  *) echo "usage: tests/package.sh contents PROGRAMS | life|container PROGRAMS [FOLDER]" >&2; exit 2 ;;
esac
