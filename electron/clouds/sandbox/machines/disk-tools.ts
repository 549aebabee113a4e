import { spawn } from 'node:child_process'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { shellEnvironment, type ShellPlace } from '../ssh/shell-environment.ts'

const parts = ['disk-tools.sh', 'array-tools.sh', 'host-tools.sh']

/** The commands that take the place of the system's in an instance's search path. */
const names = [
  'blkid',
  'disk-boot',
  'lsblk',
  'lvcreate',
  'lvextend',
  'mdadm',
  'mkfs',
  'mkfs.ext3',
  'mkfs.ext4',
  'mkfs.xfs',
  'mount',
  'mountpoint',
  'pvcreate',
  'pvresize',
  'pvs',
  'resize2fs',
  'sudo',
  'umount',
  'vgchange',
  'vgcreate',
  'vgs',
  'xfs_growfs',
]

/** Those about the instance's name. */
const hostNames = ['hostname', 'hostnamectl']

/** Puts the disk commands into a folder, from the files that ship with Farmhand; they need a POSIX shell. */
export async function installDiskTools(sourceDir: string, toolsDir: string): Promise<void> {
  await rm(toolsDir, { recursive: true, force: true })
  await mkdir(toolsDir, { recursive: true, mode: 0o700 })
  for (const part of parts) await copyFile(join(sourceDir, part), join(toolsDir, part))
  const place = async (name: string, part: string): Promise<void> => {
    const text = `#!/bin/sh\nexec /bin/sh "\${0%/*}/${part}" ${name} "$@"\n`
    await writeFile(join(toolsDir, name), text, { mode: 0o700 })
  }
  for (const name of names) await place(name, 'disk-tools.sh')
  for (const name of hostNames) await place(name, 'host-tools.sh')
}

/** What an instance does with its disks when it boots: arrays, volume groups and fstab come back. */
export async function bootDisks(place: ShellPlace): Promise<void> {
  if (place.toolsDir === null) return
  const child = spawn(join(place.toolsDir, 'disk-boot'), [], {
    cwd: place.homeDir,
    env: shellEnvironment(place, 'root', {}),
    stdio: 'ignore',
  })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => {
      resolve()
    })
  })
}
