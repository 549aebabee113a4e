import type { EventData, NewEvent } from '../../../../shared/model/events.ts'
import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { FarmRoleVolume } from '../../../../shared/model/farm-role-storage.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { VolumeRecord } from '../../../../shared/model/volume-records.ts'
import { TAG_VALUE_MAX, TAGS } from '../../../../shared/model/tags.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import { fillTemplate, templateValues } from '../../../../shared/logic/variables/templates.ts'
import type { Clock } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import type { ProvisionContext, Provisioner } from '../servers/index.ts'
import type { StorageScript } from './storage-script.ts'
import type { Turns } from './turns.ts'
import { attachVolume } from './volume-attacher.ts'
import type { VolumeMaker } from './volume-maker.ts'
import type { VolumeStore } from './volume-store.ts'

interface ServerVolumesOptions {
  store: VolumeStore
  maker: VolumeMaker
  /** Of servers, by their id. */
  turns: Turns
  script: StorageScript
  events: Events
  clock: Clock
  workspaceId: string
}

/** A record of a volume that is still to be made. */
const UNMADE = {
  manual: false,
  volumeId: null,
  unseenSince: null,
  leftovers: [] as VolumeRecord['leftovers'],
  intent: null,
  serverId: null,
  device: null,
  mount: 'not-mounted',
} as const satisfies Partial<Record<keyof VolumeRecord, unknown>>

type Work = Pick<ProvisionContext, 'server' | 'provider' | 'signal'>

/** Gives a server the volumes of its index before it runs: made or found, attached, formatted when blank, mounted. */
export class ServerVolumes implements Provisioner {
  readonly name = 'volumes'
  readonly beforeRunning: NonNullable<Provisioner['beforeRunning']> = {
    waitingFor: 'its volumes',
    needs: 'ssh',
    isWanted: (server, role) =>
      server.index > 0 && (role.storage.volumes.length > 0 || this.#manual(server).length > 0),
  }
  readonly #options: ServerVolumesOptions

  constructor(options: ServerVolumesOptions) {
    this.#options = options
  }

  provision(context: ProvisionContext): Promise<void> {
    const { server, signal } = context
    return this.#options.turns.alone(server.id, signal, () => this.#provision(context))
  }

  /** Gives a server one volume (or array) that exists. The caller has the server's turn. */
  async giveAgain(records: readonly VolumeRecord[], work: Work): Promise<void> {
    await this.#give(records, { snapshotId: null, recreateMissing: false, tags: {} }, work)
  }

  async #provision({ server, farm, role, provider, signal }: ProvisionContext): Promise<void> {
    const work = { server, provider, signal }
    for (const volume of role.storage.volumes) {
      const records = await this.#places(server, role, volume)
      const tags = this.#tags(server, farm, role, volume.name)
      const { snapshotId, recreateMissing } = volume
      await this.#give(records, { snapshotId, recreateMissing, tags }, work)
    }
    for (const record of this.#manual(server)) await this.giveAgain([record], work)
  }

  #manual(server: Server): VolumeRecord[] {
    return this.#options.store
      .ofPlace(server.farmRoleId, server.index)
      .filter(({ manual, intent }) => manual && intent?.kind !== 'delete')
  }

  /** The records of a volume's disks at this server's index, written down when they are new. */
  async #places(server: Server, role: FarmRole, volume: FarmRoleVolume): Promise<VolumeRecord[]> {
    const { store } = this.#options
    if (volume.raid && volume.snapshotId !== null) {
      throw new AppError('farm.invalid', {
        message: `The array ${volume.name} of ${server.alias} cannot be made of one snapshot. Take the snapshot out, or the RAID.`,
      })
    }
    const known = store.ofPlace(role.id, server.index).filter((record) => record.name === volume.name)
    const { sizeGib, type, iops, throughputMibps, encrypted, kmsKeyId, raid } = volume
    const { name, fileSystem, mountPoint, reuse } = volume
    const settings = { sizeGib, type, iops, throughputMibps, encrypted, kmsKeyId, raid }
    const usage = { fileSystem, mountPoint, reuse }
    const { farmId, farmRoleId, index, cloudId, location } = server
    const records: VolumeRecord[] = []
    for (let disk = 0; disk < (known[0]?.raid ?? raid ?? { disks: 1 }).disks; disk += 1) {
      const record = known.find((other) => other.disk === disk)
      const isNew = !record || (record.volumeId === null && record.intent === null)
      const place = { id: store.newId(), farmId, farmRoleId, index, cloudId, location, name, disk }
      // A volume that is there keeps what it is; how it is used follows the design.
      const before = record ?? { ...UNMADE, ...place, ...settings, ...usage }
      records.push(await store.put({ ...before, ...(isNew ? settings : {}), ...usage }))
    }
    return records
  }

  #tags(server: Server, farm: Farm, role: FarmRole, name: string): Record<string, string> {
    const values = templateValues(server)
    const own = Object.entries(role.tags).map(([key, value]) => [
      key,
      fillTemplate(value, 'tag', values).slice(0, TAG_VALUE_MAX),
    ])
    return {
      Name: `${farm.name} ${role.alias} #${server.index} ${name}`.slice(0, TAG_VALUE_MAX),
      ...(Object.fromEntries(own) as Record<string, string>),
      [TAGS.workspace]: this.#options.workspaceId,
      [TAGS.farm]: farm.id,
      [TAGS.farmRole]: role.id,
    }
  }

  async #give(
    records: readonly VolumeRecord[],
    wish: { snapshotId: string | null; recreateMissing: boolean; tags: Readonly<Record<string, string>> },
    work: Work,
  ): Promise<void> {
    const { server } = work
    const given = await Promise.allSettled(
      records.map(({ id }) =>
        this.#options.store.inTurn(id, work.signal, () => this.#attach(id, wish, work)),
      ),
    )
    const disks = given.map((one) => {
      if (one.status === 'rejected') throw toAppError(one.reason)
      return one.value
    })
    const [first] = records
    if (!first || first.mountPoint === null || server.platform === 'windows') return
    await this.#mount(first, records, disks, work)
  }

  async #attach(
    id: string,
    wish: { snapshotId: string | null; recreateMissing: boolean; tags: Readonly<Record<string, string>> },
    { server, provider, signal }: Work,
  ): Promise<{ volumeId: string; device: string }> {
    const { store, maker, clock } = this.#options
    const { zone, cloudServerId } = server
    if (zone === null || cloudServerId === null) {
      throw new AppError('server.wrong_status', {
        message: `The cloud has not said yet in which zone ${serverName(server)} is.`,
        retryable: true,
      })
    }
    if (!store.find(id)) {
      throw new AppError('volume.missing', {
        message: 'The volume that was here before is deleted; a new one is made.',
        retryable: true,
      })
    }
    const { id: volumeId } = await maker.ensure(id, { ...wish, zone }, provider, signal)
    const { location } = server
    const before = store.get(id)
    const onDevice = async (device: string): Promise<void> => {
      await store.change(id, { serverId: server.id, device, mount: 'awaiting-attachment' })
    }
    const wanted = { location, volumeId, instanceId: cloudServerId, device: before.device, onDevice }
    const device = await attachVolume(wanted, { provider, clock, signal })
    const { mount } = store.get(id)
    const isNew = mount === 'awaiting-attachment'
    const message = `Volume ${volumeId} is attached to ${serverName(server)} as ${device}`
    await store.change(
      id,
      { serverId: server.id, device, mount: isNew ? 'not-mounted' : mount },
      isNew ? [this.#told('EBSVolumeAttached', server, message, { volumeId, device })] : [],
    )
    return { volumeId, device }
  }

  #told(
    kind: 'EBSVolumeAttached' | 'EBSVolumeMounted',
    { farmId, farmRoleId, id, farm, alias, index }: Server,
    message: string,
    data: EventData,
  ): NewEvent {
    const about = { farmId, farmRoleId, serverId: id, data: { farm, alias, index, ...data } }
    return this.#options.events.told(kind, message, about)
  }

  async #mount(
    first: VolumeRecord,
    records: readonly VolumeRecord[],
    disks: readonly { volumeId: string; device: string }[],
    { server, signal }: Work,
  ): Promise<void> {
    const { store, script } = this.#options
    const mountPoint = first.mountPoint ?? ''
    const { name, raid, fileSystem } = first
    for (const { id } of records) {
      if (store.get(id).mount !== 'mounted') await store.change(id, { mount: 'mounting' })
    }
    try {
      const did = await script.run(
        server,
        { action: 'mount', name, disks, raid, fileSystem, mountPoint },
        signal,
      )
      const volumeIds = disks.map(({ volumeId }) => volumeId).join(', ')
      const message = `${volumeIds} is mounted at ${mountPoint} of ${serverName(server)}`
      const mounted = this.#told('EBSVolumeMounted', server, message, { volumeIds, mountPoint })
      for (const [at, { id }] of records.entries()) {
        const isLast = at === records.length - 1 && did.includes('mounted')
        await store.change(id, { mount: 'mounted' }, isLast ? [mounted] : [])
      }
    } catch (thrown) {
      for (const { id } of records) await store.change(id, { mount: 'not-mounted' })
      throw thrown
    }
  }
}
