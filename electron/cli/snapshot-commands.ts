import type { Command } from 'commander'
import type { Context } from './context.ts'
import { listing } from './list-verb.ts'
import { paintStatus, plain } from './paint.ts'
import { deletingEach, snapshotsOf } from './storage-references.ts'

export function addSnapshotCommands(program: Command, context: Context): void {
  const snapshot = program.command('snapshot').description('snapshots of volumes')
  snapshot
    .command('ls')
    .description('list snapshots')
    .option('--cloud <cloud>', 'of this cloud')
    .option('--location <location>', 'in this location')
    .option('--volume <volume>', 'made of this volume')
    .option('--shared', 'also those that others share with the account')
    .action(
      listing(context, snapshotsOf, {
        SNAPSHOT: ({ id }) => id,
        VOLUME: ({ volumeId }) => volumeId ?? '',
        SIZE: ({ sizeGib }) => `${sizeGib} GiB`,
        STATUS: ({ state }, paint) => paintStatus(paint, state),
        STARTED: ({ startedAt }) => startedAt ?? '',
        LOCATION: ({ location }) => location,
        COMMENT: ({ description }) => plain(description, ''),
      }),
    )
  snapshot
    .command('rm <snapshot...>')
    .description('delete snapshots')
    .action(
      deletingEach(context, 'snapshot', snapshotsOf, ({ storage }, place, snapshotIds) =>
        storage.deleteSnapshots({ ...place, snapshotIds }),
      ),
    )
}
