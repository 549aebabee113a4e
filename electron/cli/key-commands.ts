import type { Command } from 'commander'
import { Option } from 'commander'
import { AppError } from '../../shared/model/errors.ts'
import { PrivateKeyFormat, type SshKey } from '../../shared/model/ssh-keys.ts'
import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { writePrivateFile } from './documents.ts'
import { finishJob } from './follow-job.ts'
import { listing } from './list-verb.ts'
import { plain } from './paint.ts'
import { removing } from './remove-verb.ts'

export function addKeyCommands(program: Command, context: Context): void {
  const key = program.command('key').description('key pairs of farms; KEY is an id or a name, with @LOCATION')
  key
    .command('ls')
    .description('list key pairs')
    .option('--farm <farm>', 'of this farm')
    .action(
      listing(context, keysOf, {
        NAME: ({ name }) => plain(name),
        FARM: ({ farm }) => plain(farm),
        CLOUD: ({ cloud }) => plain(cloud),
        LOCATION: ({ location }) => location,
        TYPE: ({ type }) => type,
        FINGERPRINT: ({ fingerprint }) => fingerprint,
        'LEFT BEHIND': ({ replacement }) => replacement?.failures.length ?? '',
        ID: ({ id }) => id,
      }),
    )
  key
    .command('download <key>')
    .description('save a private half, for your user only, or with --public print the public half')
    .option('--out <file>', 'where the private half goes')
    .addOption(
      new Option('--format <format>', 'its form').choices(PrivateKeyFormat.options).default('openssh'),
    )
    .option('--public', 'print the public half')
    .option('--force', 'replace an existing file')
    .action(
      (
        wanted: string,
        options: { out?: string; format: PrivateKeyFormat; public?: boolean; force?: boolean },
      ) =>
        context.withClient(async (client) => {
          const found = await findKey(client, wanted)
          if (options.public === true) {
            const { text } = await client.keys.exportPublic({ keyId: found.id })
            await context.print({ publicKey: text.trim(), fingerprint: found.fingerprint }, text)
            return
          }
          const { fileName, text } = await client.keys.exportPrivate({
            keyId: found.id,
            format: options.format,
          })
          const file = options.out ?? fileName
          await writePrivateFile(file, text, options.force === true)
          await context.print(
            { file, format: options.format, fingerprint: found.fingerprint },
            `Key ${plain(found.name)} is in ${plain(file)}\n`,
          )
        }),
    )
  key
    .command('regenerate <key>')
    .description('put a new pair in its place, on all live servers; again: go on with those left')
    .option('--wait', 'wait until it is done')
    .action((wanted: string, options: { wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const found = await findKey(client, wanted)
        await finishJob(context, connection, await client.keys.regenerate({ keyId: found.id }), options)
      }),
    )
  key
    .command('rm <key>')
    .description('delete a pair that no live server uses, here and in the cloud')
    .action(
      removing(context, {
        find: findKey,
        remove: ({ keys }, { id }) => keys.remove({ keyId: id }),
        noun: 'Key',
        done: 'deleted',
      }),
    )
}

/** The keys of a farm, by its name or id, or all. */
async function keysOf({ keys }: Client, { farm }: { farm?: string }): Promise<SshKey[]> {
  const all = await keys.list()
  return all.filter((key) => farm === undefined || key.farm === farm || key.farmId === farm)
}

/** By id, or by name, with the location where one name is in several. Throws `input.not_found` or `input.invalid`. */
async function findKey(client: Client, wanted: string): Promise<SshKey> {
  const all = await client.keys.list()
  const [name = '', location] = wanted.split('@')
  const found = all.filter(
    (key) =>
      key.id === wanted || (key.name === name && (location === undefined || key.location === location)),
  )
  const [first] = found
  if (first !== undefined && found.length === 1) return first
  if (found.length > 1) {
    const which = found.map((key) => `${key.name}@${key.location}`).join(', ')
    throw new AppError('input.invalid', { message: `“${wanted}” could be several keys: ${which}.` })
  }
  throw new AppError('input.not_found', {
    message: `There is no key “${wanted}”. \`farmhand key ls\` lists them.`,
  })
}
