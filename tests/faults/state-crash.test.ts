import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { openDataDir, readEngineFile } from '../../electron/engine/state/data-dir/index.ts'
import { openLedger } from '../../electron/engine/state/ledger/index.ts'
import { fileKeychain, openVault } from '../../electron/engine/state/vault/index.ts'
import { openWorkspace } from '../../electron/engine/state/workspace/index.ts'
import { realClock } from '../support/clocks.ts'
import { silentLog } from '../support/logs.ts'
import { temporaryDirectory, withDataDir } from '../support/state.ts'

const ROUNDS = 24

function startChild(
  directory: string,
  mode: 'hold' | 'write',
): { child: ChildProcess; lines: AsyncIterator<string> } {
  const script = join(import.meta.dirname, '../support/state-child.ts')
  const child = spawn(process.execPath, [script, directory, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const { stdout } = child
  return { child, lines: createInterface({ input: stdout })[Symbol.asyncIterator]() }
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** Acknowledged counts, the latest of each `kind id`. */
type Acknowledged = Map<string, number>

function note(acknowledged: Acknowledged, line: string): void {
  const [kind = '', id = '', count = ''] = line.split(' ')
  expect(kind).toMatch(/^(farm|server|secret)$/)
  acknowledged.set(`${kind} ${id}`, Number(count))
}

async function readBack(directory: string): Promise<{ stored: Acknowledged; events: Set<string> }> {
  return withDataDir(
    directory,
    async (dataDir) => {
      const workspace = await openWorkspace(dataDir)
      const ledger = await openLedger(dataDir)
      const vault = await openVault(dataDir, fileKeychain(`${directory}/vault.key`))
      expect(dataDir.findings).toEqual([])
      const stored: Acknowledged = new Map()
      for (const farm of await workspace.farms.list()) stored.set(`farm ${farm.id}`, Number(farm.description))
      for (const server of await ledger.servers.recent(0)) stored.set(`server ${server.id}`, server.attempts)
      for (const id of await vault.ids()) {
        stored.set(`secret ${id}`, Number((await vault.get(id))?.reveal()))
      }
      const events = await ledger.events.list({ limit: 1000 })
      await vault.close()
      await ledger.close()
      await workspace.close()
      return { stored, events: new Set(events.map(({ id }) => id)) }
    },
    realClock,
  )
}

test(`whatever was acknowledged survives SIGKILL at ${String(ROUNDS)} random moments`, async () => {
  const directory = await temporaryDirectory()
  const acknowledged: Acknowledged = new Map()
  for (let round = 0; round < ROUNDS; round += 1) {
    const { child, lines } = startChild(directory, 'write')
    expect((await lines.next()).value).toBe('writing')
    const acknowledgements = Math.floor(Math.random() * 150)
    const newest: string[] = []
    const take = (line: string): void => {
      note(acknowledged, line)
      if (line.startsWith('server')) newest.push(`event-${line.split(' ')[2] ?? ''}`)
    }
    for (let count = 0; count < acknowledgements; count += 1) {
      const { value } = await lines.next()
      take(String(value))
    }
    await killed(child)
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) take(next.value)
    const { stored, events } = await readBack(directory)
    for (const [what, count] of acknowledged) {
      expect(stored.get(what), `${what} in round ${String(round)}`).toBeGreaterThanOrEqual(count)
    }
    for (const event of newest) expect(events).toContain(event)
  }
  const kinds = new Set([...acknowledged.keys()].map((what) => what.split(' ')[0]))
  expect(kinds).toEqual(new Set(['farm', 'server', 'secret']))
  // Which of the three is quick enough to reach all of its 17 is the machine's affair.
  expect(acknowledged.size).toBeGreaterThan(40)
})

test('a second engine is refused with the pid of the first, until the first is killed', async () => {
  const directory = await temporaryDirectory()
  const first = startChild(directory, 'hold')
  expect((await first.lines.next()).value).toBe('holding')

  const open = openDataDir({ dataDir: directory, clock: realClock, log: silentLog })
  await expect(open).rejects.toMatchObject({
    code: 'state.in_use',
    message: expect.stringContaining(`process ${String(first.child.pid)}.`) as unknown,
  })
  const owner = await readEngineFile(directory)
  expect(owner).toMatchObject({ pid: first.child.pid, url: 'http://127.0.0.1:1' })
  expect(owner?.token?.reveal()).toBe('a-token')

  await killed(first.child)
  expect(await readEngineFile(directory)).toBeUndefined()
  await withDataDir(directory, async (dataDir) => {
    expect(dataDir.path).toBe(directory)
    return Promise.resolve()
  })
})

test('of engines that start together, one gets the directory', async () => {
  const directory = await temporaryDirectory()
  const children = Array.from({ length: 4 }, () => startChild(directory, 'hold'))
  const answers = await Promise.all(children.map(async ({ lines }) => (await lines.next()).value))
  expect(answers.toSorted()).toEqual([
    'failed state.in_use',
    'failed state.in_use',
    'failed state.in_use',
    'holding',
  ])
})
