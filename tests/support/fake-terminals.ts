import type { EngineShape } from '../../electron/api/index.ts'
import { AppError } from '../../shared/model/errors.ts'
import { TerminalId } from '../../shared/model/ids.ts'
import type { Terminal, TerminalChunk } from '../../shared/model/terminals.ts'

const esc = '\u001b'
const greeting = [
  'Welcome to Ubuntu 24.04 LTS (GNU/Linux 6.8.0 aarch64)\r\n\r\n',
  ` ${esc}[32m●${esc}[0m nginx.service   active (running)\r\n`,
  ` ${esc}[31m●${esc}[0m backup.timer    failed\r\n\r\n`,
  'Documentation: https://help.ubuntu.com\r\n',
].join('')
const prompt = `${esc}[1;32mubuntu@web${esc}[0m:${esc}[1;34m~${esc}[0m$ `

interface Held {
  terminal: Terminal
  output: string
  line: string
  wake: Set<() => void>
}

/** Terminals without a shell: they echo, know `exit` and `yes`, and answer everything else with its own text. */
export function fakeTerminals(publish: {
  put: (terminal: Terminal) => void
  drop: (id: string) => void
  titleOf: (serverId: string) => string
}): EngineShape['terminals'] {
  const held = new Map<string, Held>()

  function get(id: string): Held {
    const found = held.get(id)
    if (found === undefined) throw new AppError('terminal.gone', { message: 'This terminal is gone.' })
    return found
  }
  function say(entry: Held, text: string): void {
    entry.output += text
    for (const wake of entry.wake) wake()
  }
  function change(entry: Held, change: Partial<Terminal>): Terminal {
    entry.terminal = { ...entry.terminal, ...change }
    publish.put(entry.terminal)
    return entry.terminal
  }
  function runLine(entry: Held): void {
    const line = entry.line.trim()
    entry.line = ''
    say(entry, '\r\n')
    if (line === 'exit') {
      say(entry, 'logout\r\n')
      change(entry, { state: 'closed', exit: { code: 0, signal: null } })
      return
    }
    if (line === 'yes') say(entry, 'y\r\n'.repeat(20_000))
    else if (line !== '') say(entry, `${line.replace(/^echo /, '')}\r\n`)
    say(entry, prompt)
  }
  async function* follow(entry: Held, from: number, signal: AbortSignal): AsyncGenerator<TerminalChunk> {
    let offset = from
    while (!signal.aborted) {
      const text = entry.output.slice(offset, offset + 65_536)
      if (text !== '') {
        yield { offset, text }
        offset += text.length
        continue
      }
      await new Promise<void>((resolve) => {
        const done = (): void => {
          entry.wake.delete(done)
          resolve()
        }
        entry.wake.add(done)
        signal.addEventListener('abort', done, { once: true })
      })
    }
  }

  let count = 0
  return {
    list: async () => [...held.values()].map(({ terminal }) => terminal),
    open: async ({ target, size }) => {
      count += 1
      const terminal: Terminal = {
        id: TerminalId.parse(`terminal-${count}`),
        target,
        title: target.kind === 'local' ? 'this machine' : publish.titleOf(target.serverId),
        state: 'open',
        size,
        exit: null,
        error: null,
        openedAt: new Date().toISOString(),
      }
      const entry: Held = { terminal, output: greeting + prompt, line: '', wake: new Set() }
      held.set(terminal.id, entry)
      publish.put(terminal)
      return terminal
    },
    write: async ({ terminalId, text }) => {
      const entry = get(terminalId)
      for (const key of text) {
        if (key === '\r') runLine(entry)
        else if (key === '\u007f' && entry.line !== '') {
          entry.line = entry.line.slice(0, -1)
          say(entry, '\b \b')
        } else if (key >= ' ') {
          entry.line += key
          say(entry, key)
        }
      }
    },
    resize: async ({ terminalId, size }) => void change(get(terminalId), { size }),
    output: ({ terminalId, fromOffset }, { signal }) => follow(get(terminalId), fromOffset, signal),
    ack: async () => undefined,
    reconnect: async ({ terminalId }) => {
      const entry = get(terminalId)
      say(entry, `\r\n${greeting}${prompt}`)
      return change(entry, { state: 'open', exit: null, error: null })
    },
    close: async ({ terminalId }) => {
      held.delete(terminalId)
      publish.drop(terminalId)
    },
  }
}
