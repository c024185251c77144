#!/usr/bin/env bash
# Cyrus 3.6 on free loopback ports: any user, any password (a user's mailboxes are made by the first
# sign-in).
#
#   cyrus.sh start RUNDIR [--passwords "user ..."] [--push URL]
#   cyrus.sh stop RUNDIR
#
# `start` prints IMAP_PORT=, IMAPS_PORT=, LMTP_PORT=, HTTP_PORT= (CalDAV and CardDAV at /dav),
# SIEVE_PORT= (ManageSieve), SENT= (what scripts send: one file a mail) and TLS_CERTIFICATE=
# (self-signed, for localhost; STARTTLS offers it too). With --passwords only those users can sign in,
# by "secret"; others are refused. The user "proxy" may act for all others. --push tells URL of changes,
# by packaging/cyrus/godwit-notify, which knows the token "0123456789abcdef".
# shellcheck source=tests/parts/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

usage() { echo "usage: cyrus.sh start RUNDIR [--passwords \"user ...\"] [--push URL] | stop RUNDIR" >&2; exit 2; }

write_config() {
  local run=$1 bin=$part/usr/lib/cyrus/bin
  cat >"$run/imapd.conf" <<CONF
configdirectory: $run/config
partition-default: $run/spool
defaultpartition: default
sievedir: $run/sieve
sendmail: $run/sendmail
cyrus_user: $server_user
admins: cyrus
proxyservers: proxy
sasl_mech_list: PLAIN
allowplaintext: yes
servername: localhost
calendar_user_address_set: example.com
unixhierarchysep: yes
altnamespace: yes
autocreate_post: yes
autocreate_quota: 0
autocreate_inbox_folders: Sent|Drafts|Trash|Junk
autocreate_subscribe_folders: Sent|Drafts|Trash|Junk
xlist-sent: Sent
xlist-drafts: Drafts
xlist-trash: Trash
xlist-junk: Junk
lmtp_over_quota_perm_failure: yes
tls_server_cert: $run/cert.pem
tls_server_key: $run/key.pem
httpmodules: caldav carddav
syslog_prefix: godwit-test
CONF
  if [[ -n $passwords ]]; then
    cat >>"$run/imapd.conf" <<CONF
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: $run/config/sasldb2
CONF
  else
    echo "sasl_pwcheck_method: alwaystrue" >>"$run/imapd.conf"
  fi
  local notify=
  if [[ -n $push ]]; then
    # As docs/push.md says, whose block is pieces of three files.
    local lines
    lines=$(documented push.md "# /etc/imapd.conf" /usr/share/godwit/cyrus/godwit-notify "$run/notify" \
      'cmd="notifyd ' "cmd=\"$bin/notifyd -C $run/imapd.conf " /run/cyrus/socket "$run/config/socket" \
      http://127.0.0.1:8082/godwit/push "$push" SECRET 0123456789abcdef)
    grep -E '^[a-z_]+: ' <<<"$lines" >>"$run/imapd.conf"
    notify=$(grep '^notify cmd=' <<<"$lines")
    grep -E '^[a-z]+ = ' <<<"$lines" >"$run/notify.curl"
    cp "$here/../../packaging/cyrus/godwit-notify" "$run/godwit-notify"
    printf '#!/bin/sh\nunset LD_LIBRARY_PATH\nGODWIT_NOTIFY=%s exec %s "$@"\n' "$run/notify.curl" \
      "$run/godwit-notify" >"$run/notify"
    chmod 755 "$run/notify" "$run/godwit-notify"
  fi
  cat >"$run/cyrus.conf" <<CONF
START {
  recover cmd="$bin/ctl_cyrusdb -C $run/imapd.conf -r"
}
SERVICES {
  imap cmd="$bin/imapd -C $run/imapd.conf" listen="127.0.0.1:$imap_port" prefork=0
  imaps cmd="$bin/imapd -s -C $run/imapd.conf" listen="127.0.0.1:$imaps_port" prefork=0
  lmtp cmd="$bin/lmtpd -C $run/imapd.conf -a" listen="127.0.0.1:$lmtp_port" prefork=0
  http cmd="$bin/httpd -C $run/imapd.conf" listen="127.0.0.1:$http_port" prefork=0
  sieve cmd="$bin/timsieved -C $run/imapd.conf" listen="127.0.0.1:$sieve_port" prefork=0
  $notify
}
EVENTS {
}
DAEMON {
  idled cmd="$bin/idled -C $run/imapd.conf"
}
CONF
}

add_users() {
  local run=$1 user
  for user in $passwords; do
    printf secret | "${as_server[@]}" env "${environment[@]}" "$part/usr/sbin/saslpasswd2" -p -c \
      -f "$run/config/sasldb2" -u localhost "$user"
  done
}

start() {
  local run=$1 try pid
  use_part cyrus "$run"
  mkdir -p "$run/config/socket" "$run/spool" "$run/run" "$run/sieve"
  make_certificate "$run"
  make_sendmail "$run"
  environment=(
    "LD_LIBRARY_PATH=$part/usr/lib/$triplet:$part/usr/lib"
    "SASL_PATH=$part/usr/lib/$triplet/sasl2"
  )
  for try in 1 2 3; do
    imap_port=$(free_port)
    imaps_port=$(free_port)
    lmtp_port=$(free_port)
    http_port=$(free_port)
    sieve_port=$(free_port)
    write_config "$run"
    hand_over "$run"
    add_users "$run"
    "${as_server[@]}" env "${environment[@]}" "$part/usr/lib/cyrus/bin/master" -C "$run/imapd.conf" \
      -M "$run/cyrus.conf" -p "$run/run/master.pid" </dev/null >>"$run/stdout" 2>&1 &
    pid=$!
    echo "$pid" >"$run/server.pid"
    if wait_for_greeting "$pid" "$imap_port" "$run/stdout"; then
      echo "IMAP_PORT=$imap_port"
      echo "IMAPS_PORT=$imaps_port"
      echo "LMTP_PORT=$lmtp_port"
      echo "HTTP_PORT=$http_port"
      echo "SIEVE_PORT=$sieve_port"
      echo "SENT=$run/sent"
      echo "TLS_CERTIFICATE=$run/cert.pem"
      return
    fi
    stop_server "$run"
  done
  stop_with "Cyrus did not start"
}

[[ $# -ge 2 ]] || usage
action=$1
run=$2
shift 2
passwords= push=
while [[ $# -gt 0 ]]; do
  case $1 in
    --passwords) passwords=$2; shift 2 ;;
    --push) push=$2; shift 2 ;;
    *) usage ;;
  esac
done
case $action in
  start) start "$run" ;;
  stop) stop_server "$run" ;;
  *) usage ;;
esac
