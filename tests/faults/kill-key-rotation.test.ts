import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyEssence } from '../../shared/logic/keys/ssh-keys.ts'
import type { Server } from '../../shared/model/servers.ts'
import type { SshKey } from '../../shared/model/ssh-keys.ts'
import { designFarm, killHost, type RunningHost, startHost } from '../support/running-host.ts'
import { type SandboxProcess, startSandboxProcess } from '../support/sandbox-client.ts'
import { endedJob, outputOf } from '../support/sandbox-engine.ts'
import { openEngine, temporaryDirectory, until } from '../support/test-engine.ts'

const SERVERS = 4
const ROUNDS = 8
/** From before the new pair is made to after the last server has it. */
const SPAN_MS = 1_600

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let sandbox: SandboxProcess
let host: RunningHost | undefined

beforeAll(async () => {
  directory = await temporaryDirectory()
  sandbox = await startSandboxProcess({ bootMs: 0 })
})
afterAll(async () => {
  if (host) await killHost(host)
  await sandbox.stop()
  await directory.remove()
})

/** Every server is entered with the key that Farmhand holds for it; a key that was being replaced is then replaced for good. */
async function enterAndFinish(where: string): Promise<void> {
  const engine = await openEngine({ dataDir: directory.path })
  await engine.start()
  try {
    const servers = await engine.servers.list({})
    expect(servers, where).toHaveLength(SERVERS)
    for (const { id } of servers) expect(await outputOf(engine, id, 'echo in'), where).toBe('in')
    const begun = (await engine.keys.list()).find(({ replacement }) => replacement !== null)
    if (begun) {
      const { jobId } = await engine.keys.regenerate({ keyId: begun.id })
      expect(await endedJob(engine, jobId), where).toMatchObject({ state: 'done' })
    }
    const keys = await engine.keys.list()
    expect(keys, where).toMatchObject([{ imported: true, replacement: null }])
    for (const { id } of servers) {
      const lines = (await outputOf(engine, id, 'cat "$HOME/.ssh/authorized_keys"')).split('\n')
      expect(lines, where).toHaveLength(1)
      expect(lines[0], where).toContain(keyEssence(keys[0]?.publicKey ?? ''))
    }
  } finally {
    await engine.stop()
  }
}

test(`killed at ${ROUNDS} random moments of a key regeneration: no server is left that Farmhand cannot enter, and none keeps the old key`, async () => {
  host = await startHost(directory.path)
  const farmId = await designFarm(host, sandbox, 'rotated', SERVERS)
  await host.call('POST', `/farms/${farmId}/launch`, {})
  const first = host
  await until(async () => {
    const servers = await first.call<Server[]>('GET', '/servers')
    return servers.length === SERVERS && servers.every(({ status }) => status === 'running')
  }, 120_000)
  for (let round = 0; round < ROUNDS; round += 1) {
    host ??= await startHost(directory.path)
    const [key] = await host.call<SshKey[]>('GET', '/keys')
    const momentMs = Math.round(((round + Math.random()) / ROUNDS) * SPAN_MS)
    const asked = host.call('POST', `/keys/${key?.id ?? ''}/regenerate`, {}).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, momentMs))
    await killHost(host)
    host = undefined
    await asked
    await enterAndFinish(`after a kill at ${momentMs} ms`)
  }
}, 600_000)
