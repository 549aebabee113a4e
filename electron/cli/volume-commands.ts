import type { Command } from 'commander'
import { SnapshotSchedule } from '../../shared/model/farm-role-storage.ts'
import { AttachVolume, CreateVolume, type StorageVolume } from '../../shared/model/storage.ts'
import { VolumeChange } from '../../shared/model/volumes.ts'
import { faultsOfIssues } from '../../shared/logic/documents/zod-faults.ts'
import type { Context } from './context.ts'
import { UsageError } from './failure.ts'
import { finishJob } from './follow-job.ts'
import { listing } from './list-verb.ts'
import { paintStatus, plain } from './paint.ts'
import { findCloud, findServer } from './references.ts'
import { deletingEach, findVolume, reference, volumesOf } from './storage-references.ts'

export function addVolumeCommands(program: Command, context: Context): void {
  const volume = program.command('volume').description('block storage volumes of the clouds')
  volume
    .command('ls')
    .description('list volumes')
    .option('--cloud <cloud>', 'of this cloud')
    .option('--location <location>', 'in this location')
    .action(
      listing(context, volumesOf, {
        VOLUME: ({ id }) => id,
        'USED BY': (one) => plain(usage(one), ''),
        SIZE: ({ sizeGib }) => `${sizeGib} GiB`,
        TYPE: ({ type }) => type,
        ZONE: ({ zone }) => zone,
        STATUS: ({ state }, paint) => paintStatus(paint, state),
        DEVICE: ({ attachment }) => attachment?.device ?? '',
        MOUNT: (one) => plain(mountPoint(one), ''),
      }),
    )
  volume
    .command('show <volume>')
    .description('show a volume')
    .action((id: string) =>
      context.withClient(async (client) => {
        const one = await findVolume(client, id)
        await context.print(one, () =>
          facts(one)
            .map(([name, value]) => `${name.padEnd(15)} ${plain(value, '-')}\n`)
            .join(''),
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
    .option('--throughput <mibps>', 'so many MiB a second (gp3)')
    .option('--kms-key <key>', 'with --encrypted: by this key of KMS')
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
          throughputMibps: options.throughput === undefined ? null : Number(options.throughput),
          kmsKeyId: options.kmsKey ?? null,
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
    .command('change <volume>')
    .description('change the size, type or speed of a volume; it stays in use')
    .option('--size <gib>', 'so many GiB, never fewer than now')
    .option('--type <type>', 'gp3, gp2, io1, io2, st1, sc1 or standard')
    .option('--iops <number>', 'so many operations a second')
    .option('--throughput <mibps>', 'so many MiB a second (gp3)')
    .action((id: string, options: Partial<Record<'size' | 'type' | 'iops' | 'throughput', string>>) =>
      context.withClient(async (client) => {
        const change = VolumeChange.safeParse({
          ...(options.size === undefined ? {} : { sizeGib: Number(options.size) }),
          ...(options.type === undefined ? {} : { type: options.type }),
          ...(options.iops === undefined ? {} : { iops: Number(options.iops) }),
          ...(options.throughput === undefined ? {} : { throughputMibps: Number(options.throughput) }),
        })
        if (!change.success) throw new UsageError(faultWords(change.error.issues))
        if (Object.keys(change.data).length === 0) {
          throw new UsageError('Say what to change: --size, --type, --iops or --throughput.')
        }
        const ref = reference(await findVolume(client, id))
        await client.storage.change({ ...ref, change: change.data })
        await context.print({ ...ref, change: change.data }, `Volume ${id} is being changed.\n`)
      }),
    )
  volume
    .command('grow <volume>')
    .description('make the file system of a mounted volume as large as the volume')
    .action((id: string) =>
      context.withClient(async (client) => {
        const ref = reference(await findVolume(client, id))
        await client.storage.grow(ref)
        await context.print(ref, `The file system of ${id} is as large as the volume.\n`)
      }),
    )
  volume
    .command('schedule <volume>')
    .description('make snapshots of a volume by the clock')
    .option('--every <hours>', 'every so many hours (24)')
    .option('--keep <number>', 'keep the newest so many, 0 for all (10)')
    .option('--off', 'no longer')
    .action((id: string, options: { every?: string; keep?: string; off?: boolean }) =>
      context.withClient(async (client) => {
        const ref = reference(await findVolume(client, id))
        if (options.off === true) {
          if (options.every !== undefined || options.keep !== undefined) {
            throw new UsageError('--off goes without --every and --keep.')
          }
          await client.storage.setSchedule({ ...ref, schedule: null })
          return context.print({ ...ref, schedule: null }, `No more automatic snapshots of ${id}.\n`)
        }
        const schedule = SnapshotSchedule.safeParse({
          ...(options.every === undefined ? {} : { everyHours: Number(options.every) }),
          ...(options.keep === undefined ? {} : { keep: Number(options.keep) }),
        })
        if (!schedule.success) throw new UsageError(faultWords(schedule.error.issues))
        await client.storage.setSchedule({ ...ref, schedule: schedule.data })
        const { everyHours, keep } = schedule.data
        const words = keep === 0 ? 'all are kept' : `the newest ${String(keep)} are kept`
        await context.print(
          { ...ref, schedule: schedule.data },
          `A snapshot of ${id} is made every ${String(everyHours)} h; ${words}.\n`,
        )
      }),
    )
  volume
    .command('rm <volume...>')
    .description('delete volumes that are attached to nothing')
    .action(
      deletingEach(context, 'volume', volumesOf, ({ storage }, place, volumeIds) =>
        storage.deleteVolumes({ ...place, volumeIds }),
      ),
    )
}

interface CreateOptions {
  iops?: string
  throughput?: string
  kmsKey?: string
  snapshot?: string
  name?: string
  encrypted?: boolean
}

function usage({ usage: place }: StorageVolume): string | null {
  return place
    ? `${place.farm} → ${place.alias} #${String(place.index)}${place.name ? `, ${place.name}` : ''}`
    : null
}

function mountPoint({ usage: place }: StorageVolume): string | null {
  return place?.mount === 'mounted' ? place.mountPoint : null
}

function facts(one: StorageVolume): [string, string | null][] {
  const { attachment, schedule } = one
  const keep = schedule?.keep === 0 ? 'keep all' : `keep ${String(schedule?.keep)}`
  return [
    ['Volume', one.id],
    ['Name', one.tags.Name ?? null],
    ['Used by', usage(one)],
    ['Size', `${String(one.sizeGib)} GiB`],
    ['Type', [one.type, one.iops === null ? '' : `${String(one.iops)} IOPS`].filter(Boolean).join(', ')],
    ['Encrypted', one.encrypted ? (one.kmsKeyId ?? 'yes') : 'no'],
    ['Snapshot', one.snapshotId],
    ['Placement', one.zone],
    ['Status', attachment ? `${one.state} / ${attachment.state} / ${attachment.device}` : one.state],
    ['Instance', attachment?.instanceId ?? null],
    ['Mounted at', mountPoint(one)],
    ['Auto-snapshots', schedule ? `every ${String(schedule.everyHours)} h, ${keep}` : null],
    ['Last snapshot', schedule?.lastAt ?? null],
    ...(schedule?.problem == null ? [] : [['Problem', schedule.problem] satisfies [string, string]]),
  ]
}

function faultWords(issues: Parameters<typeof faultsOfIssues>[0]): string {
  return faultsOfIssues(issues)
    .map(({ path, message }) => `${path}: ${message}`)
    .join(' ')
}
