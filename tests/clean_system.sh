# Sourced by tests that want a Debian 12 of their own: `work`, a scratch folder, and functions that make
# a clean system, fill it from Debian's servers, and boot it with systemd in namespaces of its own
# without a network. All of it goes at the end. What cannot be had here ends with 77 and the reason.

work=$(mktemp -d /tmp/godwit-clean-XXXXXX)
init=     # the service manager of the clean system, while it runs
control=  # its control group

stop() { echo "$(basename "$0"): $*" >&2; exit 1; }
skip() { echo "$(basename "$0"): skipped, $*" >&2; exit 77; }

shut_down() {
  if [[ -n $init ]]; then
    kill -KILL "$init" 2>/dev/null || true
    tail --pid="$init" -f /dev/null 2>/dev/null || true
    init=
  fi
  if [[ -n $control && -d $control ]]; then
    find "$control" -depth -type d -exec rmdir {} + 2>/dev/null || true
    control=
  fi
}
finish() {
  shut_down
  rm -rf "$work"
}
trap finish EXIT

# The base: a bare Debian 12 with a service manager, made once.
make_base() {
  local folder=$1 command
  [[ $(id -u) -eq 0 ]] || skip "a clean system can be made by root only"
  for command in debootstrap unshare nsenter ip; do
    command -v $command >/dev/null || skip "$command is not there (apt-get install debootstrap util-linux iproute2)"
  done
  grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || skip "the kernel knows no overlay"
  if [[ ! -f $folder/.whole ]]; then
    rm -rf "$folder"
    debootstrap --variant=minbase --include=systemd,dbus,ca-certificates bookworm "$folder" \
      >"$work/debootstrap.log" 2>&1 ||
      skip "debootstrap made no clean system ($(tail -n 1 "$work/debootstrap.log"))"
    touch "$folder/.whole"
  fi
}

# fetch_needed BASE COMMANDS: with this machine's network, but not started: runs shell commands that
# download packages. What lies in $work/bring is in its /root.
fetch_needed() {
  local base=$1
  mkdir -p "$work"/{upper/root,inner,system}
  cp -r "$work/bring/." "$work/upper/root/"
  printf 'set -e\ncd /root\napt-get -q update\n%s\n' "$2" >"$work/upper/root/.fetch"
  unshare -m bash -ec "
    mount -t overlay clean -o lowerdir=$base,upperdir=$work/upper,workdir=$work/inner $work/system
    mount -t proc proc $work/system/proc
    cp --remove-destination /etc/resolv.conf $work/system/etc/resolv.conf
    DEBIAN_FRONTEND=noninteractive chroot $work/system sh /root/.fetch
  " >"$work/fetch.log" 2>&1 || skip "Debian's package servers gave nothing ($(tail -n 1 "$work/fetch.log"))"
}

# Starts it: namespaces of its own, no network but loopback.
boot() {
  local base=$1 groups outer
  groups=$(findmnt -t cgroup2 -n -o TARGET | head -n 1)
  [[ -n $groups ]] || skip "there is no version 2 of control groups here"
  control=$groups/godwit-package-$$
  mkdir "$control" 2>/dev/null || skip "control groups cannot be made here"
  cat >"$work/boot.sh" <<BOOT
echo \$\$ >$control/cgroup.procs
exec unshare --mount --pid --fork --net --uts --ipc --cgroup --kill-child bash -c '
  mount --make-rprivate /
  mount -t overlay clean -o lowerdir=$base,upperdir=$work/upper,workdir=$work/inner $work/system
  cd $work/system
  mount -t proc proc proc
  mount -t sysfs -o ro sysfs sys
  mount -t tmpfs tmpfs run
  mount -t tmpfs tmpfs tmp
  mount -t cgroup2 groups sys/fs/cgroup || {
    mount -t tmpfs tmpfs sys/fs/cgroup
    mkdir sys/fs/cgroup/systemd sys/fs/cgroup/unified
    mount -t cgroup -o none,name=systemd groups sys/fs/cgroup/systemd
    mount -t cgroup2 groups sys/fs/cgroup/unified
  }
  ip link set lo up
  exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . /lib/systemd/systemd'
BOOT
  bash "$work/boot.sh" </dev/null >"$work/boot.log" 2>&1 &
  outer=$!
  local i
  for ((i = 0; i < 300; ++i)); do
    init=$(pgrep -P "$outer" | head -n 1 || true)
    [[ -n $init ]] && [[ -d /proc/$init ]] &&
      nsenter -t "$init" -a -r -w systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded' && return
    kill -0 "$outer" 2>/dev/null || break
    sleep 0.2
  done
  skip "systemd does not start in namespaces here ($(tail -n 1 "$work/boot.log"))"
}

# inside COMMAND...: in the system that was booted, without our environment.
inside() {
  nsenter -t "$init" -a -r -w env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}
