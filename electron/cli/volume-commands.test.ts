import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../tests/support/cli-runner.ts'
import { type SandboxEngine, startSandboxEngine } from '../../tests/support/sandbox-engine.ts'
import { silentLog, until } from '../../tests/support/test-engine.ts'
import { startTestHost } from '../../tests/support/transports.ts'
import { Secret } from '../../shared/model/secret.ts'
import type { StorageSnapshot, StorageVolume } from '../../shared/model/storage.ts'

/* The command line over the real engine and the Sandbox's own endpoint. */

let world: SandboxEngine
let dataDir: string
let host: Awaited<ReturnType<typeof startTestHost>>
beforeAll(async () => {
  world = await startSandboxEngine()
  dataDir = world.engine.dataDir.path
  host = await startTestHost(world.engine, silentLog)
  await world.engine.dataDir.writeEngineFile({ url: host.url, token: new Secret(host.token) })
  await world.launch('shop', { zone: 'sandbox-east-1a' })
}, 60_000)
afterAll(async () => {
  await host.stop()
  await world.remove()
})

const cli = (...words: string[]) => runCli(words, { dataDir })
async function json<T>(...words: string[]): Promise<T> {
  const { status, stdout, stderr } = await cli(...words, '--json')
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stdout}${stderr}`)
  return JSON.parse(stdout) as T
}
const place = ['--cloud', 'Test', '--location', 'sandbox-east-1']
async function create(...more: string[]): Promise<string> {
  const words = ['volume', 'create', ...place, '--zone', 'sandbox-east-1a', '--size', '1', ...more]
  return (await json<{ volumeId: string }>(...words)).volumeId
}
const show = (id: string) => json<StorageVolume>('volume', 'show', id)

describe('volumes by the command line', () => {
  it('are made, attached for good, grown, changed, detached and deleted', { timeout: 60_000 }, async () => {
    const id = await create('--name', 'spare')
    expect((await cli('volume', 'ls', ...place)).stdout).toContain(id)
    expect(
      await cli('volume', 'attach', id, 'shop/web/1', '--always', '--mount', '/mnt/storage', '--wait'),
    ).toMatchObject({ status: 0 })
    expect((await cli('volume', 'show', id)).stdout).toMatch(
      /^Used by +shop → web #1, m-[0-9a-f]+$[^]*^Status +in-use \/ attached \/ \/dev\/sdf$[^]*^Mounted at +\/mnt\/storage$/m,
    )
    expect(await cli('volume', 'change', id, '--size', '4')).toMatchObject({
      status: 0,
      stdout: `Volume ${id} is being changed.\n`,
    })
    expect(await cli('volume', 'grow', id)).toMatchObject({ status: 0 })
    expect(await show(id)).toMatchObject({ sizeGib: 4 })
    expect(await cli('volume', 'change', id, '--size', '2')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('New size cannot be smaller than existing size of 4GiB') as string,
    })
    expect(await cli('volume', 'rm', id)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`${id}: Volume ${id} is currently attached to i-`) as string,
    })
    expect(await cli('volume', 'detach', id, '--wait')).toMatchObject({ status: 0 })
    const other = await create()
    const { status, stdout } = await cli('volume', 'rm', id, other)
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${id} is deleted.\n${other} is deleted.\n` })
    expect((await cli('volume', 'show', id)).stderr).toContain(`There is no volume ${id}`)
  })

  it('of several, those that can be deleted are; the rest is said in the cloud’s words', async () => {
    const [free, used] = [await create(), await create()]
    await cli('volume', 'attach', used, 'shop/web/1', '--wait')
    const { status, stderr } = await cli('volume', 'rm', free, used)
    expect(status).toBe(1)
    expect(stderr).toContain(`${free} is deleted. ${used}: Volume ${used} is currently attached to`)
    await cli('volume', 'detach', used, '--wait')
    await cli('volume', 'rm', used)
  })

  it('have snapshots by hand and by the clock', async () => {
    const id = await create()
    const byHand = await json<{ snapshotId: string }>('volume', 'snapshot', id, '--description', 'by hand')
    expect((await cli('snapshot', 'ls', '--volume', id)).stdout).toMatch(/ completed .* by hand/)
    expect(await cli('volume', 'schedule', id, '--every', '24', '--keep', '3')).toMatchObject({
      status: 0,
      stdout: `A snapshot of ${id} is made every 24 h; the newest 3 are kept.\n`,
    })
    const all = await until(async () => {
      const found = await json<StorageSnapshot[]>('snapshot', 'ls', '--volume', id)
      return found.length === 2 && found
    })
    expect((await cli('volume', 'show', id)).stdout).toMatch(/^Auto-snapshots +every 24 h, keep 3$/m)
    expect((await cli('volume', 'schedule', id, '--keep', '0')).stdout).toContain('all are kept')
    expect(await cli('volume', 'schedule', id, '--off')).toMatchObject({ status: 0 })
    expect(await show(id)).toMatchObject({ schedule: null })
    const copy = await create('--snapshot', byHand.snapshotId)
    expect(await show(copy)).toMatchObject({ snapshotId: byHand.snapshotId })
    expect(await cli('snapshot', 'rm', ...all.map((one) => one.id))).toMatchObject({ status: 0 })
    expect(await json('snapshot', 'ls', '--volume', id)).toEqual([])
    await cli('volume', 'rm', id, copy)
  })

  it.each([
    [['create', ...place, '--zone', 'sandbox-east-1a', '--size', '0'], 'sizeGib:'],
    [['attach', 'x', 'y', '--mount', '/mnt/x'], '--mount goes with --always.'],
    [['change', 'x'], 'Say what to change'],
    [['change', 'x', '--type', 'gp9'], 'type:'],
  ])('volume %j is wrong use: %s', async (words, sentence) => {
    const { status, stderr } = await cli('volume', ...words)
    expect(status).toBe(2)
    expect(stderr).toContain(sentence)
  })

  it('wrong use of a schedule says what is wrong', async () => {
    const id = await create()
    expect(await cli('volume', 'schedule', id, '--off', '--keep', '1')).toMatchObject({ status: 2 })
    const { status, stderr } = await cli('volume', 'schedule', id, '--every', '0')
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('everyHours:') as string,
    })
    await cli('volume', 'rm', id)
  })
})
