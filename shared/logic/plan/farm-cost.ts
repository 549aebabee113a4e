import type { PricedSystem, PriceList } from '../../model/clouds.ts'
import { type FarmRole, defaultRoleGroups } from '../../model/farm-roles.ts'
import type { OsFamily } from '../../model/images.ts'
import type { Server } from '../../model/servers.ts'

/** Hours that clouds count for a month when they bill volumes (AWS: 730). */
const HOURS_A_MONTH = 730

/** What something costs an hour: an estimate by list prices, without traffic, discounts and provisioned IOPS. */
export interface Cost {
  /** One sum a currency, the largest first; empty when nothing with a known price costs anything. */
  amounts: readonly { currency: string; perHour: number }[]
  /** What has no known price, each once: `m7g.large in eu-west-1`. The true cost is higher by it. */
  unknown: readonly string[]
  /** The date of the oldest price list used, or null. */
  asOf: string | null
  /** Spot servers are counted with the most that they may cost. */
  isAtMost: boolean
}

/** What the costs are computed from: the last known price lists, and which system an image has. */
export interface CostKnowledge {
  prices: (cloudId: string, location: string) => PriceList | null
  /** The system of a role's image there; undefined while there is none. */
  osOf: (roleId: string, cloudId: string, location: string) => OsFamily | undefined
}

export const NO_COST: Cost = { amounts: [], unknown: [], asOf: null, isAtMost: false }

/** How a cloud bills an operating system. */
export function pricedSystem(os: OsFamily | undefined): PricedSystem {
  if (os === 'windows') return 'windows'
  if (os === 'redhat') return 'rhel'
  return os === 'suse' ? 'suse' : 'linux'
}

/** What an instance type costs an hour, or null where the list does not say. */
export function hourlyPrice(
  list: PriceList | null,
  instanceType: string,
  system: PricedSystem,
): number | null {
  const prices = system === 'linux' ? list?.hourly : list?.hourlyOf[system]
  return prices?.[instanceType] ?? null
}

/** What one server of a farm role costs an hour, its volumes included. */
export function serverCost(role: Omit<CostedRole, 'scaling'>, knowledge: CostKnowledge): Cost {
  const list = knowledge.prices(role.cloudId, role.location)
  const system = pricedSystem(knowledge.osOf(role.roleId, role.cloudId, role.location))
  const { spot, tenancy } = role.cloudFeatures
  // The lists are of shared hosts.
  const listed = tenancy === 'dedicated' ? null : hourlyPrice(list, role.instanceType, system)
  const cap = spot?.maxPricePerHour ?? null
  const perHour = cap === null || listed === null ? (listed ?? cap) : Math.min(listed, cap)
  const instance = itemCost(list, perHour, typeWords(role, system))
  return sumCosts([{ ...instance, isAtMost: spot !== null }, ...volumeCosts(role, list)])
}

/** What a farm costs an hour by its design, with the fewest servers and with the most. */
export function designCost(
  roles: readonly CostedRole[],
  knowledge: CostKnowledge,
): { min: Cost; max: Cost; byRole: ReadonlyMap<string, { one: Cost; min: Cost; max: Cost }> } {
  const byRole = new Map<string, { one: Cost; min: Cost; max: Cost }>()
  for (const role of roles) {
    const one = serverCost(role, knowledge)
    const { enabled, min, max } = role.scaling
    // A farm role that is scaled by hand launches nothing by itself.
    const costs = enabled
      ? { min: timesCost(one, min), max: timesCost(one, max) }
      : { min: NO_COST, max: NO_COST }
    byRole.set(role.alias, { one, ...costs })
  }
  const all = [...byRole.values()]
  return { min: sumCosts(all.map(({ min }) => min)), max: sumCosts(all.map(({ max }) => max)), byRole }
}

/**
 * What these servers cost an hour as they are now. An instance is paid for while it starts and runs; the volumes of its farm
 * role are paid for as long as it is there at all.
 */
export function runningCost(
  servers: readonly CostedServer[],
  knowledge: CostKnowledge & {
    /** The farm role of a server as it is designed, for its volumes; undefined once it is gone. */
    roleOf: (server: CostedServer) => CostedRole | undefined
  },
): Cost {
  // Servers that are alike cost alike: each kind is computed once.
  const kinds = new Map<string, { cost: Cost; count: number }>()
  for (const server of servers) {
    const { status, instanceState } = server
    if (status === 'terminated' || instanceState === null || instanceState === 'terminated') continue
    const isPaid = instanceState === 'pending' || instanceState === 'running'
    const { farmRoleId, roleId, cloudId, location, instanceType } = server
    const kind = [isPaid, farmRoleId, roleId, cloudId, location, instanceType].join(' ')
    const known = kinds.get(kind)
    if (known) known.count += 1
    else kinds.set(kind, { cost: costNow(server, isPaid, knowledge), count: 1 })
  }
  return sumCosts([...kinds.values()].map(({ cost, count }) => timesCost(cost, count)))
}

function costNow(
  server: CostedServer,
  isPaid: boolean,
  knowledge: CostKnowledge & { roleOf: (server: CostedServer) => CostedRole | undefined },
): Cost {
  const role = knowledge.roleOf(server)
  if (isPaid) return serverCost({ ...(role ?? bareRole), ...server }, knowledge)
  if (!role) return NO_COST
  return sumCosts(volumeCosts(role, knowledge.prices(server.cloudId, server.location)))
}

/** Several costs as one. */
export function sumCosts(costs: readonly Cost[]): Cost {
  const amounts = new Map<string, number>()
  const unknown = new Set<string>()
  let asOf: string | null = null
  for (const cost of costs) {
    for (const { currency, perHour } of cost.amounts) {
      amounts.set(currency, (amounts.get(currency) ?? 0) + perHour)
    }
    for (const what of cost.unknown) unknown.add(what)
    if (cost.asOf !== null && (asOf === null || cost.asOf < asOf)) asOf = cost.asOf
  }
  return {
    amounts: [...amounts]
      .map(([currency, perHour]) => ({ currency, perHour }))
      .sort((a, b) => b.perHour - a.perHour),
    unknown: [...unknown].sort(),
    asOf,
    isAtMost: costs.some(({ isAtMost }) => isAtMost),
  }
}

/** So many times the cost. */
export function timesCost(cost: Cost, count: number): Cost {
  if (count === 0) return NO_COST
  return {
    ...cost,
    amounts: cost.amounts.map(({ currency, perHour }) => ({ currency, perHour: perHour * count })),
  }
}

/** An amount of money an hour: `$1.20`, `$0.0104`; small ones keep the digits that tell them apart. */
export function moneyText(currency: string, perHour: number): string {
  const digits = perHour !== 0 && Math.abs(perHour) < 0.1 ? 4 : 2
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency, ...format }).format(perHour)
  } catch {
    return `${new Intl.NumberFormat('en', format).format(perHour)} ${currency}`
  }
}

/** A cost in words: `$1.20 an hour`, `at most $1.20 an hour + 2 unknown prices`, `price unknown`, `nothing`. */
export function costText(cost: Cost): string {
  const sums = cost.amounts.map(({ currency, perHour }) => moneyText(currency, perHour)).join(' + ')
  const count = cost.unknown.length
  if (sums === '') return count > 0 ? 'price unknown' : 'nothing'
  const gap = count === 0 ? '' : ` + ${String(count)} unknown ${count === 1 ? 'price' : 'prices'}`
  return `${cost.isAtMost ? 'at most ' : ''}${sums} an hour${gap}`
}

/** What of a farm role its cost depends on. */
export type CostedRole = Pick<
  FarmRole,
  'alias' | 'roleId' | 'cloudId' | 'location' | 'instanceType' | 'scaling' | 'storage' | 'cloudFeatures'
>

/** What of a server its cost depends on. */
export type CostedServer = Pick<
  Server,
  | 'alias'
  | 'roleId'
  | 'cloudId'
  | 'location'
  | 'instanceType'
  | 'status'
  | 'instanceState'
  | 'farmId'
  | 'farmRoleId'
>

/** A server whose farm role is gone: only its instance is known. */
const bareRole = defaultRoleGroups()

/** A root disk whose size nobody gave is as large as its image says; it is left out. */
function volumeCosts(role: Pick<CostedRole, 'storage' | 'location'>, list: PriceList | null): Cost[] {
  const { root, volumes } = role.storage
  const disks = volumes.map(({ type, sizeGib, raid }) => ({ type, sizeGib: sizeGib * (raid?.disks ?? 1) }))
  if (root.sizeGib !== null) disks.push({ type: root.type ?? 'gp3', sizeGib: root.sizeGib })
  return disks.map(({ type, sizeGib }) => {
    const gibMonth = list?.volumeGibMonth[type]
    const perHour = gibMonth === undefined ? null : (gibMonth * sizeGib) / HOURS_A_MONTH
    return itemCost(list, perHour, `${type} volumes in ${role.location}`)
  })
}

function itemCost(list: PriceList | null, perHour: number | null, what: string): Cost {
  if (list === null || perHour === null) return { ...NO_COST, unknown: [what] }
  return { amounts: [{ currency: list.currency, perHour }], unknown: [], asOf: list.asOf, isAtMost: false }
}

const systemNames: Readonly<Record<PricedSystem, string>> = {
  linux: 'Linux',
  windows: 'Windows',
  rhel: 'Red Hat',
  suse: 'SUSE',
}

function typeWords(
  { instanceType, location, cloudFeatures }: Pick<CostedRole, 'instanceType' | 'location' | 'cloudFeatures'>,
  system: PricedSystem,
): string {
  const host = cloudFeatures.tenancy === 'dedicated' ? ' on a dedicated host' : ''
  return `${instanceType}${system === 'linux' ? '' : ` with ${systemNames[system]}`}${host} in ${location}`
}
