import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ServerId } from '../../shared/model/ids.ts'
import type { TerminalId } from '../../shared/model/ids.ts'
import { type OpenSshServer, startOpenSshServer } from '../support/openssh-server.ts'
import { temporaryDirectory } from '../support/test-engine.ts'
import { type Client, connectWebSocket } from '../support/transports.ts'
import { type Bench, median } from './bench.ts'
import { openBrowser } from './browser.ts'
import { type MemoryHost, startMemoryHost } from './memory-host-client.ts'
import { makeOpenSshClient, type OpenSshClient } from './openssh-client.ts'
import { openTerminalPage } from './terminal-page.ts'

/** A quick typist: nothing is gathered or queued behind the key before. */
const betweenKeysMs = 30
const size = { cols: 120, rows: 24 }
const longLine = 'The quick brown fox jumps over the lazy dog 0123456789 and runs on to the end of the line.'

/** The same shells of the same OpenSSH server, by Farmhand and by the OpenSSH client. */
const bench: Bench = {
  name: 'terminal: keystroke echo and 100 MB of output',
  async run({ quick, rounds }) {
    const keys = quick ? 40 : 200
    const megabytes = quick ? 10 : 100
    const directory = await temporaryDirectory()
    const ssh = await makeOpenSshClient()
    const server = await startOpenSshServer({ authorizedKeys: [ssh.publicKey] })
    const host = await startMemoryHost({ dataDir: directory.path, ssh: server })
    const browser = await openBrowser()
    try {
      await server.authorize([ssh.publicKey.trim(), host.publicKey ?? ''])
      const { client, close } = connectWebSocket(host.url, host.token)
      const echo = await measureEcho({ client, host, browser, ssh, server, keys })
      const command = `yes '${longLine}' | head -c ${megabytes * 1_000_000}`
      const own: number[] = []
      const peer: number[] = []
      const page: number[] = []
      const fromMemory: number[] = []
      const frames: number[] = []
      const interrupts: number[] = []
      for (let round = -1; round < rounds; round += 1) {
        const peerMs = await ssh.runMs(server, command)
        const ownMs = await streamMs(client, host, command)
        if (round < 0) continue
        peer.push(peerMs)
        own.push(ownMs)
      }
      const terminal = await openTerminal(client, host)
      const shown = await openTerminalPage(browser, host, terminal)
      for (let round = 0; round < Math.min(rounds, quick ? 1 : 3); round += 1) {
        const flood = await shown.flood(command, megabytes)
        page.push(flood.wallMs)
        frames.push(flood.longestFrameMs)
        fromMemory.push(await shown.fromMemoryMs(longLine, megabytes))
        interrupts.push(await shown.interruptMs())
      }
      await client.terminals.close({ terminalId: terminal })
      await close()
      const speed = (ms: number[]): number => (megabytes * 1000) / median(ms)
      return [
        ...echo,
        {
          what: `${megabytes} MB to a client that acknowledges`,
          value: speed(own),
          unit: 'MB/s',
          peer: { name: 'OpenSSH to /dev/null', value: speed(peer) },
          target: { limit: 0.5, of: 'ratio', atLeast: true },
        },
        {
          what: `${megabytes} MB into the window’s buffer`,
          value: speed(page),
          unit: 'MB/s',
          peer: { name: 'OpenSSH to /dev/null', value: speed(peer) },
          target: { limit: 0.5, of: 'ratio', atLeast: true },
        },
        {
          // The server, the engine and the browser share the cores here: no program can make output as fast as that.
          what: 'the same, beside text that lies in memory',
          value: speed(page),
          unit: 'MB/s',
          peer: { name: 'xterm.js fed from memory', value: speed(fromMemory) },
          target: null,
        },
        {
          what: 'longest frame meanwhile',
          value: median(frames),
          unit: 'ms',
          peer: null,
          target: { limit: 50, of: 'value' },
        },
        {
          what: 'Ctrl-C stops a flood after',
          value: median(interrupts),
          unit: 'ms',
          peer: null,
          target: { limit: 200, of: 'value' },
        },
      ]
    } finally {
      await browser.close()
      await host.stop()
      await server.stop()
      await ssh.remove()
      await directory.remove()
    }
  },
}

interface EchoParts {
  client: Client
  host: MemoryHost
  browser: Awaited<ReturnType<typeof openBrowser>>
  ssh: OpenSshClient
  server: OpenSshServer
  keys: number
}

async function measureEcho({ client, host, browser, ssh, server, keys }: EchoParts) {
  const terminal = await openTerminal(client, host)
  const page = await openTerminalPage(browser, host, terminal)
  await page.run('cat > /dev/null')
  const shell = ssh.openShell(server)
  try {
    await typeAndWait(shell, "printf '%s%s\\n' rea dy; cat > /dev/null\n", 'ready')
    await echoInPty(shell, 20)
    await page.echo(20, betweenKeysMs)
    const bare: number[] = []
    const own: number[] = []
    // In turns, so that both meet the same moods of the machine.
    for (let turn = 0; turn < 4; turn += 1) {
      bare.push(...(await echoInPty(shell, keys / 4)))
      own.push(...(await page.echo(keys / 4, betweenKeysMs)))
    }
    const figure = (share: number, limitMs: number) => ({
      what: `echo p${share * 100} over OpenSSH’s (${percentile(own, share).toFixed(2)} − ${percentile(bare, share).toFixed(2)})`,
      value: percentile(own, share) - percentile(bare, share),
      unit: 'ms',
      peer: null,
      target: { limit: limitMs, of: 'value' as const },
    })
    return [figure(0.5, 2), figure(0.95, 5)]
  } finally {
    shell.kill()
    await page.close()
    await client.terminals.close({ terminalId: terminal })
  }
}

type Shell = ReturnType<OpenSshClient['openShell']>

function typeAndWait(shell: Shell, text: string, expected: string): Promise<void> {
  return new Promise((resolve) => {
    let seen = ''
    const listening = shell.onData((data) => {
      seen += data
      if (!seen.includes(expected)) return
      listening.dispose()
      resolve()
    })
    shell.write(text)
  })
}

async function echoInPty(shell: Shell, count: number): Promise<number[]> {
  const tookMs: number[] = []
  for (let n = 0; n < count; n += 1) {
    const startedMs = performance.now()
    await typeAndWait(shell, 'k', 'k')
    tookMs.push(performance.now() - startedMs)
    await sleep(betweenKeysMs)
  }
  return tookMs
}

async function openTerminal(client: Client, host: MemoryHost): Promise<TerminalId> {
  const serverId = ServerId.parse(host.serverId)
  const { id } = await client.terminals.open({ target: { kind: 'server', serverId }, size })
  return id
}

/** From typing the command to its last byte at a client that acknowledges what it read. */
async function streamMs(client: Client, host: MemoryHost, command: string): Promise<number> {
  const terminalId = await openTerminal(client, host)
  const watcher = randomUUID()
  const stream = await client.terminals.output({ terminalId, watcher })
  const startedMs = performance.now()
  await client.terminals.write({ terminalId, text: `${command}; printf '%s%s\\n' fin ished; exit\n` })
  let tail = ''
  for await (const chunk of stream) {
    tail = (tail + chunk.text).slice(-200)
    void client.terminals.ack({ terminalId, watcher, offset: chunk.offset + chunk.text.length })
    if (tail.includes('finished')) break
  }
  const tookMs = performance.now() - startedMs
  await client.terminals.close({ terminalId })
  return tookMs
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export default bench
