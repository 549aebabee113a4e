import type { Command } from 'commander'
import { AppError } from '../../shared/model/errors.ts'
import {
  AttachVolume,
  CreateVolume,
  type StorageSnapshot,
  type StorageVolume,
} from '../../shared/model/storage.ts'
import { faultsOfIssues } from '../../shared/logic/zod-faults.ts'
import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { UsageError } from './failure.ts'
import { finishJob } from './follow-job.ts'
import { paintStatus, plain, table } from './paint.ts'
import { findCloud, findServer } from './references.ts'

interface PlaceOptions {
  cloud?: string
  location?: string
}

export function addVolumeCommands(program: Command, context: Context): void {
  const volume = program.command('volume').description('block storage volumes of the clouds')
  volume
    .command('ls')
    .description('list volumes')
    .option('--cloud <cloud>', 'of this cloud')
    .option('--location <location>', 'in this location')
    .action((options: PlaceOptions) =>
      context.withClient(async (client) => {
        const all = await volumesOf(client, options)
        await context.print(all, () =>
          table(
            ['VOLUME', 'USED BY', 'SIZE', 'TYPE', 'ZONE', 'STATUS', 'DEVICE', 'MOUNT'],
            all.map((one) => [
              one.id,
              plain(usage(one), ''),
              `${String(one.sizeGib)} GiB`,
              one.type,
              one.zone,
              paintStatus(context.paint, one.state),
              one.attachment?.device ?? '',
              plain(one.usage?.mount === 'mounted' ? one.usage.mountPoint : null, ''),
            ]),
            context.paint,
          ),
        )
      }),
    )
  volume
    .command('create')
    .description('make a volume')
    .requiredOption('--cloud <cloud>', 'in this cloud')
    .requiredOption('--location <location>', 'in this location')
    .requiredOption('--zone <zone>', 'in this zone')
    .option('--size <gib>', 'so many GiB', '10')
    .option('--type <type>', 'gp3, gp2, io1, io2, st1, sc1 or standard', 'gp3')
    .option('--iops <number>', 'so many operations a second')
    .option('--snapshot <id>', 'made of this snapshot')
    .option('--name <name>', 'its Name tag')
    .option('--encrypted', 'encrypted')
    .action((options: Record<'cloud' | 'location' | 'zone' | 'size' | 'type', string> & CreateOptions) =>
      context.withClient(async (client) => {
        const input = CreateVolume.safeParse({
          cloudId: (await findCloud(client, options.cloud)).id,
          location: options.location,
          zone: options.zone,
          sizeGib: Number(options.size),
          type: options.type,
          iops: options.iops === undefined ? null : Number(options.iops),
          snapshotId: options.snapshot ?? null,
          name: options.name ?? '',
          encrypted: options.encrypted === true,
        })
        if (!input.success) throw new UsageError(faultWords(input.error.issues))
        const made = await client.storage.createVolume(input.data)
        await context.print(made, `Volume ${made.volumeId} is being made.\n`)
      }),
    )
  volume
    .command('attach <volume> <server>')
    .description('attach a volume to a running server')
    .option('--always', 'whatever server has this one’s index gets it from now on')
    .option('--mount <path>', 'with --always: mount it there, formatted when it is blank')
    .option('--wait', 'wait until it is attached')
    .action((id: string, server: string, options: { always?: boolean; mount?: string; wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        if (options.mount !== undefined && options.always !== true) {
          throw new UsageError('--mount goes with --always.')
        }
        const found = await findVolume(client, id)
        const input = AttachVolume.safeParse({
          ...reference(found),
          serverId: (await findServer(client, server)).id,
          always: options.always === true,
          mountPoint: options.mount ?? null,
        })
        if (!input.success) throw new UsageError(faultWords(input.error.issues))
        await finishJob(context, connection, await client.storage.attach(input.data), options)
      }),
    )
  volume
    .command('detach <volume>')
    .description('unmount and detach a volume')
    .option('--force', 'also when it cannot be unmounted')
    .option('--wait', 'wait until it is free')
    .action((id: string, options: { force?: boolean; wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const found = await findVolume(client, id)
        const job = await client.storage.detach({ ...reference(found), force: options.force === true })
        await finishJob(context, connection, job, options)
      }),
    )
  volume
    .command('snapshot <volume>')
    .description('make a snapshot of a volume')
    .option('--description <text>', 'what it is for', '')
    .action((id: string, { description }: { description: string }) =>
      context.withClient(async (client) => {
        const found = await findVolume(client, id)
        const made = await client.storage.snapshot({ ...reference(found), description })
        await context.print(made, `Snapshot ${made.snapshotId} was begun.\n`)
      }),
    )
  volume
    .command('rm <volume>')
    .description('delete a volume that is attached to nothing')
    .action((id: string) =>
      context.withClient(async (client) => {
        const { cloudId, location, id: volumeId } = await findVolume(client, id)
        const [outcome] = await client.storage.deleteVolumes({ cloudId, location, volumeIds: [volumeId] })
        if (outcome?.ok !== true) throw new AppError('cloud.refused', { message: outcome?.message ?? '' })
        await context.print(outcome, `Volume ${volumeId} is deleted.\n`)
      }),
    )
}

interface CreateOptions {
  iops?: string
  snapshot?: string
  name?: string
  encrypted?: boolean
}

export function addSnapshotCommands(program: Command, context: Context): void {
  const snapshot = program.command('snapshot').description('snapshots of volumes')
  snapshot
    .command('ls')
    .description('list the account’s snapshots')
    .option('--cloud <cloud>', 'of this cloud')
    .option('--location <location>', 'in this location')
    .action((options: PlaceOptions) =>
      context.withClient(async (client) => {
        const all = await snapshotsOf(client, options)
        await context.print(all, () =>
          table(
            ['SNAPSHOT', 'VOLUME', 'SIZE', 'STATUS', 'STARTED', 'LOCATION', 'COMMENT'],
            all.map((one) => [
              one.id,
              one.volumeId ?? '',
              `${String(one.sizeGib)} GiB`,
              paintStatus(context.paint, one.state),
              one.startedAt ?? '',
              one.location,
              plain(one.description, ''),
            ]),
            context.paint,
          ),
        )
      }),
    )
  snapshot
    .command('rm <snapshot>')
    .description('delete a snapshot')
    .action((id: string) =>
      context.withClient(async (client) => {
        const found = (await snapshotsOf(client, {})).find((one) => one.id === id)
        if (!found) throw new AppError('input.not_found', { message: `There is no snapshot ${id}.` })
        const { cloudId, location } = found
        const [outcome] = await client.storage.deleteSnapshots({ cloudId, location, snapshotIds: [id] })
        if (outcome?.ok !== true) throw new AppError('cloud.refused', { message: outcome?.message ?? '' })
        await context.print(outcome, `Snapshot ${id} is deleted.\n`)
      }),
    )
}

/** The places that are asked: all, or those of the options. */
async function placesOf(client: Client, { cloud, location }: PlaceOptions) {
  const clouds = cloud === undefined ? await client.clouds.list() : [await findCloud(client, cloud)]
  return clouds.flatMap(({ id, locations }) =>
    locations
      .filter((name) => location === undefined || name === location)
      .map((name) => ({ cloudId: id, location: name })),
  )
}

async function volumesOf(client: Client, options: PlaceOptions): Promise<StorageVolume[]> {
  const places = await placesOf(client, options)
  return (await Promise.all(places.map((place) => client.storage.volumes(place)))).flat()
}

async function snapshotsOf(client: Client, options: PlaceOptions): Promise<StorageSnapshot[]> {
  const places = await placesOf(client, options)
  return (
    await Promise.all(places.map((place) => client.storage.snapshots({ ...place, shared: false })))
  ).flat()
}

async function findVolume(client: Client, id: string): Promise<StorageVolume> {
  const found = (await volumesOf(client, {})).find((volume) => volume.id === id)
  if (found) return found
  throw new AppError('input.not_found', { message: `There is no volume ${id} in the connected clouds.` })
}

function reference({ cloudId, location, id }: StorageVolume) {
  return { cloudId, location, volumeId: id }
}

function usage({ usage: place }: StorageVolume): string | null {
  return place
    ? `${place.farm} → ${place.alias} #${String(place.index)}${place.name ? `, ${place.name}` : ''}`
    : null
}

function faultWords(issues: Parameters<typeof faultsOfIssues>[0]): string {
  return faultsOfIssues(issues)
    .map(({ path, message }) => `${path}: ${message}`)
    .join(' ')
}
