import { homedir } from 'node:os'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../../../shared/model/errors.ts'
import { ServerId } from '../../../../shared/model/ids.ts'
import type { Terminal, TerminalTarget } from '../../../../shared/model/terminals.ts'
import { realClock } from '../../../../tests/support/clocks.ts'
import { hostKeyMemory } from '../../../../tests/support/host-key-memory.ts'
import { liveMemoryBytes } from '../../../../tests/support/live-memory.ts'
import { silentLog } from '../../../../tests/support/logs.ts'
import { startOpenSshServer } from '../../../../tests/support/openssh-server.ts'
import type { OpenSshServer } from '../../../../tests/support/openssh-server.ts'
import { startTcpRelay } from '../../../../tests/support/tcp-relay.ts'
import type { TcpRelay } from '../../../../tests/support/tcp-relay.ts'
import { generateKeyPair, SshConnections } from '../ssh/index.ts'
import type { KeyPair } from '../ssh/key-pair.ts'
import { Terminals } from './terminals.ts'

const size = { cols: 80, rows: 24 }
const onServer: TerminalTarget = { kind: 'server', serverId: ServerId.parse('srv-1') }
const KiB = 1024
const MiB = 1024 * KiB

let key: KeyPair
let server: OpenSshServer
let relay: TcpRelay

beforeAll(async () => {
  key = await generateKeyPair({ comment: '' })
  server = await startOpenSshServer({ authorizedKeys: [key.publicKey] })
  relay = await startTcpRelay({ port: server.port })
})
afterAll(async () => {
  await relay.stop()
  await server.stop()
})

interface Desk {
  terminals: Terminals
  /** Every state that each terminal went through, in order. */
  states: string[]
  dropped: string[]
  /** Resolves when the terminal is, or comes to be, in this state. */
  reaches(id: string, state: Terminal['state']): Promise<Terminal>
}

function desk(change: Partial<ConstructorParameters<typeof Terminals>[0]> = {}): Desk {
  const connections = new SshConnections({
    hostKeys: hostKeyMemory(realClock).hostKeys,
    clock: realClock,
    log: silentLog,
  })
  let made = 0
  const terminals = new Terminals({
    connections,
    resolveServer: async () =>
      Promise.resolve({
        key: 'srv-1',
        label: 'web-1',
        host: server.host,
        port: relay.port,
        user: server.user,
        privateKey: key.privateKey,
      }),
    clock: realClock,
    log: silentLog,
    newId: () => `term-${(made += 1)}`,
    env: { PATH: process.env['PATH'], SHELL: '/bin/bash', FARMHAND_TOKEN: 'canary' },
    homeDir: homedir(),
    ...change,
  })
  const states: string[] = []
  const dropped: string[] = []
  const waiting = new Set<() => void>()
  const latest = new Map<string, Terminal>()
  terminals.onChange((put, gone) => {
    for (const terminal of put) {
      latest.set(terminal.id, terminal)
      if (states.at(-1) !== terminal.state) states.push(terminal.state)
    }
    dropped.push(...gone)
    for (const check of waiting) check()
  })
  onTestFinished(() => {
    terminals.stop()
    connections.stop()
  })
  return {
    terminals,
    states,
    dropped,
    reaches: async (id, state) =>
      new Promise((resolve) => {
        const check = (): void => {
          const terminal = latest.get(id)
          if (terminal?.state !== state) return
          waiting.delete(check)
          resolve(terminal)
        }
        waiting.add(check)
        check()
      }),
  }
}

/** A person in front of a terminal: reads, acknowledges, types. */
class Screen {
  text = ''
  length = 0
  readonly #terminals: Terminals
  readonly #id: string
  readonly #leaving = new AbortController()
  readonly #waiting = new Set<() => void>()
  readonly over: Promise<void>

  /** Keeps the last `keep` characters of what it saw. */
  constructor(terminals: Terminals, id: string, watcher = 'screen', keep = 64 * 1024) {
    this.#terminals = terminals
    this.#id = id
    this.over = this.#read(watcher, keep)
    onTestFinished(() => {
      this.leave()
    })
  }

  async #read(watcher: string, keep: number): Promise<void> {
    const input = { terminalId: this.#id, watcher, fromOffset: 0 }
    for await (const chunk of this.#terminals.output(input, { signal: this.#leaving.signal })) {
      this.text = (this.text + chunk.text).slice(-keep)
      this.length = chunk.offset + chunk.text.length
      for (const check of this.#waiting) check()
      if (this.#leaving.signal.aborted) return
      await this.#terminals.ack({ terminalId: this.#id, watcher, offset: this.length })
    }
  }

  leave(): void {
    this.#leaving.abort()
  }

  async type(text: string): Promise<void> {
    await this.#terminals.write({ terminalId: this.#id, text })
  }

  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(() => pattern.exec(this.text))
  }

  /** Resolves when it saw everything before `length`. */
  async reaches(length: number): Promise<void> {
    await this.#until(() => (this.length >= length ? true : null))
  }

  async #until<T>(look: () => T | null): Promise<T> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = look()
        if (found === null) return
        this.#waiting.delete(check)
        resolve(found)
      }
      this.#waiting.add(check)
      check()
    })
  }
}

async function openOnServer(made: Desk): Promise<{ id: string; screen: Screen }> {
  const { id } = await made.terminals.open({ target: onServer, size })
  const screen = new Screen(made.terminals, id)
  // No prompt and no bracketed paste, so that the output is what the commands write.
  await screen.type("bind 'set enable-bracketed-paste off' 2>/dev/null; PS1=; stty -echo; echo rea''dy\r")
  await screen.shows(/ready\r\n/)
  return { id, screen }
}

describe('a terminal on a server', () => {
  test('connects, takes what is typed meanwhile, and closes when its shell ends', async () => {
    const made = desk()
    const opened = await made.terminals.open({ target: onServer, size })
    expect(opened).toMatchObject({ state: 'connecting', title: 'srv-1', size, exit: null, error: null })
    const screen = new Screen(made.terminals, opened.id)
    await screen.type('echo $((40+2)) $TERM; exit 3\r')
    await screen.shows(/42 xterm-256color\r\n/)
    expect(await made.reaches(opened.id, 'closed')).toMatchObject({
      title: 'web-1',
      exit: { code: 3, signal: null },
      error: null,
    })
    expect(made.states).toEqual(['connecting', 'open', 'closed'])
    await expect(screen.type('x')).rejects.toMatchObject({ code: 'terminal.gone' })
  })

  test('has the size that it was given, and the one that it gets', async () => {
    const made = desk()
    const { id, screen } = await openOnServer(made)
    await screen.type('stty size\r')
    await screen.shows(/24 80\r\n/)
    await made.terminals.resize({ terminalId: id, size: { cols: 132, rows: 50 } })
    await screen.type('stty size\r')
    await screen.shows(/50 132\r\n/)
    expect(await made.terminals.list()).toMatchObject([{ id, size: { cols: 132, rows: 50 } }])
  })

  test('passes every character, split anywhere, and marks bytes that are none', async () => {
    const made = desk()
    const { screen } = await openOnServer(made)
    await screen.type(
      String.raw`printf '<a\303'; sleep 0.05; printf '\244\360\237'; sleep 0.05; printf '\232\200>\n'` + '\r',
    )
    await screen.shows(/<aä\u{1f680}>\r\n/u)
    await screen.type(String.raw`printf '<\377\376ok\303>\n'` + '\r')
    await screen.shows(/<\uFFFD\uFFFDok\uFFFD>\r\n/)
    await screen.type('stty echo; echo ca""ts; cat\r')
    await screen.shows(/cats\r\n/)
    await screen.type('grüße \u{1f680}\r')
    await screen.shows(/grüße \u{1f680}\r\ngrüße \u{1f680}\r\n/u)
  })

  test('stops at Ctrl-C in the middle of endless output', async () => {
    const made = desk()
    const { screen } = await openOnServer(made)
    await screen.type('yes flood\r')
    await screen.shows(/flood\r\nflood/)
    await screen.type('\x03')
    await screen.type('echo stop$((1+1))ed\r')
    await screen.shows(/stop2ed\r\n/)
  })

  test('passes 100 MB while memory stays bounded', async () => {
    const made = desk()
    const { id, screen: first } = await openOnServer(made)
    first.leave()
    const screen = new Screen(made.terminals, id, 'small', 100)
    await screen.shows(/ready/)
    const start = screen.length
    const before = await liveMemoryBytes()
    let peak = before
    await screen.type(`head -c ${100 * MiB} /dev/zero | tr '\\0' x; echo; echo d''one\r`)
    for (let seen = 5; seen < 100; seen += 5) {
      await screen.reaches(start + seen * MiB)
      peak = Math.max(peak, await liveMemoryBytes())
    }
    await screen.shows(/done\r\n/)
    expect(screen.length - start).toBe(100 * MiB + '\r\ndone\r\n'.length)
    expect(peak - before).toBeLessThan(24 * MiB)
  })

  test('waits for a watcher that does not keep up, and goes on when that one leaves', async () => {
    const made = desk()
    const { id, screen } = await openOnServer(made)
    const { screen: witness } = await openOnServer(made)
    const leaving = new AbortController()
    const stuck = made.terminals.output(
      { terminalId: id, watcher: 'stuck', fromOffset: screen.length },
      { signal: leaving.signal },
    )
    const first = stuck.next()
    const start = screen.length
    await screen.type(`head -c ${20 * MiB} /dev/zero | tr '\\0' y; echo d''one\r`)
    await first
    await screen.reaches(start + 192 * KiB)
    // Many round trips of another terminal, in which all of the output would come if nothing held it back.
    for (let round = 0; round < 100; round += 1) {
      await witness.type(`echo rou""nd ${round}.\r`)
      await witness.shows(new RegExp(`round ${round}\\.\r\n`))
    }
    expect(screen.length - start).toBeLessThan(320 * KiB)
    leaving.abort()
    await screen.shows(/done\r\n/)
    expect(screen.length - start).toBeGreaterThan(20 * MiB)
    expect((await stuck.next()).done).toBe(true)
  })

  test('replays to a client that comes later, and serves both', async () => {
    const made = desk()
    const { id, screen } = await openOnServer(made)
    await screen.type('echo fir""st\r')
    await screen.shows(/first\r\n/)
    screen.leave()
    const reloaded = new Screen(made.terminals, id)
    const second = new Screen(made.terminals, id, 'other')
    await reloaded.shows(/ready\r\n[\s\S]*first\r\n/)
    await reloaded.type('echo se""cond\r')
    await Promise.all([reloaded.shows(/second\r\n/), second.shows(/first\r\n[\s\S]*second\r\n/)])
    expect(second.length).toBe(reloaded.length)
  })

  test('fails with a sentence when the connection is cut, and reconnects below its old output', async () => {
    const made = desk()
    const { id, screen } = await openOnServer(made)
    relay.cut()
    expect(await made.reaches(id, 'failed')).toMatchObject({
      exit: null,
      error: { code: 'ssh.closed', message: expect.stringContaining('web-1') },
    })
    expect((await made.terminals.reconnect({ terminalId: id })).state).toBe('connecting')
    await screen.type('echo ba""ck\r')
    await screen.shows(/ready\r\n[\s\S]*back\r\n/)
    expect((await made.terminals.reconnect({ terminalId: id })).state).toBe('open')
    expect(made.states).toEqual(['connecting', 'open', 'failed', 'connecting', 'open'])
  })

  test('that cannot be opened says why, and refuses input', async () => {
    const stranger = await generateKeyPair({ comment: '' })
    for (const [resolveServer, code] of [
      [
        async (): Promise<never> =>
          Promise.reject(new AppError('server.no_address', { message: 'web-1 has no address yet.' })),
        'server.no_address',
      ],
      [
        async () =>
          Promise.resolve({
            key: 'srv-1',
            label: 'web-1',
            host: server.host,
            port: server.port,
            user: server.user,
            privateKey: stranger.privateKey,
          }),
        'ssh.auth',
      ],
    ] as const) {
      const made = desk({ resolveServer })
      const { id } = await made.terminals.open({ target: onServer, size })
      expect(await made.reaches(id, 'failed')).toMatchObject({ error: { code } })
      await expect(made.terminals.write({ terminalId: id, text: 'x' })).rejects.toMatchObject({
        code: 'terminal.gone',
      })
    }
  })

  test('that is closed hangs up, ends its streams and is gone', async () => {
    const made = desk()
    const { id, screen } = await openOnServer(made)
    const { screen: witness } = await openOnServer(made)
    await screen.type("echo pi''d=$$.\r")
    const [, pid] = await screen.shows(/pid=(\d+)\./)
    await made.terminals.close({ terminalId: id })
    await screen.over
    expect(made.dropped).toEqual([id])
    await witness.type(`while kill -0 ${pid} 2>/dev/null; do sleep 0.02; done; echo go''ne\r`)
    await witness.shows(/gone\r\n/)
    await expect(made.terminals.write({ terminalId: id, text: 'x' })).rejects.toMatchObject({
      code: 'terminal.gone',
    })
    expect(() =>
      made.terminals.output(
        { terminalId: id, watcher: 'a', fromOffset: 0 },
        { signal: new AbortController().signal },
      ),
    ).toThrow(expect.objectContaining({ code: 'terminal.gone' }))
  })

  test('that is closed while it connects opens nothing', async () => {
    const resolving = Promise.withResolvers<never>()
    const made = desk({ resolveServer: async () => resolving.promise })
    const { id } = await made.terminals.open({ target: onServer, size })
    await made.terminals.close({ terminalId: id })
    resolving.reject(new Error('too late'))
    await Promise.resolve()
    expect(made.states).toEqual(['connecting'])
    expect(await made.terminals.list()).toEqual([])
  })
})

describe('a local terminal', () => {
  test('is the person’s shell at home, without what steers Farmhand', async () => {
    const made = desk()
    const opened = await made.terminals.open({ target: { kind: 'local' }, size })
    expect(opened.title).toBe('bash')
    const screen = new Screen(made.terminals, opened.id)
    await screen.type('echo "<$PWD|$TERM|$FARMHAND_TOKEN|$(stty size)>"\r')
    await screen.shows(new RegExp(`<${homedir()}\\|xterm-256color\\|\\|24 80>`))
    await made.terminals.resize({ terminalId: opened.id, size: { cols: 100, rows: 30 } })
    await screen.type('echo "<$(stty size)>"; exit 5\r')
    await screen.shows(/<30 100>/)
    expect((await made.reaches(opened.id, 'closed')).exit).toEqual({ code: 5, signal: null })
    await made.terminals.reconnect({ terminalId: opened.id })
    await screen.type('kill -KILL $$\r')
    await made.reaches(opened.id, 'open')
    expect((await made.reaches(opened.id, 'closed')).exit).toEqual({ code: null, signal: 'SIGKILL' })
  })

  test.each([{ env: { SHELL: '/nowhere/shell' } }, { homeDir: '/nowhere' }])(
    'that cannot start says so (%o)',
    async (change) => {
      const made = desk(change)
      const { id } = await made.terminals.open({ target: { kind: 'local' }, size })
      expect(await made.reaches(id, 'failed')).toMatchObject({ error: { code: 'host.not_supported' } })
    },
  )
})
