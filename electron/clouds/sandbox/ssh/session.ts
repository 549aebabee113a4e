import type { Session } from 'ssh2'
import { runPiped } from './exec-channel.ts'
import { type PtyFacts, runOnPty } from './pty-channel.ts'
import { serveSftp } from './sftp-session.ts'
import { nodeSignal } from './shell-environment.ts'
import type { Running, SessionOptions } from './session-options.ts'

/** Serves one session: one shell, one command, or file transfer. */
export function serveSession(session: Session, options: SessionOptions): void {
  const env: Record<string, string> = {}
  let pty: PtyFacts | undefined
  let running: Running | undefined
  session.on('env', (accept, reject, info) => {
    // As OpenSSH's servers usually do.
    if (!/^(?:LANG|LC_[A-Z_]+|COLORTERM)$/.test(info.key)) {
      answer(reject)
      return
    }
    env[info.key] = info.val
    answer(accept)
  })
  session.on('pty', (accept, _reject, info) => {
    pty = { term: info.term || 'xterm', cols: info.cols, rows: info.rows }
    answer(accept)
  })
  session.on('window-change', (accept, _reject, { cols, rows }) => {
    if (pty) pty = { ...pty, cols, rows }
    running?.resize({ cols, rows })
    answer(accept)
  })
  session.on('signal', (accept, _reject, { name }) => {
    const signal = nodeSignal(name.replace(/^SIG/, ''))
    if (signal !== undefined) running?.signal(signal)
    answer(accept)
  })
  const start = (command: string | undefined): ((channel: Parameters<typeof runPiped>[0]) => void) => {
    options.onProcess()
    return (channel) => {
      running = pty
        ? runOnPty(channel, { ...options, env, pty, command })
        : runPiped(channel, { ...options, env, command })
    }
  }
  session.on('shell', (accept) => {
    start(undefined)(accept())
  })
  session.on('exec', (accept, _reject, { command }) => {
    start(command)(accept())
  })
  session.on('sftp', (accept) => {
    serveSftp(accept(), options.place)
  })
}

/** There is nothing to answer where the client does not want one. */
function answer(reply: (() => void) | undefined): void {
  reply?.()
}
