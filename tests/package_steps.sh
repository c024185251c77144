#!/usr/bin/env bash
# Runs as root on a clean Debian 12 that systemd was started on (tests/package.sh life):
#
#   package_steps.sh PACKAGE NEXT_PACKAGE
set -euo pipefail
cd /root

package=$1
next=$2
unit=godwitd.service
config=/etc/godwit/godwit.toml
state=/var/lib/godwit

stop() {
  echo "package test: $*" >&2
  journalctl -u $unit --no-pager 2>/dev/null | tail -n 20 >&2
  exit 1
}
expect() {
  local what=$1
  shift
  "$@" || stop "$what: not so ($*)"
  echo "  ok  $what"
}
not() { ! "$@"; }
# Without the network; a changed configuration file is kept.
apt_install() {
  apt-get -y -q install --no-install-recommends --allow-downgrades \
    -o Dpkg::Options::=--force-confdef "$1" >apt.log 2>&1 || { cat apt.log >&2; stop "cannot install $1"; }
}
told() { stat -c '%U:%G %a' "$1"; }
active() { systemctl is-active --quiet $unit; }
main_pid() { systemctl show -p MainPID --value $unit; }
as_godwit() { [[ $(ps_user "$(main_pid)") == godwit ]]; }
ps_user() { stat -c %U "/proc/$1"; }
probe() {
  godwit probe http://127.0.0.1:8082/ --user probe@example.org --password-file password --timeout 60 >probe.log 2>&1 ||
    { cat probe.log >&2; return 1; }
}
left_over() {
  find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /root -o -path /var/cache \
    -o -path /var/log/journal -o -path /var/log/apt -o -path /var/lib/apt \) -prune -o -name '*godwit*' -print
}
confined() { grep -qx 'Seccomp:	2' "/proc/$(main_pid)/status" && grep -qx 'NoNewPrivs:	1' "/proc/$(main_pid)/status"; }

printf 'a-long-enough-password\n' >password
chmod 600 password

echo "install"
apt_install "$package"
expect "the daemon runs" active
expect "as the user godwit" as_godwit
expect "confined by its unit" confined
expect "the configuration is the daemon's to read" test "$(told $config)" = "root:godwit 640"
expect "the state is the daemon's alone" test "$(told $state)" = "godwit:godwit 700"
expect "the configuration is whole" godwit config check
expect "it listens on loopback only" not grep -qE '^ *[0-9]+: (00000000|0+):[0-9A-F]{4} 0+:0000 0A' /proc/net/tcp
expect "a user can be added" godwit user add probe@example.org --password-file password
expect "the bundled client signs in, syncs, sends, and is woken" probe

source ./package_log_steps.sh

echo "upgrade"
sed -i 's/^#drain_seconds = .*/drain_seconds = 3/' $config
kept=$(sha256sum <$config)
before=$(main_pid)
apt_install "$next"
expect "an edited configuration survives" test "$(sha256sum <$config)" = "$kept"
expect "with its owner" test "$(told $config)" = "root:godwit 640"
expect "the daemon runs" active
expect "which took over from the old one" grep -q 'daemon handed_over' <(journalctl --no-pager -u $unit)
expect "it is a new process" test "$(main_pid)" != "$before"
expect "whose program is the new one" test -z "$(readlink "/proc/$(main_pid)/exe" | grep deleted)"
expect "the mailbox is there" probe

echo "remove"
apt-get -y -q remove godwit >apt.log 2>&1 || stop "cannot remove"
expect "the daemon is gone" not active
expect "so is the program" not test -e /usr/sbin/godwitd
expect "configuration and mail stay" test -f $config -a -f $state/mail/mail.sqlite

echo "install again"
apt_install "$next"
expect "the daemon runs" active
expect "the mailbox is there" probe

echo "purge with mail"
echo kept | godwit client send http://127.0.0.1:8082/ probe@example.org kept --user probe@example.org \
  --password-file password >send.log 2>&1 || { cat send.log >&2; stop "cannot send"; }
apt-get -y -q purge godwit >apt.log 2>&1 || { cat apt.log >&2; stop "cannot purge"; }
expect "the configuration is gone" not test -e /etc/godwit
expect "what devices were told is gone" not test -e $state/store.sqlite
expect "mail stays" test -n "$(find $state/mail/blobs -type f)"
expect "which is said" grep -q 'still holds mail' apt.log

echo "purge without mail"
rm -rf $state
apt_install "$package"
expect "the daemon runs" active
apt-get -y -q purge godwit >apt.log 2>&1 || { cat apt.log >&2; stop "cannot purge"; }
expect "nothing is left" test -z "$(left_over)"
