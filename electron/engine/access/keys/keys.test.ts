import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outputOf, type SandboxEngine, startSandboxEngine } from '../../../../tests/support/sandbox-engine.ts'
import { until } from '../../../../tests/support/test-engine.ts'
import { keyEssence } from '../../../../shared/logic/keys/ssh-keys.ts'
import type { Server } from '../../../../shared/model/servers.ts'

let world: SandboxEngine

beforeAll(async () => {
  world = await startSandboxEngine()
}, 60_000)
afterAll(() => world.remove())

async function keysOf(farm: string) {
  return (await world.engine.keys.list()).filter((key) => key.farm === farm)
}

function authorized(server: Server): Promise<string> {
  return outputOf(world.engine, server.id, 'cat "$HOME/.ssh/authorized_keys"')
}

describe('key pairs', () => {
  test('scenario 58: one key for all servers of a farm in a location, another one elsewhere', async () => {
    const { engine, cloudId, roles } = world
    const role = { roleId: roles.linux, cloudId, instanceType: 't3.micro' }
    const farm = await engine.farms.create({
      name: 'two-places',
      roles: [
        { ...role, alias: 'a', location: 'sandbox-east-1', scaling: { min: 2, max: 2 } },
        { ...role, alias: 'b', location: 'sandbox-east-1', scaling: { min: 1, max: 1 } },
        { ...role, alias: 'c', location: 'sandbox-west-1', scaling: { min: 1, max: 1 } },
      ],
    })
    await world.ended((await engine.farms.launch({ farmId: farm.id })).jobId)
    const keys = await keysOf('two-places')
    expect(keys.map(({ location }) => location).sort()).toEqual(['sandbox-east-1', 'sandbox-west-1'])
    const servers = await engine.servers.list({ farm: farm.id })
    expect(new Set(servers.map(({ location, keyName }) => `${location} ${keyName ?? ''}`)).size).toBe(2)
    expect(new Set(keys.map(({ fingerprint }) => fingerprint)).size).toBe(2)
  }, 60_000)

  test('scenario 59: regenerated, every live server gets the new key and loses the old one', async () => {
    const servers = await world.launch('rotated', { scaling: { min: 2, max: 2 } })
    const [old] = await keysOf('rotated')
    if (!old) throw new Error('There is no key.')
    const job = await world.ended((await world.engine.keys.regenerate({ keyId: old.id })).jobId)
    expect(job).toMatchObject({ state: 'done', error: null })

    const after = await keysOf('rotated')
    expect(after).toMatchObject([{ name: `${old.name}-g2`, imported: true, replacement: null }])
    const [next] = after
    if (!next) throw new Error('There is no new key.')
    for (const server of servers) {
      const lines = await authorized(server)
      expect(lines).toContain(keyEssence(next.publicKey))
      expect(lines).not.toContain(keyEssence(old.publicKey))
    }
    const named = world.sandbox.sandbox.instances().filter(({ tags }) => tags['farmhand:farm'] === old.farmId)
    expect(named.every(({ keyName }) => keyName === old.name)).toBe(true)
    await expect(world.engine.keys.exportPrivate({ keyId: old.id, format: 'pem' })).rejects.toMatchObject({
      code: 'input.not_found',
    })
  }, 60_000)

  test('a server that cannot be reached stays on the old key, is named, and follows when asked again', async () => {
    const servers = await world.launch('half', { scaling: { min: 2, max: 2 } })
    const [gone, here] = servers
    const [old] = await keysOf('half')
    if (!old || !gone || !here) throw new Error('Something is missing.')
    await world.ended((await world.engine.servers.suspend({ serverId: gone.id })).jobId)
    const first = await world.ended((await world.engine.keys.regenerate({ keyId: old.id })).jobId)
    expect(first.state).toBe('failed')
    expect(first.error?.message).toContain('web #1 of half')

    // What was begun outlives the engine: both keys are there, and each server is opened by its own.
    await world.reopen()
    const between = await keysOf('half')
    expect(between).toHaveLength(2)
    expect(between.find(({ id }) => id === old.id)?.replacement).toMatchObject({
      servers: { [here.id]: 'done' },
      failures: [{ serverId: gone.id }],
    })
    expect(await authorized(here)).not.toContain(keyEssence(old.publicKey))
    await expect(world.engine.keys.remove({ keyId: old.id })).rejects.toMatchObject({ code: 'key.in_use' })

    await world.ended((await world.engine.servers.resume({ serverId: gone.id })).jobId)
    expect(await authorized(gone)).toContain(keyEssence(old.publicKey))
    const second = await world.ended((await world.engine.keys.regenerate({ keyId: old.id })).jobId)
    expect(second).toMatchObject({ state: 'done', error: null })
    expect(await authorized(gone)).not.toContain(keyEssence(old.publicKey))
    expect(await keysOf('half')).toHaveLength(1)
  }, 90_000)

  test('a key is deleted only when no live server uses it, and a launch makes another one', async () => {
    const [server] = await world.launch('deleted', { scaling: { min: 1, max: 1 } })
    const [key] = await keysOf('deleted')
    if (!key || !server) throw new Error('Something is missing.')
    await expect(world.engine.keys.remove({ keyId: key.id })).rejects.toMatchObject({
      code: 'key.in_use',
      message: expect.stringContaining('web #1 of deleted') as unknown,
    })
    await world.ended((await world.engine.farms.terminate({ farmId: server.farmId, force: true })).jobId)
    const left = (await keysOf('deleted'))[0]
    if (left) await world.engine.keys.remove({ keyId: left.id })
    expect(await keysOf('deleted')).toEqual([])
  }, 60_000)
})

describe('Windows', () => {
  test('gets an RSA key, and its administrator password is decrypted by an explicit act and told without it', async () => {
    const [server] = await world.launch('office', { roleId: world.roles.windows })
    if (!server) throw new Error('There is no server.')
    expect(server.platform).toBe('windows')
    expect(await keysOf('office')).toMatchObject([{ type: 'rsa' }])
    const { user, password } = await until(async () => {
      const answer = await world.engine.servers.password({ serverId: server.id })
      return answer.password === null ? undefined : answer
    })
    expect(user).toBe('Administrator')
    expect(password).toMatch(/^[\w-]{28}%aA1$/)
    const events = await world.engine.events.list({ serverId: server.id, limit: 100 })
    expect(events.some(({ kind }) => kind === 'PasswordShown')).toBe(true)
    expect(JSON.stringify(events)).not.toContain(password)
  }, 60_000)
})

describe('what the cloud tells and takes', () => {
  test('scenario 36 on a cloud: properties, termination protection and type of a server', async () => {
    const [server] = await world.launch('facts', { scaling: { min: 1, max: 1 } })
    if (!server) throw new Error('There is no server.')
    const { engine } = world
    expect(await engine.servers.cloudProperties({ serverId: server.id })).toMatchObject({
      cloudServerId: server.cloudServerId,
      state: { name: 'running', code: 16 },
      rootDeviceType: 'ebs',
      isTerminationProtected: false,
      shutdownBehavior: 'stop',
      keyName: server.keyName,
    })
    await engine.servers.setTerminationProtection({ serverId: server.id, isOn: true })
    expect(await engine.servers.cloudProperties({ serverId: server.id })).toMatchObject({
      isTerminationProtected: true,
    })
    await engine.servers.setTerminationProtection({ serverId: server.id, isOn: false })
    const change = () => engine.servers.changeType({ serverId: server.id, instanceType: 't3.large' })
    await expect(change()).rejects.toMatchObject({ code: 'server.wrong_status' })
    await world.ended((await engine.servers.suspend({ serverId: server.id })).jobId)
    await expect(
      engine.servers.changeType({ serverId: server.id, instanceType: 't9.giant' }),
    ).rejects.toMatchObject({ details: { cloudCode: 'InvalidParameterValue' } })
    expect(await change()).toMatchObject({ instanceType: 't3.large' })
    await world.ended((await engine.servers.resume({ serverId: server.id })).jobId)
    const hard = await world.ended((await engine.servers.reboot({ serverId: server.id, mode: 'hard' })).jobId)
    expect(hard).toMatchObject({ state: 'done' })
  }, 90_000)
})
