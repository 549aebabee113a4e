import type { Command } from 'commander'
import { Option } from 'commander'
import { AppError } from '../../shared/model/errors.ts'
import type { DeregisterPlan, ReplacePlan } from '../../shared/model/image-plans.ts'
import { Timestamp } from '../../shared/model/ids.ts'
import { Replacement, SnapshotInput } from '../../shared/model/tasks.ts'
import type { Context } from './context.ts'
import { UsageError } from './failure.ts'
import { finishJob } from './follow-job.ts'
import { plain } from './paint.ts'
import { findImage, findRole, findServer } from './references.ts'

/** The command group of that name, made by another file. */
function groupOf(program: Command, name: string): Command {
  const found = program.commands.find((command) => command.name() === name)
  if (!found) throw new Error(`there is no command ${name}`)
  return found
}

/** `farmhand server snapshot`, and what `image` and `role` can do besides being listed. */
export function addImageWorkCommands(program: Command, context: Context): void {
  addSnapshot(groupOf(program, 'server'), context)
  addImageVerbs(groupOf(program, 'image'), context)
  addRoleVerbs(groupOf(program, 'role'), context)
}

function addSnapshot(server: Command, context: Context): void {
  server
    .command('snapshot <id>')
    .description('make an image, and a role with it, of a server')
    .requiredOption('--name <name>', 'of the new role, or of the image with --image-only')
    .option('--image-only', 'make no role')
    .option('--description <text>', 'what is special about it')
    .option('--no-reboot', 'do not restart the server for it')
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
          replace?: Replacement
          keepRunning?: boolean
          wait?: boolean
        },
      ) =>
        context.withClient(async (client, connection) => {
          const found = await findServer(client, id)
          const input = SnapshotInput.parse({
            serverId: found.id,
            what: options.imageOnly === true ? 'image' : 'role',
            name: options.name,
            description: options.description ?? '',
            reboot: options.reboot,
            replacement: options.replace ?? 'none',
            replaceRunning: options.keepRunning !== true,
          })
          await finishJob(context, connection, await client.images.fromServer(input), options)
        }),
    )
}

function addImageVerbs(image: Command, context: Context): void {
  image
    .command('usage <name>')
    .description('who uses an image: roles, farms, live servers')
    .action((name: string) =>
      context.withClient(async (client) => {
        const found = await findImage(client, name)
        const usage = await client.images.usage({ imageId: found.id })
        await context.print(usage, usageText(usage))
      }),
    )
  image
    .command('copy <name>')
    .description('copy an image to other locations of its cloud')
    .requiredOption('--to <location...>', 'where to; several may be given')
    .option('--into-roles', 'its roles use the copies there')
    .option('--wait', 'wait until it is done')
    .action((name: string, options: { to: string[]; intoRoles?: boolean; wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const found = await findImage(client, name)
        const job = await client.images.copy({
          imageId: found.id,
          locations: options.to,
          intoRoles: options.intoRoles === true,
        })
        await finishJob(context, connection, job, options)
      }),
    )
  image
    .command('deregister <name>')
    .description('take an image and its snapshots out of the cloud; without --yes it only says what would go')
    .option('--yes', 'do it')
    .option('--wait', 'wait until it is done')
    .action((name: string, options: { yes?: boolean; wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const { id: imageId } = await findImage(client, name)
        if (options.yes === true) {
          await finishJob(context, connection, await client.images.deregister({ imageId }), options)
          return
        }
        const plan = await client.images.planDeregister({ imageId })
        await context.print(plan, deregisterText(plan))
      }),
    )
  image
    .command('replace <name>')
    .description('use another image in its place in roles; without --yes it only says what would happen')
    .requiredOption('--by <image>', 'the other image')
    .option('--rebuild', 'replace running servers too, one by one')
    .option('--yes', 'do it')
    .option('--wait', 'wait until servers are replaced')
    .action((name: string, options: { by: string; rebuild?: boolean; yes?: boolean; wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const [from, to] = await Promise.all([findImage(client, name), findImage(client, options.by)])
        const request = { imageId: from.id, byImageId: to.id, rebuild: options.rebuild === true }
        if (options.yes !== true) {
          const plan = await client.images.planReplace(request)
          await context.print(plan, replaceText(plan))
          return
        }
        const { plan, jobId } = await client.images.replace(request)
        if (jobId === null) await context.print({ plan, jobId }, `${replaceText(plan)}It is done.\n`)
        else await finishJob(context, connection, { jobId }, options)
      }),
    )
  addDeprecation(
    image,
    'image',
    async (client, name, change) => {
      const { id: imageId } = await findImage(client, name)
      if (change === null) return client.images.undeprecate({ imageId })
      const replacement =
        change.replacement === undefined ? null : await findImage(client, change.replacement)
      return client.images.deprecate({ imageId, from: change.from, replacementId: replacement?.id ?? null })
    },
    context,
  )
}

function addRoleVerbs(role: Command, context: Context): void {
  role
    .command('usage <name>')
    .description('who uses a role: farms and live servers')
    .action((name: string) =>
      context.withClient(async (client) => {
        const found = await findRole(client, name)
        const usage = await client.roles.usage({ roleId: found.id })
        await context.print(usage, usageText({ ...usage, roles: [] }))
      }),
    )
  role
    .command('clone <name> <new-name>')
    .description('copy a role under another name')
    .action((name: string, newName: string) =>
      context.withClient(async (client) => {
        const found = await findRole(client, name)
        const made = await client.roles.clone({ roleId: found.id, name: newName })
        await context.print(made, `Role ${plain(made.name)} is there (${made.id}).\n`)
      }),
    )
  addDeprecation(
    role,
    'role',
    async (client, name, change) => {
      const { id: roleId } = await findRole(client, name)
      if (change === null) return client.roles.undeprecate({ roleId })
      const replacement = change.replacement === undefined ? null : await findRole(client, change.replacement)
      return client.roles.deprecate({ roleId, from: change.from, replacementId: replacement?.id ?? null })
    },
    context,
  )
}

type Client = Parameters<Parameters<Context['withClient']>[0]>[0]

/** `deprecate` and `undeprecate` of a noun. */
function addDeprecation(
  group: Command,
  noun: 'image' | 'role',
  carryOut: (
    client: Client,
    name: string,
    change: { from?: string | undefined; replacement?: string | undefined } | null,
  ) => Promise<{ name: string }>,
  context: Context,
): void {
  group
    .command('deprecate <name>')
    .description(`the ${noun} is not to be chosen anew`)
    .option('--from <time>', 'from this time on (ISO 8601); now without it')
    .option(`--replacement <${noun}>`, 'what to use instead')
    .action((name: string, options: { from?: string; replacement?: string }) => {
      const from = options.from === undefined ? undefined : timeOf(options.from)
      return context.withClient(async (client) => {
        const after = await carryOut(client, name, { from, replacement: options.replacement })
        await context.print(
          after,
          `${plain(after.name)} is deprecated${from === undefined ? '' : ` from ${from} on`}.\n`,
        )
      })
    })
  group
    .command('undeprecate <name>')
    .description(`the ${noun} may be chosen again`)
    .action((name: string) =>
      context.withClient(async (client) => {
        const after = await carryOut(client, name, null)
        await context.print(after, `${plain(after.name)} may be chosen again.\n`)
      }),
    )
}

function timeOf(text: string): string {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new UsageError(`“${text}” is no time; write one such as 2027-01-31T12:00:00Z.`)
  return Timestamp.parse(new Date(ms).toISOString())
}

function usageText(usage: {
  roles: { name: string }[]
  farms: { name: string; aliases: string[] }[]
  servers: { name: string }[]
}): string {
  const lines = [
    ...usage.roles.map(({ name }) => `role ${plain(name)}`),
    ...usage.farms.map(({ name, aliases }) => `farm ${plain(name)} (${plain(aliases.join(', '))})`),
    ...usage.servers.map(({ name }) => `server ${plain(name)}`),
  ]
  return lines.length === 0 ? 'Nobody uses it.\n' : `${lines.join('\n')}\n`
}

function deregisterText(plan: DeregisterPlan): string {
  const lines = [
    `${plain(plan.image)}: ${plan.cloudImageId} and ${plan.snapshotIds.length} snapshots would go`,
    ...plan.snapshotIds.map((id) => `  ${id}`),
    ...plan.warnings.map((warning) => `note: ${plain(warning)}`),
    ...plan.blockers.map((blocker) => `not now: ${plain(blocker)}`),
    ...(plan.blockers.length === 0 ? ['Give --yes to do it.'] : []),
  ]
  return `${lines.join('\n')}\n`
}

function replaceText(plan: ReplacePlan): string {
  if (plan.faults.length > 0) {
    throw new AppError('input.invalid', { message: `It cannot be replaced: ${plan.faults.join(' ')}` })
  }
  const lines = plan.roles.flatMap((role) => [
    `role ${plain(role.name)}`,
    ...role.farmRoles.flatMap((farmRole) => [
      `  ${plain(farmRole.alias)} of ${plain(farmRole.farm)}`,
      ...farmRole.servers.map(
        (server) => `    ${plain(server.name)}: ${server.outcome} (${plain(server.reason)})`,
      ),
    ]),
  ])
  const { roles, farms, rebuilt, kept } = plan.counts
  return `${lines.join('\n')}\n${roles} roles, ${farms} farms, ${rebuilt} servers rebuilt, ${kept} kept\n`
}
