#!/bin/sh
# The commands of a Sandbox instance about its name: host-tools.sh NAME ARGUMENT...
#
# The machine that Farmhand runs on keeps its own name: an instance's is in its own /etc/hostname.

name=$1
shift
root=${FARMHAND_ROOT:-$HOME}

fail() { # STATUS MESSAGE
  printf '%s\n' "$2" >&2
  exit "$1"
}

current() {
  if [ -s "$root/etc/hostname" ]; then head -n 1 "$root/etc/hostname"
  else printf '%s\n' "${HOSTNAME:-localhost}"; fi
}

# As the kernel and systemd take them: letters, digits, dashes and dots, at most 64.
change() { # NAME
  case $1 in
    '' | -* | .* | *- | *. | *[!A-Za-z0-9.-]*) fail 1 "$name: the specified hostname is invalid" ;;
  esac
  [ "${#1}" -le 64 ] || fail 1 "$name: name too long"
  mkdir -p "$root/etc" && printf '%s\n' "$1" >"$root/etc/hostname"
}

case $name in
  hostname)
    case ${1-} in
      '' | -f | --fqdn | -a) current ;;
      -s | --short) current | sed 's/\..*//' ;;
      -*) fail 255 "hostname: unknown option $1" ;;
      *) change "$1" ;;
    esac ;;
  hostnamectl)
    case ${1-} in
      set-hostname) change "${2-}" ;;
      hostname)
        if [ $# -gt 1 ]; then change "$2"
        else current; fi ;;
      '' | status | --static) current ;;
      *) fail 1 "Unknown command verb $1." ;;
    esac ;;
  *) fail 127 "$name: command not found" ;;
esac
