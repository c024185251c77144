#!/usr/bin/env bash
# Dovecot 2.3 with Maildir on free loopback ports: any user, password "secret".
#
#   dovecot.sh start RUNDIR [--without "CAP CAP"] [--layout plain|inbox] [--quota KIB]
#     [--sieve "EXTENSION ..."] [--shared yes] [--master yes] [--push "ox|lua|exporter URL"]
#     [--tokens "ISSUER FOLDER [MECHANISMS]"]
#   dovecot.sh stop RUNDIR
#
# `start` prints IMAP_PORT=, IMAPS_PORT=, LMTP_PORT= and TLS_CERTIFICATE= (self-signed, for localhost;
# STARTTLS offers it, too). --without hides capabilities; --layout inbox puts all folders below "INBOX."
# with "." between levels. A user whose name begins with "refused" cannot sign in. --sieve adds Pigeonhole:
# ManageSieve at SIEVE_PORT= with those extensions ("all": what it has), scripts run at delivery, and
# what they send is one file a mail in SENT=, its recipients in the first line. --shared adds access
# lists, other users' mailboxes below "shared/" and a public namespace "Public/" that all may use.
# --master adds the master user "godwit" with the password "mastersecret", whose separator is *.
# --push tells URL of changes: by the OX driver, by packaging/dovecot/godwit.lua (which knows the token
# "0123456789abcdef"), or by the event exporter. --tokens takes bearer tokens of ISSUER, whose users are named
# by "email" (OAUTHBEARER, XOAUTH2); its keys are FOLDER/default/ALGORITHM/ID, PEM.
# shellcheck source=tests/parts/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

# What 2.3.19 says after LOGIN with this configuration.
capabilities="IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT SORT=DISPLAY THREAD=REFERENCES \
THREAD=REFS THREAD=ORDEREDSUBJECT MULTIAPPEND URL-PARTIAL CATENATE UNSELECT CHILDREN NAMESPACE \
UIDPLUS LIST-EXTENDED I18NLEVEL=1 CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES WITHIN CONTEXT=SEARCH \
LIST-STATUS BINARY MOVE SNIPPET=FUZZY PREVIEW=FUZZY PREVIEW STATUS=SIZE SAVEDATE LITERAL+ NOTIFY \
SPECIAL-USE"

usage() { echo "usage: dovecot.sh start RUNDIR [options] | stop RUNDIR" >&2; exit 2; }

masked_capabilities() {
  local word out=
  for word in $capabilities; do
    [[ " $1 " == *" $word "* ]] || out+="$word "
  done
  echo "${out% }"
}

write_config() {
  local run=$1 prefix= separator=/
  if [[ $layout == inbox ]]; then
    prefix=INBOX.
    separator=.
  fi
  cat >"$run/dovecot.conf" <<CONF
base_dir = $run/base
state_dir = $run/state
libexec_dir = $part/usr/lib/dovecot
mail_plugin_dir = $part/usr/lib/dovecot/modules
login_plugin_dir = $part/usr/lib/dovecot/modules/login
import_environment = TZ CORE_OUTOFMEM CORE_ERROR LD_LIBRARY_PATH=$libraries
default_internal_user = $server_user
default_internal_group = $server_group
default_login_user = $server_user
ssl = yes
ssl_cert = <$run/cert.pem
ssl_key = <$run/key.pem
disable_plaintext_auth = no
log_path = $run/log
protocols = imap lmtp
first_valid_uid = 1
mail_location = maildir:$run/mail/%u
mailbox_idle_check_interval = 2 s
mail_max_userip_connections = 50
auth_failure_delay = 0
mail_fsync = never
lmtp_save_to_detail_mailbox = yes
recipient_delimiter = +
lda_mailbox_autocreate = yes
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = $imap_port
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = $imaps_port
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $lmtp_port
  }
}
namespace inbox {
  inbox = yes
  prefix = $prefix
  separator = $separator
  mailbox Drafts {
    auto = subscribe
    special_use = \\Drafts
  }
  mailbox Junk {
    auto = subscribe
    special_use = \\Junk
  }
  mailbox Sent {
    auto = subscribe
    special_use = \\Sent
  }
  mailbox Trash {
    auto = subscribe
    special_use = \\Trash
  }
}
passdb {
  driver = static
  args = password=secret
  username_filter = !refused*
}
passdb {
  driver = passwd-file
  args = $run/refused
}
userdb {
  driver = static
  args = uid=$server_uid gid=$server_gid home=$run/mail/%u allow_all_users=yes
}
CONF
  if [[ -n $without ]]; then
    # The greeting's own list would name what the mask hides.
    echo "imap_capability = $(masked_capabilities "$without")" >>"$run/dovecot.conf"
  fi
  if [[ -n $quota_kib ]]; then
    cat >>"$run/dovecot.conf" <<CONF
mail_plugins = quota
plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=${quota_kib}K
  quota_grace = 0
}
CONF
  fi
}

# Pigeonhole 0.5.19 with its default settings.
sieve_extensions="fileinto reject envelope encoded-character vacation subaddress comparator-i;ascii-numeric \
relational regex imap4flags copy include variables body enotify environment mailbox date index ihave \
duplicate mime foreverypart extracttext"

write_sieve_config() {
  local run=$1 extensions=$sieve_extensions
  [[ $sieve == all ]] || extensions=$sieve
  mkdir -p "$run/sieve"
  make_sendmail "$run"
  cat >>"$run/dovecot.conf" <<CONF
protocols = imap lmtp sieve
sendmail_path = $run/sendmail
managesieve_sieve_capability = $extensions
managesieve_notify_capability = mailto
service config {
  executable = $run/lib/config
}
service managesieve-login {
  chroot =
  inet_listener sieve {
    address = 127.0.0.1
    port = $sieve_port
  }
}
protocol lmtp {
  mail_plugins = \$mail_plugins sieve
}
plugin {
  sieve = file:$run/sieve/%u;active=$run/sieve/%u.active
  sieve_extensions = $extensions
}
CONF
}

write_master_config() {
  local run=$1
  echo "godwit:{PLAIN}mastersecret" >"$run/masters"
  cat >>"$run/dovecot.conf" <<CONF
auth_master_user_separator = *
passdb {
  driver = passwd-file
  args = $run/masters
  master = yes
}
CONF
}

# As docs/sign-in.md says, whose block is two files.
write_token_config() {
  local run=$1 issuer keys mechanisms lines
  read -r issuer keys mechanisms <<<"$tokens"
  lines=$(documented sign-in.md "# dovecot.conf" "oauthbearer xoauth2" "${mechanisms:-oauthbearer xoauth2}" \
    "/etc/dovecot/tokens.conf" "$run/tokens.conf" "prefix=KEYS/" "prefix=$keys/" \
    "https://id.example.org/realms/staff" "$issuer")
  echo "${lines%%"# $run/tokens.conf"*}" >>"$run/dovecot.conf"
  echo "${lines#*"# $run/tokens.conf"}" >"$run/tokens.conf"
}

# As docs/push.md says.
write_push_config() {
  local run=$1 kind=${push%% *} url=${push#* } lines
  case $kind in
    ox)
      lines=$(documented push.md 'mail_plugins = $mail_plugins notify push_notification' \
        "http://dovecot:SECRET@127.0.0.1:8082/godwit/push" "$url" "%h/dovecot-attributes" "$run/mail/%u/attributes")
      ;;
    lua)
      cp "$here/../../packaging/dovecot/godwit.lua" "$run/godwit.lua"
      lines=$(documented push.md 'mail_plugins = $mail_plugins notify mail_lua' \
        "http://127.0.0.1:8082/godwit/push" "$url" "THE SECRET" 0123456789abcdef \
        "/usr/share/godwit/dovecot/godwit.lua" "$run/godwit.lua")
      ;;
    exporter)
      lines=$(documented push.md "event_exporter godwit" "http://dovecot:SECRET@127.0.0.1:8082/godwit/push" "$url")
      ;;
    *) stop_with "--push: unknown kind '$kind'" ;;
  esac
  echo "$lines" >>"$run/dovecot.conf"
}

write_shared_config() {
  local run=$1
  mkdir -p "$run/public/.News" "$run/acl"
  echo "anyone lrwstipekxa" >"$run/public/dovecot-acl"
  cat >>"$run/dovecot.conf" <<CONF
namespace others {
  type = shared
  separator = /
  prefix = shared/%%u/
  location = maildir:$run/mail/%%u
  subscriptions = no
  list = children
}
namespace public {
  type = public
  separator = /
  prefix = Public/
  location = maildir:$run/public
  subscriptions = no
  list = children
}
mail_plugins = \$mail_plugins acl
protocol imap {
  mail_plugins = \$mail_plugins imap_acl
}
plugin {
  acl = vfile
  acl_shared_dict = file:$run/acl/shared.db
}
CONF
}

start() {
  local run=$1 try pid doveconf
  use_part dovecot "$run"
  mkdir -p "$run/base" "$run/state" "$run/mail"
  make_certificate "$run"
  echo "nobody:{PLAIN}!" >"$run/refused"
  # libdovecot.so looks for its TLS module in /usr/lib/dovecot/modules whatever the settings say, and
  # does not start without. A copy of it looks below its working directory, which is base_dir.
  mkdir -p "$run/lib"
  sed -e 's|/usr/lib/dovecot/modules|././././././././/modules|g' \
    -e 's|/usr/lib/dovecot\x00|././././././././\x00|g' \
    "$part/usr/lib/dovecot/libdovecot.so.0" >"$run/lib/libdovecot.so.0"
  ln -sfn "$part/usr/lib/dovecot/modules" "$run/base/modules"
  ln -sfn "$part/usr/lib/dovecot/libdcrypt_openssl.so" "$run/base/libdcrypt_openssl.so"
  doveconf=$part/usr/bin/doveconf
  if [[ -n $sieve ]]; then
    # Likewise, who reads the configuration looks there for the settings of Pigeonhole.
    for program in usr/bin/doveconf usr/lib/dovecot/config; do
      sed 's|/usr/lib/dovecot/modules|././././././././/modules|g' "$part/$program" \
        >"$run/lib/${program##*/}"
      chmod 755 "$run/lib/${program##*/}"
    done
    doveconf=$run/lib/doveconf
  fi
  libraries=$run/lib:$part/usr/lib/dovecot:$part/usr/lib/dovecot/modules:$part/usr/lib/dovecot/modules/old-stats:$part/usr/lib/$triplet
  for try in 1 2 3; do
    imap_port=$(free_port)
    imaps_port=$(free_port)
    lmtp_port=$(free_port)
    sieve_port=$(free_port)
    write_config "$run"
    [[ -z $sieve ]] || write_sieve_config "$run"
    [[ -z $shared ]] || write_shared_config "$run"
    [[ -z $master ]] || write_master_config "$run"
    [[ -z $push ]] || write_push_config "$run"
    [[ -z $tokens ]] || write_token_config "$run"
    hand_over "$run"
    # The master would look for doveconf in /usr/bin: so it is run the other way round.
    (cd "$run/base" && LD_LIBRARY_PATH=$libraries exec "${as_server[@]}" \
      "$doveconf" -f service=master -c "$run/dovecot.conf" -m master \
      -e "$part/usr/sbin/dovecot" -F -c "$run/dovecot.conf") </dev/null >>"$run/stdout" 2>&1 &
    pid=$!
    echo "$pid" >"$run/server.pid"
    if wait_for_greeting "$pid" "$imap_port" "$run/stdout"; then
      echo "IMAP_PORT=$imap_port"
      echo "IMAPS_PORT=$imaps_port"
      echo "LMTP_PORT=$lmtp_port"
      echo "MAIL=$run/mail"
      if [[ -n $sieve ]]; then
        echo "SIEVE_PORT=$sieve_port"
        echo "SENT=$run/sent"
      fi
      echo "TLS_CERTIFICATE=$run/cert.pem"
      return
    fi
    stop_server "$run"
  done
  tail -n 5 "$run/log" >&2 || true
  stop_with "Dovecot did not start"
}

[[ $# -ge 2 ]] || usage
action=$1
run=$(realpath -m "$2")
shift 2
without= layout=plain quota_kib= sieve= shared= master= push= tokens=
while [[ $# -gt 0 ]]; do
  case $1 in
    --without) without=$2; shift 2 ;;
    --layout) layout=$2; shift 2 ;;
    --quota) quota_kib=$2; shift 2 ;;
    --sieve) sieve=$2; shift 2 ;;
    --shared) shared=$2; shift 2 ;;
    --master) master=$2; shift 2 ;;
    --push) push=$2; shift 2 ;;
    --tokens) tokens=$2; shift 2 ;;
    *) usage ;;
  esac
done
case $action in
  start) start "$run" ;;
  stop) stop_server "$run" ;;
  *) usage ;;
esac
