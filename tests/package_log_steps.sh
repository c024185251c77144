# shellcheck shell=bash disable=SC2154,SC2086
# Sourced by package_steps.sh: the log in a file, as examples/log-file.conf has it; what fail2ban and
# logrotate, the real ones, make of it with the files of the package.
log=/var/log/godwit/godwitd.log

wrong_password() {
  printf 'a-wrong-password\n' >wrong
  chmod 600 wrong
  ! godwit client folders http://127.0.0.1:8082/ --user probe@example.org --password-file wrong >wrong.log 2>&1
}
found_by_fail2ban() { fail2ban-regex "$1" /etc/fail2ban/filter.d/godwit.conf | grep -q 'Lines: [0-9]* lines, 0 ignored, [1-9][0-9]* matched'; }
jail_is_right() { fail2ban-server -t >jail.log 2>&1 || { cat jail.log >&2; return 1; }; }

echo "the log in a file"
for tool in fail2ban python3-systemd logrotate; do apt_install $tool; done
rm -f /etc/fail2ban/jail.d/defaults-debian.conf # of sshd, which is not here
install -m 644 /usr/share/doc/godwit/examples/fail2ban-jail.local /etc/fail2ban/jail.d/godwit.local
expect "the steps of the example go" bash -euc "$(sed -n 's/^#   //p' /usr/share/doc/godwit/examples/log-file.conf)"
expect "the daemon runs" active
expect "it writes there" grep -q 'daemon ready' $log
expect "a wrong password is refused" wrong_password
expect "fail2ban finds that in the file" found_by_fail2ban $log
expect "the example of a jail is one" jail_is_right
expect "logrotate takes its file" logrotate --force /etc/logrotate.d/godwit
expect "the old log is beside" test -s $log.1
expect "which still is the daemon's" test "$(told $log)" = "godwit:godwit 640"
expect "a wrong password is refused" wrong_password
expect "the daemon goes on in the new one" found_by_fail2ban $log
rm -r /etc/systemd/system/godwitd.service.d /var/log/godwit /etc/fail2ban/jail.d/godwit.local
systemctl daemon-reload
systemctl restart $unit
expect "a wrong password is refused" wrong_password
journalctl --no-pager -u $unit -o short >journal
expect "fail2ban finds that in the journal" found_by_fail2ban journal
