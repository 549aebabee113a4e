import type { Command } from 'commander'
import { Option } from 'commander'
import type { BulkAction, BulkOptions, Server } from '../../shared/model/servers.ts'
import type { Client, Connection } from './connect.ts'
import type { Context } from './context.ts'
import { finishJob } from './follow-job.ts'
import { plain } from './paint.ts'
import { findFarmRole, pickServer, slotOf } from './references.ts'

/** What is done to servers: one by its own call, several by one job with an outcome for each. */
export function addServerActVerbs(server: Command, context: Context): void {
  const act = actor(context)

  server
    .command('launch <farm/alias>')
    .description(
      'launch one more server of a farm role; its minimum rises with it, and its maximum if need be',
    )
    .option('--wait', 'wait until it runs')
    .action((slot: string, options: { wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const made = await client.farms.launchServer(await findFarmRole(client, slot))
        if (made.warning !== null) await context.note(plain(made.warning))
        if (options.wait === true) await finishJob(context, connection, made, options)
        else
          await context.print(made, `${plain(slotOf(made.server))} is being launched (${made.server.id}).\n`)
      }),
    )

  server
    .command('reboot <id...>')
    .description('reboot servers')
    .option('--hard', 'stop and start the instance instead of asking the system')
    .option('--wait', 'wait until it is done')
    .action((ids: string[], options: { wait?: boolean; hard?: boolean }) =>
      act(ids, 'reboot', { mode: options.hard === true ? 'hard' : 'soft' }, options, ({ servers }, { id }) =>
        servers.reboot({ serverId: id, mode: options.hard === true ? 'hard' : 'soft' }),
      ),
    )
  for (const verb of ['suspend', 'resume'] as const) {
    server
      .command(`${verb} <id...>`)
      .description(`${verb} servers`)
      .option('--wait', 'wait until it is done')
      .action((ids: string[], options: { wait?: boolean }) =>
        act(ids, verb, {}, options, ({ servers }, { id }) => servers[verb]({ serverId: id })),
      )
  }
  server
    .command('terminate <id...>')
    .description('terminate servers; the farm replaces them unless --decrease-min')
    .option('--wait', 'wait until they are gone')
    .option('--force', 'without the grace period')
    .option('--decrease-min', 'lower the farm role’s minimum by as many')
    .action((ids: string[], options: { wait?: boolean; force?: boolean; decreaseMin?: boolean }) => {
      const chosen = { force: options.force === true, decreaseMin: options.decreaseMin === true }
      return act(ids, 'terminate', chosen, options, ({ servers }, { id }) =>
        servers.terminate({ serverId: id, ...chosen }),
      )
    })
  server
    .command('cancel <id...>')
    .description('give up launches that the cloud has not carried out')
    .option('--decrease-min', 'lower the farm role’s minimum by as many')
    .action((ids: string[], options: { decreaseMin?: boolean }) => {
      const decreaseMin = options.decreaseMin === true
      return act(ids, 'cancel', { decreaseMin }, {}, ({ servers }, { id }) =>
        servers.cancel({ serverId: id, decreaseMin }),
      )
    })
  server
    .command('retry <id...>')
    .description('try failed launches again at once')
    .action((ids: string[]) =>
      act(ids, 'retry', {}, {}, ({ servers }, { id }) => servers.retry({ serverId: id })),
    )
  server
    .command('lock <id...>')
    .description('keep servers from being terminated, suspended or rebooted')
    .option('--comment <text>', 'why they are locked', 'Locked from the command line')
    .action((ids: string[], { comment }: { comment: string }) =>
      act(ids, 'lock', { comment }, {}, ({ servers }, { id }) => servers.lock({ serverId: id, comment })),
    )
  server
    .command('unlock <id...>')
    .description('end the lock of servers')
    .action((ids: string[]) =>
      act(ids, 'unlock', {}, {}, ({ servers }, { id }) => servers.unlock({ serverId: id })),
    )
  server
    .command('troubleshoot <id...>')
    .description('hold servers for debugging: the engine leaves them alone')
    .action((ids: string[]) =>
      act(ids, 'troubleshoot', {}, {}, ({ servers }, { id }) => servers.troubleshoot({ serverId: id })),
    )
  server
    .command('release <id...>')
    .description('end the troubleshooting of servers')
    .action((ids: string[]) =>
      act(ids, 'release', {}, {}, ({ servers }, { id }) => servers.release({ serverId: id })),
    )
  server
    .command('protect <id...>')
    .description('switch the cloud’s termination protection on, or off with --off')
    .addOption(new Option('--off', 'end the protection'))
    .action((ids: string[], { off }: { off?: boolean }) =>
      act(ids, off === true ? 'unprotect' : 'protect', {}, {}, ({ servers }, { id }) =>
        servers.setTerminationProtection({ serverId: id, isOn: off !== true }),
      ),
    )
  server
    .command('type <id> <type>')
    .description('give a suspended server another instance type')
    .action((id: string, instanceType: string) =>
      context.withClient(async (client) => {
        const found = pickServer(await client.servers.list({ includeTerminated: true }), id)
        const after = await client.servers.changeType({ serverId: found.id, instanceType })
        await context.print(after, `Server ${plain(slotOf(after))} is ${after.instanceType} from now on.\n`)
      }),
    )
}

/** A job, or the server as it is afterwards. */
type Done = Awaited<ReturnType<Client['servers']['reboot']>> | Server

function actor(context: Context) {
  return (
    ids: readonly string[],
    action: BulkAction,
    options: Partial<BulkOptions>,
    { wait }: { wait?: boolean },
    one: (client: Client, server: Server) => PromiseLike<Done>,
  ): Promise<void> =>
    context.withClient(async (client, connection) => {
      const known = await client.servers.list({ includeTerminated: true })
      const servers = ids.map((id) => pickServer(known, id))
      const [first] = servers
      if (first !== undefined && servers.length === 1) {
        await finish(context, connection, action, await one(client, first), wait)
        return
      }
      const ref = await client.servers.bulk({ serverIds: servers.map(({ id }) => id), action, options })
      await finishSelection(context, connection, ref, wait)
    })
}

async function finish(
  context: Context,
  connection: Connection,
  action: BulkAction,
  done: Done,
  wait: boolean | undefined,
): Promise<void> {
  if ('jobId' in done) {
    await finishJob(context, connection, done, wait === undefined ? {} : { wait })
    return
  }
  await context.print(done, `${plain(slotOf(done))}: ${SAID[action] ?? action}\n`)
}

const SAID: Readonly<Partial<Record<BulkAction, string>>> = {
  cancel: 'its launch is cancelled.',
  retry: 'its launch is tried again.',
  lock: 'locked.',
  unlock: 'unlocked.',
  troubleshoot: 'held for troubleshooting.',
  release: 'released.',
  protect: 'protected from termination.',
  unprotect: 'no longer protected from termination.',
}

/** A selection's job, with what became of each server on stderr when something did not go well. */
async function finishSelection(
  context: Context,
  connection: Connection,
  ref: { jobId: string },
  wait: boolean | undefined,
): Promise<void> {
  try {
    await finishJob(
      context,
      connection,
      ref as Parameters<typeof finishJob>[2],
      wait === true ? { wait } : {},
    )
  } finally {
    if (wait === true) {
      const { bulk } = await connection.client.jobs.get(ref)
      for (const { name, state, message } of bulk?.outcomes ?? []) {
        if (state !== 'done') await context.note(`${plain(name)}: ${state}: ${plain(message)}`)
      }
    }
  }
}
