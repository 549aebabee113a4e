import type { Command } from 'commander'
import { Option } from 'commander'
import { VolumeType } from '../../shared/model/farm-role-storage.ts'
import { Replacement, SnapshotInput } from '../../shared/model/tasks.ts'
import type { Context } from './context.ts'
import { finishJob } from './follow-job.ts'
import { given, numberGiven } from './option-values.ts'
import { findServer } from './references.ts'

/** `farmhand server snapshot`: an image, or an image and a role, of a server. */
export function addSnapshotCommand(server: Command, context: Context): void {
  server
    .command('snapshot <id>')
    .description('make an image, and a role with it, of a server')
    .requiredOption('--name <name>', 'of the new role, or of the image with --image-only')
    .option('--image-only', 'make no role')
    .option('--description <text>', 'what is special about it')
    .option('--no-reboot', 'do not restart the server for it')
    .option('--with-volumes', 'the image holds the attached volumes too')
    .option('--root-size <GiB>', 'root disk of servers launched from it')
    .option('--root-type <type>', 'its volume type')
    .option('--root-iops <number>', 'its IOPS')
    .addOption(
      new Option('--replace <where>', 'put the new role in the place of the old one').choices(
        Replacement.options.filter((option) => option !== 'none'),
      ),
    )
    .option('--keep-running', 'with --replace: only servers launched later use it')
    .option('--wait', 'wait until it is done')
    .action(
      (
        id: string,
        options: {
          name: string
          imageOnly?: boolean
          description?: string
          reboot: boolean
          withVolumes?: boolean
          rootSize?: string
          rootType?: string
          rootIops?: string
          replace?: Replacement
          keepRunning?: boolean
          wait?: boolean
        },
      ) =>
        context.withClient(async (client, connection) => {
          const found = await findServer(client, id)
          const input = given(SnapshotInput, {
            serverId: found.id,
            what: options.imageOnly === true ? 'image' : 'role',
            name: options.name,
            description: options.description ?? '',
            reboot: options.reboot,
            attachedVolumes: options.withVolumes === true,
            rootDisk: {
              sizeGib: numberGiven(options.rootSize),
              type: options.rootType === undefined ? null : given(VolumeType, options.rootType),
              iops: numberGiven(options.rootIops),
            },
            replacement: options.replace ?? 'none',
            replaceRunning: options.keepRunning !== true,
          })
          await finishJob(context, connection, await client.images.fromServer(input), options)
        }),
    )
}
