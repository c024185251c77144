#!/usr/bin/env bash
# Postfix 3.7 in front of Godwit as docs/postfix.md has it, on a free loopback port.
#
#   postfix.sh start RUNDIR LMTP_PORT
#   postfix.sh stop RUNDIR
#
# `start` prints SMTP_PORT= and SIZE_LIMIT=. The lines for main.cf are those of docs/postfix.md, with
# another LMTP port, and with 100,000 octets a mail, so that a mail above it is quickly sent. Around
# them stand folders, ports and a world: mail for elsewhere.test is taken for bruno@ alone and thrown
# away, its other users are unknown; nothing else can be reached. Who connects from this machine may
# say by XCLIENT where from, so that a test can be a stranger.
# Postfix starts as root only (its daemons give that up at once). Where we are not root, say so and
# end with 3: such a test is skipped; run it by `sudo tests/parts/postfix.sh start /tmp/pf PORT`.
# shellcheck source=tests/parts/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

usage() { echo "usage: postfix.sh start RUNDIR LMTP_PORT | stop RUNDIR" >&2; exit 2; }

size_limit=100000

# documented_lines LMTP_PORT: what docs/postfix.md puts into main.cf, with the port and size of this test.
documented_lines() {
  documented postfix.md relay_domains "lmtp:inet:127.0.0.1:8024" "lmtp:inet:127.0.0.1:$1" \
    "message_size_limit = 104857600" "message_size_limit = $size_limit"
}

write_config() {
  local run=$1
  # Owners that every Debian has; the three must differ (postconf(5): mail_owner, setgid_group).
  cat >"$run/etc/main.cf" <<CONF
compatibility_level = 3.6
maillog_file = $run/log
maillog_file_prefixes = $run
queue_directory = $run/queue
data_directory = $run/data
daemon_directory = $part/usr/lib/postfix/sbin
command_directory = $part/usr/sbin
shlib_directory = $part/usr/lib/postfix
meta_directory = $run/etc
mail_owner = daemon
default_privs = nobody
setgid_group = utmp
import_environment = MAIL_CONFIG LANG=C LD_LIBRARY_PATH=$libraries
myhostname = mx.elsewhere.test
mydestination =
address_verify_poll_delay = 1s
smtpd_authorized_xclient_hosts = 127.0.0.1
local_recipient_maps =
local_transport = error:no local mail
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
virtual_mailbox_limit = 0
virtual_mailbox_domains = inline:{ elsewhere.test=x }
virtual_mailbox_maps = inline:{ bruno@elsewhere.test=x }
virtual_transport = discard:
default_transport = error:there is no way out of this test
lmtp_connection_cache_on_demand = no
smtpd_client_event_limit_exceptions = 127.0.0.0/8
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
CONF
  documented_lines "$lmtp_port" >>"$run/etc/main.cf"
  cat >"$run/etc/master.cf" <<CONF
127.0.0.1:$smtp_port inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
lmtp unix - - n - - lmtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
CONF
}

make_folders() {
  local run=$1 folder
  mkdir -p "$run/etc" "$run/data" "$run/queue"
  for folder in active bounce corrupt defer deferred flush hold incoming private saved trace; do
    mkdir -p "$run/queue/$folder"
    chown daemon "$run/queue/$folder"
    chmod 700 "$run/queue/$folder"
  done
  mkdir -p "$run/queue/pid" "$run/queue/public" "$run/queue/maildrop"
  chown daemon:utmp "$run/queue/public" "$run/queue/maildrop"
  chmod 710 "$run/queue/public"
  chmod 730 "$run/queue/maildrop"
  chown daemon "$run/data"
  chmod 755 "$run" "$run/etc" "$run/queue" "$run/queue/pid"
}

start() {
  local run=$1 try pid
  if [[ $(id -u) -ne 0 ]]; then
    echo "postfix.sh: Postfix starts as root only" >&2
    exit 3
  fi
  use_part postfix "$run"
  libraries=$part/usr/lib/postfix:$part/usr/lib/$triplet
  make_folders "$run"
  for try in 1 2 3; do
    smtp_port=$(free_port)
    write_config "$run"
    # In a session of its own: it ends its process group when it is told to stop.
    LD_LIBRARY_PATH=$libraries MAIL_CONFIG=$run/etc setsid \
      "$part/usr/lib/postfix/sbin/master" -d -c "$run/etc" </dev/null >>"$run/stdout" 2>&1 &
    pid=$!
    echo "$pid" >"$run/server.pid"
    if wait_for_greeting "$pid" "$smtp_port" "$run/stdout"; then
      echo "SMTP_PORT=$smtp_port"
      echo "SIZE_LIMIT=$size_limit"
      return
    fi
    stop_server "$run"
  done
  tail -n 5 "$run/log" >&2 || true
  stop_with "Postfix did not start"
}

[[ $# -ge 2 ]] || usage
action=$1
run=$2
case $action in
  start)
    lmtp_port=${3:?$(usage)}
    start "$run"
    ;;
  stop) stop_server "$run" ;;
  *) usage ;;
esac
