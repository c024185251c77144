#!/usr/bin/env bash
# nginx, Apache, HAProxy or Caddy with the sample of packaging/, on free loopback ports.
#
#   front_end.sh start NAME RUNDIR PORT [SECONDS [certificates]]
#                                                    NAME: nginx, apache, haproxy, haproxy-tls or caddy
#   front_end.sh stop RUNDIR
#
# PORT is Godwit's. The sample is used as it is but for ports, names of files and addresses to listen
# on; with SECONDS its time-out for answers is that instead of 3600 s, with `certificates` what it says
# in comments about client certificates holds. `start` prints HTTPS_PORT=,
# HTTP_PORT= (where the sample has such a door) and TLS_CERTIFICATE= (self-signed, for localhost).
# shellcheck source=tests/parts/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

usage() { echo "usage: front_end.sh start NAME RUNDIR PORT [SECONDS [certificates]] | stop RUNDIR" >&2; exit 2; }
samples=$here/../../packaging

# adapted FILE: the sample with the run's ports and files.
adapted() {
  sed -e "s|127\.0\.0\.1:808[0-9]|127.0.0.1:$godwit_port|g; s|127\.0\.0\.1:8443|127.0.0.1:$godwit_port|g" \
    -e "s|/etc/godwit/fullchain.pem|$run/cert.pem|; s|/etc/godwit/privkey.pem|$run/key.pem|" \
    -e "s|/etc/godwit/haproxy.pem|$run/both.pem|; s|\b3600\(s\?\)\b|$seconds\1|g" \
    -e "s|\bmail\.example\.org\b|mail.example.org localhost|" "$samples/$1" | with_certificates
}

# with_certificates: the sample, as its comments say.
with_certificates() {
  [[ $certificates == certificates ]] || { cat; return; }
  case $name in
    nginx) sed -e 's|# \(ssl_verify_client \)|\1|' -e '/listen 80;/,$!{/Client-Cert "";/d}' \
      -e 's|# \(proxy_set_header Client-Cert \)|\1|' ;;
    apache) sed -e 's|# \(SSLVerifyClient \)|\1|; s|# \(RequestHeader set Client-Cert \)|\1|' ;;
    haproxy) sed -e '/^ *bind :443/d; s|# \(bind :443 \)|\1|; s|# \(http-request set-header Client-Cert \)|\1|' \
      -e "s|/etc/godwit/phones-ca.pem|$run/cert.pem|" ;;
    caddy) sed -e '/# tls {/,/# }$/s|# ||; /header_up -Client-Cert/d' \
      -e 's|# \(header_up Client-Cert \)|\1|' -e "s|^\ttls {|\ttls $run/cert.pem $run/key.pem {|" ;;
    *) cat ;;
  esac
}

write_nginx() {
  {
    echo "daemon off; pid $run/pid; error_log $run/log; worker_processes 1;"
    echo "events { worker_connections 1024; }"
    echo "http { access_log $run/access;"
    for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $run/$kind;"; done
    adapted nginx/godwit.conf | sed -e '/listen \[::\]/d' -e "s|listen 443|listen 127.0.0.1:$https_port|" \
      -e "s|listen 80|listen 127.0.0.1:$http_port|"
    echo "}"
  } >"$run/conf"
  command=("$part/usr/sbin/nginx" -e "$run/log" -c "$run/conf")
}

write_apache() {
  local module
  {
    echo "ServerRoot $run"
    echo "PidFile $run/pid"
    echo "ErrorLog $run/log"
    echo "Listen 127.0.0.1:$https_port"
    echo "Listen 127.0.0.1:$http_port"
    for module in mpm_event authz_core ssl proxy proxy_http headers reqtimeout; do
      echo "LoadModule ${module}_module $part/usr/lib/apache2/modules/mod_$module.so"
    done
    echo "Mutex file:$run"
    # As Debian's mods-available/reqtimeout.conf has it.
    echo "RequestReadTimeout header=20-40,minrate=500"
    echo "RequestReadTimeout body=10,minrate=500"
    adapted apache/godwit.conf | sed -e "s|\*:443|127.0.0.1:$https_port|; s|\*:80|127.0.0.1:$http_port|" \
      -e "s|ServerName mail.example.org localhost|ServerName mail.example.org|" \
      -e "s|ServerAlias|ServerAlias localhost|"
  } >"$run/conf"
  command=("$part/usr/sbin/apache2" -D FOREGROUND -f "$run/conf")
}

write_haproxy() {
  {
    echo "global"
    echo "    maxconn 2000"
    adapted "haproxy/$1" | sed -e "s|bind :443|bind 127.0.0.1:$https_port|; s|bind :80|bind 127.0.0.1:$http_port|"
  } >"$run/conf"
  cat "$run/cert.pem" "$run/key.pem" >"$run/both.pem"
  command=("$part/usr/sbin/haproxy" -db -f "$run/conf")
}

write_caddy() {
  {
    echo "{"
    echo "    admin off"
    echo "    auto_https disable_certs"
    echo "    http_port $http_port"
    echo "    https_port $https_port"
    echo "    default_bind 127.0.0.1"
    echo "}"
    # Its authority is out of reach here: the certificate is ours.
    local own="\n\ttls $run/cert.pem $run/key.pem"
    [[ $certificates != certificates ]] || own=
    adapted caddy/Caddyfile |
      sed -e "s|^mail.example.org localhost, .*{|localhost, mail.example.org, autodiscover.example.org {$own|"
  } >"$run/conf"
  command=(env "HOME=$run" "XDG_DATA_HOME=$run" "XDG_CONFIG_HOME=$run" "$part/usr/bin/caddy" run
    --adapter caddyfile --config "$run/conf")
}

launch() {
  http_port=$(free_port)
  https_port=$(free_port)
  case $name in
    nginx) write_nginx ;;
    apache) write_apache ;;
    haproxy) write_haproxy godwit.cfg ;;
    haproxy-tls) write_haproxy godwit-tls.cfg ;;
    caddy) write_caddy ;;
    *) usage ;;
  esac
  hand_over "$run"
  "${as_server[@]}" "${command[@]}" </dev/null >>"$run/output" 2>&1 &
  pid=$!
}

is_up() { answers "$https_port"; }

start() {
  name=$1
  run=$2
  godwit_port=$3
  seconds=${4:-3600}
  certificates=${5:-}
  use_part "${name%-tls}" "$run"
  make_certificate "$run"
  export LD_LIBRARY_PATH=$part/usr/lib/$triplet:$part/lib/$triplet
  start_server "$run" "$name" "$run/output" "$run/log"
  echo "HTTPS_PORT=$https_port"
  [[ $name == haproxy-tls ]] || echo "HTTP_PORT=$http_port"
  echo "TLS_CERTIFICATE=$run/cert.pem"
}

case ${1:-},$# in
  start,4 | start,5 | start,6) start "${@:2}" ;;
  stop,2) stop_server "$2" ;;
  *) usage ;;
esac
