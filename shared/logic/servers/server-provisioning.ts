import type { AppError } from '../../model/errors.ts'
import type { FarmRole } from '../../model/farm-roles.ts'
import type { Farm } from '../../model/farms.ts'
import type { Server } from '../../model/servers.ts'
import { iso, type LifeStep, serverName, told } from './server-steps.ts'

/** Something of its design that a server is given: once before it counts as running, whenever it lacks it later, or both. */
export interface Provision {
  /** Unique. Stands in the server's `prepared` once it is done before the server runs, in `unkept` while it fails later. */
  readonly name: string
  /** Between the first contact and Running (reference 5.8). */
  readonly beforeRunning?: {
    /** What the server waits for meanwhile, in a few words: `its volumes`. */
    readonly waitingFor: string
    /** Whether it can begin as soon as the instance runs, or needs SSH to answer first. */
    readonly needs: 'instance' | 'ssh'
    isWanted(server: Server, role: FarmRole): boolean
  }
  /** What a running server is held to (reference 3.4, 3.6, 7.4). */
  readonly whileRunning?: {
    /** What the server gets, in a few words: `its Elastic IP`. */
    readonly what: string
    /** Whether the server is as its design says, by what is known of it: every pass asks this of every server. */
    isThere(server: Server, role: FarmRole): boolean
  }
}

export type ProvisioningTime = 'before-running' | 'while-running'

/** When a server is now; null while nothing is given to it. What runs is held to its design only while its farm runs. */
export function provisioningTime(
  server: Server,
  farm: { state: Pick<Farm['state'], 'status'> },
): ProvisioningTime | null {
  if (server.status === 'initializing') return server.initFailedAt === null ? 'before-running' : null
  return farm.state.status === 'running' && isFollowed(server) ? 'while-running' : null
}

/** Whether the design of a server's farm role is followed now: an instance that is not up is looked at once it is. */
export function isFollowed(server: Server): boolean {
  return (
    server.status === 'running' &&
    server.instanceState === 'running' &&
    server.cloudServerId !== null &&
    !server.rebooting
  )
}

/** Whether a server lacks it. Decided by what is known, so that a look costs no call and keeps nothing. */
export function isLacking(
  server: Server,
  role: FarmRole,
  provision: Provision,
  time: ProvisioningTime,
): boolean {
  switch (time) {
    case 'before-running':
      return (
        !server.prepared.includes(provision.name) && provision.beforeRunning?.isWanted(server, role) === true
      )
    case 'while-running':
      return provision.whileRunning?.isThere(server, role) === false
  }
}

/**
 * What one look at a server leads to: something can be given to it now, or once SSH answers, or it is as designed. A server
 * that says that it lacks something is as designed once it no longer has to say so.
 */
export function provisioningDue(
  server: Server,
  role: FarmRole,
  provisions: readonly Provision[],
  time: ProvisioningTime,
  sshAnswers: boolean,
): 'now' | 'later' | 'never' {
  const isRunning = time === 'while-running'
  let due: 'later' | 'never' = 'never'
  for (const provision of provisions) {
    const isDue =
      isLacking(server, role, provision, time) || (isRunning && saysThatItLacks(server, provision))
    if (!isDue) continue
    if (isRunning || sshAnswers || provision.beforeRunning?.needs === 'instance') return 'now'
    due = 'later'
  }
  return due
}

function saysThatItLacks({ unkept }: Server, { name }: Provision): boolean {
  return unkept !== undefined && unkept.some((one) => one.name === name)
}

/** It begins to be given: a server that does not run yet says what it waits for. */
export function provisionBegan(server: Server, { beforeRunning }: Provision): LifeStep {
  const waitingFor = beforeRunning?.waitingFor ?? server.waitingFor
  if (server.status !== 'initializing' || server.waitingFor === waitingFor) return { server, events: [] }
  return { server: { ...server, waitingFor }, events: [] }
}

/** It is there: a server that does not run yet is not given it again, one that runs no longer says that it lacks it. */
export function provisioned(server: Server, provision: Provision): LifeStep {
  if (server.status === 'initializing') return prepared(server, provision.name)
  if (!saysThatItLacks(server, provision)) return { server, events: [] }
  const unkept = server.unkept?.filter(({ name }) => name !== provision.name)
  return { server: { ...server, unkept }, events: [] }
}

/** It is marked as given, and not given again before the server runs. */
export function prepared(server: Server, name: string): LifeStep {
  if (server.prepared.includes(name)) return { server, events: [] }
  return { server: { ...server, prepared: [...server.prepared, name], error: null }, events: [] }
}

/** It could not be given. */
export function provisionFailed(
  server: Server,
  { name, whileRunning }: Provision,
  error: AppError,
  nowMs: number,
): LifeStep {
  if (server.status === 'initializing') return initFailed(server, error, nowMs)
  if (server.status === 'running' && whileRunning) return notKept(server, name, whileRunning.what, error)
  return { server, events: [] }
}

/** A key that the server does not know yet is known once its first boot went on. */
const MAY_HEAL: ReadonlySet<string> = new Set(['ssh.auth', 'job.interrupted'])

/**
 * What may heal is tried again; what cannot makes the server Failed: it stays for inspection, and is neither terminated nor
 * replaced by itself (reference 4.3).
 */
function initFailed(server: Server, error: AppError, nowMs: number): LifeStep {
  const next = { ...server, error: error.toInfo() }
  if (error.retryable || MAY_HEAL.has(error.code)) {
    const same = server.error?.code === error.code && server.error.message === error.message
    return { server: same ? server : next, events: [] }
  }
  const message = `The initialisation of ${serverName(server)} failed: ${error.message}`
  return {
    server: { ...next, initFailedAt: iso(nowMs), waitingFor: null },
    events: [told('HostInitFailed', message, 'system', error.message)],
  }
}

/** The server says that it lacks it, and tells it once for each failure. */
function notKept(server: Server, name: string, what: string, error: AppError): LifeStep {
  const before = server.unkept?.find((one) => one.name === name)
  if (before?.error.code === error.code && before.error.message === error.message) {
    return { server, events: [] }
  }
  const others = server.unkept?.filter((one) => one.name !== name) ?? []
  const message = `${serverName(server)} did not get ${what}: ${error.message}`
  return {
    server: { ...server, unkept: [...others, { name, error: error.toInfo() }] },
    events: [told('UpkeepFailed', message, 'system', error.details.cloudMessage ?? null)],
  }
}

/** A failed initialisation is to be tried again, as a person asks. */
export function retryInit(server: Server): LifeStep {
  if (server.initFailedAt === null) return { server, events: [] }
  return { server: { ...server, initFailedAt: null, error: null, waitingFor: 'SSH' }, events: [] }
}
