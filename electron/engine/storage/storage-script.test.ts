import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'

const script = join(import.meta.dirname, '..', '..', '..', 'resources', 'agent', 'storage.sh')

/** A mount namespace of its own, with an /etc of its own, so that nothing of this machine changes; needs root. */
function inNamespace(dir: string, steps: string) {
  const text = `set -e
    cp -r /etc "$DIR/etc" && mount --bind "$DIR/etc" /etc && : > /etc/fstab
    loop=$(losetup -f --show "$DIR/disk.img")
    trap 'losetup -d $loop' EXIT
    act() {
      FARMHAND_ACTION=$1 FARMHAND_NAME=data FARMHAND_VOLUMES=vol-0a FARMHAND_DEVICES=$loop FARMHAND_RAID=none \\
      FARMHAND_LEVEL=0 FARMHAND_FS=ext4 FARMHAND_MOUNT=$DIR/mnt/data FARMHAND_TRIES=0 sh "$SCRIPT"
    }
    ${steps}`
  return spawnSync('unshare', ['-m', '/bin/sh', '-c', text], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', DIR: dir, SCRIPT: script },
  })
}

const dirs: string[] = []
afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true })
})

async function newDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'loop-'))
  dirs.push(dir)
  await writeFile(join(dir, 'disk.img'), Buffer.alloc(16 * 1024 * 1024))
  return dir
}

const probe = await newDir()
const canMount =
  process.platform === 'linux' &&
  inNamespace(probe, 'mkfs.ext4 -q $loop && mkdir "$DIR/mnt" && mount $loop "$DIR/mnt" && umount "$DIR/mnt"')
    .status === 0

it.skipIf(!canMount)('formats and mounts a real disk once, and keeps its files', async () => {
  const { stdout, stderr } = inNamespace(
    await newDir(),
    `act mount; echo kept > "$DIR/mnt/data/file"; cat /etc/fstab
     echo again; act mount
     echo off; act unmount; grep -c . /etc/fstab || true
     echo on; act mount; cat "$DIR/mnt/data/file"; act unmount`,
  )
  expect(stderr).toBe('')
  const [first, again, off, on] = stdout.split(/^(?:again|off|on)$/m)
  expect(first).toMatch(
    /"did":"formatted".*\n.*"did":"fstab_written".*\n.*"did":"mounted".*\n.*"done":"mounted"/,
  )
  expect(first).toMatch(/^UUID=\S+ \S+\/mnt\/data ext4 defaults,nofail 0 2$/m)
  expect(again).not.toContain('"did"')
  expect(off).toMatch(/"done":"unmounted".*\n0/)
  expect(on).not.toContain('formatted')
  expect(on).toContain('kept')
})

it.skipIf(!canMount)('does not touch a real disk that is partitioned', async () => {
  const { stdout } = inNamespace(
    await newDir(),
    // A DOS partition table: one entry of type 83 and the mark at the end of the sector.
    `printf '\\000\\001\\001\\000\\203\\376\\377\\377\\000\\010\\000\\000\\000\\060\\000\\000' | dd of=$loop bs=1 seek=446 conv=notrunc 2>/dev/null
     printf '\\125\\252' | dd of=$loop bs=1 seek=510 conv=notrunc 2>/dev/null
     sync; before=$(md5sum < $loop); act mount || true; [ "$before" = "$(md5sum < $loop)" ] && echo untouched`,
  )
  expect(stdout).toContain('"code":"not_blank"')
  expect(stdout).toContain('untouched')
})
