#!/usr/bin/env bash
# Samba's Active Directory domain controller, its LDAP alone, on a free loopback port.
#
#   samba.sh start RUNDIR
#   samba.sh stop RUNDIR
#
# `start` prints LDAP_PORT= (without TLS: what comes to it goes to the controller's own socket), or,
# where it cannot run, WHY= with the reason. The domain is example.com; CN=reader,CN=Users reads with
# the password `Reader.pw1`. Bob's password is `Bob.pw1!`; he is in the group Deep by Outer, which is in
# it. Takes about half a minute.
#
# Samba's paths are compiled in and it insists on being root: it runs in a mount and network
# namespace of its own in which its packages lie over /usr. That takes root, or a kernel that lets
# users make namespaces.
# shellcheck source=tests/parts/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

write_people() {
  cat <<'PYTHON'
import base64, sys
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

lp = LoadParm()
lp.load(sys.argv[1])
db = SamDB(session_info=system_session(), lp=lp)
users = "CN=Users,DC=example,DC=com"
db.newuser("reader", "Reader.pw1")
photo = base64.b64encode(b"\xff\xd8\xff\xe0 not much of a picture").decode()
certificate = base64.b64encode(open(sys.argv[2], "rb").read()).decode()
people = [
    ("Ada Lovelace", "user", f"""sAMAccountName: ada
givenName: Ada
sn: Lovelace
displayName: Ada Lovelace
mail: ada@example.com
proxyAddresses: SMTP:ada@example.com
proxyAddresses: smtp:countess@example.com
title: Countess
company: Analytical Engines
department: Mills
physicalDeliveryOfficeName: Mill Hall
telephoneNumber: +44 20 1
homePhone: +44 20 2
mobile: +44 7700 3
thumbnailPhoto:: {photo}
userCertificate:: {certificate}"""),
    ("Bob Babbage", "user", """sAMAccountName: bob
givenName: Bob
sn: Babbage
displayName: Bob Babbage
mail: bob@example.com"""),
    ("Zoe Elsewhere", "contact", """displayName: Zoe Elsewhere
mail: zoe@example.net"""),
    ("No Mail", "user", """sAMAccountName: nomail
displayName: No Mail"""),
    ("Inner", "group", f"""sAMAccountName: inner
mail: inner@example.com
member: CN=Bob Babbage,{users}
member: CN=Zoe Elsewhere,{users}"""),
    ("Team", "group", f"""sAMAccountName: team
displayName: Engine Team
mail: team@example.com
member: CN=Ada Lovelace,{users}
member: CN=Inner,{users}
member: CN=No Mail,{users}"""),
]
people += [
    ("Outer", "group", f"sAMAccountName: outer\nmember: CN=Bob Babbage,{users}"),
    ("Deep", "group", f"sAMAccountName: deep\nmember: CN=Outer,{users}"),
    ("Empty", "group", "sAMAccountName: empty"),
]
for name, kind, attributes in people:
    db.add_ldif(f"dn: CN={name},{users}\nobjectClass: {kind}\n{attributes}\n\n")
db.setpassword("(sAMAccountName=bob)", "Bob.pw1!")
db.enable_account("(sAMAccountName=bob)")
db.modify_ldif(f"dn: CN=Inner,{users}\nchangetype: modify\nadd: member\nmember: CN=Team,{users}\n\n")
PYTHON
}

# Bytes between a loopback port outside and the controller's socket, which every namespace sees.
write_relay() {
  cat <<'PYTHON'
import socket, sys, threading

def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for each in (source, target):
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    client, _ = server.accept()
    inner = socket.socket(socket.AF_UNIX)
    inner.connect(sys.argv[1])
    for pair in ((client, inner), (inner, client)):
        threading.Thread(target=pump, args=pair, daemon=True).start()
PYTHON
}

# Sets `command` to run its arguments with Samba's files over /usr, as root of a namespace.
inside() {
  command=("${namespace[@]}" bash -c '
    mount -t overlay overlay -o "lowerdir=$0/usr:/usr" /usr || exit 97
    ip link set lo up 2>/dev/null || true
    export LD_LIBRARY_PATH=$1/samba:$0/lib/$2
    shift 2
    exec "$@"' "$part" "/usr/lib/$triplet" "$triplet" "$@")
}

why_not() {
  echo "WHY=$*"
  exit 0
}

start() {
  local run=$1 i pid
  part=$parts/samba
  [[ -f $part/.fetched ]] || { echo "samba is not in $parts: run tests/parts.sh fetch samba" >&2; exit 3; }
  if [[ $(id -u) -eq 0 ]]; then namespace=(unshare -mn); else namespace=(unshare -Urmn); fi
  "${namespace[@]}" true 2>/dev/null || why_not "this machine lets us make no namespaces"
  inside true
  "${command[@]}" 2>/dev/null || why_not "nothing can be laid over /usr in a namespace here"
  make_certificate "$run"
  openssl x509 -in "$run/cert.pem" -outform DER -out "$run/cert.der"
  write_people >"$run/people.py"
  write_relay >"$run/relay.py"
  inside /usr/bin/python3 /usr/bin/samba-tool domain provision --targetdir="$run/dc" \
    --realm=EXAMPLE.COM --domain=EXAMPLE --server-role=dc --dns-backend=NONE \
    --adminpass='Admin.pw1' --host-name=dc --host-ip=127.0.0.1 --option="vfs objects="
  "${command[@]}" >"$run/log" 2>&1 ||
    { tail -n 5 "$run/log" >&2; stop_with "samba makes no domain"; }
  inside /usr/bin/python3 "$run/people.py" "$run/dc/etc/smb.conf" "$run/cert.der"
  "${command[@]}" >>"$run/log" 2>&1 ||
    { tail -n 5 "$run/log" >&2; stop_with "samba takes no entries"; }
  inside /usr/sbin/samba -s "$run/dc/etc/smb.conf" -F -M single --debug-stdout \
    --option="server services=ldap" --option="ldap server require strong auth=no" \
    --option="interfaces=lo" --option="bind interfaces only=yes" --option="pid directory=$run"
  setsid "${command[@]}" </dev/null >>"$run/log" 2>&1 &
  echo $! >"$run/server.pid"
  for ((i = 0; i < 600; ++i)); do
    kill -0 "$(<"$run/server.pid")" 2>/dev/null || break
    if [[ -S $run/dc/private/ldapi ]]; then
      python3 "$run/relay.py" "$run/dc/private/ldapi" >"$run/relay.port" 2>>"$run/log" </dev/null &
      echo $! >"$run/relay.pid"
      while [[ ! -s $run/relay.port ]]; do sleep 0.05; done
      echo "WHY="
      echo "LDAP_PORT=$(<"$run/relay.port")"
      return
    fi
    sleep 0.1
  done
  tail -n 5 "$run/log" >&2
  stop_with "samba did not start"
}

stop() {
  if [[ -f $1/relay.pid ]]; then kill "$(<"$1/relay.pid")" 2>/dev/null || true; fi
  stop_server "$1"
}

start_or_stop "$@"
