import type { FarmRole, Scaling } from '../../model/farm-roles.ts'
import type { FarmDesign, FarmState } from '../../model/farms.ts'
import { cannotBeSuspended } from '../servers/server-actions.ts'
import type { ServerId } from '../../model/ids.ts'
import type { LaunchReason, Server, TerminateReason } from '../../model/servers.ts'

/**
 * How the servers of one farm role count (reference 5.5). Missing ones do not; suspended ones satisfy `min` and count to
 * `max`, or are ignored when the farm role considers them as terminated or scaling keeps them in reserve.
 */
export interface RoleCount {
  pending: number
  running: number
  suspended: number
}

export function countServers(
  servers: Iterable<Server>,
  scaling: Pick<Scaling, 'considerSuspended' | 'behavior'>,
): RoleCount {
  const count: RoleCount = { pending: 0, running: 0, suspended: 0 }
  for (const server of servers) {
    switch (server.status) {
      case 'pending-launch':
      case 'pending':
      case 'initializing':
      case 'resuming':
        count.pending += 1
        break
      case 'running':
        count.running += 1
        break
      case 'pending-suspend':
      case 'suspended':
        if (scaling.considerSuspended === 'running' && !isReserve(server, scaling)) count.suspended += 1
        break
      case 'pending-terminate':
      case 'terminated':
      case 'missing':
      case 'troubleshooting':
        break
    }
  }
  return count
}

/** The lowest free indexes of a farm role, 1-based: taken are those of servers neither terminated nor on their way out. */
export function freeIndexes(servers: Iterable<Server>, count: number): number[] {
  const taken = new Set<number>()
  for (const server of servers) {
    if (server.status !== 'terminated' && server.status !== 'pending-terminate') taken.add(server.index)
  }
  const free: number[] = []
  for (let index = 1; free.length < count; index += 1) if (!taken.has(index)) free.push(index)
  return free
}

/** What the engine should do for one farm now. */
export type Decision =
  | { kind: 'create'; farmRole: FarmRole; indexes: number[]; reason: LaunchReason; replaces?: ServerId }
  | { kind: 'terminate'; server: Server; reason: TerminateReason }
  | { kind: 'suspend'; server: Server; reserve?: boolean }
  | { kind: 'resume'; server: Server }

/** Farm roles in the order in which they start; equal launch indexes start together when the order is sequential. */
export function launchSteps(design: FarmDesign): FarmRole[][] {
  if (design.launchOrder === 'simultaneous') return design.roles.length > 0 ? [design.roles] : []
  const byIndex = new Map<number, FarmRole[]>()
  for (const role of design.roles)
    byIndex.set(role.launchIndex, [...(byIndex.get(role.launchIndex) ?? []), role])
  return [...byIndex.entries()].sort(([a], [b]) => a - b).map(([, roles]) => roles)
}

/** Newest first, as the reference's manual prefers; the id breaks ties so that the choice is stable. */
function newestFirst(a: Server, b: Server): number {
  return b.createdAt.localeCompare(a.createdAt) || b.index - a.index || b.id.localeCompare(a.id)
}

const ENDED: ReadonlySet<string> = new Set(['terminated', 'pending-terminate'])

/**
 * Compares a farm's design and status with its servers (terminated ones may be among them) and says what to do. Pure: the same
 * input gives the same decisions, and nothing is decided twice once it is carried out.
 */
export function decide(design: FarmDesign, state: FarmState, servers: readonly Server[]): Decision[] {
  const live = servers.filter((server) => !ENDED.has(server.status))
  if (state.status === 'terminating' || state.status === 'terminated') {
    return live
      .filter((server) => server.lock === null)
      .map((server) => ({ kind: 'terminate', server, reason: 'farm-terminated' }))
  }
  if (state.status === 'suspended') return whileSuspended(live)
  const decisions: Decision[] = []
  const byRole = new Map<string, Server[]>()
  for (const server of servers) {
    const list = byRole.get(server.farmRoleId)
    if (list) list.push(server)
    else byRole.set(server.farmRoleId, [server])
  }
  const designed = new Set<string>(design.roles.map((role) => role.id))
  for (const server of live) {
    if (!designed.has(server.farmRoleId) && server.lock === null) {
      decisions.push({ kind: 'terminate', server, reason: 'farm-role-removed' })
    }
  }
  const paused = new Set<string>(state.paused.map((pause) => pause.farmRoleId))
  for (const step of launchSteps(design)) {
    let stepIsUp = true
    for (const role of step) {
      const own = byRole.get(role.id) ?? []
      const count = countServers(own, role.scaling)
      const rollout = state.rollouts?.find(({ farmRoleId }) => farmRoleId === role.id)
      if (rollout) decisions.push(...decideRollout(role, own, rollout.launch))
      else if (role.scaling.enabled)
        decisions.push(...decideRole(role, own, paused.has(role.id), state.launchedAt))
      if (count.running + count.suspended < role.scaling.min && role.scaling.enabled) stepIsUp = false
    }
    if (!stepIsUp && design.launchOrder === 'sequential') break
  }
  return decisions
}

function isSuspended({ status }: Server): boolean {
  return status === 'suspended' || status === 'pending-suspend'
}

/** A spot server cannot be stopped: it ends, and the farm's resume launches another (reference 2.6). */
function whileSuspended(live: readonly Server[]): Decision[] {
  const decisions: Decision[] = []
  for (const server of live) {
    if (server.status === 'running' && server.lock === null) {
      decisions.push(
        cannotBeSuspended(server) === null
          ? { kind: 'suspend', server }
          : { kind: 'terminate', server, reason: 'farm-suspended' },
      )
    }
    if (server.status === 'pending-launch' && server.launch === null) {
      decisions.push({ kind: 'terminate', server, reason: 'scaling-down' })
    }
  }
  return decisions
}

/** Ends that the farm itself wanted. */
const NOT_LOST: ReadonlySet<string> = new Set(['scaling-down', 'farm-suspended'])

/** A farm role without a server since the farm's launch launches with the farm; later ones replace or add. */
function launchReason(own: readonly Server[], launchedAt: string | null): LaunchReason {
  const since = own.filter((server) => launchedAt === null || server.createdAt >= launchedAt)
  if (since.length === 0) return 'farm-launched'
  const lost = since.some(
    (server) =>
      server.status === 'missing' ||
      server.status === 'pending-terminate' ||
      (server.status === 'terminated' && !NOT_LOST.has(server.terminateReason ?? '')),
  )
  return lost ? 'replacement' : 'scaling-up'
}

/** While its servers are replaced, a farm role gets the asked replacement and nothing else (reference 1.6). */
function decideRollout(
  role: FarmRole,
  own: readonly Server[],
  launch: { index: number; replaces: ServerId; at: string } | null,
): Decision[] {
  if (!launch) return []
  const isThere = own.some(
    ({ replacementOf, createdAt }) => replacementOf === launch.replaces && createdAt >= launch.at,
  )
  const isTaken = own.some((server) => server.index === launch.index && !ENDED.has(server.status))
  if (isThere || isTaken) return []
  const { index, replaces } = launch
  return [{ kind: 'create', farmRole: role, indexes: [index], reason: 'image-rollout', replaces }]
}

function decideRole(
  role: FarmRole,
  own: readonly Server[],
  paused: boolean,
  launchedAt: string | null,
): Decision[] {
  const count = countServers(own, role.scaling)
  const total = count.pending + count.running + count.suspended
  if (total < role.scaling.min) {
    const missing = role.scaling.min - total
    const resumed = isReserving(role) ? reserveOf(own).slice(0, missing) : []
    const decisions = resumed.map((server): Decision => ({ kind: 'resume', server }))
    if (paused || resumed.length === missing) return decisions
    const indexes = freeIndexes(own, missing - resumed.length)
    return [...decisions, { kind: 'create', farmRole: role, indexes, reason: launchReason(own, launchedAt) }]
  }
  const excess = total - role.scaling.max
  if (excess <= 0) return []
  const turn = role.scaling.endFirst === 'newest' ? 1 : -1
  const victims = own
    .filter((server) => !ENDED.has(server.status) && server.lock === null && server.status !== 'missing')
    .filter((server) => server.status !== 'troubleshooting' && !isReserve(server, role.scaling))
    .filter((server) => !isSuspended(server) || role.scaling.considerSuspended === 'running')
    .sort((a, b) => rank(a) - rank(b) || turn * newestFirst(a, b))
  return victims
    .slice(0, excess)
    .map((server) =>
      isReserving(role) && server.status === 'running' && cannotBeSuspended(server) === null
        ? { kind: 'suspend', server, reserve: true }
        : { kind: 'terminate', server, reason: 'scaling-down' },
    )
}

function isReserving({ scaling }: FarmRole): boolean {
  return scaling.behavior === 'suspend-resume'
}

/** Suspended by scaling, in a farm role that (still) keeps such servers to resume them. */
function isReserve(server: Server, { behavior }: Pick<Scaling, 'behavior'>): boolean {
  return behavior === 'suspend-resume' && isSuspended(server) && server.reserve === true
}

/** What scaling suspended, in the order in which it is resumed: the lowest index first. */
function reserveOf(own: readonly Server[]): Server[] {
  return own
    .filter(({ status, reserve, lock }) => status === 'suspended' && reserve === true && lock === null)
    .sort((a, b) => a.index - b.index)
}

/** Those that cost least to lose go first: not launched yet, then not running yet, then running. */
function rank(server: Server): number {
  if (server.status === 'pending-launch') return 0
  return server.status === 'running' || server.status === 'suspended' ? 2 : 1
}

/** How far a farm is from what its design asks for: the figures of a launch's progress. */
export function launchProgress(
  design: FarmDesign,
  servers: Iterable<Server>,
): { done: number; total: number } {
  const byRole = new Map<string, number>()
  for (const server of servers) {
    if (server.status === 'running') byRole.set(server.farmRoleId, (byRole.get(server.farmRoleId) ?? 0) + 1)
  }
  let done = 0
  let total = 0
  for (const role of design.roles) {
    if (!role.scaling.enabled) continue
    total += role.scaling.min
    done += Math.min(role.scaling.min, byRole.get(role.id) ?? 0)
  }
  return { done, total }
}
