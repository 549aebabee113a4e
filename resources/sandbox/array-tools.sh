# Arrays of several volumes as one, through mdadm or LVM. A part of disk-tools.sh.
#
# Each member carries the array's id, its own place and how many there are; what the array holds lies in the folder `array`
# of the first member, which is a disk like any other.

# Makes the members of a new array: make_array TYPE ID NAME LEVEL DEVICE...
make_array() {
  kind=$1 id=$2 title=$3 level=$4
  shift 4
  slot=0
  for dev in "$@"; do
    f=$(folder "$dev")
    wipe "$f"
    printf 'TYPE=%s\nUUID=%s\nARRAY=%s\nNAME=%s\nLEVEL=%s\nDEVICES=%s\nSLOT=%s\n' \
      "$kind" "$id" "$id" "$title" "$level" "$#" "$slot" >"$f/fs"
    if [ $slot = 0 ]; then
      mkdir "$f/array"
      dd if=/dev/zero of="$f/array/disk" bs=4096 count=1 2>/dev/null
      cp "$f/size" "$f/array/size"
    fi
    slot=$((slot + 1))
  done
}

# How many members of an array are attached: members_of ID
members_of() {
  count=0
  for d in "$root"/dev/sd* "$root"/dev/xvd*; do
    f=$(folder "${d#"$root"}") || continue
    [ "$(fact "$f" ARRAY)" != "$1" ] || count=$((count + 1))
  done
  printf '%s\n' "$count"
}

# Makes an array's device: show_array FOLDER DEVICE
show_array() {
  mkdir -p "$(dirname "$root$2")"
  ln -s "$1/array/disk" "$root$2"
}

free_md() {
  n=127
  while [ -e "$root/dev/md$n" ]; do n=$((n - 1)); done
  printf '/dev/md%s\n' "$n"
}

# All arrays of a kind that are attached and whole, each by the device of its first member.
whole_arrays() {
  for d in "$root"/dev/sd* "$root"/dev/xvd*; do
    f=$(folder "${d#"$root"}") || continue
    [ "$(fact "$f" TYPE)" = "$1" ] && [ "$(fact "$f" SLOT)" = 0 ] || continue
    [ "$(members_of "$(fact "$f" ARRAY)")" = "$(fact "$f" DEVICES)" ] && printf '%s\n' "${d#"$root"}"
  done
}

shown_as() { # FOLDER
  for d in $(devices); do
    [ "$(readlink -f "$root$d")" = "$1/array/disk" ] && printf '%s\n' "$d" && return 0
  done
  return 1
}

do_mdadm() {
  mode='' md='' level='' count='' scan='' export='' parts=''
  while [ $# -gt 0 ]; do
    case $1 in
      --create | -C) mode=create && md=$(inside "$2") && shift ;;
      --assemble | -A) mode=assemble ;;
      --stop | -S) mode=stop ;;
      --detail | -D) mode=detail ;;
      --examine | -E) mode=examine ;;
      --grow | -G) mode=grow ;;
      --level=*) level=${1#*=} ;;
      -l) level=$2 && shift ;;
      --raid-devices=*) count=${1#*=} ;;
      -n) count=$2 && shift ;;
      --scan) scan=yes ;;
      --export) export=yes ;;
      --run | --force | --quiet | --metadata=* | --name=* | --homehost=* | --bitmap=* | --size=* | --assume-clean) ;;
      -*) fail 2 "mdadm: unrecognized option '$1'" ;;
      *) parts="$parts $(inside "$1")" ;;
    esac
    shift
  done
  # shellcheck disable=SC2086
  set -- $parts
  if [ "$mode" = assemble ] && [ -z "$scan" ]; then
    [ $# -gt 0 ] || fail 2 'mdadm: an md device must be given in this mode'
    md=$1 && shift
  fi
  case $mode in
    create)
      [ -n "$level" ] || fail 1 'mdadm: a RAID level is needed to create an array.'
      [ "$count" = $# ] || fail 1 "mdadm: You haven't given enough devices (real or missing) to create this array"
      [ ! -e "$root$md" ] || fail 1 "mdadm: $md is already in use."
      case $level in 0) least=1 ;; 1) least=2 ;; 5) least=2 ;; 10) least=2 ;; *) fail 2 "mdadm: invalid raid level: $level" ;; esac
      [ $# -ge $least ] || fail 2 "mdadm: at least $least raid-devices needed for level $level"
      for dev in "$@"; do
        f=$(folder "$dev") || fail 1 "mdadm: cannot open $dev: No such file or directory"
        mounted_at "$dev" >/dev/null && fail 1 "mdadm: cannot open $dev: Device or resource busy"
        in_use "$f" && fail 1 "mdadm: super1.x cannot open $dev: Device or resource busy"
      done
      make_array linux_raid_member "$(new_uuid)" "$md" "raid$level" "$@"
      show_array "$(folder "$1")" "$md"
      echo "mdadm: array $md started." >&2
      ;;
    assemble)
      if [ -n "$scan" ]; then
        status=1
        for d in $(whole_arrays linux_raid_member); do
          f=$(folder "$d")
          shown_as "$f" >/dev/null && continue
          md=$(fact "$f" NAME)
          [ -n "$md" ] && [ ! -e "$root$md" ] || md=$(free_md)
          show_array "$f" "$md" && status=0
        done
        exit $status
      fi
      [ ! -e "$root$md" ] || fail 1 "mdadm: $md is already in use."
      id='' given=0 first=''
      for dev in "$@"; do
        f=$(folder "$dev") || fail 1 "mdadm: cannot open device $dev: No such file or directory"
        [ "$(fact "$f" TYPE)" = linux_raid_member ] || fail 1 "mdadm: no recogniseable superblock on $dev"
        this=$(fact "$f" ARRAY)
        [ -z "$id" ] || [ "$id" = "$this" ] || fail 1 "mdadm: superblock on $dev doesn't match others - assembly aborted"
        id=$this given=$((given + 1))
        [ "$(fact "$f" SLOT)" != 0 ] || first=$f
      done
      [ -n "$first" ] && [ "$given" = "$(fact "$first" DEVICES)" ] ||
        fail 1 "mdadm: $md assembled from $given drives - not enough to start the array."
      show_array "$first" "$md"
      echo "mdadm: $md has been started with $given drives." >&2
      ;;
    stop)
      for md in "$@"; do
        [ -L "$root$md" ] || fail 1 "mdadm: error opening $md: No such file or directory"
        mounted_at "$md" >/dev/null &&
          fail 1 "mdadm: Cannot get exclusive access to $md:Perhaps a running process, mounted filesystem or active volume group?"
        rm -f "$root$md" && echo "mdadm: stopped $md" >&2
      done
      ;;
    detail)
      [ $# -gt 0 ] || fail 2 'mdadm: No devices given.'
      f=$(folder "$1") || fail 1 "mdadm: cannot open $1: No such file or directory"
      case $f in */array) f=${f%/array} ;; *) fail 1 "mdadm: $1 does not appear to be an md device" ;; esac
      if [ -n "$export" ]; then
        printf 'MD_LEVEL=%s\nMD_DEVICES=%s\nMD_UUID=%s\n' "$(fact "$f" LEVEL)" "$(fact "$f" DEVICES)" "$(fact "$f" ARRAY)"
      else
        printf '%s:\n     Raid Level : %s\n   Raid Devices : %s\n          State : clean\n           UUID : %s\n' \
          "$1" "$(fact "$f" LEVEL)" "$(fact "$f" DEVICES)" "$(fact "$f" ARRAY)"
      fi
      ;;
    grow)
      f=$(folder "$1") || fail 1 "mdadm: error opening $1: No such file or directory"
      case $f in */array) ;; *) fail 1 "mdadm: $1 does not appear to be an md device" ;; esac
      [ "$(fact "${f%/array}" LEVEL)" != raid0 ] || fail 1 'mdadm: raid0 array can not be grown in size.'
      cp "${f%/array}/size" "$f/size" && echo "mdadm: component size of $1 has been set to $(size_of "$f")G" >&2
      ;;
    examine)
      for dev in "$@"; do
        f=$(folder "$dev") || fail 1 "mdadm: cannot open $dev: No such file or directory"
        [ "$(fact "$f" TYPE)" = linux_raid_member ] || fail 1 "mdadm: No md superblock detected on $dev."
        printf 'MD_LEVEL=%s\nMD_DEVICES=%s\nMD_UUID=%s\n' "$(fact "$f" LEVEL)" "$(fact "$f" DEVICES)" "$(fact "$f" ARRAY)"
      done
      ;;
    *) fail 2 'mdadm: An action must be given.' ;;
  esac
}

do_pvcreate() {
  yes=''
  while [ $# -gt 0 ]; do
    case $1 in -y | --yes | -ff) yes=yes ;; -*) ;; *) break ;; esac
    shift
  done
  [ $# -gt 0 ] || fail 3 '  Please enter a physical volume path.'
  for arg in "$@"; do
    dev=$(inside "$arg")
    f=$(folder "$dev") || fail 5 "  No device found for $arg."
    mounted_at "$dev" >/dev/null && fail 5 "  Can't open $arg exclusively.  Mounted filesystem?"
    in_use "$f" && fail 5 "  Can't open $arg exclusively.  Mounted filesystem?"
    if [ -n "$(fact "$f" TYPE)" ] && [ -z "$yes" ]; then
      fail 5 "  WARNING: $(fact "$f" TYPE) signature detected on $arg. Wipe it? [y/n]: [n]
  Aborted wiping of $(fact "$f" TYPE)."
    fi
    wipe "$f"
    printf 'TYPE=LVM2_member\nUUID=%s\n' "$(new_uuid)" >"$f/fs"
    echo "  Physical volume \"$arg\" successfully created."
  done
}

# The group of a physical volume, if any: pvs --noheadings -o vg_name DEVICE
do_pvs() {
  for arg in "$@"; do dev=$(inside "$arg"); done
  f=$(folder "$dev") || fail 5 "  Failed to find device for physical volume \"$arg\"."
  [ "$(fact "$f" TYPE)" = LVM2_member ] || fail 5 "  Failed to find physical volume \"$arg\"."
  if [ -n "$(fact "$f" ARRAY)" ]; then printf '  %s\n' "$(fact "$f" NAME)"; else printf '  \n'; fi
}

do_pvresize() {
  [ $# -gt 0 ] || fail 3 '  Please supply physical volume(s)'
  for arg in "$@"; do
    f=$(folder "$(inside "$arg")") && [ "$(fact "$f" TYPE)" = LVM2_member ] || fail 5 "  Failed to find physical volume \"$arg\"."
    echo "  Physical volume \"$arg\" changed"
  done
}

# What is free in a group, in GiB for extents: vgs --noheadings -o vg_free_count GROUP
do_vgs() {
  for arg in "$@"; do vg=$arg; done
  f=$(vg_first "$vg") || fail 5 "  Volume group \"$vg\" not found"
  if [ -z "$(fact "$f" LV)" ]; then printf '  %s\n' "$(size_of "$f")"
  else printf '  %s\n' $(($(size_of "$f") - $(size_of "$f/array"))); fi
}

do_lvextend() {
  for arg in "$@"; do dev=$(inside "$arg"); done
  f=$(folder "$dev") || fail 5 "  Failed to find logical volume \"$arg\""
  case $f in */array) ;; *) fail 5 "  Failed to find logical volume \"$arg\"" ;; esac
  cp "${f%/array}/size" "$f/size" && echo '  Logical volume successfully resized.'
}

vg_first() { # NAME: the folder of the first member
  for d in $(whole_arrays LVM2_member); do
    f=$(folder "$d")
    [ "$(fact "$f" NAME)" = "$1" ] && printf '%s\n' "$f" && return 0
  done
  return 1
}

do_vgcreate() {
  while [ $# -gt 0 ]; do
    case $1 in -*) shift ;; *) break ;; esac
  done
  [ $# -gt 1 ] || fail 3 '  Command requires all arguments to be provided.'
  vg=$1 && shift
  vg_first "$vg" >/dev/null && fail 5 "  A volume group called $vg already exists."
  devs=''
  for arg in "$@"; do
    f=$(folder "$(inside "$arg")") || fail 5 "  No device found for $arg."
    [ "$(fact "$f" TYPE)" = LVM2_member ] || fail 5 "  $arg is no physical volume."
    [ -z "$(fact "$f" ARRAY)" ] || fail 5 "  Physical volume '$arg' is already in volume group '$(fact "$f" NAME)'"
    devs="$devs $(inside "$arg")"
  done
  # shellcheck disable=SC2086
  make_array LVM2_member "$(new_uuid)" "$vg" linear $devs
  echo "  Volume group \"$vg\" successfully created"
}

do_lvcreate() {
  lv='' size='' least=1
  while [ $# -gt 0 ]; do
    case $1 in
      -n | --name) lv=$2 && shift ;;
      -l | --extents | -L | --size) size=$2 && shift ;;
      -i | --stripes) least=$2 && shift ;;
      --type | -m | --mirrors | -I | -W) shift ;;
      -*) ;;
      *) break ;;
    esac
    shift
  done
  [ $# -gt 0 ] && [ -n "$size" ] || fail 3 '  Please specify either size or extents.'
  f=$(vg_first "$1") || fail 5 "  Volume group \"$1\" not found
  Cannot process volume group $1"
  [ "$(fact "$f" DEVICES)" -ge "$least" ] || fail 5 "  Number of stripes ($least) must not exceed number of physical volumes ($(fact "$f" DEVICES))"
  [ -z "$(fact "$f" LV)" ] || fail 5 "  Volume group \"$1\" has insufficient free space (0 extents)"
  printf 'LV=%s\n' "${lv:-lvol0}" >>"$f/fs"
  show_array "$f" "/dev/$1/${lv:-lvol0}"
  echo "  Logical volume \"${lv:-lvol0}\" created."
}

do_vgchange() {
  active='' wanted=''
  while [ $# -gt 0 ]; do
    case $1 in
      -ay | -aay) active=yes ;;
      -an) active=no ;;
      -a) shift && case $1 in n) active=no ;; *) active=yes ;; esac ;;
      -*) ;;
      *) wanted="$wanted $1" ;;
    esac
    shift
  done
  [ -n "$active" ] || fail 3 '  No command with matching syntax recognised.'
  if [ -n "$wanted" ]; then
    for vg in $wanted; do
      vg_first "$vg" >/dev/null || fail 5 "  Volume group \"$vg\" not found
  Cannot process volume group $vg"
    done
  else
    for d in $(whole_arrays LVM2_member); do wanted="$wanted $(fact "$(folder "$d")" NAME)"; done
  fi
  for vg in $wanted; do
    f=$(vg_first "$vg") || continue
    lv=$(fact "$f" LV)
    [ -n "$lv" ] || continue
    if [ "$active" = yes ]; then
      shown_as "$f" >/dev/null || show_array "$f" "/dev/$vg/$lv"
      echo "  1 logical volume(s) in volume group \"$vg\" now active"
    else
      mounted_at "/dev/$vg/$lv" >/dev/null && fail 5 "  Logical volume $vg/$lv contains a filesystem in use."
      rm -f "$root/dev/$vg/$lv"
      echo "  0 logical volume(s) in volume group \"$vg\" now active"
    fi
  done
}
