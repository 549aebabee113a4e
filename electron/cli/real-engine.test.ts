import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spawnCli, startServing, type CliResult, type ServingCli } from '../../tests/support/cli-runner.ts'
import { connectWebSocket } from '../../tests/support/transports.ts'

/*
 * The real command in a process of its own, over the real engine: first each command with an engine inside itself, then the
 * same through a running `farmhand serve`.
 */

const role = {
  alias: 'web',
  role: 'Nobody',
  cloud: 'sandbox',
  location: 'sandbox-east-1',
  instanceType: 't3.micro',
}
const design = (change: object, roles: object[] = []) => ({
  schema: 'farmhand.farm/v1',
  name: 'bad',
  roles,
  ...change,
})

/** Faults that show without any cloud. */
const plainFaults: [string, object, string][] = [
  ['an unknown key', design({ colour: 'red' }), 'colour'],
  ['an unknown key of a role', design({}, [{ ...role, scaling: { min: 1, mx: 2 } }]), 'roles[0].scaling.mx'],
  ['a wrong type', design({}, [{ ...role, launchIndex: 'first' }]), 'roles[0].launchIndex'],
  ['a role that does not exist', design({}, [role]), 'roles[0].role'],
]
/** Faults of a farm role that is right otherwise. */
const roleFaults: [string, object, string][] = [
  ['min above max', { scaling: { min: 3, max: 2 } }, 'roles[0].scaling.min'],
  ['a zone of another region', { zone: 'sandbox-west-1a' }, 'roles[0].zone'],
  ['an instance type that does not exist', { instanceType: 'z9.huge' }, 'roles[0].instanceType'],
]

interface ErrorDocument {
  error: { code: string; message: string; details: { faults?: { path: string; message: string }[] } }
}

function errorOf(result: CliResult): ErrorDocument['error'] {
  return (JSON.parse(result.stdout) as ErrorDocument).error
}

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'farmhand-real-'))
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

const cli = (words: string, document?: object) =>
  spawnCli(words.split(' '), {
    dataDir,
    ...(document === undefined ? {} : { stdin: JSON.stringify(document) }),
  })

describe('without a running engine', () => {
  it('starts one inside the command, and leaves nothing behind', async () => {
    const first = await cli('farm ls --json')
    expect(first).toEqual({ status: 0, stdout: '[]\n', stderr: '' })
    await expect(stat(join(dataDir, 'engine.json'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it.each(plainFaults)('names %s by path', async (_what, document, path) => {
    const { status, stderr } = await cli('farm import -', document)
    expect(status).toBe(1)
    expect(stderr).toContain(`  ${path}: `)
  })
})

describe('with a running engine', () => {
  let serving: ServingCli['announced']
  let child: ServingCli['child']

  beforeAll(async () => {
    const started = await startServing({ dataDir })
    serving = started.announced
    child = started.child
  })
  afterAll(() => {
    child.kill('SIGKILL')
  })

  it('says where it is, in a file for its owner only', async () => {
    expect(serving).toMatchObject({ pid: child.pid, dataDir })
    const file = join(dataDir, 'engine.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      url: serving.url,
      token: serving.token,
      pid: child.pid,
    })
    const log = await readFile(join(dataDir, 'logs', 'farmhand.log'), 'utf8')
    expect(log).not.toContain(serving.token)
  })

  it('is where commands go', async () => {
    const { client, close } = connectWebSocket(serving.url, serving.token)
    await expect(client.system.info()).resolves.toMatchObject({ pid: child.pid, host: 'headless' })
    await close()
    expect(await cli('farm ls --json')).toEqual({ status: 0, stdout: '[]\n', stderr: '' })
  })

  it('is the only one in its directory', async () => {
    const second = await cli('serve --json')
    expect(second.status).toBe(1)
    expect(errorOf(second)).toMatchObject({
      code: 'state.in_use',
      message: expect.stringContaining(String(child.pid)) as string,
    })
  })

  /** The same refusal from REST, and from the command line with and without `--json`. */
  async function expectFault(document: object, path: string) {
    const answer = await fetch(`${serving.url}/api/farms/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serving.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ document }),
    })
    const { error } = (await answer.json()) as ErrorDocument
    expect(answer.status).toBe(400)
    expect(error.details.faults?.map((fault) => fault.path)).toContain(path)
    const machine = await cli('farm import - --json', document)
    expect(machine).toMatchObject({ status: 1, stderr: '' })
    expect(errorOf(machine)).toMatchObject({
      code: error.code,
      message: error.message,
      details: { faults: error.details.faults },
    })
  }

  it.each(plainFaults)('names %s by path in CLI and API alike', async (_what, document, path) => {
    await expectFault(document, path)
  })

  it('names the faults of a farm role on a connected cloud', async () => {
    expect(await cli('cloud add sandbox --name sandbox')).toMatchObject({ status: 0, stderr: '' })
    const { stdout } = await cli('role ls --json')
    const [starter] = JSON.parse(stdout) as { name: string }[]
    for (const [, change, path] of roleFaults) {
      await expectFault(design({}, [{ ...role, role: starter?.name, ...change }]), path)
    }
  })

  it('changes a design by the document that was exported', async () => {
    const [starter] = JSON.parse((await cli('role ls --json')).stdout) as { name: string }[]
    const made = await cli('farm import -', design({ name: 'shop' }, [{ ...role, role: starter?.name }]))
    expect(made).toMatchObject({ status: 0, stderr: '' })
    const document = JSON.parse((await cli('farm export shop')).stdout) as { roles: object[] }
    const changed = {
      ...document,
      roles: document.roles.map((one) => ({ ...one, instanceType: 't3.small' })),
    }
    const plan = await cli('farm plan shop --design -', changed)
    expect(plan).toMatchObject({ status: 0, stderr: '' })
    expect(plan.stdout).toMatch(/instance type +t3.small/)
    expect(JSON.parse((await cli('farm export shop')).stdout)).toEqual(document)
    expect(await cli('farm update shop -', changed)).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse((await cli('farm export shop')).stdout)).toEqual(changed)
    const refused = await cli('farm update shop -', { ...changed, colour: 'red' })
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('  colour: ')
  })

  it('ends cleanly on SIGTERM', async () => {
    child.kill('SIGTERM')
    const [status] = (await once(child, 'close')) as [number]
    expect(status).toBe(0)
    await expect(stat(join(dataDir, 'engine.json'))).rejects.toMatchObject({ code: 'ENOENT' })
    expect((await cli('farm ls --json')).status).toBe(0)
  })
})
