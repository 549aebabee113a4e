import type { HeldResource } from '../../model/farm-resources.ts'
import type { FarmRole } from '../../model/farm-roles.ts'
import type { FarmDesign, FarmState } from '../../model/farms.ts'
import type { Fault } from '../../model/errors.ts'
import type { Plan, PlanGroup, PlanItem } from '../../model/plan.ts'
import type { Server } from '../../model/servers.ts'
import { type Cost, type CostKnowledge, runningCost, serverCost, sumCosts } from './farm-cost.ts'
import { countServers, type Decision, decide, launchSteps } from '../farms/farm-decisions.ts'
import { paceWords } from '../farms/launch-pace.ts'
import { designChanges } from './plan-changes.ts'
import { resourcesOfLeaving, resourcesOfNewServer } from './plan-resources.ts'
import { groupWords, provisioningItems, provisioningOf } from './plan-provisioning.ts'
import { cannotBeSuspended, STATUS_WORDS } from '../servers/server-actions.ts'
import { TERMINATE_REASON_WORDS } from '../servers/server-reasons.ts'

/** What the plan needs to know besides the design. */
export interface PlanKnowledge {
  state: FarmState
  /** All servers of the farm that are known; terminated ones do not matter. */
  servers: readonly Server[]
  faults: readonly Fault[]
  warnings: readonly string[]
  roleName: (roleId: string) => string
  cloudName: (cloudId: string) => string
  /** Whether the farm has its key in that location already. */
  hasKey: (cloudId: string, location: string) => boolean
  /** The volumes and addresses that the farm holds. */
  held: readonly HeldResource[]
  /** Terminating takes volumes and addresses along. */
  deleteCloudObjects: boolean
  costs: CostKnowledge
  /** The design that runs now, when `design` is a draft of a running farm. */
  running?: FarmDesign
}

/**
 * What launching or applying `design`, or terminating the farm, would do, and why. It asks the same `decide` that the
 * reconciler follows, so the plan cannot promise anything else than what happens.
 */
export function planFarm(design: FarmDesign, purpose: Plan['purpose'], known: PlanKnowledge): Plan {
  const state: FarmState = {
    ...known.state,
    status: STATUS_AFTER[purpose],
    launchedAt: purpose === 'launch' ? null : known.state.launchedAt,
  }
  const live = known.servers.filter((server) => server.status !== 'terminated')
  // Steps that wait for earlier ones are part of the plan as well.
  const decisions = decide({ ...design, launchOrder: 'simultaneous' }, state, live)
  const groups = new PlanGroups(design, known)
  if (known.running) {
    const names = { role: known.roleName, cloud: known.cloudName }
    const changes = designChanges(known.running, design, known.state, names)
    if (changes.farm) groups.ofFarm().items.push(changes.farm)
    for (const [farmRoleId, item] of changes.byRole) groups.of(farmRoleId).items.push(item)
  }
  const leaving = new Set<string>()
  const suspending = new Set<string>()
  const resuming = new Set<string>()
  for (const decision of decisions) {
    if (decision.kind === 'terminate') {
      leaving.add(decision.server.id)
      groups.ofServer(decision.server).items.push(removeItem(decision))
    }
    if (decision.kind === 'suspend') suspending.add(decision.server.id)
    if (decision.kind === 'resume') resuming.add(decision.server.id)
  }
  const savedRoles = new Map<string, FarmRole>(known.running?.roles.map((role) => [role.id, role]))
  if (purpose === 'apply') {
    const staying = Map.groupBy(
      live.filter(({ id }) => !leaving.has(id)),
      (server): string => server.farmRoleId,
    )
    for (const role of design.roles) {
      const [saved, servers = []] = [savedRoles.get(role.id), staying.get(role.id)]
      groups.of(role.id).items.push(...provisioningItems({ role, saved, servers, held: known.held }))
    }
  }
  addCreated(groups, design, purpose, known, live, decisions)
  const designed = new Map<string, FarmRole>(design.roles.map((role) => [role.id, role]))
  for (const server of live) {
    if (leaving.has(server.id)) continue
    const role = designed.get(server.farmRoleId)
    const gets = role && purpose === 'apply' ? provisioningOf(server, role, savedRoles.get(role.id)) : []
    const change = suspending.has(server.id)
      ? 'It is suspended: its instance stops, its disks stay'
      : resuming.has(server.id)
        ? 'It was suspended to be resumed when it is needed'
        : gets.length > 0
          ? `It gets its ${gets.join(', ')} at once`
          : null
    groups.ofServer(server).items.push(stayItem(server, role, change))
  }
  const ending = live.filter(({ id }) => leaving.has(id))
  const places = new Set(ending.map(({ farmRoleId, index }) => `${farmRoleId}/${index}`))
  for (const { farmRoleId, item } of resourcesOfLeaving(
    known.held,
    { servers: places, roles: design.roles },
    purpose,
    known.deleteCloudObjects,
  ))
    groups.of(farmRoleId).items.push(item)
  const remaining = live.filter(({ id }) => !leaving.has(id))
  return {
    farmId: design.id,
    farm: design.name,
    purpose,
    groups: groups.sorted(),
    counts: groups.serverCounts(),
    cost: costs(design, known, { live, remaining, suspending, decisions }),
    faults: purpose === 'terminate' || purpose === 'suspend' ? [] : [...known.faults],
    warnings: [...known.warnings],
  }
}

const STATUS_AFTER: Readonly<Record<Plan['purpose'], FarmState['status']>> = {
  launch: 'running',
  apply: 'running',
  suspend: 'suspended',
  terminate: 'terminating',
}

/** `tier-2` comes before `tier-10`; made once, as it is dear. */
const byNumber = new Intl.Collator('en', { numeric: true })

/** The groups of a plan: one a farm role, in launch order, and one for what belongs to no farm role of the design. */
class PlanGroups {
  readonly #groups = new Map<string | null, PlanGroup>()
  readonly #farm: PlanGroup

  constructor(design: FarmDesign, known: PlanKnowledge) {
    this.#farm = {
      farmRoleId: null,
      alias: design.name,
      role: '',
      cloud: '',
      location: '',
      step: 0,
      items: [],
    }
    const steps = new Map<string, number>()
    for (const [step, roles] of launchSteps(design).entries())
      for (const role of roles) steps.set(role.id, step)
    for (const role of design.roles) {
      this.#groups.set(role.id, {
        farmRoleId: role.id,
        alias: role.alias,
        role: known.roleName(role.roleId),
        cloud: known.cloudName(role.cloudId),
        location: role.location,
        step: steps.get(role.id) ?? 0,
        items: [],
      })
    }
  }

  ofFarm(): PlanGroup {
    this.#groups.set(null, this.#farm)
    return this.#farm
  }

  of(farmRoleId: string | null): PlanGroup {
    return this.#groups.get(farmRoleId) ?? this.ofFarm()
  }

  /** The group of a server's farm role, also of one that is no longer in the design. */
  ofServer(server: Server): PlanGroup {
    const known = this.#groups.get(server.farmRoleId)
    if (known) return known
    const { farmRoleId, alias, role, cloud, location } = server
    const group = { farmRoleId, alias, role, cloud, location, step: 0, items: [] }
    this.#groups.set(farmRoleId, group)
    return group
  }

  sorted(): PlanGroup[] {
    const rank = (group: PlanGroup): number => (group.farmRoleId === null ? 0 : 1)
    return [...this.#groups.values()].sort(
      (a, b) => a.step - b.step || rank(a) - rank(b) || byNumber.compare(a.alias, b.alias),
    )
  }

  serverCounts(): Plan['counts'] {
    const counts = { create: 0, change: 0, replace: 0, remove: 0, keep: 0 }
    for (const group of this.#groups.values())
      for (const item of group.items) if (item.kind === 'server') counts[item.action] += 1
    return counts
  }
}

function addCreated(
  groups: PlanGroups,
  design: FarmDesign,
  purpose: Plan['purpose'],
  known: PlanKnowledge,
  live: readonly Server[],
  decisions: readonly Decision[],
): void {
  const newPlaces = new Set<string>()
  const held = new Map<string, HeldResource[]>()
  for (const one of known.held) {
    const key = `${one.farmRoleId ?? ''}/${String(one.index)}`
    held.set(key, [...(held.get(key) ?? []), one])
  }
  for (const decision of decisions) {
    if (decision.kind !== 'create') continue
    const { farmRole: role, indexes } = decision
    const { items } = groups.of(role.id)
    const place = `${role.cloudId}/${role.location}`
    if (!known.hasKey(role.cloudId, role.location) && !newPlaces.has(place)) {
      newPlaces.add(place)
      items.push(keyItem(design, role))
    }
    for (const index of indexes) items.push(createItem(role, index, purpose, live))
    for (const index of indexes)
      items.push(...resourcesOfNewServer(role, index, held.get(`${role.id}/${index}`) ?? []))
  }
}

/** Costs of the servers as they are, and as they are once the decisions are carried out. */
function costs(
  design: FarmDesign,
  { costs: knowledge, running }: PlanKnowledge,
  {
    live,
    remaining,
    suspending,
    decisions,
  }: {
    live: readonly Server[]
    remaining: readonly Server[]
    suspending: ReadonlySet<string>
    decisions: readonly Decision[]
  },
): Plan['cost'] {
  const rolesOf = (of: FarmDesign) => new Map(of.roles.map((role) => [role.id as string, role]))
  const [now, next] = [rolesOf(running ?? design), rolesOf(design)]
  const after = remaining.map((server): Server =>
    suspending.has(server.id) ? { ...server, instanceState: 'stopped' } : server,
  )
  const created = decisions.flatMap((decision) =>
    decision.kind === 'create' ? decision.indexes.map(() => serverCost(decision.farmRole, knowledge)) : [],
  )
  const of = (servers: readonly Server[], roles: typeof now): Cost =>
    runningCost(servers, { ...knowledge, roleOf: (server) => roles.get(server.farmRoleId) })
  return {
    before: plainCost(of(live, now)),
    after: plainCost(sumCosts([of(after, next), ...created])),
  }
}

function plainCost({ amounts, unknown, ...rest }: Cost): Plan['cost']['before'] {
  return { amounts: [...amounts], unknown: [...unknown], ...rest }
}

function removeItem({ server, reason }: Extract<Decision, { kind: 'terminate' }>): PlanItem {
  const why =
    reason === 'farm-suspended'
      ? `${cannotBeSuspended(server) ?? ''} It is terminated, and the resume launches another.`.trim()
      : reason === 'farm-terminated'
        ? 'The farm is being terminated'
        : sentence(TERMINATE_REASON_WORDS[reason])
  return {
    action: 'remove',
    kind: 'server',
    name: `${server.alias} #${server.index}`,
    reason: why,
    fields: [],
    serverId: server.id,
  }
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function keyItem(design: FarmDesign, role: FarmRole): PlanItem {
  return {
    action: 'create',
    kind: 'ssh-key',
    name: `SSH key of ${design.name} in ${role.location}`,
    reason: 'The first launch of this farm in this location makes its key pair',
    fields: [],
    serverId: null,
  }
}

function createItem(
  role: FarmRole,
  index: number,
  purpose: Plan['purpose'],
  live: readonly Server[],
): PlanItem {
  const count = countServers(
    live.filter((server) => server.farmRoleId === role.id),
    role.scaling,
  )
  const has = count.pending + count.running + count.suspended
  const pace = paceWords(role)
  return {
    action: 'create',
    kind: 'server',
    name: `${role.alias} #${index}`,
    reason:
      purpose === 'launch' && has === 0
        ? `The farm role keeps at least ${role.scaling.min}`
        : `The farm role keeps at least ${role.scaling.min}, and ${has} ${has === 1 ? 'is' : 'are'} there`,
    fields: [
      ...(pace === null ? [] : [{ name: 'pace', from: null, to: pace }]),
      { name: 'instance type', from: null, to: role.instanceType },
      { name: 'zone', from: null, to: role.zone ?? 'chosen by the cloud' },
      {
        name: 'security groups',
        from: null,
        to: groupWords(role),
      },
    ],
    serverId: null,
  }
}

/**
 * A server stays, as it is or with what is changed on it; what its design says otherwise by now only holds for servers launched
 * later (reference 3.7).
 */
function stayItem(server: Server, role: FarmRole | undefined, change: string | null): PlanItem {
  const fields: PlanItem['fields'] = []
  const later = (name: string, from: string, to: string): void => {
    fields.push({ name, from, to, effect: 'new-servers' })
  }
  if (role && role.instanceType !== server.instanceType)
    later('instance type', server.instanceType, role.instanceType)
  if (role && role.zone !== null && server.zone !== null && role.zone !== server.zone)
    later('zone', server.zone, role.zone)
  if (role && role.roleId !== server.roleId) later('role', server.role, 'the new role')
  const why = server.lock === null ? STATUS_WORDS[server.status] : `Locked: ${server.lock.comment}`
  return {
    action: change === null ? 'keep' : 'change',
    kind: 'server',
    name: `${server.alias} #${server.index}`,
    reason: change ?? (server.status === 'pending-terminate' ? 'It is on its way out already' : why),
    fields,
    serverId: server.id,
  }
}
