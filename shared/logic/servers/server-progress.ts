import type { Server } from '../../model/servers.ts'

/** One phase between the wish for a server and Running (reference 4.8). */
export interface InitPhase {
  name: string
  state: 'pending' | 'running' | 'complete' | 'warning' | 'error'
  /** What it waits for, or what is wrong. */
  message: string | null
}

const ORDER = ['launch', 'boot', 'ssh', 'prepare', 'up'] as const
type Step = (typeof ORDER)[number]

/** The step that a server is at, or null for one that does not come up. */
function stepOf(server: Server): Step | null {
  switch (server.status) {
    case 'pending-launch':
      return 'launch'
    case 'pending':
      return 'boot'
    case 'resuming':
      return server.instanceState === 'running' ? 'ssh' : 'boot'
    case 'initializing':
      if (server.instanceState !== 'running') return 'boot'
      return server.waitingFor === 'SSH' && server.initFailedAt === null ? 'ssh' : 'prepare'
    case 'running':
      return 'up'
    case 'pending-suspend':
    case 'suspended':
    case 'pending-terminate':
    case 'terminated':
    case 'missing':
    case 'troubleshooting':
      return null
  }
}

const NAMES: Readonly<Record<Exclude<Step, 'up'>, string>> = {
  launch: 'Launch in the cloud',
  boot: 'Start of the instance',
  ssh: 'First contact over SSH',
  prepare: 'Preparations',
}

/** How far a server is on its way to Running; empty for one that is not on it. */
export function initPhases(server: Server): InitPhase[] {
  const at = stepOf(server)
  if (at === null) return []
  const position = ORDER.indexOf(at)
  const failed = server.initFailedAt !== null
  return (['launch', 'boot', 'ssh', 'prepare'] as const).map((step): InitPhase => {
    const name = NAMES[step]
    const own = ORDER.indexOf(step)
    const done =
      step === 'prepare' && server.prepared.length > 0 ? `done: ${server.prepared.join(', ')}` : null
    if (own < position) {
      const isLate = step === 'ssh' && server.error?.code === 'ssh.unreachable'
      return isLate
        ? { name, state: 'warning', message: server.error?.message ?? null }
        : { name, state: 'complete', message: done }
    }
    if (own > position) return { name, state: 'pending', message: null }
    if (server.error !== null) {
      const state = failed || step === 'launch' ? 'error' : 'warning'
      return { name, state, message: server.error.message }
    }
    const waits = server.waitingFor === null ? null : `waiting for ${server.waitingFor}`
    return {
      name,
      state: 'running',
      message: [done, waits].filter((text) => text !== null).join('; ') || null,
    }
  })
}
