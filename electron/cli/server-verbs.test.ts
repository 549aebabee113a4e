import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli, type CliResult } from '../../tests/support/cli-runner.ts'
import { designFarm, killHost, type RunningHost, startHost } from '../../tests/support/running-host.ts'
import { type SandboxProcess, startSandboxProcess } from '../../tests/support/sandbox-client.ts'
import { temporaryDirectory, until } from '../../tests/support/test-engine.ts'
import type { Server } from '../../shared/model/servers.ts'
import type { SshKey } from '../../shared/model/ssh-keys.ts'

/*
 * The `server` and `key` verbs, each through the real command, over `farmhand serve` in a process of its own, on a Sandbox in
 * another: real EC2 calls, real SSH. One story, so that each verb meets servers as the one before left them.
 */

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let sandbox: SandboxProcess
let host: RunningHost

beforeAll(async () => {
  directory = await temporaryDirectory()
  sandbox = await startSandboxProcess({ bootMs: 0, stopMs: 0, terminateMs: 0 })
  host = await startHost(directory.path)
  await designFarm(host, sandbox, 'shop', 2)
  await ok('farm launch shop --wait')
}, 120_000)
afterAll(async () => {
  await killHost(host)
  await sandbox.stop()
  await directory.remove()
})

function cli(words: string): Promise<CliResult> {
  return runCli(words.split(' '), { dataDir: directory.path })
}

/** What a command prints that ends well. */
async function ok(words: string): Promise<string> {
  const { status, stdout, stderr } = await cli(words)
  expect({ words, status, stderr: status === 0 ? '' : stderr }).toEqual({ words, status: 0, stderr: '' })
  return stdout
}

/** The document that a command prints. */
async function json<T>(words: string): Promise<T> {
  return JSON.parse(await ok(`${words} --json`)) as T
}

/** The error of a command that fails. */
async function refusal(words: string): Promise<{ code: string; message: string }> {
  const { status, stdout } = await cli(`${words} --json`)
  expect(status).toBe(1)
  return (JSON.parse(stdout) as { error: { code: string; message: string } }).error
}

function show(id: string): Promise<Server> {
  return json<Server>(`server show ${id}`)
}

describe('looking', () => {
  it('ls lists, filters, and prints what scripts need', async () => {
    const all = await json<Server[]>('server ls')
    expect(all.map(({ farm, alias, index, status }) => [farm, alias, index, status])).toEqual([
      ['shop', 'web', 1, 'running'],
      ['shop', 'web', 2, 'running'],
    ])
    expect(await json<Server[]>('server ls --farm shop --role web --status running')).toHaveLength(2)
    expect(await json<Server[]>('server ls --status suspended')).toEqual([])
    const text = await ok('server ls')
    expect(text).toContain(all[0]?.cloudServerId)
    expect((await refusal('server ls --farm nowhere')).code).toBe('input.not_found')
  })

  it('show, console and properties tell one server', async () => {
    const [first] = await json<Server[]>('server ls')
    expect(await show(first?.id.slice(0, 8) ?? '')).toEqual(await show('shop/web/1'))
    expect(await ok('server show shop/web/1')).toContain('running since')
    expect(await json<{ text: string }>('server console shop/web/1')).toHaveProperty('text')
    expect(await json('server properties shop/web/1')).toMatchObject({
      cloudServerId: first?.cloudServerId,
      state: { name: 'running' },
    })
    expect(await ok('server properties shop/web/1')).toContain(first?.cloudServerId)
  })

  it('password is Windows’s', async () => {
    expect((await refusal('server password shop/web/1')).code).toBe('server.wrong_status')
  })

  it('key saves the private key for its owner only, and exec runs with it', async () => {
    const out = join(directory.path, 'shop-key')
    expect(await ok(`server key shop/web/1 --out ${out}`)).toContain(`ssh -i ${out}`)
    expect((await stat(out)).mode & 0o777).toBe(0o600)
    expect(await readFile(out, 'utf8')).toContain('PRIVATE KEY')
    expect((await refusal(`server key shop/web/1 --out ${out}`)).code).toBe('input.conflict')
    expect(await ok('server exec shop/web/1 -- printf hello')).toBe('hello')
    expect((await cli('server exec shop/web/1 -- false')).status).toBe(1)
  })
})

describe('acting', () => {
  it('suspend, type and resume', async () => {
    await ok('server suspend shop/web/1 shop/web/2 --wait')
    expect((await json<Server[]>('server ls --status suspended')).map(({ index }) => index)).toEqual([1, 2])
    expect(await json('server type shop/web/1 t3.large')).toMatchObject({ instanceType: 't3.large' })
    await ok('server resume shop/web/1 shop/web/2 --wait')
    expect(await show('shop/web/1')).toMatchObject({ status: 'running', instanceType: 't3.large' })
    expect((await refusal('server type shop/web/1 t3.micro')).code).toBe('server.wrong_status')
  })

  it('what the cloud refuses ends with its words and status 1', async () => {
    await sandbox.faults({
      kind: 'refuse',
      action: 'StopInstances',
      code: 'OperationNotPermitted',
      message: 'It may not be stopped.',
    })
    const error = await refusal('server suspend shop/web/1 --wait')
    expect(error).toMatchObject({
      code: 'server.suspend_refused',
      message: expect.stringContaining('It may not be stopped.') as string,
    })
    const both = await cli('server suspend shop/web/1 shop/web/2 --wait')
    expect(both.status).toBe(1)
    expect(both.stderr).toContain('web #1 of shop: failed: OperationNotPermitted It may not be stopped.')
    await sandbox.clearFaults()
    expect(await ok('server show shop/web/1')).toContain('The cloud did not suspend web #1 of shop.')
    await ok('server suspend shop/web/1 --wait')
    await ok('server resume shop/web/1 --wait')
  })

  it('reboot, softly and hard', async () => {
    await ok('server reboot shop/web/1 --wait')
    await ok('server reboot shop/web/1 shop/web/2 --hard --wait')
    expect((await json<Server[]>('server ls --status running')).length).toBe(2)
  })

  it('lock and unlock, protect and its end', async () => {
    expect(await ok('server lock shop/web/1 --comment audit')).toContain('locked.')
    expect(await refusal('server terminate shop/web/1')).toMatchObject({
      code: 'server.locked',
      message: expect.stringContaining('audit') as string,
    })
    const mixed = await cli('server reboot shop/web/1 shop/web/2 --wait')
    expect(mixed.status).toBe(1)
    expect(mixed.stderr).toContain('web #1 of shop: refused: Locked: audit')
    expect(await ok('server unlock shop/web/1')).toContain('unlocked.')
    expect(await ok('server protect shop/web/1')).toContain('protected from termination.')
    expect((await refusal('server terminate shop/web/1')).code).toBe('server.protected')
    expect(await ok('server protect shop/web/1 --off')).toContain('no longer protected')
  })

  it('troubleshoot and release', async () => {
    await ok('server troubleshoot shop/web/2')
    expect(await show('shop/web/2')).toMatchObject({ status: 'troubleshooting' })
    await ok('server release shop/web/2')
    expect(await show('shop/web/2')).toMatchObject({ status: 'running' })
    // Another was kept in its place meanwhile, and one is too many now: the farm role’s maximum is two.
    await until(async () => {
      const all = await json<Server[]>('server ls')
      return all.length === 2 && all.every(({ status }) => status === 'running')
    })
  })
})

describe('keys', () => {
  it('ls, download in every form, regenerate, and no rm while a server needs it', async () => {
    const [key] = await json<SshKey[]>('key ls --farm shop')
    const name = key?.name ?? ''
    expect(await ok('key ls')).toContain(name)
    expect(await ok(`key download ${name} --public`)).toBe(`${key?.publicKey.trim() ?? ''}\n`)
    for (const [format, start] of [
      ['openssh', '-----BEGIN OPENSSH PRIVATE KEY-----'],
      ['pem', '-----BEGIN'],
      ['ppk', 'PuTTY-User-Key-File-3'],
    ] as const) {
      const file = join(directory.path, `key.${format}`)
      await ok(`key download ${name} --format ${format} --out ${file}`)
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      expect((await readFile(file, 'utf8')).startsWith(start)).toBe(true)
    }
    await ok(`key regenerate ${name} --wait`)
    const [next] = await json<SshKey[]>('key ls --farm shop')
    expect(next).toMatchObject({ name: `${name}-g2`, replacement: null })
    expect(await ok('server exec shop/web/1 -- printf in')).toBe('in')
    expect((await refusal(`key rm ${next?.name ?? ''}`)).code).toBe('key.in_use')
    expect((await refusal(`key rm ${name}`)).code).toBe('input.not_found')
  })
})

describe('ending', () => {
  it('cancel and retry a launch that the cloud refuses', async () => {
    await sandbox.faults({ kind: 'refuse', action: 'RunInstances', code: 'UnsupportedOperation' })
    await ok('server terminate shop/web/2 --force --wait')
    const stuck = await until(async () =>
      (await json<Server[]>('server ls --status pending-launch')).find(({ error }) => error !== null),
    )
    expect(await ok(`server retry ${stuck.id}`)).toContain('tried again')
    expect(await ok(`server cancel ${stuck.id} --decrease-min`)).toContain('cancelled')
    await sandbox.clearFaults()
    expect(await show(stuck.id)).toMatchObject({ status: 'terminated' })
  })

  it('terminate ends servers; then their key can be deleted', async () => {
    await ok('farm terminate shop --force --wait')
    expect(await json<Server[]>('server ls')).toEqual([])
    expect((await json<Server[]>('server ls --all')).length).toBeGreaterThan(1)
    for (const { id } of await json<SshKey[]>('key ls')) await ok(`key rm ${id}`)
    expect(await json('key ls')).toEqual([])
  })
})
