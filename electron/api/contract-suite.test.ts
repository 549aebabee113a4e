import { afterEach, describe, expect, it } from 'vitest'
import { errorFromWire } from '../../shared/contract/wire-errors.ts'
import { AppError, ErrorCode } from '../../shared/model/errors.ts'
import { Farm } from '../../shared/model/farms.ts'
import type { FeedMessage } from '../../shared/model/feed.ts'
import { keptLog, stubEngine } from '../../tests/support/stub-engine.ts'
import { transports, type Connected } from '../../tests/support/transports.ts'
import { ChangeFeed } from '../engine/records/feed/index.ts'
import type { EngineShape } from './index.ts'

const farm = Farm.parse({
  id: 'farm-1',
  name: 'shop',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  state: {
    farmId: 'farm-1',
    status: 'terminated',
    launchedAt: null,
    lock: null,
    reconciledAt: null,
    problem: null,
    paused: [],
  },
})
const role = { alias: 'web', roleId: 'r', cloudId: 'c', location: 'sandbox-east-1', instanceType: 't3.micro' }

const systemClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, ms)
      signal?.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(signal.reason as Error)
      })
    }),
}

function aborted(signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true })
  })
}

async function failureOf(call: Promise<unknown>): Promise<AppError> {
  return call.then(
    () => {
      throw new Error('the call was expected to be refused')
    },
    (error: unknown) => errorFromWire(error),
  )
}

describe.each(Object.entries(transports))('the contract over %s', (name, connect) => {
  // Without a wire, only a signal reaches a stream whose next item is still awaited.
  const waysToLeave = name === 'in memory' ? (['abort'] as const) : (['abort', 'return'] as const)
  const open: Connected[] = []
  const log = keptLog()

  async function connectTo(methods: Parameters<typeof stubEngine>[0]) {
    const connected = await connect(stubEngine(methods), log)
    open.push(connected)
    return connected.client
  }

  afterEach(async () => {
    for (const connected of open.splice(0)) await connected.close()
    log.lines.length = 0
  })

  it('hands checked input to the engine and its answer back', async () => {
    const inputs: unknown[] = []
    const client = await connectTo({
      farms: {
        list: () => Promise.resolve([farm]),
        create: (input) => {
          inputs.push(input)
          return Promise.resolve({ ...farm, name: input.name })
        },
        remove: () => Promise.resolve({ jobId: 'job-1' as never }),
      },
    })
    await expect(client.farms.list()).resolves.toEqual([farm])
    await expect(client.farms.create({ name: ' blog ', roles: [role] })).resolves.toMatchObject({
      name: 'blog',
    })
    expect(inputs).toMatchObject([
      { name: 'blog', timezone: 'UTC', roles: [{ scaling: { min: 1, max: 2 } }] },
    ])
    await expect(client.farms.remove({ farmId: farm.id })).resolves.toEqual({ jobId: 'job-1' })
  })

  it.each([
    [{ name: 'x', colour: 'red' }, 'colour'],
    [{ name: 7 }, 'name'],
    [{ name: 'x', roles: [role, { ...role, scaling: { min: 'two' } }] }, 'roles[1].scaling.min'],
    [
      { name: 'x', roles: [{ ...role, securityGroups: { mode: 'default', groups: [] } }] },
      'roles[0].securityGroups.groups',
    ],
    [{ name: 'x', timezone: 'Mars/Olympus' }, 'timezone'],
  ])('refuses %j and names %s', async (input, path) => {
    const client = await connectTo({})
    const error = await failureOf(client.farms.create(input as never))
    expect(error.code).toBe('input.invalid')
    expect(error.details.faults?.map((fault) => fault.path)).toEqual([path])
    expect(error.message).toContain(path)
  })

  it('carries every error code with its sentence, details and a correlation id', async () => {
    const codes = ErrorCode.options.filter((code) => code !== 'internal')
    let next = 0
    const client = await connectTo({
      farms: {
        launch: () => {
          const code = codes[next] ?? 'internal'
          next += 1
          return Promise.reject(
            new AppError(code, {
              message: `It is ${code}.`,
              retryable: next % 2 === 0,
              details: { cloudCode: 'Oops', faults: [{ path: 'a.b', message: 'no' }] },
              cause: new Error('kept inside'),
            }),
          )
        },
      },
    })
    for (const [index, code] of codes.entries()) {
      const error = await failureOf(client.farms.launch({ farmId: farm.id }))
      expect(error).toMatchObject({ code, message: `It is ${code}.`, retryable: (index + 1) % 2 === 0 })
      expect(error.details).toMatchObject({ cloudCode: 'Oops', faults: [{ path: 'a.b', message: 'no' }] })
      expect(error.details.correlationId).toMatch(/^[0-9a-f]{12}$/)
    }
  })

  it('keeps the words and the stack of an unexpected error in the log', async () => {
    const client = await connectTo({
      farms: { list: () => Promise.reject(new TypeError('password is hunter2')) },
    })
    const thrown: unknown = await client.farms.list().catch((error: unknown) => error)
    const error = errorFromWire(thrown)
    expect(error.code).toBe('internal')
    expect(JSON.stringify(thrown)).not.toMatch(/hunter2|\.ts:|node_modules/)
    const { correlationId } = error.details
    expect(correlationId).toBeDefined()
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { correlationId, method: 'farms.list', err: { message: 'password is hunter2' } } },
    ])
  })

  it('does not send an answer that breaks the contract', async () => {
    const client = await connectTo({ jobs: { list: () => Promise.resolve([{ id: 'x' }] as never) } })
    expect((await failureOf(client.jobs.list())).code).toBe('internal')
  })

  it('streams until the source ends', async () => {
    const client = await connectTo({
      servers: {
        async *exec({ argv }) {
          await Promise.resolve()
          for (const text of argv) yield { kind: 'stdout', base64: btoa(text) }
          yield { kind: 'exit', code: 3, signal: null }
        },
      },
    })
    const messages = []
    for await (const message of await client.servers.exec({ serverId: 's', argv: ['a', 'b'] })) {
      messages.push(message)
    }
    expect(messages).toEqual([
      { kind: 'stdout', base64: btoa('a') },
      { kind: 'stdout', base64: btoa('b') },
      { kind: 'exit', code: 3, signal: null },
    ])
  })

  it('ends a stream with the error that ended its source', async () => {
    const client = await connectTo({
      servers: {
        async *exec() {
          await Promise.resolve()
          yield { kind: 'stdout', base64: '' }
          throw new AppError('ssh.closed', { message: 'The server hung up.' })
        },
      },
    })
    const stream = await client.servers.exec({ serverId: 's', argv: ['x'] })
    await expect(stream.next()).resolves.toMatchObject({ done: false })
    const error = await failureOf(stream.next())
    expect(error).toMatchObject({ code: 'ssh.closed', message: 'The server hung up.' })
  })

  it.each(waysToLeave)('tells the engine when the client leaves by %s', async (way) => {
    const ended = Promise.withResolvers<string>()
    const client = await connectTo({
      terminals: {
        async *output(_input, { signal }) {
          yield { offset: 0, text: 'hello' }
          await aborted(signal)
          ended.resolve('the engine was told')
        },
      },
    })
    const controller = new AbortController()
    const stream = await client.terminals.output(
      { terminalId: 't', watcher: 'w' },
      { signal: controller.signal },
    )
    await expect(stream.next()).resolves.toMatchObject({ value: { text: 'hello' } })
    const waiting = stream.next().catch(() => 'cut')
    if (way === 'abort') controller.abort()
    else await stream.return?.()
    await expect(ended.promise).resolves.toBe('the engine was told')
    await waiting
  })

  it('carries the change feed: snapshot first, patches after', async () => {
    const feed = new ChangeFeed({ epoch: 'e1', clock: systemClock })
    feed.put('farms', farm)
    const client = await connectTo({ feed: feedMethods(feed) })
    const controller = new AbortController()
    const stream = await client.feed.subscribe({ topics: ['farms'] }, { signal: controller.signal })
    const first = await stream.next()
    expect(first.value).toMatchObject({ kind: 'snapshot', epoch: 'e1', entities: [farm] })
    feed.put('farms', { ...farm, name: 'renamed' })
    const second = await stream.next()
    expect(second.value).toMatchObject({ kind: 'patch', put: [{ name: 'renamed' }], drop: [] })
    controller.abort()
  })

  it('keeps preferences with the host', async () => {
    const client = await connectTo({})
    await client.system.changeSettings({ theme: 'dark', terminal: { fontSizePx: 15 } })
    await expect(client.system.settings()).resolves.toMatchObject({
      theme: 'dark',
      terminal: { fontSizePx: 15, copyOnSelect: true },
    })
    await expect(client.system.info()).resolves.toMatchObject({ pid: process.pid, version: '0.0.0-test' })
  })
})

function feedMethods(feed: ChangeFeed): Pick<EngineShape['feed'], 'subscribe'> {
  return { subscribe: (request, options): AsyncIterable<FeedMessage> => feed.subscribe(request, options) }
}
