import type { Command } from 'commander'
import type { Context } from './context.ts'
import { paintStatus, plain, table } from './paint.ts'
import { deleteEach, picked, type PlaceOptions, snapshotsOf } from './storage-references.ts'

export function addSnapshotCommands(program: Command, context: Context): void {
  const snapshot = program.command('snapshot').description('snapshots of volumes')
  snapshot
    .command('ls')
    .description('list snapshots')
    .option('--cloud <cloud>', 'of this cloud')
    .option('--location <location>', 'in this location')
    .option('--volume <volume>', 'made of this volume')
    .option('--shared', 'also those that others share with the account')
    .action((options: PlaceOptions & { shared?: boolean; volume?: string }) =>
      context.withClient(async (client) => {
        const all = (await snapshotsOf(client, options)).filter(
          ({ volumeId }) => options.volume === undefined || volumeId === options.volume,
        )
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
    .command('rm <snapshot...>')
    .description('delete snapshots')
    .action((ids: string[]) =>
      context.withClient(async (client) => {
        const found = picked(await snapshotsOf(client, {}), ids, 'snapshot')
        await deleteEach(context, found, (place, snapshotIds) =>
          client.storage.deleteSnapshots({ ...place, snapshotIds }),
        )
      }),
    )
}
