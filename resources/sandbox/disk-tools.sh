#!/bin/sh
# The disk commands of a Sandbox instance: disk-tools.sh NAME ARGUMENT...
#
# An instance of the Sandbox is a folder (FARMHAND_ROOT) and no machine, so the system's own commands would act on the
# machine that Farmhand runs on. These take their place in the instance's PATH, do the same to the instance's own volumes, and
# fail as the real ones do. A volume is a folder: `disk` is its first block, `size` its size in GiB, `fs` says what was put
# on it, `content` holds the files of its file system. $FARMHAND_ROOT/dev/sdf leads to the `disk` of an attached volume. A
# mounted file system is a link at its mount point.

name=$1
shift
root=${FARMHAND_ROOT:-$HOME}
mtab=$root/etc/mtab
fstab=$root/etc/fstab

fail() { # STATUS MESSAGE
  printf '%s\n' "$2" >&2
  exit "$1"
}

# The path as the instance sees it: /dev/sdf for $FARMHAND_ROOT/dev/sdf.
inside() {
  case $1 in
    "$root"/*) printf '%s\n' "${1#"$root"}" ;;
    /*) printf '%s\n' "$1" ;;
    *) case $PWD/$1 in
      "$root"/*) w=$PWD/$1 && printf '%s\n' "${w#"$root"}" ;;
      *) printf '/%s\n' "$1" ;;
    esac ;;
  esac
}

# The volume's folder behind a device, or nothing.
folder() {
  at=$(readlink -f "$root$1" 2>/dev/null) || return 1
  [ -f "$at" ] && [ "${at##*/}" = disk ] || return 1
  printf '%s\n' "${at%/disk}"
}

# A fact of what is on a device: fact FOLDER TYPE
fact() {
  [ -f "$1/fs" ] && sed -n "s/^$2=//p" "$1/fs"
}

# Whether the first sector ends as that of a partition table does.
partitioned() {
  [ "$(od -An -tx1 -j510 -N2 "$1/disk" 2>/dev/null | tr -d ' \n')" = 55aa ]
}

new_uuid() {
  if [ -r /proc/sys/kernel/random/uuid ]; then cat /proc/sys/kernel/random/uuid
  else uuidgen | tr 'A-Z' 'a-z'; fi
}

# All devices: attached volumes, arrays and logical volumes.
devices() {
  for d in "$root"/dev/sd* "$root"/dev/xvd* "$root"/dev/md* "$root"/dev/*/*; do
    case $d in "$root"/dev/disk/*) continue ;; esac
    [ -L "$d" ] && [ -e "$d" ] && printf '%s\n' "${d#"$root"}"
  done
}

by_uuid() {
  for d in $(devices); do
    [ "$(fact "$(folder "$d")" UUID)" = "$1" ] && printf '%s\n' "$d" && return
  done
  return 1
}

# Where a device is mounted: mounted_at DEVICE. Two names of one disk are one device.
mounted_at() {
  [ -f "$mtab" ] || return 1
  wanted=$(folder "$1") || return 1
  while read -r dev target _; do
    if [ "$(folder "$dev")" = "$wanted" ]; then printf '%s\n' "$target" && return 0; fi
  done <"$mtab"
  return 1
}

mount_source() { # TARGET
  [ -f "$mtab" ] && awk -v t="$1" '$2 == t { found = $1 } END { if (found == "") exit 1; print found }' "$mtab"
}

# Forgets what was on a device.
wipe() {
  rm -rf "$1/content" "$1/array" "$1/fs"
  dd if=/dev/zero of="$1/disk" bs=4096 count=1 conv=notrunc 2>/dev/null
}

in_use() { # FOLDER: is it a part of an array or group that is there now?
  [ -d "$1/array" ] || [ -n "$(fact "$1" SLOT)" ] || return 1
  for d in $(devices); do
    [ "$(readlink -f "$root$d")" = "$(first_of "$1")/array/disk" ] && return 0
  done
  return 1
}

# The folder of the first member of the array that this one is a member of.
first_of() {
  array=$(fact "$1" ARRAY)
  for d in "$root"/dev/sd* "$root"/dev/xvd*; do
    f=$(folder "${d#"$root"}") || continue
    [ "$(fact "$f" ARRAY)" = "$array" ] && [ "$(fact "$f" SLOT)" = 0 ] && printf '%s\n' "$f" && return
  done
  return 1
}

size_of() {
  if [ -f "$1/size" ]; then cat "$1/size"; else printf '?\n'; fi
}

do_blkid() {
  output=full tags='' probe='' lookup='' wanted=''
  while [ $# -gt 0 ]; do
    case $1 in
      -p) probe=yes ;;
      -o) output=$2 && shift ;;
      -s) tags="$tags $2" && shift ;;
      -U) lookup=$2 && shift ;;
      -t) wanted=$2 && shift ;;
      -c) shift ;;
      -*) fail 4 "blkid: invalid option -- '${1#-}'" ;;
      *) break ;;
    esac
    shift
  done
  if [ -n "$lookup" ]; then by_uuid "$lookup" || exit 2; exit 0; fi
  [ -n "$probe" ] && [ $# -eq 0 ] && fail 4 'blkid: The low-level probing mode requires a device'
  found=2
  # shellcheck disable=SC2046
  [ $# -gt 0 ] || set -- $(devices)
  for arg in "$@"; do
    dev=$(inside "$arg")
    f=$(folder "$dev") || {
      [ -n "$probe" ] && printf 'error: %s: No such file or directory\n' "$arg" >&2
      continue
    }
    [ -z "$wanted" ] || grep -qxF "$wanted" "$f/fs" 2>/dev/null || continue
    [ "$output" != device ] || { found=0 && printf '%s\n' "$dev"; continue; }
    line=''
    for pair in $(if [ -f "$f/fs" ]; then grep -E '^(UUID|TYPE|LABEL)=' "$f/fs"; fi; partitioned "$f" && [ ! -f "$f/fs" ] && echo PTTYPE=dos); do
      tag=${pair%%=*} value=${pair#*=}
      case " $tags " in '  ' | *" $tag "*) ;; *) continue ;; esac
      found=0
      case $output in
        value) printf '%s\n' "$value" ;;
        export) line="$line$tag=$value
" ;;
        *) line="$line $tag=\"$value\"" ;;
      esac
    done
    [ -n "$line" ] || continue
    if [ "$output" = export ]; then printf 'DEVNAME=%s\n%s' "$dev" "$line"; else printf '%s:%s\n' "$dev" "$line"; fi
  done
  exit $found
}

do_lsblk() {
  columns=NAME,SIZE,TYPE,MOUNTPOINT head=yes path=''
  while [ $# -gt 0 ]; do
    case $1 in
      -o | --output) columns=$2 && shift ;;
      -f | --fs) columns=NAME,FSTYPE,UUID,MOUNTPOINT ;;
      --noheadings) head='' ;;
      --path) path=yes ;;
      -[bdnrp]*)
        case $1 in *n*) head='' ;; esac
        case $1 in *p*) path=yes ;; esac
        case $1 in *o) columns=$2 && shift ;; esac ;;
      -*) fail 1 "lsblk: unrecognized option '$1'" ;;
      *) break ;;
    esac
    shift
  done
  list=$(devices)
  if [ $# -gt 0 ]; then
    list=''
    for arg in "$@"; do
      dev=$(inside "$arg")
      folder "$dev" >/dev/null || fail 32 "lsblk: $arg: not a block device"
      list="$list $dev"
    done
  fi
  list_columns=$(printf '%s\n' "$columns" | tr ',' ' ')
  # shellcheck disable=SC2086
  [ -z "$head" ] || { printf '%-10s' $list_columns && printf '\n'; }
  for dev in $list; do
    f=$(folder "$dev")
    for column in $list_columns; do
      case $column in
        NAME) if [ -n "$path" ]; then value=$dev; else value=${dev##*/}; fi ;;
        SIZE) value=$(size_of "$f")G ;;
        TYPE) case $dev in /dev/md*) value=raid ;; /dev/*/*) value=lvm ;; *) value=disk ;; esac ;;
        FSTYPE) value=$(fact "$f" TYPE) ;;
        UUID) value=$(fact "$f" UUID) ;;
        MOUNTPOINT | MOUNTPOINTS) value=$(mounted_at "$dev") ;;
        SERIAL) value=$(basename "$f" | tr -d '-') ;;
        *) fail 1 "lsblk: unknown column: $column" ;;
      esac
      printf '%-10s' "$value "
    done
    printf '\n'
  done
}

do_mkfs() {
  type=$1
  shift
  force='' label=''
  while [ $# -gt 0 ]; do
    case $1 in
      -t) type=$2 && shift ;;
      -F | -f) force=yes ;;
      -L) label=$2 && shift ;;
      -m | -E | -i) shift ;;
      -q) ;;
      -*) fail 1 "mkfs.$type: invalid option -- '${1#-}'" ;;
      *) break ;;
    esac
    shift
  done
  [ $# -gt 0 ] || fail 1 "Usage: mkfs.$type [options] device"
  case $type in ext3 | ext4 | xfs) ;; *) fail 1 "mkfs: failed to execute mkfs.$type: No such file or directory" ;; esac
  dev=$(inside "$1")
  f=$(folder "$dev") || fail 1 "The file $dev does not exist and no size was specified."
  mounted_at "$dev" >/dev/null && fail 1 "$dev is mounted; will not make a filesystem here!"
  in_use "$f" && fail 1 "$dev is apparently in use by the system; will not make a filesystem here!"
  had=$(fact "$f" TYPE)
  if [ "$type" = xfs ] && [ -z "$force" ] && { [ -n "$had" ] || partitioned "$f"; }; then
    printf 'mkfs.xfs: %s appears to contain an existing filesystem (%s).\n' "$dev" "${had:-dos}" >&2
    fail 1 'mkfs.xfs: Use the -f option to force overwrite.'
  fi
  wipe "$f"
  mkdir "$f/content" || exit 1
  [ "$type" = xfs ] || mkdir -m 700 "$f/content/lost+found"
  { printf 'TYPE=%s\nUUID=%s\n' "$type" "$(new_uuid)"; [ -z "$label" ] || printf 'LABEL=%s\n' "$label"; } >"$f/fs"
}

# Mounts one file system: mount_one SOURCE TARGET TYPE OPTIONS
mount_one() {
  source=$1 target=$2 type=$3 options=$4
  case $source in
    UUID=*) dev=$(by_uuid "${source#UUID=}") || { echo "mount: $target: can't find $source." >&2; return 1; } ;;
    *) dev=$source ;;
  esac
  f=$(folder "$dev") || { echo "mount: $target: special device $dev does not exist." >&2; return 32; }
  [ -d "$root$target" ] || { echo "mount: $target: mount point does not exist." >&2; return 32; }
  if at=$(mounted_at "$dev"); then echo "mount: $target: $dev already mounted on $at." >&2; return 32; fi
  if [ -L "$root$target" ]; then echo "mount: $target: another file system is mounted there." >&2; return 32; fi
  has=$(fact "$f" TYPE)
  case $has in
    ext3 | ext4 | xfs) ;;
    linux_raid_member | LVM2_member) echo "mount: $target: unknown filesystem type '$has'." >&2; return 32 ;;
    *) has='' ;;
  esac
  case $type in auto | '') ;; "$has") ;; *) has='' ;; esac
  if [ -z "$has" ]; then
    echo "mount: $target: wrong fs type, bad option, bad superblock on $dev, missing codepage or helper program, or other error." >&2
    return 32
  fi
  # What lies in the mount point is hidden, as it should be, and comes back.
  mv "$root$target" "$root$target.under-mount" && ln -s "$f/content" "$root$target" || return 32
  mkdir -p "$root/etc" && printf '%s %s %s %s\n' "$dev" "$target" "$has" "${options:-defaults}" >>"$mtab"
}

do_mount() {
  type='' options='' all=''
  while [ $# -gt 0 ]; do
    case $1 in
      -t) type=$2 && shift ;;
      -o) options=$2 && shift ;;
      -a) all=yes ;;
      -v) ;;
      -*) fail 1 "mount: invalid option -- '${1#-}'" ;;
      *) break ;;
    esac
    shift
  done
  if [ -n "$all" ]; then
    [ -f "$fstab" ] || exit 0
    status=0
    while read -r source target type options _; do
      case $source in '' | '#'*) continue ;; esac
      mount_source "$target" >/dev/null && continue
      if ! mount_one "$source" "$target" "$type" "$options" 2>"$root/etc/.mount-error"; then
        case ",$options," in *,nofail,*) ;; *) cat "$root/etc/.mount-error" >&2 && status=32 ;; esac
      fi
      rm -f "$root/etc/.mount-error"
    done <"$fstab"
    exit $status
  fi
  case $# in
    0) [ ! -f "$mtab" ] || awk '{ print $1 " on " $2 " type " $3 " (" $4 ")" }' "$mtab" ;;
    1)
      target=$(inside "$1")
      line=$(awk -v t="$target" '$1 !~ /^#/ && $2 == t { print $1, $3, $4; exit }' "$fstab" 2>/dev/null)
      [ -n "$line" ] || fail 1 "mount: $1: can't find in /etc/fstab."
      # shellcheck disable=SC2086
      set -- $line
      mount_one "$1" "$target" "$2" "$3" || exit $?
      ;;
    *)
      case $1 in UUID=*) source=$1 ;; *) source=$(inside "$1") ;; esac
      mount_one "$source" "$(inside "$2")" "$type" "$options" || exit $?
      ;;
  esac
}

unmount() { # TARGET
  [ -L "$root$1" ] && rm -f "$root$1"
  if [ -e "$root$1.under-mount" ]; then mv "$root$1.under-mount" "$root$1"; else mkdir -p "$root$1"; fi
  awk -v t="$1" '$2 != t' "$mtab" >"$mtab.new" && mv "$mtab.new" "$mtab"
}

do_umount() {
  while [ $# -gt 0 ]; do
    case $1 in -*) shift ;; *) break ;; esac
  done
  [ $# -gt 0 ] || fail 1 'umount: bad usage'
  for arg in "$@"; do
    at=$(inside "$arg")
    if mount_source "$at" >/dev/null; then target=$at
    elif target=$(mounted_at "$at"); then :
    elif [ -e "$root$at" ]; then fail 32 "umount: $arg: not mounted."
    else fail 32 "umount: $arg: no mount point specified."; fi
    unmount "$target"
  done
}

do_mountpoint() {
  quiet=''
  [ "$1" != -q ] || { quiet=yes && shift; }
  at=$(inside "$1")
  if mount_source "$at" >/dev/null; then
    [ -n "$quiet" ] || echo "$1 is a mountpoint"
    exit 0
  fi
  [ -e "$root$at" ] || fail 1 "mountpoint: $1: No such file or directory"
  [ -n "$quiet" ] || echo "$1 is not a mountpoint"
  exit 32
}

do_resize2fs() {
  dev=$(inside "$1")
  f=$(folder "$dev") || fail 1 "resize2fs: No such file or directory while opening $dev"
  case $(fact "$f" TYPE) in ext*) ;; *) fail 1 "resize2fs: Bad magic number in super-block while trying to open $dev" ;; esac
  echo "The filesystem on $dev is now $(size_of "$f") GiB long."
}

do_xfs_growfs() {
  dev=$(mount_source "$(inside "$1")") || fail 1 "xfs_growfs: $1 is not a mounted XFS filesystem"
  [ "$(fact "$(folder "$dev")" TYPE)" = xfs ] || fail 1 "xfs_growfs: $1 is not a mounted XFS filesystem"
  echo "data blocks changed: $(size_of "$(folder "$dev")") GiB"
}

do_sudo() {
  while [ $# -gt 0 ]; do
    case $1 in
      -u) shift ;;
      --) shift && break ;;
      -*) ;;
      *=*) export "${1?}" ;;
      *) break ;;
    esac
    shift
  done
  [ $# -gt 0 ] || fail 1 'usage: sudo [-AbEHknPS] [VAR=value] [command]'
  exec "$@"
}

# What a machine does when it boots: nothing is mounted; arrays, groups and fstab come back.
do_boot() {
  [ -d "$root/etc" ] || exit 0
  if [ -f "$mtab" ]; then
    awk '{ print $2 }' "$mtab" >"$mtab.boot"
    while read -r target; do unmount "$target"; done <"$mtab.boot"
    rm -f "$mtab.boot" "$mtab"
  fi
  for d in "$root"/dev/md* "$root"/dev/*/*; do
    case $d in "$root"/dev/disk/*) ;; *) [ ! -L "$d" ] || rm -f "$d" ;; esac
  done
  (do_mdadm --assemble --scan) >/dev/null 2>&1
  (do_vgchange -ay) >/dev/null 2>&1
  do_mount -a
}

# What the kernel does one after another: mounting, unmounting, making arrays.
alone() {
  command -v flock >/dev/null 2>&1 || return 0
  exec 9<"$root" && flock 9
}

# shellcheck source=array-tools.sh
. "${0%/*}/array-tools.sh"

case $name in blkid | lsblk | mountpoint | pvs | sudo | vgs) ;; *) alone ;; esac

case $name in
  mkfs) do_mkfs ext2 "$@" ;;
  mkfs.*) do_mkfs "${name#mkfs.}" "$@" ;;
  blkid | lsblk | mount | umount | mountpoint | resize2fs | xfs_growfs | sudo | mdadm | pvcreate | pvs | pvresize | vgcreate | vgchange | vgs | lvcreate | lvextend)
    "do_$name" "$@" ;;
  disk-boot) do_boot ;;
  *) fail 127 "$name: command not found" ;;
esac
