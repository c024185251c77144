#!/usr/bin/env bash
# OpenLDAP 2.5 with a small directory, on free loopback ports.
#
#   slapd.sh start RUNDIR
#   slapd.sh stop RUNDIR
#
# `start` prints LDAP_PORT=, LDAPS_PORT= and CA_FILE= (who signed the server's certificate, which is
# for localhost). Everything is below dc=example,dc=com: people in ou=people, groups in ou=groups.
# Only uid=reader,dc=example,dc=com with the password `readerpw` may read, and people themselves;
# cn=admin,dc=example,dc=com, `adminpw`, may write, too; an
# answer has at most 50 entries. A person's password is the uid with `pw` behind it; nomail has none.
# shellcheck source=tests/parts/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

write_config() {
  local run=$1
  cat >"$run/slapd.conf" <<CONF
include $part/etc/ldap/schema/core.schema
include $part/etc/ldap/schema/cosine.schema
include $part/etc/ldap/schema/inetorgperson.schema
include $part/etc/ldap/schema/dyngroup.schema
include $part/etc/ldap/schema/nis.schema
modulepath $part/usr/lib/ldap
moduleload back_mdb
pidfile $run/slapd.pid
TLSCertificateFile $run/cert.pem
TLSCertificateKeyFile $run/key.pem
sizelimit 50
database mdb
maxsize 33554432
suffix dc=example,dc=com
rootdn cn=admin,dc=example,dc=com
rootpw adminpw
directory $run/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact=uid=reader,dc=example,dc=com read by self read by * none
CONF
}

person() {
  cat <<LDIF

dn: uid=$1,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: $1
cn: $2
sn: ${2##* }
givenName: ${2%% *}
displayName: $2
userPassword: $1pw
mail: $1@example.com
LDIF
}

write_directory() {
  local i
  cat <<LDIF
dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: uid=reader,dc=example,dc=com
objectClass: account
objectClass: simpleSecurityObject
uid: reader
userPassword: readerpw

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups
LDIF
  person ada "Ada Lovelace"
  cat <<LDIF
mail: countess@example.com
preferredLanguage: fr-CH, en-gb;q=0.8
title: Countess
o: Analytical Engines
physicalDeliveryOfficeName: Mill Hall
telephoneNumber: +44 20 1
homePhone: +44 20 2
mobile: +44 7700 3
jpegPhoto:: /9j/4AAQSkZJRg==
userCertificate;binary:: $(openssl x509 -in "$1/cert.pem" -outform DER | base64 -w0)
LDIF
  person juergen "Jürgen Müller-Lüdenscheid" | sed -e 's/^\(cn\|sn\|givenName\|displayName\): .*/&/' |
    while IFS= read -r line; do
      if [[ $line == *ü* ]]; then printf '%s:: %s\n' "${line%%:*}" "$(printf %s "${line#*: }" | base64 -w0)"
      else printf '%s\n' "$line"; fi
    done
  person star "Star * (Paren) \\Back"
  printf '\ndn: cn=nomail,ou=people,dc=example,dc=com\nobjectClass: person\ncn: nomail\nsn: Nomail\n'
  person "comma, dc=x" "Comma Name" | sed -e 's/^dn: uid=comma, dc=x,/dn: uid=comma\\2c dc\\3dx,/' \
    -e 's/^mail: .*/mail: comma@example.com/' -e 's/^userPassword: .*/userPassword: commapw/'
  person "a*)(b" "Odd Name" | sed -e 's/^mail: .*/mail: odd@example.com/' -e 's/^userPassword: .*/userPassword: oddpw/'
  person twin1 "Twin One" | sed 's/^mail: .*/mail: twin@example.com/'
  person twin2 "Twin Two" | sed 's/^mail: .*/mail: twin@example.com/'
  for ((i = 0; i < 60; ++i)); do person "many$i" "Many Person$i"; done
  cat <<LDIF

dn: cn=engineers,ou=groups,dc=example,dc=com
objectClass: groupOfNames
objectClass: extensibleObject
cn: engineers
description: Engine makers
mail: engineers@example.com
member: uid=ada,ou=people,dc=example,dc=com

dn: cn=everybody,ou=groups,dc=example,dc=com
objectClass: groupOfNames
objectClass: extensibleObject
cn: everybody
mail: everybody@example.com
member: cn=engineers,ou=groups,dc=example,dc=com
member: cn=everybody,ou=groups,dc=example,dc=com
member: cn=circle,ou=groups,dc=example,dc=com
member: cn=nomail,ou=people,dc=example,dc=com
member: uid=nobody,ou=people,dc=example,dc=com
member: uid=star,ou=people,dc=example,dc=com

dn: cn=circle,ou=groups,dc=example,dc=com
objectClass: groupOfNames
objectClass: extensibleObject
cn: circle
mail: circle@example.com
member: cn=everybody,ou=groups,dc=example,dc=com
member: uid=ada,ou=people,dc=example,dc=com

dn: cn=unix,ou=groups,dc=example,dc=com
objectClass: posixGroup
cn: unix
gidNumber: 100
memberUid: star

dn: cn=odd,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: odd
member: uid=a*)(b,ou=people,dc=example,dc=com

dn: cn=stars,ou=groups,dc=example,dc=com
objectClass: groupOfURLs
objectClass: extensibleObject
cn: stars
mail: stars@example.com
memberURL: ldap:///ou=people,dc=example,dc=com??one?(%7Ccn=star*)
memberURL: ldap:///ou=people,dc=example,dc=com??one?(|(uid=star)(uid=juergen))

dn: cn=crowd,ou=groups,dc=example,dc=com
objectClass: groupOfURLs
objectClass: extensibleObject
cn: crowd
mail: crowd@example.com
memberURL: ldap:///ou=people,dc=example,dc=com??sub?(uid=many*)
LDIF
}

launch() {
  ldap_port=$(free_port)
  ldaps_port=$(free_port)
  LD_LIBRARY_PATH=$libraries "${as_server[@]}" "$part/usr/sbin/slapd" -d 0 -f "$run/slapd.conf" \
    -h "ldap://127.0.0.1:$ldap_port/ ldaps://127.0.0.1:$ldaps_port/" </dev/null >>"$run/log" 2>&1 &
  pid=$!
}

is_up() { answers "$ldap_port" && answers "$ldaps_port"; }

start() {
  run=$1
  use_part slapd "$run"
  libraries=$part/usr/lib/$triplet:$part/usr/lib/ldap
  mkdir -p "$run/data"
  make_certificate "$run"
  write_config "$run"
  write_directory "$run" >"$run/directory.ldif"
  hand_over "$run"
  LD_LIBRARY_PATH=$libraries "${as_server[@]}" "$part/usr/sbin/slapd" -T add -q \
    -f "$run/slapd.conf" -l "$run/directory.ldif" >"$run/log" 2>&1 ||
    { tail -n 5 "$run/log" >&2; stop_with "slapd takes no entries"; }
  start_server "$run" slapd "$run/log"
  echo "LDAP_PORT=$ldap_port"
  echo "LDAPS_PORT=$ldaps_port"
  echo "CA_FILE=$run/cert.pem"
}

start_or_stop "$@"
