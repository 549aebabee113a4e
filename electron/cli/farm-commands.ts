import type { Command } from 'commander'
import { hoursText } from '../../shared/logic/farms/allowed-hours.ts'
import type { Farm } from '../../shared/model/farms.ts'
import type { FarmId } from '../../shared/model/ids.ts'
import type { Server } from '../../shared/model/servers.ts'
import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { readDocument } from './documents.ts'
import { ExitStatus } from './failure.ts'
import { finishJob } from './follow-job.ts'
import { listing } from './list-verb.ts'
import { paintStatus, plain, table, type Columns, type Paint } from './paint.ts'
import { planText } from './plan-text.ts'
import { findFarm } from './references.ts'
import { addReplaceVerb } from './farm-replace-commands.ts'
import { addTemplateVerbs } from './farm-template-commands.ts'
import { serverColumns } from './server-text.ts'

interface PlanOptions {
  terminate?: boolean
  suspend?: boolean
  deleteCloudObjects?: boolean
  design?: string
}

export function addFarmCommands(program: Command, context: Context): void {
  const farm = program.command('farm').description('designs of farms, and the farms that run')
  addDesignVerbs(farm, context)
  addLifeVerbs(farm, context)
  addLeaseVerb(farm, context)
  addReplaceVerb(farm, context)
  addTemplateVerbs(farm, context)
}

function addDesignVerbs(farm: Command, context: Context): void {
  farm
    .command('ls')
    .description('list farms')
    .action(
      listing(
        context,
        farmsWithServers,
        {
          NAME: ({ farm }) => plain(farm.name),
          STATUS: ({ farm: { state } }, paint) =>
            paintStatus(paint, state.status) + (state.lock === null ? '' : ' (locked)'),
          RUNNING: ({ servers }) =>
            `${servers.filter(({ status }) => status === 'running').length}/${servers.length}`,
          ROLES: ({ farm }) => farm.roles.length,
          LAUNCHED: ({ farm }) => plain(farm.state.launchedAt),
          ID: ({ farm }) => farm.id,
        },
        (row) => row.farm,
      ),
    )
  farm
    .command('sample')
    .description('add the sample farm, which launches on the Sandbox as it is')
    .action(() =>
      context.withClient(async ({ farms }) => {
        const made = await farms.addSample()
        await context.print(made, `Farm ${plain(made.name)} is there (${made.id}).\n`)
      }),
    )
  farm
    .command('show <name>')
    .description('show a farm and its servers')
    .action((name: string) =>
      context.withClient(async (client) => {
        const found = await findFarm(client, name)
        const servers = await client.servers.list({ farm: found.id })
        await context.print(found, () => farmText(found, servers, context.paint))
      }),
    )
  farm
    .command('plan <name>')
    .description(
      'show what launching, applying or terminating would do; exit status 1 when faults stand in the way',
    )
    .option('--terminate', 'plan the end of the farm')
    .option('--suspend', 'plan its suspension')
    .option('--delete-cloud-objects', 'with --terminate: plan the end of its volumes and addresses as well')
    .option(
      '--design <file>',
      'plan a farmhand.farm/v1 document in the place of the saved design (- for stdin)',
    )
    .action((name: string, options: PlanOptions) =>
      context.withClient(async (client) => {
        const { id } = await findFarm(client, name)
        const { design } = options
        const plan = await client.farms.plan({
          farmId: id,
          ...(design === undefined ? {} : { draft: await readDesign(context, client, id, design) }),
          ...(options.terminate === true ? { purpose: 'terminate' as const } : {}),
          ...(options.suspend === true ? { purpose: 'suspend' as const } : {}),
          deleteCloudObjects: options.deleteCloudObjects === true,
        })
        await context.print(plan, () => planText(plan, context.paint))
        if (plan.faults.length > 0) throw new ExitStatus(1)
      }),
    )
  farm
    .command('update <name> <file>')
    .description(
      'put a farmhand.farm/v1 document (- for stdin) in the place of the design; a farm that runs follows at once, as `plan --design` shows',
    )
    .action((name: string, file: string) =>
      context.withClient(async (client) => {
        const { id, updatedAt } = await findFarm(client, name)
        const design = await readDesign(context, client, id, file)
        const changed = await client.farms.update({ farmId: id, farm: design, updatedAt })
        await context.print(changed, `The design of ${plain(changed.name)} is changed.\n`)
      }),
    )
  farm
    .command('clone <name>')
    .description('copy a design')
    .option('--as <name>', 'name of the copy')
    .action((name: string, options: { as?: string }) =>
      context.withClient(async (client) => {
        const { id } = await findFarm(client, name)
        const copy = await client.farms.clone({
          farmId: id,
          ...(options.as === undefined ? {} : { name: options.as }),
        })
        await context.print(copy, `Farm ${plain(copy.name)} is there (${copy.id}).\n`)
      }),
    )
  farm
    .command('rm <name>')
    .description('remove the design of a terminated farm')
    .option('--delete-cloud-objects', 'delete the volumes that it kept and release its addresses')
    .action((name: string, { deleteCloudObjects = false }: { deleteCloudObjects?: boolean }) =>
      context.withClient(async (client, connection) => {
        const found = await findFarm(client, name)
        const ref = await client.farms.remove({ farmId: found.id, deleteCloudObjects })
        // Waited for, so that the farm is gone when the command ends well.
        await finishJob(context, connection, ref, { wait: true })
      }),
    )
}

/** A farm document as a draft of a farm that is there. */
async function readDesign(context: Context, { farms }: Client, farmId: FarmId, file: string) {
  return farms.readDocument({ farmId, document: await readDocument(context, file) })
}

function addLifeVerbs(farm: Command, context: Context): void {
  farm
    .command('launch <name>')
    .description('launch a farm')
    .option('--wait', 'wait until its servers run')
    .action((name: string, options: { wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const { id } = await findFarm(client, name)
        await finishJob(context, connection, await client.farms.launch({ farmId: id }), options)
      }),
    )
  farm
    .command('terminate <name>')
    .description('terminate every server of a farm')
    .option('--wait', 'wait until the last server is gone')
    .option('--force', 'without the grace period')
    .option('--delete-cloud-objects', 'delete its volumes and release its addresses as well')
    .action((name: string, options: { wait?: boolean; force?: boolean; deleteCloudObjects?: boolean }) =>
      context.withClient(async (client, connection) => {
        const { id } = await findFarm(client, name)
        const ref = await client.farms.terminate({
          farmId: id,
          force: options.force === true,
          deleteCloudObjects: options.deleteCloudObjects === true,
        })
        await finishJob(context, connection, ref, options)
      }),
    )
  for (const verb of ['suspend', 'resume'] as const) {
    farm
      .command(`${verb} <name>`)
      .description(`${verb} the servers of a farm`)
      .option('--wait', 'wait until it is done')
      .action((name: string, options: { wait?: boolean }) =>
        context.withClient(async (client, connection) => {
          const { id } = await findFarm(client, name)
          await finishJob(context, connection, await client.farms[verb]({ farmId: id }), options)
        }),
      )
  }
  farm
    .command('lock <name>')
    .description('keep a farm from being changed')
    .requiredOption('--comment <text>', 'why it is locked')
    .action((name: string, options: { comment: string }) =>
      context.withClient(async (client) => {
        const { id } = await findFarm(client, name)
        const locked = await client.farms.lock({ farmId: id, comment: options.comment })
        await context.print(locked, `Farm ${plain(locked.name)} is locked.\n`)
      }),
    )
  farm
    .command('unlock <name>')
    .description('let a farm be changed again')
    .action((name: string) =>
      context.withClient(async (client) => {
        const { id } = await findFarm(client, name)
        const unlocked = await client.farms.unlock({ farmId: id })
        await context.print(unlocked, `Farm ${plain(unlocked.name)} is unlocked.\n`)
      }),
    )
}

function addLeaseVerb(farm: Command, context: Context): void {
  farm
    .command('extend-lease <name>')
    .description('give the lease of a farm that runs one more extension')
    .action((name: string) =>
      context.withClient(async (client) => {
        const { id } = await findFarm(client, name)
        const extended = await client.farms.extendLease({ farmId: id })
        await context.print(
          extended,
          `The lease of ${plain(extended.name)} ends at ${plain(extended.state.leaseEndsAt)}.\n`,
        )
      }),
    )
}

async function farmsWithServers(client: Client) {
  const [farms, servers] = await Promise.all([client.farms.list(), client.servers.list({})])
  return farms.map((farm) => ({ farm, servers: servers.filter(({ farmId }) => farmId === farm.id) }))
}

const roleColumns: Columns<Farm['roles'][number]> = {
  ALIAS: ({ alias }) => alias,
  LOCATION: ({ location }) => location,
  ZONE: ({ zone }) => plain(zone),
  TYPE: ({ instanceType }) => instanceType,
  SERVERS: ({ scaling }) => `${scaling.min}–${scaling.max}`,
  'LAUNCH INDEX': ({ launchIndex }) => launchIndex,
}

function farmText(farm: Farm, servers: readonly Server[], paint: Paint): string {
  const { state } = farm
  const tags = Object.entries(farm.tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')
  const facts = [
    `${paint('bold', plain(farm.name))}  ${paintStatus(paint, state.status)}  ${farm.id}`,
    ...(farm.description === '' ? [] : [plain(farm.description)]),
    `launch order ${farm.launchOrder}, time zone ${farm.timezone}, launched ${plain(state.launchedAt)}`,
    ...(farm.ownerNote === '' ? [] : [`owner: ${plain(farm.ownerNote)}`]),
    ...(tags === '' ? [] : [`tags: ${plain(tags)}`]),
    ...leaseLines(farm),
    ...(farm.allowedHours === null ? [] : [`allowed hours: ${hoursText(farm.allowedHours)}`]),
    ...(state.lock === null
      ? []
      : [`locked by ${plain(state.lock.by)} since ${state.lock.at}: ${plain(state.lock.comment)}`]),
    ...(state.problem === null ? [] : [`${paint('red', 'problem:')} ${plain(state.problem.message)}`]),
    ...state.paused.map(
      ({ farmRoleId, until, error }) =>
        `${paint('yellow', 'paused:')} ${farm.roles.find(({ id }) => id === farmRoleId)?.alias ?? farmRoleId} until ${until}: ${plain(error.message)}`,
    ),
  ]
  const list = servers.length === 0 ? 'No servers.\n' : table(serverColumns, servers, paint)
  return `${facts.join('\n')}\n\n${table(roleColumns, farm.roles, paint)}\n${list}`
}

function leaseLines({ lease, state }: Farm): string[] {
  if (lease === null) return []
  if (state.leaseEndsAt === null) return [`lease: ${String(lease.hours)} h from the launch`]
  return [
    `lease: ends at ${state.leaseEndsAt}, extended ${String(state.leaseExtensions)} of ${String(lease.extensions)} times`,
  ]
}
