import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { CloudId, EventId, JobId, ServerId, SshKeyId } from '../../../../shared/model/ids.ts'
import type { Job } from '../../../../shared/model/jobs.ts'
import type { HostKey, SshKey } from '../../../../shared/model/ssh-keys.ts'
import { aFarmState, aServer } from '../../../../tests/support/designs.ts'
import { anEvent } from '../../../../tests/support/events.ts'
import { temporaryDirectory, withDataDir } from '../../../../tests/support/state.ts'
import type { Ledger } from './index.ts'
import { openLedger } from './index.ts'

const at = '2026-01-01T00:00:00.000Z'
let directory: string
beforeEach(async () => {
  directory = await temporaryDirectory()
})

async function withLedger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
  return withDataDir(directory, async (dataDir) => {
    const ledger = await openLedger(dataDir)
    try {
      return await work(ledger)
    } finally {
      await ledger.close()
    }
  })
}

function aJob(id: string, change: Partial<Job> = {}): Job {
  return {
    id: JobId.parse(id),
    kind: 'farm.launch',
    title: 'Launch farm shop',
    target: { kind: 'farm', id: 'farm-1' },
    state: 'running',
    progress: { done: 0, total: 2, step: 'waiting' },
    error: null,
    cancellable: true,
    bulk: null,
    startedAt: at,
    endedAt: null,
    ...change,
  }
}

describe('servers', () => {
  test('come back as they were put', async () => {
    const server = aServer({ error: { code: 'cloud.capacity', message: 'No room.' }, zone: null })
    await withLedger(async ({ servers }) => servers.putMany([server]))
    await withLedger(async ({ servers }) => {
      expect(await servers.find(server.id)).toEqual(server)
      expect(await servers.find('nobody')).toBeUndefined()
    })
  })

  test('recent ones are all that live and the newest terminated ones', async () => {
    await withLedger(async ({ servers }) => {
      const ended = Array.from({ length: 5 }, (_, index) =>
        aServer({
          id: `old-${String(index)}`,
          status: 'terminated',
          terminatedAt: `2026-01-0${String(index + 1)}T00:00:00.000Z`,
        }),
      )
      await servers.putMany([
        ...ended,
        aServer({ id: 'a' }),
        aServer({ id: 'b', index: 2, status: 'missing' }),
      ])
      expect((await servers.recent(2)).map(({ id }) => id)).toEqual(['a', 'b', 'old-4', 'old-3'])
    })
  })

  test('two live ones never fill one slot', async () => {
    await withLedger(async ({ servers }) => {
      await servers.putMany([aServer({ id: 'first' })])
      const second = servers.putMany([aServer({ id: 'free', index: 2 }), aServer({ id: 'second' })])
      await expect(second).rejects.toMatchObject({
        code: 'input.conflict',
        message: 'shop web #1 is filled by server first already; second cannot fill it too.',
      })
      expect((await servers.recent(0)).map(({ id }) => id)).toEqual(['first'])
    })
  })

  test('the file itself refuses two in a slot, whoever writes to it', async () => {
    await withLedger(async ({ servers }) => servers.putMany([aServer({ id: 'first' })]))
    const database = new DatabaseSync(join(directory, 'ledger.db'))
    const copy = `INSERT INTO servers SELECT 'second', farm_id, farm_role_id, idx, status, cloud_id, location,
      cloud_server_id, launch_token, launch_position, created_at, terminated_at, data FROM servers`
    expect(() => database.exec(copy)).toThrow(/UNIQUE/)
    database.close()
  })

  test.each(['terminated', 'pending-terminate'] as const)(
    'a slot is free once its server is %s, also within one batch in any order',
    async (status) => {
      await withLedger(async ({ servers }) => {
        await servers.putMany([aServer({ id: 'z-old' })])
        await servers.putMany([aServer({ id: 'new' }), aServer({ id: 'z-old', status })])
        expect((await servers.find('z-old'))?.status).toBe(status)
        expect((await servers.find('new'))?.status).toBe('running')
      })
    },
  )

  test('index 0 is no slot', async () => {
    await withLedger(async ({ servers }) => {
      await servers.putMany([aServer({ id: 'a', index: 0 }), aServer({ id: 'b', index: 0 })])
      expect(await servers.recent(0)).toHaveLength(2)
    })
  })

  test('and what happened to them are written together or not at all', async () => {
    await withLedger(async ({ servers, events }) => {
      await servers.putMany([aServer()], [anEvent('e1')])
      const again = servers.putMany([aServer({ status: 'missing' })], [anEvent('e1')])
      await expect(again).rejects.toMatchObject({ code: 'internal' })
      expect((await servers.find(aServer().id))?.status).toBe('running')
      expect(await events.list({ limit: 10 })).toMatchObject([anEvent('e1')])
    })
  })

  test('a write that is refused takes no other along that waited with it', async () => {
    await withLedger(async ({ servers, events }) => {
      const writes = [
        servers.putMany([aServer({ id: 'a' })]),
        servers.putMany([aServer({ id: 'b' })]),
        events.append([anEvent('e1')]),
      ]
      const ended = await Promise.allSettled(writes)
      expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect((await servers.recent(0)).map(({ id }) => id)).toEqual(['a'])
      expect(await events.list({ limit: 10 })).toHaveLength(1)
    })
  })

  test('one that cannot be read is left out, reported once, and stays in the file', async () => {
    await withLedger(async ({ servers }) =>
      servers.putMany([aServer({ id: 'a' }), aServer({ id: 'b', index: 2 })]),
    )
    const database = new DatabaseSync(join(directory, 'ledger.db'))
    database.exec(`UPDATE servers SET data = json_set(data, '$.status', 'dancing') WHERE id = 'a'`)
    database.close()
    await withDataDir(directory, async (dataDir) => {
      const ledger = await openLedger(dataDir)
      expect((await ledger.servers.recent(0)).map(({ id }) => id)).toEqual(['b'])
      expect(await ledger.servers.recent(0)).toHaveLength(1)
      expect(dataDir.findings.map(({ wrong }) => wrong)).toEqual([
        expect.stringMatching(/^server a: status: /),
      ])
      await expect(ledger.servers.find('a')).rejects.toMatchObject({ code: 'state.damaged' })
      await ledger.close()
    })
  })
})

describe('events', () => {
  test('are listed newest first, by farm and by server, page by page', async () => {
    await withLedger(async ({ events }) => {
      const failed = anEvent('e2', {
        error: { code: 'cloud.quota', message: 'Full.', retryable: false, details: {} },
      })
      await events.append([anEvent('e1', { reason: 'because' }), failed])
      await events.append([
        anEvent('e3', { serverId: 'server-2' }),
        anEvent('e4', { farmId: 'farm-2', serverId: null }),
      ])
      expect(await events.list({ limit: 10, serverId: 'server-1' })).toMatchObject([
        { ...failed, seq: 2 },
        { ...anEvent('e1', { reason: 'because' }), seq: 1 },
      ])

      const idsOf = async (filter: Parameters<Ledger['events']['list']>[0]): Promise<string[]> =>
        (await events.list(filter)).map(({ id }) => id)
      expect(await idsOf({ limit: 3 })).toEqual(['e4', 'e3', 'e2'])
      expect(await idsOf({ limit: 3, before: EventId.parse('e2') })).toEqual(['e1'])
      expect(await idsOf({ limit: 1, before: EventId.parse('e4'), farmId: 'farm-1' })).toEqual(['e3'])
      await expect(events.list({ limit: 1, before: EventId.parse('e9') })).rejects.toMatchObject({
        code: 'input.not_found',
      })
    })
  })

  test('do not change', async () => {
    await withLedger(async ({ events }) => events.append([anEvent('e1')]))
    const database = new DatabaseSync(join(directory, 'ledger.db'))
    expect(() => database.exec(`UPDATE events SET message = 'other'`)).toThrow(
      'What happened does not change.',
    )
    database.close()
  })

  test('carry what caused them and what they tell', async () => {
    const event = anEvent('e1', {
      causedBy: { kind: 'job', id: 'job-1' },
      data: { alias: 'web', index: 3, isSpot: true, zone: null },
    })
    await withLedger(async ({ events, sshKeys, farmStates }) => {
      await farmStates.put(aFarmState(), [event])
      await sshKeys.remove('nothing', [anEvent('e2')])
      expect(await events.after(0, 10)).toMatchObject([event, anEvent('e2')])
      expect((await events.after(0, 10)).map(({ seq }) => seq)).toEqual([1, 2])
    })
  })

  test('are told of after the commit, with their kinds', async () => {
    await withLedger(async ({ events, jobs }) => {
      const told: string[][] = []
      const unlisten = events.onCommitted((kinds) => told.push([...kinds]))
      await jobs.put(aJob('j1'))
      await Promise.all([
        events.append([anEvent('e1'), anEvent('e2', { kind: 'HostDown' })]),
        events.append([anEvent('e1')]).catch(() => undefined),
      ])
      unlisten()
      await events.append([anEvent('e3')])
      expect(told).toEqual([['HostUp', 'HostDown']])
    })
  })

  test('are retired by age once everyone has read them; places are not given anew', async () => {
    await withLedger(async ({ events, cursors }) => {
      const days = ['01', '02', '03', '04']
      await events.append(days.map((day) => anEvent(`e${day}`, { at: `2026-01-${day}T00:00:00.000Z` })))
      await cursors.put('slow', 2)
      await cursors.put('gone', 0)
      await cursors.keepOnly(['slow'])
      expect(await events.retire('2026-01-04T00:00:00.000Z')).toBe(2)
      await cursors.put('slow', 4)
      expect(await events.retire('2026-02-01T00:00:00.000Z')).toBe(2)
      expect(await events.lastSeq()).toBe(4)
      await events.append([anEvent('e5')])
      expect(await events.after(0, 10)).toMatchObject([{ id: 'e5', seq: 5 }])
    })
  })

  test('each is told once', async () => {
    await withLedger(async ({ events }) => {
      await events.append([anEvent('e1')])
      await expect(events.append([anEvent('e2'), anEvent('e1')])).rejects.toMatchObject({ code: 'internal' })
      expect(await events.list({ limit: 10 })).toMatchObject([anEvent('e1')])
    })
  })
})

test('recent jobs are all that run and the newest ended ones', async () => {
  await withLedger(async ({ jobs }) => {
    for (let day = 1; day <= 4; day += 1) {
      const job = aJob(`job-${String(day)}`, { startedAt: `2026-01-0${String(day)}T00:00:00.000Z` })
      await jobs.put(job)
      if (day > 1) await jobs.put({ ...job, state: 'done', endedAt: at })
    }
    const recent = await jobs.recent(2)
    expect(recent.map(({ id, state }) => [id, state])).toEqual([
      ['job-1', 'running'],
      ['job-4', 'done'],
      ['job-3', 'done'],
    ])
  })
})

describe('calls that change a cloud', () => {
  const request = {
    clientToken: 't1',
    count: 2,
    imageId: 'ami-1',
    instanceType: 't3.micro',
    zone: null,
    keyName: 'shop',
    securityGroupIds: ['sg-1'],
    userData: '#!/bin/sh\n',
    tags: { 'farmhand:server': 's1' },
  }
  const call = {
    token: 't1',
    cloudId: 'cloud-1',
    location: 'eu-central-1',
    action: 'launch',
    payload: request,
  }

  test('are on disk before they are asked, and unanswered until an answer is known', async () => {
    await withLedger(async ({ cloudCalls }) => {
      await cloudCalls.asked(call)
      await cloudCalls.asked({ ...call, token: 't2' })
      await cloudCalls.asked({
        token: 't3',
        cloudId: 'c',
        location: 'l',
        action: 'terminate',
        payload: undefined,
      })
    })
    await withLedger(async ({ cloudCalls }) => {
      expect((await cloudCalls.unanswered()).map(({ token }) => token)).toEqual(['t1', 't2', 't3'])
      expect((await cloudCalls.find('t1'))?.payload).toEqual(request)
      expect(await cloudCalls.find('t9')).toBeUndefined()
      await cloudCalls.answered('t1', 'answered', ['i-1', 'i-2'])
      await cloudCalls.answered('t2', 'failed', [])
      expect((await cloudCalls.unanswered()).map(({ token }) => token)).toEqual(['t3'])
      expect(await cloudCalls.find('t1')).toEqual({
        token: 't1',
        at,
        cloudId: 'cloud-1',
        location: 'eu-central-1',
        action: 'launch',
        payload: request,
        state: 'answered',
        answer: ['i-1', 'i-2'],
        answeredAt: at,
      })
      expect((await cloudCalls.find('t2'))?.state).toBe('failed')
    })
  })

  test('a token is used once', async () => {
    await withLedger(async ({ cloudCalls }) => {
      await cloudCalls.asked(call)
      const again = cloudCalls.asked({ ...call, payload: { ...request, count: 5 } })
      await expect(again).rejects.toMatchObject({ code: 'internal' })
      expect((await cloudCalls.find('t1'))?.payload).toEqual(request)
    })
  })
})

test('keys: a place may have two pairs while one replaces the other; one pinned host key a server', async () => {
  const key: SshKey = {
    id: SshKeyId.parse('key-1'),
    farmId: 'farm-1' as SshKey['farmId'],
    farm: 'shop',
    cloudId: CloudId.parse('cloud-1'),
    cloud: 'Sandbox',
    location: 'sandbox-east-1',
    name: 'farmhand-shop',
    type: 'ed25519',
    publicKey: 'ssh-ed25519 AAAA',
    fingerprint: 'SHA256:x',
    imported: false,
    replacement: null,
    createdAt: at,
  }
  const pin: HostKey = {
    serverId: ServerId.parse('server-1'),
    host: '127.0.0.2',
    port: 22,
    keyType: 'ssh-ed25519',
    fingerprint: 'SHA256:a',
    trustedBy: 'first-use',
    at,
  }
  await withLedger(async ({ sshKeys, hostKeys }) => {
    await sshKeys.put(key)
    await sshKeys.put({ ...key, imported: true })
    const next = { ...key, id: SshKeyId.parse('key-2') }
    await sshKeys.put(next)
    expect(await sshKeys.list()).toEqual([{ ...key, imported: true }, next])
    await sshKeys.remove('key-1')
    await sshKeys.remove('key-2')
    expect(await sshKeys.list()).toEqual([])

    await hostKeys.put(pin)
    await hostKeys.put({ ...pin, fingerprint: 'SHA256:b', trustedBy: 'person' })
    expect(await hostKeys.get('server-1')).toEqual({ ...pin, fingerprint: 'SHA256:b', trustedBy: 'person' })
    expect(await hostKeys.get('server-2')).toBeUndefined()
  })
})

test('the life of farms and the catalogues of clouds', async () => {
  const catalog = {
    cloudId: CloudId.parse('cloud-1'),
    location: 'eu-central-1',
    fetchedAt: at,
    zones: [{ name: 'eu-central-1a', state: 'available' }],
    instanceTypes: [],
    securityGroups: [],
    vpcs: [],
    subnets: [],
    prices: null,
    pricesProblem: null,
  }
  await withLedger(async ({ farmStates, catalogs }) => {
    await farmStates.put(aFarmState())
    await farmStates.put(aFarmState({ status: 'suspended' }))
    await catalogs.put(catalog)
    await catalogs.put({ ...catalog, location: 'eu-west-1', fetchedAt: null })
  })
  await withLedger(async ({ farmStates, catalogs }) => {
    expect(await farmStates.list()).toEqual([aFarmState({ status: 'suspended' })])
    expect(await catalogs.get('cloud-1', 'eu-central-1')).toEqual(catalog)
    await farmStates.remove('farm-1')
    await catalogs.removeOfCloud('cloud-1')
    expect(await farmStates.list()).toEqual([])
    expect(await catalogs.get('cloud-1', 'eu-west-1')).toBeUndefined()
  })
})

test('a closed ledger takes nothing more', async () => {
  const ledger = await withLedger(async (open) => Promise.resolve(open))
  await expect(ledger.servers.putMany([aServer()])).rejects.toThrow('The ledger is closed')
})
