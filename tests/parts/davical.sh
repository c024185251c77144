#!/usr/bin/env bash
# DAViCal 1.1 (CalDAV and CardDAV) over PostgreSQL, on a free loopback port: any user, password
# "secret". Needs the part postgres, too.
#
#   davical.sh start RUNDIR
#   davical.sh stop RUNDIR
#
# `start` prints HTTP_PORT=. Everything lies at /caldav.php/. A user whose name begins with "refused"
# cannot sign in. The first sign-in makes a calendar and an address book.
# shellcheck source=tests/parts/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

write_config() {
  local run=$1
  cat >"$run/davical/config/config.php" <<PHP
<?php
\$c->domain_name = 'localhost';
\$c->admin_email = 'admin@example.com';
\$c->default_locale = 'en_GB';
\$c->pg_connect[] = '${database/ dbname=postgres/ dbname=davical}';
\$c->home_calendar_name = 'calendar';
\$c->home_addressbook_name = 'contacts';
\$c->default_collections = array(
  array('type' => 'calendar', 'name' => 'calendar', 'displayname' => '%fn calendar'),
  array('type' => 'addressbook', 'name' => 'contacts', 'displayname' => '%fn contacts'));
function sign_in_for_tests(\$username, \$password) {
  if (\$password !== 'secret' || strpos(\$username, 'refused') === 0) return false;
  \$principal = new Principal('username', \$username);
  if (!\$principal->Exists()) {
    \$principal->Create(array('username' => \$username, 'user_active' => true,
      'email' => \$username . '@example.com', 'modified' => date('c'), 'fullname' => \$username));
    require_once('auth-functions.php');
    CreateHomeCollections(\$username);
  }
  return \$principal;
}
\$c->authenticate_hook['call'] = 'sign_in_for_tests';
\$c->authenticate_hook['config'] = array();
PHP
  # /.well-known and the like are the web server's business.
  cat >"$run/router.php" <<'PHP'
<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (strpos($path, '/.well-known/') === 0) {
  header('Location: /caldav.php/', true, 301);
  return true;
}
return false;
PHP
}

# As update-davical-database, which needs modules of Perl: for an empty database the order is known.
make_database() {
  local run=$1 file psql
  psql=(env -C / "LD_LIBRARY_PATH=$parts/postgres/usr/lib/$triplet" "PGOPTIONS=-c client_min_messages=warning"
    "$parts/postgres/usr/lib/postgresql/15/bin/psql" -qXAt -v ON_ERROR_STOP=1)
  "${psql[@]}" "$database" -c "CREATE DATABASE davical ENCODING 'UTF8' TEMPLATE template0" \
    >"$run/database.log" 2>&1 || return 1
  for file in "$part"/usr/share/awl/dba/{awl-tables,schema-management}.sql \
    "$part"/usr/share/davical/dba/{davical,supported_locales,views/dav_principal,caldav_functions,rrule_functions,base-data}.sql; do
    "${psql[@]}" "${database/ dbname=postgres/ dbname=davical}" -f "$file" >>"$run/database.log" 2>&1 ||
      return 1
  done
}

launch() {
  http_port=$(free_port)
  LD_LIBRARY_PATH=$part/usr/lib/$triplet PHP_CLI_SERVER_WORKERS=4 "${as_server[@]}" \
    env -C "$run/davical/htdocs" "$part/usr/bin/php8.2" -n \
    -d extension_dir="$(echo "$part"/usr/lib/php/2*)" "${modules[@]}" \
    -d include_path="$run/davical/inc:$part/usr/share/awl/inc" -d date.timezone=UTC \
    -d display_errors=0 -d error_log="$run/php.log" \
    -S "127.0.0.1:$http_port" -t "$run/davical/htdocs" "$run/router.php" \
    </dev/null >>"$run/log" 2>&1 &
  pid=$!
}

is_up() { answers "$http_port"; }

start() {
  run=$1
  use_part davical "$run"
  mkdir -p "$run/davical/config" "$run/postgres"
  cp -r "$part/usr/share/davical/"{htdocs,inc,locale} "$run/davical/"
  chmod 755 "$run" # the database's user looks at the folders above its own
  database=$("$here/postgres.sh" start "$run/postgres")
  write_config "$run"
  make_database "$run" || { tail -n 5 "$run/database.log" >&2; stop "$run"; stop_with "no database"; }
  modules=()
  for module in ctype iconv calendar gettext posix pdo pdo_pgsql pgsql dom xml xmlreader xmlwriter \
    simplexml curl tokenizer; do
    [[ -f $(echo "$part"/usr/lib/php/*/"$module.so") ]] && modules+=(-d "extension=$module")
  done
  start_server "$run" DAViCal "$run/log"
  echo "HTTP_PORT=$http_port"
}

stop() {
  stop_server "$1"
  "$here/postgres.sh" stop "$1/postgres"
}

start_or_stop "$@"
