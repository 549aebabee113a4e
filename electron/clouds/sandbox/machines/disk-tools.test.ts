import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installDiskTools } from './disk-tools.ts'

const resources = join(import.meta.dirname, '..', '..', '..', '..', 'resources')

let dir: string
let root: string

beforeEach(async () => {
  // Folders of an application's data may have blanks in their names.
  dir = await mkdtemp(join(tmpdir(), 'disk tools-'))
  root = join(dir, 'home')
  await mkdir(join(root, 'dev'), { recursive: true })
  await installDiskTools(join(resources, 'sandbox'), join(dir, 'tools'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function volume(id: string, device: string): Promise<void> {
  const folder = join(dir, 'volumes', id)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'disk'), Buffer.alloc(4096))
  await writeFile(join(folder, 'size'), '10\n')
  await symlink(join(folder, 'disk'), join(root, device))
}

function place(env: Record<string, string>) {
  const PATH = `${join(dir, 'tools')}:/usr/bin:/bin:/usr/sbin:/sbin`
  return { cwd: root, env: { PATH, FARMHAND_ROOT: root, HOME: root, ...env } }
}

function run(command: string) {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8', ...place({}) })
  return { status, out: stdout, err: stderr }
}

/** The on-server script, as it is sent over SSH. */
async function storage(env: Record<string, string>) {
  const script = await readFile(join(resources, 'agent', 'storage.sh'), 'utf8')
  const given = {
    FARMHAND_ACTION: 'mount',
    FARMHAND_NAME: 'data',
    FARMHAND_RAID: 'none',
    FARMHAND_LEVEL: '0',
    FARMHAND_FS: 'ext4',
    FARMHAND_MOUNT: '/mnt/data',
    FARMHAND_TRIES: '0',
    ...env,
  }
  const { status, out, err } = await new Promise<{ status: number; out: string; err: string }>((resolve) => {
    execFile('/bin/sh', ['-c', script], { encoding: 'utf8', ...place(given) }, (error, out, err) => {
      resolve({ status: Number(error?.code ?? 0), out, err })
    })
  })
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)
  return { status, err, did: lines.flatMap((line) => line.did ?? []), last: lines.at(-1) }
}

const one = { FARMHAND_VOLUMES: 'vol-0a', FARMHAND_DEVICES: '/dev/sdf' }
const four = {
  FARMHAND_VOLUMES: 'vol-0a vol-0b vol-0c vol-0d',
  FARMHAND_DEVICES: '/dev/sdf /dev/sdg /dev/sdh /dev/sdi',
  FARMHAND_LEVEL: '10',
}

describe('the disk commands of a Sandbox instance', () => {
  it('format, mount and unmount a volume', async () => {
    await volume('vol-0a', 'dev/sdf')
    expect(run('blkid /dev/sdf').status).toBe(2)
    expect(run('mkdir mnt; mount /dev/sdf /mnt')).toMatchObject({
      status: 32,
      err: expect.stringContaining('wrong fs type') as string,
    })
    expect(run('mkfs.ext4 -q /dev/sdf').status).toBe(0)
    expect(run('blkid -p -o value -s TYPE /dev/sdf').out).toBe('ext4\n')
    expect(run('echo hidden > mnt/under; mount /dev/sdf /mnt && echo kept > mnt/file').status).toBe(0)
    expect(existsSync(join(root, 'mnt', 'under'))).toBe(false)
    expect(run('mountpoint -q /mnt').status).toBe(0)
    expect(run('mkfs.ext4 /dev/sdf').err).toContain('is mounted; will not make a filesystem here!')
    expect(run('lsblk -n -o NAME,FSTYPE,MOUNTPOINT').out).toMatch(/^sdf\s+ext4\s+\/mnt\s+$/m)
    expect(run('umount /mnt').status).toBe(0)
    expect(existsSync(join(root, 'mnt', 'under'))).toBe(true)
    expect(run('umount /mnt')).toMatchObject({ status: 32, err: 'umount: /mnt: not mounted.\n' })
    expect(run('mount /dev/sdf /mnt && cat mnt/file').out).toBe('kept\n')
  })

  it('do not lose a mount when several are mounted or unmounted at the same moment', async () => {
    const letters = [...'fghijklm']
    for (const letter of letters) {
      await volume(`vol-0${letter}`, `dev/sd${letter}`)
      expect(run(`mkfs.ext4 -q /dev/sd${letter} && mkdir -p mnt/${letter}`).status).toBe(0)
    }
    const all = (command: (letter: string) => string) =>
      letters.map((letter) => `{ ${command(letter)}; } & `).join('') + 'wait'
    for (let round = 0; round < 3; round += 1) {
      expect(run(all((letter) => `mount /dev/sd${letter} /mnt/${letter}`))).toMatchObject({ err: '' })
      expect(run('mount').out.trim().split('\n')).toHaveLength(letters.length)
      expect(run(all((letter) => `umount /mnt/${letter}`))).toMatchObject({ err: '' })
      expect(run('mount').out).toBe('')
      for (const letter of letters) expect(run(`mountpoint -q /mnt/${letter}`).status).toBe(32)
    }
  })

  it('fail as the real ones do', async () => {
    await volume('vol-0a', 'dev/sdf')
    expect(run('mount /dev/sdz /mnt')).toMatchObject({
      status: 32,
      err: expect.stringContaining('special device') as string,
    })
    expect(run('mkfs.xfs /dev/sdf && mkfs.xfs /dev/sdf')).toMatchObject({
      status: 1,
      err: expect.stringContaining('Use the -f option to force overwrite') as string,
    })
    expect(run('mdadm --create /dev/md0 --level=1 --raid-devices=2 /dev/sdf')).toMatchObject({ status: 1 })
    expect(run('mountpoint /mnt').status).toBe(1)
    expect(run('sudo -n echo as root').out).toBe('as root\n')
  })
})

describe('the storage script', () => {
  it('formats a blank volume once, mounts it, writes fstab, and has nothing to do the second time', async () => {
    await volume('vol-0a', 'dev/sdf')
    const first = await storage(one)
    expect(first).toMatchObject({ status: 0, last: { done: 'mounted', fileSystem: 'ext4' } })
    expect(first.did).toEqual(['formatted', 'fstab_written', 'mounted'])
    await writeFile(join(root, 'mnt/data/file'), 'kept')
    const again = await storage(one)
    expect(again).toMatchObject({ status: 0, did: [], last: { done: 'mounted' } })
    const fstab = await readFile(join(root, 'etc/fstab'), 'utf8')
    expect(fstab).toMatch(/^UUID=\S+ \/mnt\/data ext4 defaults,nofail 0 2\n$/)
    expect(await readFile(join(root, 'mnt/data/file'), 'utf8')).toBe('kept')
  })

  it('scenario 64: fstab lists a mounted volume after a reboot, its files remain, and nothing is done again', async () => {
    await volume('vol-0a', 'dev/sdf')
    await storage(one)
    await writeFile(join(root, 'mnt/data/file'), 'kept')
    expect(run('disk-boot').status).toBe(0)
    expect(run('mountpoint -q /mnt/data').status).toBe(0)
    expect(await readFile(join(root, 'mnt/data/file'), 'utf8')).toBe('kept')
    expect((await storage(one)).did).toEqual([])
  })

  it('mounts and unmounts several volumes at the same moment, each with its line in fstab', async () => {
    const letters = [...'fghijk']
    const env = (letter: string) => ({
      FARMHAND_NAME: letter,
      FARMHAND_VOLUMES: `vol-0${letter}`,
      FARMHAND_DEVICES: `/dev/sd${letter}`,
      FARMHAND_MOUNT: `/mnt/${letter}`,
    })
    for (const letter of letters) await volume(`vol-0${letter}`, `dev/sd${letter}`)
    const mounted = await Promise.all(letters.map((letter) => storage(env(letter))))
    expect(mounted.map(({ last }) => last?.done)).toEqual(letters.map(() => 'mounted'))
    const fstab = async () => (await readFile(join(root, 'etc/fstab'), 'utf8')).split('\n').filter(Boolean)
    expect((await fstab()).map((line) => line.split(' ')[1]).sort()).toEqual(
      letters.map((letter) => `/mnt/${letter}`),
    )
    const off = { FARMHAND_ACTION: 'unmount' }
    const unmounted = await Promise.all(letters.map((letter) => storage({ ...env(letter), ...off })))
    expect(unmounted.map(({ last }) => last?.done)).toEqual(letters.map(() => 'unmounted'))
    expect(await fstab()).toEqual([])
    expect(run('mount').out).toBe('')
  })

  it('does not touch a disk with a partition table', async () => {
    await volume('vol-0a', 'dev/sdf')
    const block = Buffer.alloc(4096)
    block.set([0x55, 0xaa], 510)
    await writeFile(join(dir, 'volumes/vol-0a/disk'), block)
    expect(await storage(one)).toMatchObject({ status: 1, did: [], last: { code: 'not_blank' } })
    expect(await readFile(join(dir, 'volumes/vol-0a/disk'))).toEqual(block)
  })

  it('says what is missing', async () => {
    expect(await storage(one)).toMatchObject({ status: 1, last: { code: 'device_missing' } })
  })

  it.each(['mdadm', 'lvm'])('makes an array by %s, and assembles it on another server', async (via) => {
    const devices = ['dev/sdf', 'dev/sdg', 'dev/sdh', 'dev/sdi']
    const ids = ['vol-0a', 'vol-0b', 'vol-0c', 'vol-0d']
    for (const [at, id] of ids.entries()) await volume(id, String(devices[at]))
    const raid = { ...four, FARMHAND_RAID: via, FARMHAND_FS: 'xfs' }
    const made = await storage(raid)
    expect(made).toMatchObject({ status: 0, last: { done: 'mounted', fileSystem: 'xfs' } })
    expect(made.did).toEqual(['array_made', 'formatted', 'fstab_written', 'mounted'])
    await writeFile(join(root, 'mnt/data/file'), 'kept')
    expect(run('disk-boot').status).toBe(0)
    expect(await readFile(join(root, 'mnt/data/file'), 'utf8')).toBe('kept')
    expect((await storage(raid)).did).toEqual([])

    await rm(root, { recursive: true })
    await mkdir(join(root, 'dev'), { recursive: true })
    for (const [at, id] of ids.entries()) {
      await symlink(join(dir, 'volumes', id, 'disk'), join(root, String(devices[at])))
    }
    const other = await storage(raid)
    expect(other).toMatchObject({ status: 0 })
    expect(other.did).not.toContain('formatted')
    expect(await readFile(join(root, 'mnt/data/file'), 'utf8')).toBe('kept')
  })

  it('does not complete a broken array by itself', async () => {
    await volume('vol-0a', 'dev/sdf')
    await volume('vol-0b', 'dev/sdg')
    const mirror = {
      FARMHAND_VOLUMES: 'vol-0a vol-0b',
      FARMHAND_DEVICES: '/dev/sdf /dev/sdg',
      FARMHAND_RAID: 'mdadm',
      FARMHAND_LEVEL: '1',
    }
    await storage(mirror)
    expect((await storage({ ...mirror, FARMHAND_ACTION: 'unmount' })).last).toEqual({ done: 'unmounted' })
    await rm(join(root, 'dev/sdg'))
    await volume('vol-0e', 'dev/sdg')
    expect(await storage({ ...mirror, FARMHAND_VOLUMES: 'vol-0a vol-0e' })).toMatchObject({
      status: 1,
      last: { code: 'array_broken' },
    })
  })
})
