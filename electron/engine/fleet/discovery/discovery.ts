import { AppError, type Fault } from '../../../../shared/model/errors.ts'
import type {
  DiscoveredInstance,
  ImportInput,
  ImportPlan,
  ImportResult,
} from '../../../../shared/model/discovery.ts'
import { CloudId, FarmId, ServerId } from '../../../../shared/model/ids.ts'
import type { Image, Os } from '../../../../shared/model/images.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { ImportTask, InstanceSnapshotInput } from '../../../../shared/model/tasks.ts'
import {
  batchFaults,
  roomFault,
  tagChanges,
  whyNotImportable,
} from '../../../../shared/logic/discovery/discovery.ts'
import { freeIndexes } from '../../../../shared/logic/farms/farm-decisions.ts'
import { TAGS } from '../../../../shared/logic/servers/launch-batches.ts'
import { guessOs } from '../../../../shared/logic/images/os-guess.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { CloudInstance, CloudProvider } from '../../clouds/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { Tasks } from '../../records/tasks/index.ts'
import type { ImportPlaces } from './import-places.ts'
import type { ServerKeys } from '../../access/keys/index.ts'

interface DiscoveryOptions {
  watch: <T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>) => Promise<T>
  farms: FarmStore
  servers: ServerStore
  tasks: Tasks
  places: ImportPlaces
  keys: ServerKeys
  snapshot: (input: InstanceSnapshotInput) => Promise<JobRef>
  imageOf: (roleId: string, cloudId: string, location: string) => Image | undefined
  newId: () => string
  workspaceId: string
}

const DEFAULT_SSH_PORT = 22

/** The cloud's instances that are not ours: listing them, and taking them over (reference 1.7 and 1.8). */
export class Discovery {
  readonly #options: DiscoveryOptions

  constructor(options: DiscoveryOptions) {
    this.#options = options
  }

  async list(
    { cloudId, location }: { cloudId: string; location: string },
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<DiscoveredInstance[]> {
    const call = options.signal ? { signal: options.signal } : {}
    const { instances, imageNames } = await this.#options.watch(cloudId, location, async (provider) => {
      const all = await provider.instances.list(location, call)
      const strange = all.filter((instance) => !this.#isOurs(cloudId, instance))
      return { instances: strange, imageNames: await imageNamesOf(provider, location, strange) }
    })
    return instances
      .map((instance) =>
        this.#describe(cloudId, location, instance, imageNames.get(instance.imageId) ?? null),
      )
      .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
  }

  async planImport(input: ImportInput): Promise<ImportPlan> {
    return (await this.#plan(input)).plan
  }

  /** Throws `input.invalid` with the plan's faults. */
  async import(input: ImportInput): Promise<JobRef> {
    const { tasks, places, keys, newId } = this.#options
    const { plan, instances } = await this.#plan(input)
    const [fault] = plan.faults
    if (fault) {
      throw new AppError('input.invalid', {
        message: `Nothing was imported: ${fault.message}`,
        details: { faults: plan.faults },
      })
    }
    const { farm, farmRoleId } = await places.make(input, instances)
    const items = instances.map((instance) => ({
      instanceId: instance.id,
      name: instance.name,
      serverId: ServerId.parse(newId()),
      state: 'waiting' as const,
      error: null,
    }))
    if (input.privateKey !== null) {
      for (const { serverId } of items) await keys.keep(serverId, input.privateKey)
    }
    return tasks.begin<ImportTask>(
      {
        kind: 'import',
        cloudId: input.cloudId,
        location: input.location,
        farmId: FarmId.parse(farm.id),
        farmRoleId,
        ssh: input.ssh,
        access: input.privateKey === null ? 'none' : 'own-key',
        setTags: input.tags.set,
        removeTags: input.tags.remove,
        step: `Importing into ${farm.name}`,
        done: 0,
        total: items.length,
        items,
      },
      {
        target: { kind: 'farm', id: farm.id },
        title: `Import ${items.length === 1 ? (items[0]?.name ?? '') : `${items.length} instances`} into ${farm.name}`,
      },
    )
  }

  async importResults({ jobId }: { jobId: string }): Promise<ImportResult[]> {
    const task = this.#options.tasks.find(jobId)
    if (task?.kind !== 'import')
      throw new AppError('input.not_found', { message: `Job ${jobId} is no import.` })
    return task.items.map(({ instanceId, name, serverId, state, error }) => ({
      instanceId,
      name,
      serverId,
      state,
      error: error?.message ?? null,
    }))
  }

  createImage(input: InstanceSnapshotInput): Promise<JobRef> {
    return this.#options.snapshot(input)
  }

  /** Throws `server.wrong_status` for a server that logs in with its farm's key. */
  async setKey(input: { serverId: string; privateKey: string; user: string; port: number }): Promise<Server> {
    const { servers, keys } = this.#options
    const server = servers.get(input.serverId)
    if (server.access === undefined || server.access === 'farm-key') {
      throw new AppError('server.wrong_status', {
        message: `${serverName(server)} was launched by Farmhand, with its farm’s key. It needs no other.`,
      })
    }
    const message = keys.faultOf(input.privateKey)
    if (message !== null) {
      throw new AppError('input.invalid', { message, details: { faults: [{ path: 'privateKey', message }] } })
    }
    await keys.keep(server.id, input.privateKey)
    return servers.apply(server.id, (now) => ({
      server: {
        ...now,
        access: 'own-key',
        sshUser: input.user,
        sshPort: input.port,
        ssh: now.ssh && { ...now.ssh, user: input.user, port: input.port },
      },
      events: [],
    }))
  }

  /** Whether an instance with our tags is on its way into the ledger. */
  isBeingImported(instanceId: string): boolean {
    return this.#options.tasks
      .running('import')
      .some((task) => task.items.some((item) => item.instanceId === instanceId && item.state === 'waiting'))
  }

  /** Keys of servers that are gone are of no use to anybody. */
  async forgetKeys(changed: readonly Server[]): Promise<void> {
    for (const server of changed) {
      if (server.status === 'terminated' && server.access === 'own-key')
        await this.#options.keys.forget(server.id)
    }
  }

  #isOurs(cloudId: string, instance: CloudInstance): boolean {
    for (const server of this.#options.servers.all()) {
      if (server.cloudId !== cloudId || server.status === 'terminated') continue
      if (server.cloudServerId === instance.id) return true
      // Launched a moment ago, and its answer not written down yet.
      if (server.cloudServerId === null && instance.tags[TAGS.server]?.split(' ').includes(server.id))
        return true
    }
    return false
  }

  #describe(
    cloudId: string,
    location: string,
    instance: CloudInstance,
    imageName: string | null,
  ): DiscoveredInstance {
    const { workspaceId } = this.#options
    const isWindows = instance.platform === 'windows'
    const os = guessOs(imageName ?? '')
    const port = Number(instance.tags[TAGS.sshPort])
    return {
      cloudId: CloudId.parse(cloudId),
      location,
      id: instance.id,
      name: instance.tags['Name'] ?? instance.id,
      state: instance.state,
      zone: instance.zone,
      instanceType: instance.instanceType,
      architecture: instance.architecture,
      platform: instance.platformDetails,
      imageId: instance.imageId,
      imageName,
      os: isWindows ? { family: 'windows', version: '' } : { family: os.family, version: os.version },
      sshUser: isWindows ? 'Administrator' : os.user,
      keyName: instance.keyName,
      publicIp: instance.publicIp,
      privateIp: instance.privateIp,
      hostname: instance.hostname,
      vpcId: instance.vpcId,
      subnetId: instance.subnetId,
      securityGroups: instance.securityGroups,
      tags: { ...instance.tags },
      launchedAt: instance.launchedAt,
      sshPort: Number.isInteger(port) && port > 0 ? port : DEFAULT_SSH_PORT,
      importable: whyNotImportable(instance, { tag: TAGS.workspace, id: workspaceId }),
      isOrphan: instance.tags[TAGS.workspace] === workspaceId,
    }
  }

  async #plan(input: ImportInput): Promise<{ plan: ImportPlan; instances: DiscoveredInstance[] }> {
    const faults: Fault[] = []
    const tell = (path: string, message: string): void => void faults.push({ path, message })
    const all = await this.list(input)
    const instances: DiscoveredInstance[] = []
    for (const id of new Set(input.instanceIds)) {
      const found = all.find((instance) => instance.id === id)
      if (found) instances.push(found)
      else tell('instanceIds', `${id} is not in ${input.location}, or is ours already.`)
    }
    const place = this.#place(input, instances.length, tell)
    faults.push(...batchFaults(instances, place.os))
    if (input.privateKey !== null) {
      const fault = this.#options.keys.faultOf(input.privateKey)
      if (fault !== null) tell('privateKey', fault)
    }
    const indexes = freeIndexes(place.own, instances.length)
    const servers = instances.map((instance, position) => {
      const ours = { [TAGS.workspace]: this.#options.workspaceId }
      const { changes, faults: wrong } = tagChanges(instance.tags, input.tags, ours)
      for (const message of wrong) tell('tags', `${instance.name}: ${message}`)
      return { instanceId: instance.id, name: instance.name, index: indexes[position] ?? 0, tags: changes }
    })
    const { farm, alias } = place
    return {
      plan: { farm, alias, faults: unique(faults), warnings: warningsOf(input, instances), servers },
      instances,
    }
  }

  /** Where they would go, as far as it is there already. */
  #place(
    input: ImportInput,
    count: number,
    tell: (path: string, message: string) => void,
  ): { farm: string; alias: string; own: Server[]; os: Os | null } {
    const { farms, servers, imageOf } = this.#options
    const alias = input.farmRole.kind === 'new' ? input.farmRole.alias : ''
    const os = input.farmRole.kind === 'new' ? input.farmRole.os : null
    if (input.farm.kind === 'new') {
      const { name } = input.farm
      if (farms.list().some((farm) => farm.name.toLowerCase() === name.toLowerCase())) {
        tell('farm.name', `There is a farm named “${name}” already; choose another name.`)
      }
      if (input.farmRole.kind === 'existing')
        tell('farmRole', 'A new farm has no farm role yet; name a new one.')
      return { farm: name, alias, own: [], os }
    }
    const farm = farms.find(input.farm.farmId)
    if (!farm) {
      tell('farm', 'This farm does not exist (any more). Choose another.')
      return { farm: '', alias, own: [], os }
    }
    if (farm.state.status !== 'running') {
      tell(
        'farm',
        `“${farm.name}” is ${farm.state.status}; only a running farm takes servers. Launch it first.`,
      )
    }
    if (farm.state.lock) tell('farm', `“${farm.name}” is locked: ${farm.state.lock.comment}`)
    if (input.farmRole.kind === 'new') {
      if (farm.roles.some((role) => role.alias.toLowerCase() === alias.toLowerCase())) {
        tell(
          'farmRole.alias',
          `“${farm.name}” has a farm role “${alias}” already; choose it, or another alias.`,
        )
      }
      return { farm: farm.name, alias, own: [], os }
    }
    const { farmRoleId } = input.farmRole
    const role = farm.roles.find(({ id }) => id === farmRoleId)
    if (!role) {
      tell('farmRole', `“${farm.name}” does not have this farm role (any more). Choose another.`)
      return { farm: farm.name, alias, own: [], os: null }
    }
    if (role.cloudId !== input.cloudId || role.location !== input.location) {
      tell(
        'farmRole',
        `${role.alias} is in ${role.location} of another place; choose one in ${input.location}.`,
      )
    }
    const own = servers.ofFarm(farm.id).filter((server) => server.farmRoleId === role.id)
    const full = roomFault(role, own, count)
    if (full !== null) tell('farmRole', full)
    const image = imageOf(role.roleId, role.cloudId, role.location)
    return { farm: farm.name, alias: role.alias, own, os: image?.os ?? null }
  }
}

async function imageNamesOf(
  provider: CloudProvider,
  location: string,
  instances: readonly CloudInstance[],
): Promise<Map<string, string>> {
  const ids = [...new Set(instances.map(({ imageId }) => imageId).filter((id) => id !== ''))]
  const images = await provider.images.listById(location, ids)
  return new Map(images.map(({ cloudImageId, name }) => [cloudImageId, name]))
}

function warningsOf(input: ImportInput, instances: readonly DiscoveredInstance[]): string[] {
  const warnings = [
    'This cannot be undone: from then on Farmhand terminates these machines with their farm role or their farm.',
  ]
  if (input.privateKey === null) {
    warnings.push(
      'Without a key no terminal can be opened and nothing can be run on them; one can be given later.',
    )
  }
  const unknown = instances.filter(({ os }) => os.family === 'unknown')
  if (unknown.length > 0) {
    warnings.push(`What ${unknown.map(({ name }) => name).join(', ')} runs is not known; check that it fits.`)
  }
  return warnings
}

function unique(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>()
  return faults.filter(({ path, message }) => {
    const key = `${path}\0${message}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
