#!/bin/sh
# Finds, formats and mounts the volumes of a server. Sent over SSH by Farmhand, which gives everything in the environment:
#
#   FARMHAND_ACTION   mount | unmount | grow
#   FARMHAND_NAME     the volume's name in its farm role
#   FARMHAND_VOLUMES  "vol-0a… vol-0b…", in the order of the disks
#   FARMHAND_DEVICES  "/dev/sdf /dev/sdg", as the cloud calls them
#   FARMHAND_RAID     none | mdadm | lvm     FARMHAND_LEVEL  0 | 1 | 5 | 10
#   FARMHAND_FS       ext4 | xfs | ext3
#   FARMHAND_MOUNT    the mount point
#   FARMHAND_ROOT     put before paths where the server's root is a folder; not set on real servers
#
# Does only what is still to be done and can be run again after any interruption. Formats blank devices only. Writes what it
# did as JSON lines ({"did":"formatted",…}); the last one is {"done":…}, or {"failed":"a sentence","code":…}, status 1.

root=${FARMHAND_ROOT:-}
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL

quote() { # what may stand between the quotes of a JSON string
  printf '%s' "$1" | tr '\n\t\r' '   ' | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g'
}

did() { # WHAT DEVICE [MOUNTPOINT]
  printf '{"did":"%s","device":"%s","mountPoint":"%s"}\n' "$1" "$(quote "$2")" "$(quote "${3:-}")"
}

stop() { # CODE SENTENCE
  printf '{"failed":"%s","code":"%s"}\n' "$(quote "$2")" "$1"
  exit 1
}

as_root() { # what runs on, such as a monitor of arrays, does not keep the lock
  if [ "$(id -u)" = 0 ]; then "$@" 9<&-; else sudo -n "$@" 9<&-; fi
}

need() { # PROGRAM PACKAGE
  command -v "$1" >/dev/null 2>&1 ||
    stop missing_program "$1 is not installed on the server. Install $2 in the image, or by user data."
}

# One at a time: a second engine, or one that was started again, may send its work while this one's goes on.
alone() {
  command -v flock >/dev/null 2>&1 || return 0
  [ -d "$root/etc" ] || as_root mkdir -p "$root/etc"
  [ -r "$root/etc" ] || return 0
  exec 9<"$root/etc"
  flock -w "${FARMHAND_PATIENCE:-600}" 9 || stop busy "Other work of Farmhand on the server's disks did not end."
}

# Runs a program; when it fails, its own words end this script: run CODE WHAT PROGRAM…
run() {
  code=$1 what=$2
  shift 2
  said=$(as_root "$@" 2>&1 </dev/null) || stop "$code" "$what failed: $(printf '%s' "$said" | sed '/^Usage:/,$d' | head -c 400)"
}

# The device of a volume: by the serial that NVMe devices tell, else by the name that the cloud gave it, as the kernel has
# it (sdf may be called xvdf).
device_of() { # VOLUME-ID CLOUD-DEVICE
  serial=$(printf '%s' "$1" | tr -d '-')
  link=$root/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$serial
  if [ -e "$link" ]; then
    if [ -n "$root" ]; then printf '%s\n' "/dev/disk/by-id/${link##*/}"; else readlink -f "$link"; fi
    return 0
  fi
  # A rule of udev may be missing: NVMe devices tell their serial themselves.
  for known in "$root"/sys/block/nvme*/device/serial; do
    [ -r "$known" ] && [ "$(tr -d ' \n' <"$known")" = "$serial" ] || continue
    disk=${known#"$root"/sys/block/}
    printf '/dev/%s\n' "${disk%%/*}"
    return 0
  done
  for name in "$2" "$(printf '%s' "$2" | sed 's,^/dev/sd,/dev/xvd,')"; do
    if [ -e "$root$name" ]; then
      printf '%s\n' "$name"
      return 0
    fi
  done
  return 1
}

wait_for() { # VOLUME-ID CLOUD-DEVICE
  tries=0
  until found=$(device_of "$1" "$2"); do
    tries=$((tries + 1))
    [ $tries -le "${FARMHAND_TRIES:-30}" ] ||
      stop device_missing "The server does not see $1, which the cloud attached as $2."
    sleep 1
  done
  printf '%s\n' "$found"
}

# What is on a device: a word of blkid's such as ext4, `parted` for a partition table, `blank`.
content_of() {
  found=$(as_root blkid -p -o export "$1" 2>/dev/null </dev/null)
  case $? in
    0) ;;
    2) printf 'blank\n' && return 0 ;;
    *) printf 'unknown\n' && return 0 ;;
  esac
  type=$(printf '%s\n' "$found" | sed -n 's/^TYPE=//p' | head -n 1)
  if [ -n "$type" ]; then printf '%s\n' "$type"
  elif printf '%s\n' "$found" | grep -q '^PTTYPE='; then printf 'parted\n'
  else printf 'unknown\n'; fi
}

uuid_of() {
  as_root blkid -p -o value -s UUID "$1" 2>/dev/null </dev/null
}

in_group() { # whether a physical volume of LVM is in a volume group
  # Where LVM keeps a list of its devices, those of another server are added.
  [ ! -e "$root/etc/lvm/devices/system.devices" ] || as_root lvmdevices -y --adddev "$1" >/dev/null 2>&1 </dev/null
  found=$(as_root pvs --noheadings -o vg_name "$1" 2>/dev/null </dev/null) || return 0
  [ -n "$(printf '%s' "$found" | tr -d ' \n')" ]
}

# Makes one device of several: sets `device`.
array() {
  kind=$1
  shift
  blank=0 member=0
  for part in "$@"; do
    case $(content_of "$part") in
      blank) blank=$((blank + 1)) ;;
      linux_raid_member) [ "$kind" = mdadm ] || stop not_blank "$part belongs to an array of mdadm, not of LVM."; member=$((member + 1)) ;;
      LVM2_member)
        [ "$kind" = lvm ] || stop not_blank "$part belongs to a group of LVM, not to an array of mdadm."
        # One that was prepared when the work was interrupted is in no group yet, and holds nothing.
        if in_group "$part"; then member=$((member + 1)); else blank=$((blank + 1)); fi
        ;;
      *) stop not_blank "$part is not blank and belongs to no array. Farmhand does not write over it." ;;
    esac
  done
  [ $blank = 0 ] || [ $member = 0 ] ||
    stop array_broken "$member of $# disks of $FARMHAND_NAME belong to an array and $blank are blank. Restore the missing disks, or delete all of them."
  if [ "$kind" = mdadm ]; then mdadm_array "$blank" "$@"; else lvm_array "$blank" "$@"; fi
}

mdadm_array() {
  need mdadm mdadm
  fresh=$1
  shift
  device=/dev/md/farmhand-$FARMHAND_NAME
  if [ "$fresh" != 0 ]; then
    as_root mkdir -p "$root/dev/md"
    case $FARMHAND_LEVEL in 0) bitmap='' ;; *) bitmap=--bitmap=internal ;; esac
    # shellcheck disable=SC2086
    run raid_failed "Making the array" mdadm --create "$device" --run --level="$FARMHAND_LEVEL" --raid-devices="$#" --metadata=1.2 --homehost=any $bitmap "$@"
    did array_made "$device"
  elif ! running_array "$1"; then
    as_root mkdir -p "$root/dev/md"
    run raid_failed "Assembling the array" mdadm --assemble "$device" --run "$@"
    did array_assembled "$device"
  fi
}

# Whether the array of a member runs already (the server's boot may have started it under another name): sets `device`.
running_array() {
  wanted=$(as_root mdadm --examine --export "$1" 2>/dev/null </dev/null | sed -n 's/^MD_UUID=//p')
  [ -n "$wanted" ] || return 1
  for known in "$root"/dev/md/* "$root"/dev/md[0-9]*; do
    [ -e "$known" ] || continue
    name=${known#"$root"}
    has=$(as_root mdadm --detail --export "$name" 2>/dev/null </dev/null | sed -n 's/^MD_UUID=//p')
    if [ "$has" = "$wanted" ]; then
      device=$name
      return 0
    fi
  done
  return 1
}

lvm_array() {
  need pvcreate lvm2
  fresh=$1
  shift
  group=farmhand-$FARMHAND_NAME
  device=/dev/$group/data
  if [ "$fresh" != 0 ]; then
    run raid_failed "Making the physical volumes" pvcreate -y "$@"
    run raid_failed "Making the volume group" vgcreate "$group" "$@"
  fi
  as_root vgchange -ay "$group" >/dev/null 2>&1 </dev/null
  if [ ! -e "$root$device" ]; then
    case $FARMHAND_LEVEL in
      0) shape="--type striped -i $#" ;;
      1) shape="--type raid1 -m $(($# - 1))" ;;
      5) shape="--type raid5 -i $(($# - 1))" ;;
      *) shape="--type raid10 -m 1 -i $(($# / 2))" ;;
    esac
    # shellcheck disable=SC2086
    run raid_failed "Making the logical volume" lvcreate -y $shape -l 100%FREE -n data "$group"
    did array_made "$device"
  fi
}

# The device that holds the file system: sets `device`.
find_device() {
  # shellcheck disable=SC2086
  set -- $FARMHAND_DEVICES
  parts=''
  for volume in $FARMHAND_VOLUMES; do
    part=$(wait_for "$volume" "$1") || { printf '%s\n' "$part"; exit 1; }
    parts="$parts $part"
    shift
  done
  # shellcheck disable=SC2086
  set -- $parts
  if [ "$FARMHAND_RAID" = none ]; then device=$1; else array "$FARMHAND_RAID" "$@"; fi
}

mounted_here() { # whether the mount point has the device's file system
  at=$(mount_source)
  [ -n "$at" ] && [ "$(readlink -f "$root$at")" = "$(readlink -f "$root$device")" ]
}

# Two volumes of one snapshot have the same UUID: then the device's own name tells them apart.
has_twin() { # UUID
  count=$(as_root blkid -c /dev/null -t "UUID=$1" -o device 2>/dev/null </dev/null | grep -c .)
  [ "$count" -gt 1 ]
}

write_fstab() { # one line for each mount point, of ours
  uuid=$(uuid_of "$device")
  source=UUID=$uuid options=defaults,nofail
  if has_twin "$uuid"; then
    source=$device
    link=$root/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$(printf '%s' "$FARMHAND_VOLUMES" | tr -d '-')
    [ ! -e "$link" ] || source=${link#"$root"}
    [ "$1" != xfs ] || options=$options,nouuid
  fi
  line="$source $FARMHAND_MOUNT $1 $options 0 2"
  grep -qxF "$line" "$root/etc/fstab" 2>/dev/null && return 0
  as_root mkdir -p "$root/etc"
  as_root touch "$root/etc/fstab"
  { awk -v at="$FARMHAND_MOUNT" '/^[ \t]*#/ || $2 != at' "$root/etc/fstab"; printf '%s\n' "$line"; } |
    as_root tee "$root/etc/fstab.farmhand" >/dev/null || stop fstab_failed "/etc/fstab could not be written."
  as_root chmod 644 "$root/etc/fstab.farmhand"
  as_root mv "$root/etc/fstab.farmhand" "$root/etc/fstab" || stop fstab_failed "/etc/fstab could not be written."
  did fstab_written "$device" "$FARMHAND_MOUNT"
}

mount_volume() {
  find_device
  type=$(content_of "$device")
  case $type in
    blank)
      need "mkfs.$FARMHAND_FS" "the programs for $FARMHAND_FS"
      case $FARMHAND_FS in xfs) quiet=-q ;; *) quiet='-q -F' ;; esac
      # shellcheck disable=SC2086
      run format_failed "Formatting $device" "mkfs.$FARMHAND_FS" $quiet "$device"
      did formatted "$device"
      type=$FARMHAND_FS
      ;;
    ext3 | ext4 | xfs | ext2 | btrfs) ;;
    parted) stop not_blank "The volume holds a partition table, so it is not blank, and Farmhand mounts whole disks only. Use a volume or snapshot with a file system." ;;
    *) stop not_blank "The volume holds something that Farmhand does not mount ($type), and is not written over." ;;
  esac
  write_fstab "$type"
  if mounted_here; then
    printf '{"done":"mounted","device":"%s","mountPoint":"%s","fileSystem":"%s"}\n' "$device" "$FARMHAND_MOUNT" "$type"
    return 0
  fi
  as_root mountpoint -q "$FARMHAND_MOUNT" 2>/dev/null &&
    stop mount_busy "Something else is mounted at $FARMHAND_MOUNT. Choose another mount point, or unmount it."
  [ -d "$root$FARMHAND_MOUNT" ] || run mount_failed "Making $FARMHAND_MOUNT" mkdir -p "$root$FARMHAND_MOUNT"
  run mount_failed "Mounting $device" mount -t "$type" -o "$options" "$device" "$FARMHAND_MOUNT"
  did mounted "$device" "$FARMHAND_MOUNT"
  printf '{"done":"mounted","device":"%s","mountPoint":"%s","fileSystem":"%s"}\n' "$device" "$FARMHAND_MOUNT" "$type"
}

mount_source() { # the device that is mounted at the mount point, or nothing
  as_root mount </dev/null | awk -v at="$FARMHAND_MOUNT" '$2 == "on" && $3 == at { source = $1 } END { print source }'
}

# Ready to be detached: not mounted, not in fstab, and not held by an array.
unmount_volume() {
  source=$(mount_source)
  if [ -n "$source" ]; then
    run unmount_failed "Unmounting $FARMHAND_MOUNT" umount "$FARMHAND_MOUNT"
    did unmounted '' "$FARMHAND_MOUNT"
  fi
  if awk -v at="$FARMHAND_MOUNT" '!/^[ \t]*#/ && $2 == at { found = 1 } END { exit !found }' "$root/etc/fstab" 2>/dev/null; then
    awk -v at="$FARMHAND_MOUNT" '/^[ \t]*#/ || $2 != at' "$root/etc/fstab" |
      as_root tee "$root/etc/fstab.farmhand" >/dev/null && as_root mv "$root/etc/fstab.farmhand" "$root/etc/fstab"
  fi
  case $FARMHAND_RAID in
    mdadm)
      # The server's boot may have started it under another name.
      array=/dev/md/farmhand-$FARMHAND_NAME
      [ -e "$root$array" ] || array=$source
      [ -z "$array" ] || [ ! -e "$root$array" ] || run raid_failed "Stopping the array" mdadm --stop "$array"
      ;;
    lvm) as_root vgchange -an "farmhand-$FARMHAND_NAME" >/dev/null 2>&1 </dev/null ;;
  esac
  printf '{"done":"unmounted"}\n'
}

# The file system takes all of its device, and an array all of its disks.
grow_volume() {
  find_device
  case $FARMHAND_RAID in
    mdadm)
      [ "$FARMHAND_LEVEL" != 0 ] || stop grow_failed "An array of level 0 that mdadm made cannot grow. Make a new one and copy the files."
      run grow_failed "Growing the array" mdadm --grow "$device" --size=max
      ;;
    lvm)
      # shellcheck disable=SC2086
      run grow_failed "Growing the physical volumes" pvresize $parts
      # With nothing to add, lvextend fails.
      free=$(as_root vgs --noheadings -o vg_free_count "farmhand-$FARMHAND_NAME" 2>/dev/null </dev/null | tr -d ' \n')
      [ "${free:-0}" = 0 ] || run grow_failed "Growing the logical volume" lvextend -l +100%FREE "$device"
      ;;
  esac
  type=$(content_of "$device")
  case $type in
    ext3 | ext4) run grow_failed "Growing the file system" resize2fs "$device" ;;
    xfs) run grow_failed "Growing the file system" xfs_growfs "$FARMHAND_MOUNT" ;;
    *) stop not_blank "There is no file system that can grow on $device ($type)." ;;
  esac
  did grown "$device" "$FARMHAND_MOUNT"
  printf '{"done":"grown"}\n'
}

need blkid util-linux
alone
case $FARMHAND_ACTION in
  mount) mount_volume ;;
  unmount) unmount_volume ;;
  grow) grow_volume ;;
  *) stop wrong_use "FARMHAND_ACTION is mount, unmount or grow." ;;
esac
