import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { AppError } from '../../shared/model/errors.ts'
import { ImportInput } from '../../shared/model/discovery.ts'
import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { UsageError } from './failure.ts'
import { finishJob } from './follow-job.ts'
import { readAll } from './io.ts'
import { listing } from './list-verb.ts'
import { given, numberGiven } from './option-values.ts'
import { paintStatus, plain } from './paint.ts'
import { findCloud, findFarm, findServer, slotOf } from './references.ts'

interface ImportOptions {
  cloud: string
  location: string
  farm?: string
  newFarm?: string
  alias: string
  user?: string
  port?: string
  key?: string
  setTag?: string[]
  removeTag?: string[]
  yes?: boolean
  wait?: boolean
}

/** `farmhand discover`: the cloud's instances that are not ours. */
export function addDiscoverCommands(program: Command, context: Context): void {
  const discover = program
    .command('discover')
    .description('instances of a cloud that Farmhand did not launch')
  discover
    .command('ls')
    .description('list them, as the cloud tells now')
    .requiredOption('--cloud <cloud>', 'the cloud')
    .requiredOption('--location <location>', 'the location')
    .action(
      listing(context, discovered, {
        INSTANCE: ({ id }) => id,
        NAME: ({ name }) => plain(name),
        STATE: ({ state }, paint) => paintStatus(paint, state),
        TYPE: ({ instanceType }) => instanceType,
        SYSTEM: ({ os }) => plain(`${os.family} ${os.version}`.trim()),
        ADDRESS: ({ publicIp, privateIp }) => plain(publicIp ?? privateIp),
        IMPORT: ({ importable }) => (importable === true ? 'yes' : plain(importable)),
      }),
    )
  discover
    .command('key <server>')
    .description('keep the private key that logs in to an imported server')
    .requiredOption('--file <file>', 'the private key (- for stdin)')
    .option('--user <user>', 'who logs in; as before without it')
    .option('--port <port>', 'SSH port; as before without it')
    .action((id: string, options: { file: string; user?: string; port?: string }) =>
      context.withClient(async (client) => {
        const server = await findServer(client, id)
        const after = await client.discovery.setKey({
          serverId: server.id,
          privateKey: await readKey(context, options.file),
          user: options.user ?? server.sshUser,
          port: numberGiven(options.port) ?? server.ssh?.port ?? server.sshPort,
        })
        await context.print(after, `The key of ${plain(slotOf(after))} is kept.\n`)
      }),
    )
  discover
    .command('import <instance...>')
    .description('take instances over into a farm role; without --yes it only says what would happen')
    .requiredOption('--cloud <cloud>', 'the cloud')
    .requiredOption('--location <location>', 'the location')
    .option('--farm <farm>', 'a running farm')
    .option('--new-farm <name>', 'a new farm with this name')
    .requiredOption('--alias <alias>', 'the farm role: one of the farm, or a new one')
    .option('--user <user>', 'who logs in; as the image says without it')
    .option('--port <port>', 'SSH port')
    .option('--key <file>', 'private key that logs in (- for stdin); without it no terminal opens')
    .option('--set-tag <key=value...>', 'tags to set')
    .option('--remove-tag <key...>', 'tags to take off')
    .option('--yes', 'do it; it cannot be undone')
    .option('--wait', 'wait until it is done')
    .action((instances: string[], options: ImportOptions) =>
      context.withClient(async (client, connection) => {
        const input = await importOf(client, context, instances, options)
        if (options.yes === true) {
          await finishJob(context, connection, await client.discovery.import(input), options)
          return
        }
        const plan = await client.discovery.planImport(input)
        const lines = [
          ...plan.servers.map(
            ({ instanceId, name, index }) =>
              `${instanceId} ${plain(name)} becomes ${plain(plan.farm)}/${plain(plan.alias)}/${index}`,
          ),
          ...plan.warnings.map((warning) => `note: ${plain(warning)}`),
          ...plan.faults.map(({ message }) => `not now: ${plain(message)}`),
          ...(plan.faults.length === 0 ? ['Give --yes to do it.'] : []),
        ]
        await context.print(plan, `${lines.join('\n')}\n`)
      }),
    )
}

async function discovered(client: Client, { cloud, location }: { cloud: string; location: string }) {
  const { id: cloudId } = await findCloud(client, cloud)
  return client.discovery.list({ cloudId, location })
}

async function importOf(
  client: Client,
  context: Context,
  instances: string[],
  options: ImportOptions,
): Promise<ImportInput> {
  if ((options.farm === undefined) === (options.newFarm === undefined)) {
    throw new UsageError('give either --farm or --new-farm')
  }
  const cloud = await findCloud(client, options.cloud)
  const found = await client.discovery.list({ cloudId: cloud.id, location: options.location })
  const first = found.find(({ id }) => id === instances[0])
  const farm = options.farm === undefined ? undefined : await findFarm(client, options.farm)
  const role = farm?.roles.find(({ alias }) => alias.toLowerCase() === options.alias.toLowerCase())
  return given(ImportInput, {
    cloudId: cloud.id,
    location: options.location,
    instanceIds: instances,
    farm: farm ? { kind: 'existing', farmId: farm.id } : { kind: 'new', name: options.newFarm ?? '' },
    farmRole: role
      ? { kind: 'existing', farmRoleId: role.id }
      : { kind: 'new', alias: options.alias, os: first?.os ?? { family: 'unknown' } },
    ssh: {
      user: options.user ?? first?.sshUser ?? 'root',
      port: numberGiven(options.port) ?? first?.sshPort ?? 22,
    },
    privateKey: options.key === undefined ? null : await readKey(context, options.key),
    tags: { set: tagsOf(options.setTag ?? []), remove: options.removeTag ?? [] },
  })
}

async function readKey({ io }: Context, file: string): Promise<string> {
  try {
    return file === '-' ? (await readAll(io.stdin)).toString('utf8') : await readFile(file, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('input.not_found', { message: `The key ${file} cannot be read: ${why}.`, cause })
  }
}

function tagsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at < 1) throw new UsageError(`“${word}” is no tag; write KEY=VALUE`)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}
