import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../../../shared/model/secret.ts'
import { realClock } from '../../../../tests/support/clocks.ts'
import { hostKeyMemory } from '../../../../tests/support/host-key-memory.ts'
import { liveMemoryBytes } from '../../../../tests/support/live-memory.ts'
import { silentLog } from '../../../../tests/support/logs.ts'
import { startOpenSshServer } from '../../../../tests/support/openssh-server.ts'
import type { OpenSshServer } from '../../../../tests/support/openssh-server.ts'
import { startTcpRelay } from '../../../../tests/support/tcp-relay.ts'
import type { TcpRelay } from '../../../../tests/support/tcp-relay.ts'
import { quoteArgument, remoteCommand } from './command-line.ts'
import type { SshConnection } from './connection.ts'
import { SshConnections } from './connections.ts'
import { captureCommand, runCommand } from './exec.ts'
import type { CapturedCommand, CommandRequest } from './exec.ts'
import { generateKeyPair } from './key-pair.ts'
import type { SshTarget } from './ssh-target.ts'

let targetOf: (port: number) => SshTarget
let server: OpenSshServer
let relay: TcpRelay
let pool: SshConnections
let connection: SshConnection

beforeAll(async () => {
  const key = await generateKeyPair({ comment: '' })
  server = await startOpenSshServer({ authorizedKeys: [key.publicKey] })
  relay = await startTcpRelay({ port: server.port })
  pool = new SshConnections({ hostKeys: hostKeyMemory(realClock).hostKeys, clock: realClock, log: silentLog })
  targetOf = (port) => ({
    key: `srv-${port}`,
    label: 'web-1',
    host: server.host,
    port,
    user: server.user,
    privateKey: key.privateKey,
  })
  const lease = await pool.acquire(targetOf(relay.port))
  connection = lease.connection
})
afterAll(async () => {
  pool.stop()
  await relay.stop()
  await server.stop()
})

async function capture(request: Omit<CommandRequest, 'clock'>): Promise<CapturedCommand> {
  return captureCommand(connection, { clock: realClock, ...request })
}

/** What runs in a session; the dead that wait for their parent do not count. */
async function livingProcesses(session: string): Promise<string[]> {
  const { stdout } = await capture({ run: { argv: ['ps', '-o', 'stat=,args=', '-g', session] } })
  return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('Z'))
}

const anyText = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\0', ''))

describe('quoting', () => {
  test('gives a real shell exactly the arguments, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 20 }), (words) => {
        const script = `printf '%s\\0' ${words.map(quoteArgument).join(' ')}`
        const output = execFileSync('/bin/sh', ['-c', script]).toString('utf8')
        expect(output.split('\0').slice(0, -1)).toEqual(words)
      }),
      { numRuns: 60 },
    )
  })

  test.each(['/bin/sh', '/bin/bash'])('a whole command survives the login shell %s', (shell) => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 10 }), (words) => {
        const { commandLine } = remoteCommand({
          run: { argv: ['printf', '%s\\0', ...words] },
          hasStdin: false,
          mark: '1f',
        })
        const output = execFileSync(shell, ['-c', commandLine]).toString('utf8')
        expect(output.split('\0').slice(0, -1)).toEqual(words)
      }),
      { numRuns: 30 },
    )
  })

  test('a command line has no character that other shells take for their own', () => {
    const script = 'echo "it\'s $HOME!" `id` \\ # ^ % ~\n\u00e4\u{1f680}\r\n'
    const { commandLine } = remoteCommand({ run: { script }, hasStdin: false, mark: '1f' })
    expect(commandLine).toMatch(
      /^exec env FARMHAND_COMMAND=1f \/bin\/sh -c 'eval "\$\(printf %b "[A-Za-z0-9_ .,:=/@+\\-]*"\)"'$/,
    )
  })

  test('refuses what no command can hold', async () => {
    expect(() => quoteArgument('a\0b')).toThrow(expect.objectContaining({ code: 'input.invalid' }))
    await expect(capture({ run: { script: 'a\0b' } })).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(capture({ run: { argv: ['true'] }, env: { 'A;id': 'x' } })).rejects.toMatchObject({
      code: 'input.invalid',
    })
  })
})

describe('a command', () => {
  test('gets its arguments as they are, and keeps stdout and stderr apart', async () => {
    const words = ["it's", '$HOME', '', 'a b', '\\', '!', '\u{1f680}\n', '*']
    expect(await capture({ run: { argv: ['printf', '[%s]', ...words] } })).toEqual({
      end: { kind: 'exited', exitCode: 0 },
      stdout: words.map((word) => `[${word}]`).join(''),
      stderr: '',
      isTruncated: false,
    })
    expect(await capture({ run: { script: 'echo out\necho err >&2\nexit 7' } })).toMatchObject({
      end: { kind: 'exited', exitCode: 7 },
      stdout: 'out\n',
      stderr: 'err\n',
    })
    expect((await capture({ run: { argv: ['no-such-program'] } })).end).toEqual({
      kind: 'exited',
      exitCode: 127,
    })
  })

  test('tells the signal that ended it', async () => {
    expect((await capture({ run: { script: 'kill -SEGV $$' } })).end).toEqual({
      kind: 'signalled',
      signal: 'SIGSEGV',
    })
  })

  test('reads stdin to its end, or nothing', async () => {
    expect((await capture({ run: { argv: ['cat'] } })).stdout).toBe('')
    expect((await capture({ run: { argv: ['cat'] }, stdin: 'a\nb' })).stdout).toBe('a\nb')
    const bytes = randomBytes(3 * 1024 * 1024)
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 100_000) {
        await nextTurn()
        yield bytes.subarray(at, at + 100_000)
      }
    }
    expect((await capture({ run: { argv: ['sha256sum'] }, stdin: pieces() })).stdout).toContain(
      createHash('sha256').update(bytes).digest('hex'),
    )
    expect((await capture({ run: { argv: ['true'] }, stdin: bytes })).end).toEqual({
      kind: 'exited',
      exitCode: 0,
    })
  })

  test('gets its environment; a secret in it is in no process list', async () => {
    const canary = "q7x'zkvw93\n$5"
    const seen = await capture({
      run: {
        script:
          'printf %s "$PASSWORD|$PLAIN"; cat; for p in /proc/[0-9]*; do tr "\\0" " " <$p/cmdline; done >&2 2>/dev/null',
      },
      env: { PASSWORD: new Secret(canary), PLAIN: 'ä b' },
      stdin: '|rest',
    })
    expect(seen.stdout).toBe(`${canary}|ä b|rest`)
    expect(seen.stderr).toContain('farmhand_line')
    // Process lists hold other people's words too: only the canary's own parts prove a leak.
    expect(seen.stderr).not.toMatch(/q7x|zkvw93/)
  })

  test('may be longer than a command line', async () => {
    const script = `: ${'x'.repeat(300_000)}\necho done`
    expect((await capture({ run: { script } })).stdout).toBe('done\n')
  })

  test('keeps no more output than asked for', async () => {
    const seen = await captureCommand(connection, {
      run: { script: 'head -c 5000000 /dev/zero | tr "\\0" x; echo end >&2' },
      clock: realClock,
      maxBytes: 1000,
    })
    expect(seen).toMatchObject({ stdout: 'x'.repeat(1000), stderr: 'end\n', isTruncated: true })
  })

  test('passes 100 MB of binary output unchanged while a slow reader holds it back', async () => {
    const bytes = 100 * 1024 * 1024
    const hash = createHash('sha256')
    let length = 0
    let expected = ''
    let inside = 0
    let largestInside = 0
    const before = await liveMemoryBytes()
    let peak = before
    let sampled = 0
    const end = await runCommand(connection, {
      run: {
        script: `sum=$(mktemp); head -c ${bytes} /dev/urandom | tee "$sum"; sha256sum <"$sum" >&2; rm "$sum"`,
      },
      onStderr: (chunk) => {
        expected += chunk.toString()
      },
      clock: realClock,
      onStdout: async (chunk) => {
        inside += 1
        largestInside = Math.max(largestInside, inside)
        hash.update(chunk)
        length += chunk.length
        if (length > sampled + 5_000_000) {
          sampled = length
          peak = Math.max(peak, await liveMemoryBytes())
        }
        await nextTurn()
        inside -= 1
      },
    })
    expect(end).toEqual({ kind: 'exited', exitCode: 0 })
    expect(length).toBe(bytes)
    expect(expected).toContain(hash.digest('hex'))
    expect(largestInside).toBe(1)
    expect(sampled).toBeGreaterThan(0)
    expect(peak - before).toBeLessThan(24 * 1024 * 1024)
  })

  test('whose stdout is not read is held back, though its stderr is read', async () => {
    let lines = 0
    let linesWhileHeld = 0
    let length = 0
    const held = (async (): Promise<void> => {
      for (let round = 0; round < 10; round += 1) await capture({ run: { argv: ['true'] } })
      linesWhileHeld = lines
    })()
    const end = await runCommand(connection, {
      run: { script: 'for i in $(seq 60); do head -c 1000000 /dev/zero; echo $i >&2; sleep 0.005; done' },
      clock: realClock,
      onStdout: async (chunk) => {
        length += chunk.length
        await held
      },
      onStderr: (chunk) => {
        lines += chunk.toString().split('\n').length - 1
      },
    })
    expect(end).toEqual({ kind: 'exited', exitCode: 0 })
    expect(linesWhileHeld).toBeLessThan(10)
    expect([lines, length]).toEqual([60, 60_000_000])
  })

  test('that takes too long is ended with all its processes', async () => {
    const seen = await capture({ run: { script: 'echo $$; sleep 600; echo never' }, timeoutMs: 2_000 })
    expect(seen.end).toEqual({ kind: 'timed-out' })
    expect(await livingProcesses(seen.stdout.trim())).toEqual([])
  })

  test('that ignores TERM is killed', async () => {
    const seen = await capture({
      run: { script: 'trap "" TERM; echo $$; while :; do sleep 1; done' },
      stdin: 'with stdin ended',
      timeoutMs: 2_000,
    })
    expect(seen.end).toEqual({ kind: 'timed-out' })
    expect(await livingProcesses(seen.stdout.trim())).toEqual([])
  })

  test('that is cancelled ends, and the call rejects with the reason', async () => {
    const cancel = new AbortController()
    const running = runCommand(connection, {
      run: { script: 'echo started; exec sleep 600' },
      clock: realClock,
      signal: cancel.signal,
      onStdout: () => {
        cancel.abort(new Error('no longer wanted'))
      },
    })
    await expect(running).rejects.toThrow('no longer wanted')
    await expect(capture({ run: { argv: ['true'] }, signal: cancel.signal })).rejects.toThrow(
      'no longer wanted',
    )
  })

  test('whose reader fails is ended with the reader’s error', async () => {
    const broken = new Error('disk full')
    for (const onStdout of [
      (): never => {
        throw broken
      },
      async (): Promise<never> => Promise.reject(broken),
    ]) {
      await expect(
        runCommand(connection, { run: { argv: ['yes'] }, clock: realClock, onStdout }),
      ).rejects.toBe(broken)
    }
  })
})

test('a command that ends while we are busy says how it ended: all that it sends may come in one piece', async () => {
  const busy = await startTcpRelay({ port: server.port, gatherMs: 500 })
  try {
    const lease = await pool.acquire(targetOf(busy.port))
    const ran = (script: string) =>
      captureCommand(lease.connection, { clock: realClock, run: { argv: ['sh', '-c', script] } })
    expect(await ran('exit 3')).toMatchObject({ end: { kind: 'exited', exitCode: 3 } })
    expect(await ran('kill -9 $$')).toMatchObject({ end: { kind: 'signalled', signal: 'SIGKILL' } })
    expect(await ran('echo out')).toMatchObject({ end: { kind: 'exited', exitCode: 0 }, stdout: 'out\n' })
    lease.release()
  } finally {
    await busy.stop()
  }
})

test('a cut in the middle of a command is ssh.closed', async () => {
  const running = runCommand(connection, {
    run: { script: 'echo started; exec sleep 600' },
    clock: realClock,
    onStdout: () => {
      relay.cut()
    },
  })
  await expect(running).rejects.toMatchObject({ code: 'ssh.closed', retryable: true })
})
