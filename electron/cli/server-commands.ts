import type { Command } from 'commander'
import { Option } from 'commander'
import { keyOfServer } from '../../shared/logic/keys/ssh-keys.ts'
import { AppError } from '../../shared/model/errors.ts'
import { ServerStatus } from '../../shared/model/servers.ts'
import { PrivateKeyFormat } from '../../shared/model/ssh-keys.ts'
import type { Context } from './context.ts'
import { writePrivateFile } from './documents.ts'
import { UsageError } from './failure.ts'
import { listing } from './list-verb.ts'
import { runOnServer } from './run-on-server.ts'
import { openShellOnServer } from './shell-on-server.ts'
import { plain } from './paint.ts'
import { findServer, slotOf } from './references.ts'
import { addServerActVerbs } from './server-act-commands.ts'
import { addSnapshotCommand } from './server-snapshot-verb.ts'
import { propertiesText, serverColumns, serverText } from './server-text.ts'

interface ListOptions {
  farm?: string
  role?: string
  status?: ServerStatus
  all?: boolean
}

export function addServerCommands(program: Command, context: Context): void {
  const server = program
    .command('server')
    .description('servers; ID is an id, its beginning, or FARM/ALIAS/INDEX')
  addLookVerbs(server, context)
  addConnectVerbs(server, context)
  addServerActVerbs(server, context)
  addSnapshotCommand(server, context)
}

function addLookVerbs(server: Command, context: Context): void {
  server
    .command('ls')
    .description('list servers')
    .option('--farm <farm>', 'of this farm')
    .option('--role <alias>', 'of this farm role')
    .addOption(new Option('--status <status>', 'in this status').choices(ServerStatus.options))
    .option('--all', 'terminated ones too')
    .action(
      listing(
        context,
        ({ servers }, { all, ...filter }: ListOptions) =>
          servers.list({ ...filter, includeTerminated: all === true || filter.status === 'terminated' }),
        serverColumns,
      ),
    )
  server
    .command('show <id>')
    .description('show a server')
    .action((id: string) =>
      context.withClient(async (client) => {
        const found = await findServer(client, id)
        await context.print(found, () => serverText(found, context.paint))
      }),
    )
  server
    .command('console <id>')
    .description('print the console output that the cloud keeps')
    .action((id: string) =>
      context.withClient(async (client) => {
        const found = await findServer(client, id)
        const output = await client.servers.console({ serverId: found.id })
        await context.print(output, `${output.text.trimEnd()}\n`)
      }),
    )
  server
    .command('properties <id>')
    .description('everything that the cloud tells about a server now')
    .action((id: string) =>
      context.withClient(async (client) => {
        const found = await findServer(client, id)
        const properties = await client.servers.cloudProperties({ serverId: found.id })
        await context.print(properties, () => propertiesText(properties, context.paint))
      }),
    )
  server
    .command('password <id>')
    .description('print the administrator password of a Windows server')
    .action((id: string) =>
      context.withClient(async (client) => {
        const found = await findServer(client, id)
        const answer = await client.servers.password({ serverId: found.id })
        if (answer.password === null) {
          throw new AppError('server.no_password', {
            message: `The cloud has no password of ${slotOf(found)} yet. Windows makes it some minutes after the first boot.`,
            retryable: true,
          })
        }
        await context.print(answer, `${plain(answer.password)}\n`)
      }),
    )
  server
    .command('key <id>')
    .description('save the private key that opens a server, for your user only')
    .requiredOption('--out <file>', 'where to')
    .addOption(
      new Option('--format <format>', 'form of the key').choices(PrivateKeyFormat.options).default('openssh'),
    )
    .option('--force', 'replace an existing file')
    .action((id: string, options: { out: string; format: PrivateKeyFormat; force?: boolean }) =>
      context.withClient(async (client) => {
        const found = await findServer(client, id)
        const key = keyOfServer(await client.keys.list(), found)
        if (key === undefined) {
          throw new AppError('input.not_found', { message: `There is no key for ${slotOf(found)} any more.` })
        }
        const { text } = await client.keys.exportPrivate({ keyId: key.id, format: options.format })
        await writePrivateFile(options.out, text, options.force === true)
        const { ssh } = found
        const hint =
          ssh === null ? '' : `: ssh -i ${options.out} -p ${String(ssh.port)} ${ssh.user}@${ssh.host}`
        await context.print(
          { file: options.out, format: options.format, fingerprint: key.fingerprint, ssh },
          `The key of ${plain(slotOf(found))} is in ${options.out}${hint}\n`,
        )
      }),
    )
}

function addConnectVerbs(server: Command, context: Context): void {
  server
    .command('ssh <id>')
    .usage('[options] <id> [-- CMD…]')
    .description('open a terminal on a server (~. leaves it), or run a command there')
    .option('--stdin', 'send stdin to the command')
    .action((id: string, options: { stdin?: boolean }) =>
      context.withClient(async (client) => {
        const found = await findServer(client, id)
        if (context.tail.length === 0) await openShellOnServer(context, client, found)
        else await runOnServer(context, client, found, options)
      }),
    )
  server
    .command('exec <id>')
    .usage('[options] <id> -- CMD…')
    .description('run a command on a server and exit with its status')
    .option('--stdin', 'send stdin to the command')
    .option('--timeout <seconds>', 'end it after so long')
    .action(async (id: string, options: { stdin?: boolean; timeout?: string }) => {
      if (context.tail.length === 0) throw new UsageError('Give the command after --.')
      const timeout = options.timeout === undefined ? undefined : Number(options.timeout)
      if (timeout !== undefined && !(timeout > 0))
        throw new UsageError('--timeout takes a number of seconds.')
      await context.withClient(async (client) => {
        const timeoutMs = timeout === undefined ? {} : { timeoutMs: Math.ceil(timeout * 1000) }
        await runOnServer(context, client, await findServer(client, id), { ...options, ...timeoutMs })
      })
    })
}
