import type { FarmRole } from '../model/farm-roles.ts'
import type { FarmDesign, FarmState } from '../model/farms.ts'
import type { Fault } from '../model/errors.ts'
import type { Plan, PlanGroup, PlanItem } from '../model/plan.ts'
import type { Server } from '../model/servers.ts'
import { countServers, decide, launchSteps } from './farm-decisions.ts'
import { STATUS_WORDS } from './server-actions.ts'
import { TERMINATE_REASON_WORDS } from './server-life.ts'

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
    status: purpose === 'terminate' ? 'terminating' : 'running',
    launchedAt: purpose === 'launch' ? null : known.state.launchedAt,
  }
  const live = known.servers.filter((server) => server.status !== 'terminated')
  // Steps that wait for earlier ones are part of the plan as well.
  const decisions = decide({ ...design, launchOrder: 'simultaneous' }, state, live)
  const steps = new Map<string, number>()
  for (const [step, roles] of launchSteps(design).entries())
    for (const role of roles) steps.set(role.id, step)
  const groups: PlanGroup[] = design.roles.map((role) => ({
    farmRoleId: role.id,
    alias: role.alias,
    role: known.roleName(role.roleId),
    cloud: known.cloudName(role.cloudId),
    location: role.location,
    step: steps.get(role.id) ?? 0,
    items: [],
  }))
  const groupOf = new Map(groups.map((group) => [group.farmRoleId, group]))
  for (const server of live) {
    if (groupOf.has(server.farmRoleId)) continue
    const group: PlanGroup = {
      farmRoleId: server.farmRoleId,
      alias: server.alias,
      role: server.role,
      cloud: server.cloud,
      location: server.location,
      step: 0,
      items: [],
    }
    groups.push(group)
    groupOf.set(server.farmRoleId, group)
  }
  const leaving = new Set<string>()
  const newPlaces = new Set<string>()
  for (const decision of decisions) {
    if (decision.kind === 'terminate') {
      leaving.add(decision.server.id)
      groupOf.get(decision.server.farmRoleId)?.items.push({
        action: 'remove',
        kind: 'server',
        name: `${decision.server.alias} #${decision.server.index}`,
        reason:
          decision.reason === 'farm-terminated'
            ? 'The farm is being terminated'
            : sentence(TERMINATE_REASON_WORDS[decision.reason]),
        fields: [],
        serverId: decision.server.id,
      })
    }
    if (decision.kind === 'create') {
      const { farmRole: role } = decision
      const group = groupOf.get(role.id)
      const place = `${role.cloudId}/${role.location}`
      if (!known.hasKey(role.cloudId, role.location) && !newPlaces.has(place)) {
        newPlaces.add(place)
        group?.items.push(keyItem(design, role))
      }
      for (const index of decision.indexes) group?.items.push(createItem(role, index, purpose, live))
    }
  }
  for (const server of live) {
    if (leaving.has(server.id)) continue
    groupOf.get(server.farmRoleId)?.items.push(keepItem(server, design))
  }
  for (const role of design.roles) addRoleChanges(groupOf.get(role.id), role, known.running)
  groups.sort((a, b) => a.step - b.step || a.alias.localeCompare(b.alias))
  const counts = { create: 0, change: 0, replace: 0, remove: 0, keep: 0 }
  for (const group of groups)
    for (const item of group.items) if (item.kind === 'server') counts[item.action] += 1
  return {
    farmId: design.id,
    farm: design.name,
    purpose,
    groups,
    counts,
    cost: null,
    faults: purpose === 'terminate' ? [] : [...known.faults],
    warnings: [...known.warnings],
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
    role.scaling.considerSuspended,
  )
  const has = count.pending + count.running + count.suspended
  return {
    action: 'create',
    kind: 'server',
    name: `${role.alias} #${index}`,
    reason:
      purpose === 'launch' && has === 0
        ? `The farm role keeps at least ${role.scaling.min}`
        : `The farm role keeps at least ${role.scaling.min}, and ${has} ${has === 1 ? 'is' : 'are'} there`,
    fields: [
      { name: 'instance type', from: null, to: role.instanceType },
      { name: 'zone', from: null, to: role.zone ?? 'chosen by the cloud' },
      {
        name: 'security groups',
        from: null,
        to:
          role.securityGroups.mode === 'named'
            ? role.securityGroups.groups.join(', ')
            : 'default group of the farm role, group of the farm',
      },
    ],
    serverId: null,
  }
}

/** A server stays; what its design says otherwise by now only holds for servers launched later (reference 3.7). */
function keepItem(server: Server, design: FarmDesign): PlanItem {
  const role = design.roles.find(({ id }) => id === server.farmRoleId)
  const fields: PlanItem['fields'] = []
  if (role && role.instanceType !== server.instanceType) {
    fields.push({
      name: 'instance type',
      from: server.instanceType,
      to: `${role.instanceType} for new servers only`,
    })
  }
  if (role && role.zone !== null && server.zone !== null && role.zone !== server.zone) {
    fields.push({ name: 'zone', from: server.zone, to: `${role.zone} for new servers only` })
  }
  if (role && role.roleId !== server.roleId) {
    fields.push({ name: 'role', from: server.role, to: 'the new role for new servers only' })
  }
  const why = server.lock === null ? STATUS_WORDS[server.status] : `Locked: ${server.lock.comment}`
  return {
    action: 'keep',
    kind: 'server',
    name: `${server.alias} #${server.index}`,
    reason: server.status === 'pending-terminate' ? 'It is on its way out already' : why,
    fields,
    serverId: server.id,
  }
}

function addRoleChanges(group: PlanGroup | undefined, role: FarmRole, running: FarmDesign | undefined): void {
  const before = running?.roles.find(({ id }) => id === role.id)
  if (!group || !before) return
  const fields: PlanItem['fields'] = []
  const note = (name: string, from: unknown, to: unknown): void => {
    const [a, b] = [text(from), text(to)]
    if (a !== b) fields.push({ name, from: a, to: b })
  }
  note('alias', before.alias, role.alias)
  note('role', before.roleId, role.roleId)
  note('instance type', before.instanceType, role.instanceType)
  note('zone', before.zone ?? 'chosen by the cloud', role.zone ?? 'chosen by the cloud')
  note('launch index', before.launchIndex, role.launchIndex)
  note('minimum servers', before.scaling.min, role.scaling.min)
  note('maximum servers', before.scaling.max, role.scaling.max)
  note(
    'scaling',
    before.scaling.enabled ? 'automatic' : 'manual',
    role.scaling.enabled ? 'automatic' : 'manual',
  )
  note('security groups', before.securityGroups, role.securityGroups)
  note('tags', before.tags, role.tags)
  note('user data', before.userData, role.userData)
  if (fields.length === 0) return
  group.items.unshift({
    action: 'change',
    kind: 'farm-role',
    name: role.alias,
    reason: 'Its design changes; servers that run keep what they were launched with',
    fields,
    serverId: null,
  })
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
