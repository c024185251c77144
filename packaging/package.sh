#!/usr/bin/env bash
# Builds the Debian package from programs that are built already.
#
#   package.sh PROGRAMS OUTPUT [VERSION]
#
# PROGRAMS is a folder with godwitd and godwit, not stripped; the package is written to OUTPUT, and its
# path printed. VERSION: another than the project's. SOURCE_DATE_EPOCH is the time of all files
# (default: the last commit's); the same programs and time give the same bytes. DEBFULLNAME and DEBEMAIL
# name the maintainer. Needs dpkg-dev, llvm-19, python3; nothing is downloaded, no root needed.
set -euo pipefail
umask 022
export LC_ALL=C.UTF-8

stop() { echo "package.sh: $*" >&2; exit 1; }
[[ $# -eq 2 || $# -eq 3 ]] || { echo "usage: package.sh PROGRAMS OUTPUT [VERSION]" >&2; exit 2; }

source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packaging=$source_root/packaging
programs=$(cd "$1" && pwd)
mkdir -p "$2"
output=$(cd "$2" && pwd)
version=${3:-$(sed -n 's/^project(godwit VERSION \([0-9.]*\).*/\1/p' "$source_root/CMakeLists.txt")}
[[ $version =~ ^[0-9][0-9A-Za-z.+~-]*$ ]] || stop "no version: '$version'"
maintainer="${DEBFULLNAME:-The authors of Godwit} <${DEBEMAIL:-root@localhost}>"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$source_root" log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
architecture=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
documents=$root/usr/share/doc/godwit

for tool in dpkg-shlibdeps dpkg-deb llvm-strip-19 llvm-dwarfdump-19 python3; do
  command -v "$tool" >/dev/null || stop "needs $tool: apt-get install dpkg-dev llvm-19 python3"
done
for program in godwitd godwit; do
  [[ -x $programs/$program ]] || stop "$programs/$program is not there: ./dev build release"
done

# put MODE FILE TARGET: a copy in the package.
put() { install -D -m "$1" "$2" "$root$3"; }
# squeeze FILE TARGET: compressed without name and time.
squeeze() {
  mkdir -p "$(dirname "$root$2")"
  gzip -9nc "$1" >"$root$2"
}

put_programs() {
  mkdir -p "$root/usr/sbin" "$root/usr/bin"
  llvm-strip-19 --strip-all -o "$root/usr/sbin/godwitd" "$programs/godwitd"
  llvm-strip-19 --strip-all -o "$root/usr/bin/godwit" "$programs/godwit"
  chmod 755 "$root/usr/sbin/godwitd" "$root/usr/bin/godwit"
}

put_configuration() {
  put 640 "$packaging/godwit.toml.example" /etc/godwit/godwit.toml
  chmod 750 "$root/etc/godwit"
  put 644 "$packaging/fail2ban/filter.d/godwit.conf" /etc/fail2ban/filter.d/godwit.conf
  put 644 "$packaging/logrotate/godwit" /etc/logrotate.d/godwit
  put 644 "$packaging/systemd/godwitd.service" /lib/systemd/system/godwitd.service
}

put_documents() {
  local page section file
  for page in "$packaging"/man/*.[1-8]; do
    section=${page##*.}
    squeeze "$page" "/usr/share/man/man$section/$(basename "$page").gz"
  done
  for file in README.md SECURITY.md $(cd "$source_root" && find docs -name '*.md' | sort); do
    put 644 "$source_root/$file" "/usr/share/doc/godwit/$file"
  done
  put 644 "$packaging/godwit.toml.example" /usr/share/doc/godwit/examples/godwit.toml
  put 644 "$packaging/fail2ban/jail.d/godwit.local.example" /usr/share/doc/godwit/examples/fail2ban-jail.local
  put 644 "$packaging/dovecot/godwit.lua" /usr/share/godwit/dovecot/godwit.lua
  put 755 "$packaging/cyrus/godwit-notify" /usr/share/godwit/cyrus/godwit-notify
  put 644 "$packaging/systemd/log-file.conf" /usr/share/doc/godwit/examples/log-file.conf
  for file in $(cd "$packaging" && find nginx apache haproxy caddy grafana prometheus -type f 2>/dev/null | sort); do
    put 644 "$packaging/$file" "/usr/share/doc/godwit/examples/$file"
  done
  write_changelog
}

# Debian's form names the version; what is new is told by topic in the files it names.
write_changelog() {
  {
    printf 'godwit (%s) unstable; urgency=medium\n\n' "$version"
    printf '  * What is new is in news/, a file a topic.\n\n'
    printf ' -- %s  %s\n' "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
  } >"$work/changelog"
  squeeze "$work/changelog" /usr/share/doc/godwit/changelog.gz
  local file
  for file in "$source_root"/changes/next/*.md; do
    put 644 "$file" "/usr/share/doc/godwit/news/$(basename "$file")"
  done
}

# The software bill of materials, and the licences that go with code that is contained.
put_licences() {
  local package contained names=
  contained=$(python3 "$packaging/sbom.py" compiled-in "$programs/godwitd" "$programs/godwit")
  python3 "$packaging/sbom.py" spdx godwit "$version" "$programs/godwitd" "$programs/godwit" \
    >"$documents/sbom.spdx.json"
  for package in $contained; do
    squeeze "/usr/share/doc/${package%%:*}/copyright" \
      "/usr/share/doc/godwit/licences/${package%%:*}.gz"
    names+="${names:+, }${package%%:*}"
  done
  sed "s|@COMPILED_IN@|$names|" "$packaging/debian/copyright" >"$documents/copyright"
}

# What the programs load, as the libraries' packages say which version is enough.
dependencies() {
  mkdir -p "$work/shlibs/debian"
  printf 'Source: godwit\n\nPackage: godwit\nArchitecture: any\n' >"$work/shlibs/debian/control"
  (cd "$work/shlibs" && dpkg-shlibdeps -O -e"$root/usr/sbin/godwitd" -e"$root/usr/bin/godwit") |
    sed -n 's/^shlibs:Depends=//p'
}

put_control() {
  local depends size script
  mkdir -p "$root/DEBIAN"
  depends=$(dependencies)
  [[ -n $depends ]] || stop "dpkg-shlibdeps found no libraries"
  size=$(du -sk --apparent-size "$root" | cut -f1)
  sed -e "s|@VERSION@|$version|" -e "s|@ARCHITECTURE@|$architecture|" \
    -e "s|@MAINTAINER@|$maintainer|" -e "s|@INSTALLED_SIZE@|$size|" \
    -e "s|@DEPENDS@|$depends|" "$packaging/debian/control" >"$root/DEBIAN/control"
  (cd "$root" && find etc -type f | sort | sed 's|^|/|') >"$root/DEBIAN/conffiles"
  (cd "$root" && find usr lib -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
  for script in postinst prerm postrm; do
    install -m 755 "$packaging/debian/$script" "$root/DEBIAN/$script"
  done
}

mkdir -p "$documents"
put_programs
put_configuration
put_documents
put_licences
put_control
find "$root" -type d ! -path "$root/etc/godwit" -exec chmod 755 {} +
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
package=$output/godwit_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
echo "$package"
