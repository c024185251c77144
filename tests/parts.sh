#!/usr/bin/env bash
# Servers under test, without installing them: Debian's packages are downloaded and unpacked below
# build/parts, one folder a server; no maintainer script runs and no service of this machine changes.
# A browser (chromium), what judges its pages (axe) and an issuer of tokens (oidc-provider), both from
# npm's registry, are there likewise.
#
#   tests/parts.sh fetch [SERVER...]     all of them when none is named; quick when it was done before
#   tests/parts.sh list                  the servers known
#
# GODWIT_PARTS names another folder than build/parts. tests/parts/SERVER.sh starts and stops one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=${GODWIT_PARTS:-$here/../build/parts}

packages_of() {
  case $1 in
    dovecot) echo dovecot-core dovecot-imapd dovecot-lmtpd dovecot-sieve dovecot-managesieved ;;
    cyrus) echo cyrus-common cyrus-imapd cyrus-caldav cyrus-admin libcyrus-imap-perl sasl2-bin \
      libsasl2-modules libsasl2-modules-db ;;
    postfix) echo postfix ;;
    postgres) echo postgresql-15 postgresql-client-15 libpq5 ;;
    slapd) echo slapd ;;
    samba) echo samba samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind ;;
    kerberos) echo krb5-kdc krb5-admin-server krb5-user ;;
    radicale) echo radicale ;;
    nginx) echo nginx ;;
    apache) echo apache2-bin ;;
    haproxy) echo haproxy ;;
    caddy) echo caddy ;;
    axe) echo axe-core@4.10.3 ;; # no Debian package
    oidc-provider) echo oidc-provider@8.8.1 ;; # the same; as its lock says
    chromium) echo chromium chromium-driver fonts-cantarell fonts-dejavu-core ;;
    davical) echo davical php-cli php-pgsql php-xml php-curl ;; # with the database of postgres
    *) return 1 ;;
  esac
}
servers=(dovecot cyrus postfix postgres slapd samba kerberos radicale davical nginx apache haproxy caddy chromium axe oidc-provider)

stop_with() { echo "parts.sh: $*" >&2; exit 1; }

# The packages themselves and those of their dependencies that this machine does not have.
closure_of() {
  local wanted=("$@") simulated
  printf '%s\n' "${wanted[@]}"
  simulated=$(LC_ALL=C apt-get -s -o Debug::NoLocking=1 install --no-install-recommends \
    "${wanted[@]}" 2>&1) || stop_with "apt cannot resolve ${wanted[*]}: $(tail -n 1 <<<"$simulated")"
  sed -n 's/^Inst \([^ ]*\) .*/\1/p' <<<"$simulated"
}

# Some packages still have their libraries in /lib: as on an installed system, that is /usr/lib.
merge_lib() {
  [[ -d $1/lib ]] || return 0
  mkdir -p "$1/usr/lib"
  cp -a "$1/lib/." "$1/usr/lib/"
  rm -r "$1/lib"
  ln -s usr/lib "$1/lib"
}

axe_sum=0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292
fetch_axe() {
  echo "parts: fetching $1"
  rm -rf "$2"
  mkdir -p "$2"
  (cd "$2" && npm pack --silent "$1" >/dev/null 2>npm.log) ||
    stop_with "cannot fetch $1 (no network?): $(tail -n 1 "$2/npm.log")"
  echo "$axe_sum  $2/${1/@/-}.tgz" | sha256sum --check --quiet || stop_with "$1 is not what it was"
  tar -xzf "$2/${1/@/-}.tgz" -C "$2" --strip-components=1 package/axe.min.js package/LICENSE
  rm "$2/${1/@/-}.tgz" "$2/npm.log"
}

# With all that it uses, each as tests/parts/oidc-provider/package-lock.json has it.
fetch_oidc_provider() {
  echo "parts: fetching $1"
  rm -rf "$2"
  mkdir -p "$2"
  cp "$here"/parts/oidc-provider/package*.json "$2"
  (cd "$2" && npm ci --ignore-scripts --no-audit --no-fund --silent >npm.log 2>&1) ||
    stop_with "cannot fetch $1 (no network?): $(tail -n 1 "$2/npm.log")"
  rm "$2/npm.log"
  chmod -R a+rX "$2"
}

fetch_one() {
  local server=$1 wanted folder stamp
  wanted=$(packages_of "$server") || stop_with "unknown server '$server' (known: ${servers[*]})"
  folder=$parts/$server
  stamp=$folder/.fetched
  if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then
    echo "parts: $server is there"
    return
  fi
  if [[ $server == axe || $server == oidc-provider ]]; then
    command -v npm >/dev/null || { echo "parts: no npm, so no $server: tests that need it are skipped"; return; }
    "fetch_${server//-/_}" "$wanted" "$folder"
    echo "$wanted" >"$stamp"
    return
  fi
  local names
  # shellcheck disable=SC2086  # a list of words
  names=$(closure_of $wanted | sort -u)
  echo "parts: fetching $server ($(wc -l <<<"$names") packages)"
  rm -rf "$folder" "$parts/debs/$server"
  mkdir -p "$folder" "$parts/debs/$server"
  # shellcheck disable=SC2086
  (cd "$parts/debs/$server" && apt-get -q download $names >download.log 2>&1) ||
    stop_with "cannot download the packages of $server (no network, or 'apt-get update' is due):" \
      "$(grep '^E:' "$parts/debs/$server/download.log" | head -n 1)"
  local deb
  for deb in "$parts/debs/$server"/*.deb; do dpkg -x "$deb" "$folder"; done
  rm -rf "$parts/debs/$server"
  merge_lib "$folder"
  chmod -R a+rX "$folder"
  echo "$wanted" >"$stamp"
}

for tool in apt-get dpkg; do
  command -v "$tool" >/dev/null || stop_with "needs $tool: the parts are Debian packages"
done

case ${1:-} in
  fetch)
    shift
    mkdir -p "$parts"
    exec 9>"$parts/.lock"
    flock 9
    if [[ $# -eq 0 ]]; then set -- "${servers[@]}"; fi
    for server in "$@"; do fetch_one "$server"; done
    ;;
  list) printf '%s\n' "${servers[@]}" ;;
  *)
    echo "usage: tests/parts.sh fetch [SERVER...] | list" >&2
    exit 2
    ;;
esac
