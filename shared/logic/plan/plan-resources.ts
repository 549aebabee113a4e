import type { HeldResource } from '../../model/farm-resources.ts'
import type { FarmRole } from '../../model/farm-roles.ts'
import type { Plan, PlanItem } from '../../model/plan.ts'
import { resourceWords } from './resource-words.ts'

/** The volumes and the address that come with a new server of a farm role: those of its index, or new ones. */
export function resourcesOfNewServer(
  role: FarmRole,
  index: number,
  held: readonly HeldResource[],
): PlanItem[] {
  const own = held.filter((one) => one.farmRoleId === role.id && one.index === index)
  const server = `${role.alias} #${index}`
  const items = role.storage.volumes.map((volume): PlanItem => {
    const there = own.filter((one) => one.kind === 'volume' && one.slot === volume.name)
    if (volume.reuse && there.length > 0)
      return reusedItem('volume', `volume ${volume.name} of ${server}`, there)
    const disks = volume.raid?.disks ?? 1
    return {
      action: 'create',
      kind: 'volume',
      name: `volume ${volume.name} of ${server}`,
      reason:
        disks === 1 ? 'The farm role’s storage has it' : `${disks} disks as RAID ${volume.raid?.level ?? 0}`,
      fields: [
        { name: 'size', from: null, to: `${disks === 1 ? '' : `${disks} × `}${volume.sizeGib} GiB` },
        { name: 'type', from: null, to: volume.type },
        { name: 'made from', from: null, to: volume.snapshotId ?? 'nothing: it is blank' },
        { name: 'mount point', from: null, to: volume.mountPoint ?? 'not mounted' },
      ],
      serverId: null,
    }
  })
  const { elasticIps } = role.network
  if (!elasticIps.enabled) return items
  const there = own.filter((one) => one.kind === 'elastic-ip')
  const given = elasticIps.addresses[String(index)]
  if (there.length > 0) items.push(reusedItem('elastic-ip', `address of ${server}`, there))
  else {
    items.push({
      action: given === undefined ? 'create' : 'keep',
      kind: 'elastic-ip',
      name: `address of ${server}`,
      reason:
        given === undefined ? 'One Elastic IP a server, kept by its index' : `${given}, as the design says`,
      fields: [],
      serverId: null,
    })
  }
  return items
}

function reusedItem(kind: 'volume' | 'elastic-ip', name: string, there: readonly HeldResource[]): PlanItem {
  return {
    action: 'keep',
    kind,
    name,
    reason: `${there.map(resourceWords).join(', ')} was kept for this index and is used again`,
    fields: [],
    serverId: null,
  }
}

/** What becomes of a farm's volumes and addresses when servers of it end, or all of it. */
export function resourcesOfLeaving(
  held: readonly HeldResource[],
  leaving: { servers: ReadonlySet<string>; roles: readonly FarmRole[] },
  purpose: Plan['purpose'],
  deleteCloudObjects: boolean,
): { farmRoleId: string | null; item: PlanItem }[] {
  return held.flatMap((one) => {
    const isLeft = one.index !== null && leaving.servers.has(`${one.farmRoleId ?? ''}/${one.index}`)
    if (purpose !== 'terminate' && !isLeft) return []
    const role = leaving.roles.find(({ id }) => id === one.farmRoleId)
    const volume = role?.storage.volumes.find(({ name }) => name === one.slot)
    const goesWithServer = one.kind === 'volume' && volume?.reuse === false && !one.manual
    const goes = goesWithServer || (purpose === 'terminate' && deleteCloudObjects && !one.manual)
    return [
      {
        farmRoleId: one.farmRoleId,
        item: {
          action: goes ? 'remove' : 'keep',
          kind: one.kind,
          name:
            role && one.index !== null
              ? `${resourceWords(one)} of ${role.alias} #${one.index}`
              : resourceWords(one),
          reason: reasonOf(one, goesWithServer, goes),
          fields: [],
          serverId: null,
        },
      },
    ]
  })
}

function reasonOf(one: HeldResource, goesWithServer: boolean, goes: boolean): string {
  if (goesWithServer) return 'It goes with its server, as the design says; what is on it is lost'
  if (one.manual) return 'A person attached it, so it stays'
  if (goes) return one.kind === 'volume' ? 'It is deleted, and what is on it is lost' : 'It is released'
  return 'It stays and costs money; the next server of its index uses it again'
}
