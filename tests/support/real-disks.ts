import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Somewhere with a real kernel where steps of a POSIX shell may work on disks without harm. */
export interface DiskMachine {
  /** Runs steps with so many blank disks, whose devices are in `$disks`; answers all that they wrote. */
  run(steps: string, disks: { count: number; sizeMib: number }): Promise<string>
}

/** A kernel that cannot do it, in a few words. */
export interface NoDiskMachine {
  why: string
}

const script = join(import.meta.dirname, '..', '..', 'resources', 'agent', 'storage.sh')
const TIMEOUT_MS = 540_000

/** Before the steps: an /etc of their own, a device for each disk, and `act ACTION`, the storage script with $RAID, $LEVEL and $FS. */
const prelude = `
  mkdir -p "$DIR/etc" "$DIR/mnt" && cp -r /etc/. "$DIR/etc" 2>/dev/null
  mount --bind "$DIR/etc" /etc && : > /etc/fstab
  disks='' volumes=''
  for image in "$DIR"/disk*.img; do
    disks="$disks $(losetup -f --show "$image")"
    volumes="$volumes vol-\${image##*/disk}"
  done
  act() {
    FARMHAND_ACTION=$1 FARMHAND_NAME=\${NAME:-data} FARMHAND_VOLUMES=$volumes FARMHAND_DEVICES=$disks FARMHAND_TRIES=0 \\
      FARMHAND_RAID=\${RAID:-none} FARMHAND_LEVEL=\${LEVEL:-0} FARMHAND_FS=\${FS:-ext4} FARMHAND_MOUNT=\${AT:-$DIR/mnt/data} sh "$SCRIPT"
  }
  resized() { # MIB
    for image in "$DIR"/disk*.img; do truncate -s "$1M" "$image"; done
    for disk in $disks; do losetup -c "$disk"; done
  }
`

/** This machine's own kernel, in a mount namespace, so that only its loop devices are used; needs root. */
export function thisMachine(needs: { programs: readonly string[]; files: readonly string[] }) {
  const missing = missingPart(needs)
  if (process.platform !== 'linux') return { why: 'no Linux' }
  if (process.getuid?.() !== 0) return { why: 'not root' }
  if (missing !== undefined) return { why: `${missing} is missing here` }
  const probe = spawnSync('unshare', ['-m', 'sh', '-c', 'losetup -f'], { encoding: 'utf8' })
  if (probe.status !== 0) return { why: 'no loop devices here' }
  const run: DiskMachine['run'] = async (steps, disks) => {
    const dir = await diskDir(disks)
    const end = `all=$disks; trap 'for disk in $all; do losetup -d $disk; done' EXIT`
    const { stdout } = spawnSync('unshare', ['-m', 'sh', '-c', `exec 2>&1\n${prelude}\n${end}\n${steps}`], {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      env: { PATH: path, DIR: dir, SCRIPT: script },
    })
    await rm(dir, { recursive: true, force: true })
    return stdout
  }
  return { run }
}

/**
 * User-mode Linux (Debian's package of that name): a kernel of its own as a process, whose root is this machine's. It has
 * the drivers for arrays that this machine's kernel may lack.
 */
export async function userModeLinux(programs: readonly string[]): Promise<DiskMachine | NoDiskMachine> {
  const modules = '/usr/lib/uml/modules'
  const udev = '/lib/systemd/systemd-udevd'
  const missing = missingPart({ programs: ['linux.uml', ...programs], files: [modules, udev] })
  if (missing !== undefined) return { why: `${missing} is missing for user-mode Linux` }
  const [version] = await readdir(modules)
  if (version === undefined) return { why: 'user-mode Linux has no modules' }
  const run: DiskMachine['run'] = async (steps, disks) => {
    const dir = await diskDir(disks)
    await mkdir(join(dir, 'lib'))
    await symlink(modules, join(dir, 'lib', 'modules'))
    const init = `#!/bin/sh
      export PATH=${path} DIR=${dir} SCRIPT=${script}
      exec > "$DIR/said" 2>&1
      mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs run /run
      for name in dm-mod raid0 raid1 raid10 raid456 dm-raid loop xfs; do modprobe -d "$DIR" $name; done
      ${udev} --daemon; udevadm trigger --action=add; udevadm settle
      ${prelude}
      ${steps}
      sync; echo o > /proc/sysrq-trigger; sleep 60`
    await writeFile(join(dir, 'init'), init, { mode: 0o755 })
    const words = `mem=512M root=/dev/root rootfstype=hostfs rootflags=/ rw quiet init=${dir}/init con=null con0=null,null`
    spawnSync('linux.uml', words.split(' '), { stdio: 'ignore', timeout: TIMEOUT_MS, killSignal: 'SIGKILL' })
    const said = await readFile(join(dir, 'said'), 'utf8').catch(() => '')
    await rm(dir, { recursive: true, force: true })
    return said
  }
  return { run }
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

function missingPart({ programs, files }: { programs: readonly string[]; files: readonly string[] }) {
  const isThere = (name: string): boolean => path.split(':').some((dir) => existsSync(join(dir, name)))
  return programs.find((name) => !isThere(name)) ?? files.find((file) => !existsSync(file))
}

async function diskDir({ count, sizeMib }: { count: number; sizeMib: number }): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'disks-'))
  for (let n = 1; n <= count; n += 1) {
    const image = join(dir, `disk${String(n)}.img`)
    await writeFile(image, '')
    await truncate(image, sizeMib * 1024 * 1024)
  }
  return dir
}
