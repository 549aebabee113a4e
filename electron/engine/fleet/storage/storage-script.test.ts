import { describe, expect, it } from 'vitest'
import { thisMachine, userModeLinux } from '../../../../tests/support/real-disks.ts'

/* The on-server script with the real tools and real kernels; with the Sandbox's tools: disk-tools.test.ts. */

const basics = ['blkid', 'losetup', 'mkfs.ext4', 'mount', 'unshare']
const arrays = ['mdadm', 'pvcreate', 'mkfs.xfs', 'mkfs.ext4']

const here = thisMachine({ programs: basics, files: [] })
const hereXfs = thisMachine({ programs: [...basics, 'mkfs.xfs'], files: [] })
const native = thisMachine({
  programs: [...basics, ...arrays],
  files: ['/proc/mdstat', '/dev/mapper/control'],
})
const arrayMachine = 'run' in native ? native : await userModeLinux(arrays)

/** A test's title, with the reason when it cannot run. */
function why(title: string, machine: object): string {
  return 'why' in machine ? `${title} (skipped: ${String(machine.why)})` : title
}

function parts(said: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const part of said.split(/^== /m).slice(1)) {
    const end = part.indexOf('\n')
    found[part.slice(0, end)] = part.slice(end + 1)
  }
  return found
}

describe('on one disk', () => {
  const one = { count: 1, sizeMib: 16 }

  it.skipIf('why' in here)(why('formats and mounts it once, and keeps its files', here), async () => {
    if ('why' in here) return
    const said = parts(
      await here.run(
        `echo '== first'; act mount; echo kept > "$DIR/mnt/data/file"; cat /etc/fstab
         echo '== again'; act mount
         echo '== off'; act unmount; grep -c . /etc/fstab || true
         echo '== on'; act mount; cat "$DIR/mnt/data/file"; act unmount`,
        one,
      ),
    )
    expect(said.first).toMatch(
      /"did":"formatted".*\n.*"did":"fstab_written".*\n.*"did":"mounted".*\n.*"done":"mounted"/,
    )
    expect(said.first).toMatch(/^UUID=\S+ \S+\/mnt\/data ext4 defaults,nofail 0 2$/m)
    expect(said.again).not.toContain('"did"')
    expect(said.off).toMatch(/"done":"unmounted".*\n0/)
    expect(said.on).not.toContain('formatted')
    expect(said.on).toContain('kept')
  })

  it.skipIf('why' in here)(why('does not touch one that is partitioned', here), async () => {
    if ('why' in here) return
    const said = await here.run(
      // A DOS partition table: one entry of type 83 and the mark at the end of the sector.
      `disk=\${disks# }
       printf '\\000\\001\\001\\000\\203\\376\\377\\377\\000\\010\\000\\000\\000\\060\\000\\000' | dd of=$disk bs=1 seek=446 conv=notrunc 2>/dev/null
       printf '\\125\\252' | dd of=$disk bs=1 seek=510 conv=notrunc 2>/dev/null
       sync; before=$(md5sum < $disk); act mount || true; [ "$before" = "$(md5sum < $disk)" ] && echo untouched`,
      one,
    )
    expect(said).toContain('"code":"not_blank"')
    expect(said).toContain('untouched')
  })

  it.skipIf('why' in hereXfs)(why('formats, mounts and grows xfs', hereXfs), async () => {
    if ('why' in hereXfs) return
    const said = parts(
      await hereXfs.run(
        `FS=xfs
         echo '== first'; act mount; echo kept > "$DIR/mnt/data/file"; cat /etc/fstab
         echo '== grown'; before=$(stat -f -c %b "$DIR/mnt/data"); resized 512; act grow
         [ "$(stat -f -c %b "$DIR/mnt/data")" -gt "$before" ] && echo larger
         echo '== on'; act unmount; act mount; cat "$DIR/mnt/data/file"; act unmount`,
        { count: 1, sizeMib: 320 },
      ),
    )
    expect(said.first).toMatch(/^UUID=\S+ \S+\/mnt\/data xfs defaults,nofail 0 2$/m)
    expect(said.grown).toMatch(/"done":"grown".*\nlarger/)
    expect(said.on).toContain('kept')
  })

  it.skipIf('why' in hereXfs)(
    why('tells two volumes of one snapshot apart, in fstab too', hereXfs),
    async () => {
      if ('why' in hereXfs) return
      const said = await hereXfs.run(
        `FS=xfs; set -- $disks
         disks=$1 volumes=vol-1 AT=$DIR/mnt/one; act mount; echo first > $AT/file; sync
         act unmount; cat "$1" > "$2"; sync; udevadm settle 2>/dev/null || true
         act mount
         disks=$2 volumes=vol-2 AT=$DIR/mnt/two; act mount; echo second > $AT/file
         cat $DIR/mnt/one/file $DIR/mnt/two/file; cat /etc/fstab
         umount $DIR/mnt/one; umount $DIR/mnt/two`,
        { count: 2, sizeMib: 320 },
      )
      expect(said).toContain('first\nsecond\n')
      expect(said).toMatch(/^\/dev\/loop\d+ \S+\/mnt\/two xfs defaults,nofail,nouuid 0 2$/m)
      expect(said).not.toContain('failed')
    },
  )
})

describe('on arrays', () => {
  const four = { count: 4, sizeMib: 320 }

  it.skipIf('why' in arrayMachine)(
    why('mdadm: made, found again under another name, grown, and let go of', arrayMachine),
    { timeout: 600_000 },
    async () => {
      if ('why' in arrayMachine) return
      const said = parts(
        await arrayMachine.run(
          `RAID=mdadm LEVEL=10 FS=xfs
           echo '== made'; act mount; echo kept > "$DIR/mnt/data/file"
           echo '== again'; act mount
           echo '== off'; act unmount; grep -c '^md' /proc/mdstat
           mdadm --assemble /dev/md/other $disks
           echo '== on'; act mount; cat "$DIR/mnt/data/file"
           echo '== grown'; before=$(stat -f -c %b "$DIR/mnt/data"); resized 400; act grow
           [ "$(stat -f -c %b "$DIR/mnt/data")" -gt "$before" ] && echo larger; cat "$DIR/mnt/data/file"
           echo '== gone'; act unmount; grep -c '^md' /proc/mdstat`,
          four,
        ),
      )
      expect(said.made).toMatch(/"did":"array_made".*\n.*"did":"formatted"/)
      expect(said.again).not.toContain('"did"')
      expect(said.off).toMatch(/"done":"unmounted".*\n0/)
      expect(said.on).toContain('kept')
      expect(said.on).not.toContain('formatted')
      expect(said.grown).toMatch(/"done":"grown".*\nlarger\nkept/)
      expect(said.gone).toMatch(/"done":"unmounted".*\n0/)
    },
  )

  it.skipIf('why' in arrayMachine)(
    why('LVM: made after an interruption, found again, grown, and never made of what is left', arrayMachine),
    { timeout: 600_000 },
    async () => {
      if ('why' in arrayMachine) return
      const said = parts(
        await arrayMachine.run(
          `RAID=lvm LEVEL=5 FS=ext4; set -- $disks
           pvcreate -y $1 $2
           echo '== made'; act mount; echo kept > "$DIR/mnt/data/file"
           echo '== again'; act mount
           echo '== on'; act unmount; act mount; cat "$DIR/mnt/data/file"
           echo '== grown'; before=$(stat -f -c %b "$DIR/mnt/data"); resized 400; act grow
           [ "$(stat -f -c %b "$DIR/mnt/data")" -gt "$before" ] && echo larger; cat "$DIR/mnt/data/file"
           echo '== twice'; act grow
           echo '== broken'; act unmount; wipefs -aqf $4; act mount`,
          four,
        ),
      )
      expect(said.made).toMatch(/"did":"array_made".*\n.*"did":"formatted"/)
      expect(said.again).not.toContain('"did"')
      expect(said.on).toContain('kept')
      expect(said.on).not.toContain('formatted')
      expect(said.grown).toMatch(/"done":"grown".*\nlarger\nkept/)
      expect(said.twice).toContain('"done":"grown"')
      expect(said.broken).toContain('"code":"array_broken"')
    },
  )
})
