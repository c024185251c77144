#!/usr/bin/env bash
# MIT Kerberos' KDC for the realm EXAMPLE.ORG, on a free loopback port.
#
#   kerberos.sh start RUNDIR
#   kerberos.sh stop RUNDIR
#
# `start` prints KDC_CONFIG= (a krb5.conf for its clients), KEYTAB= (of HTTP/mail.example.org) and
# OTHER_KEYTAB= (of HTTP/other.example.org), ANN= and ADMIN= (credentials of ann and of bob/admin). Clocks
# may differ by two seconds.
# shellcheck source=tests/parts/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

write_config() {
  local run=$1 port=$2
  cat >"$run/krb5.conf" <<CONF
[libdefaults]
  default_realm = EXAMPLE.ORG
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  clockskew = 2
[realms]
  EXAMPLE.ORG = {
    kdc = 127.0.0.1:$port
  }
[dbmodules]
  db_module_dir = $part/usr/lib/$triplet/krb5/plugins/kdb
CONF
  cat >"$run/kdc.conf" <<CONF
[kdcdefaults]
  kdc_listen = 127.0.0.1:$port
  kdc_tcp_listen = 127.0.0.1:$port
[realms]
  EXAMPLE.ORG = {
    database_name = $run/data/principal
    key_stash_file = $run/data/stash
    acl_file = $run/data/acl
  }
[logging]
  kdc = FILE:$run/kdc.log
CONF
}

kerberos() { env "${environment[@]}" "${as_server[@]}" "$@"; }
admin() { kerberos "$part/usr/sbin/kadmin.local" -r EXAMPLE.ORG -q "$1" >>"$run/log" 2>&1; }

make_realm() {
  mkdir -p "$run/data"
  hand_over "$run"
  kerberos "$part/usr/sbin/kdb5_util" create -s -r EXAMPLE.ORG -P master >>"$run/log" 2>&1 ||
    { tail -n 5 "$run/log" >&2; stop_with "no realm was made"; }
  admin "addprinc -pw annpw ann"
  admin "addprinc -pw adminpw bob/admin"
  admin "addprinc -randkey HTTP/mail.example.org"
  admin "addprinc -randkey HTTP/other.example.org"
  admin "ktadd -k $run/http.keytab HTTP/mail.example.org"
  admin "ktadd -k $run/other.keytab HTTP/other.example.org"
}

# ticket NAME PRINCIPAL PASSWORD
ticket() {
  local cache=$run/$1.cc principal=$2 password=$3
  kerberos "$part/usr/bin/kinit" -c "$cache" "$principal" <<<"$password" >>"$run/log" 2>&1 ||
    { tail -n 5 "$run/log" "$run/kdc.log" >&2; stop_with "no ticket for $principal"; }
  chmod a+rw "$cache"
}

launch() {
  port=$(free_port)
  write_config "$run" "$port"
  [[ -d $run/data ]] || make_realm
  env "${environment[@]}" "${as_server[@]}" "$part/usr/sbin/krb5kdc" -n </dev/null >>"$run/log" 2>&1 &
  pid=$!
}

is_up() { answers "$port"; }

start() {
  run=$1
  use_part kerberos "$run"
  environment=(LD_LIBRARY_PATH="$part/usr/lib/$triplet" KRB5_CONFIG="$run/krb5.conf"
    KRB5_KDC_PROFILE="$run/kdc.conf")
  start_server "$run" "the KDC" "$run/log"
  ticket ann ann annpw
  ticket admin bob/admin adminpw
  chmod a+r "$run/http.keytab" "$run/other.keytab"
  echo "KDC_CONFIG=$run/krb5.conf"
  echo "KEYTAB=$run/http.keytab"
  echo "OTHER_KEYTAB=$run/other.keytab"
  echo "ANN=$run/ann.cc"
  echo "ADMIN=$run/admin.cc"
}

start_or_stop "$@"
