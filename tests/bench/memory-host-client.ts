import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

export type HostRequest =
  /** Changes every server within a second; answers `burst-made`, then `cpu` once `clients-are-done` was said. */
  | { kind: 'burst' }
  | { kind: 'clients-are-done' }
  /** CPU of writing the patches of such a burst as JSON, once for each client. */
  | { kind: 'encode'; clients: number }
  | { kind: 'stop' }

export type HostReply =
  | { kind: 'ready'; url: string; token: string; serverId: string | null; publicKey: string | null }
  | { kind: 'burst-made' }
  | { kind: 'cpu'; cpuMs: number }

/** A host over a cloud in memory, in its own process. */
export interface MemoryHost {
  url: string
  token: string
  /** The server that is reached over SSH, and the key that has to be let in. */
  serverId: string | null
  publicKey: string | null
  /** Sends a request and answers the reply of that kind. */
  ask<K extends HostReply['kind']>(request: HostRequest, kind: K): Promise<Extract<HostReply, { kind: K }>>
  stop(): Promise<void>
}

/** Starts it on a data directory; with `ssh` it has one running server at that port of this machine. */
export async function startMemoryHost(options: {
  dataDir: string
  ssh?: { port: number; user: string }
}): Promise<MemoryHost> {
  const flags = ['--data-dir', options.dataDir]
  if (options.ssh) flags.push('--ssh-port', String(options.ssh.port), '--ssh-user', options.ssh.user)
  const child = fork(join(import.meta.dirname, 'memory-host.ts'), flags, { execArgv: [] })
  const ready = await nextReply(child, 'ready')
  return {
    ...ready,
    async ask(request, kind) {
      const reply = nextReply(child, kind)
      child.send(request)
      return reply
    },
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.send({ kind: 'stop' } satisfies HostRequest)
      await gone
    },
  }
}

function nextReply<K extends HostReply['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<HostReply, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      child.off('message', take)
      child.off('exit', fail)
    }
    const take = (reply: HostReply): void => {
      if (reply.kind !== kind) return
      settle()
      resolve(reply as Extract<HostReply, { kind: K }>)
    }
    const fail = (code: number | null): void => {
      settle()
      reject(new Error(`The host ended with ${String(code)}.`))
    }
    child.on('message', take)
    child.once('exit', fail)
  })
}
