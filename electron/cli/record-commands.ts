import type { Command } from 'commander'
import { type Event, EventKind } from '../../shared/model/events.ts'
import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { finishJob } from './follow-job.ts'
import { UsageError } from './failure.ts'
import { listing } from './list-verb.ts'
import { paintStatus, plain } from './paint.ts'
import { findFarm, findServer } from './references.ts'

export function addEventCommands(program: Command, context: Context): void {
  const list = listing(
    context,
    eventsOf,
    {
      AT: ({ at }) => at,
      EVENT: ({ kind }) => kind,
      WHAT: ({ message }) => plain(message),
      WHY: ({ reason }) => plain(reason, ''),
    },
    withNames,
  )
  program
    .command('event')
    .description('what happened')
    .command('ls')
    .description('list events, newest first')
    .option('--farm <farm>', 'of this farm')
    .option('--server <id>', 'of this server')
    .option('--kind <kind>', 'of this kind, such as HostUp')
    .option('--limit <number>', 'at most so many', '50')
    .action(async (options: EventOptions) => {
      const limit = Number(options.limit)
      if (!Number.isInteger(limit) || limit < 1)
        throw new UsageError('--limit takes a whole number from 1 on.')
      await list(options)
    })
}

interface EventOptions {
  farm?: string
  server?: string
  kind?: string
  limit: string
}

async function eventsOf(client: Client, options: EventOptions) {
  const farm = options.farm === undefined ? {} : { farmId: (await findFarm(client, options.farm)).id }
  const server =
    options.server === undefined ? {} : { serverId: (await findServer(client, options.server)).id }
  const kind = options.kind === undefined ? {} : { kind: eventKind(options.kind) }
  return client.events.list({ ...farm, ...server, ...kind, limit: Number(options.limit) })
}

function eventKind(name: string): EventKind {
  const kind = EventKind.safeParse(name)
  if (kind.success) return kind.data
  throw new UsageError(`There is no event “${name}”.`)
}

/** An event with the names of what it is about, as they were when it happened. */
function withNames(event: Event) {
  const { farm = null, alias = null, index = null } = event.data
  return { ...event, farm, alias, index }
}

export function addJobCommands(program: Command, context: Context): void {
  const job = program.command('job').description('work that takes a while')
  job
    .command('ls')
    .description('list running jobs and the last ended ones')
    .action(
      listing(context, ({ jobs }) => jobs.list(), {
        ID: ({ id }) => id,
        WHAT: ({ title }) => plain(title),
        STATE: ({ state }, paint) => paintStatus(paint, state),
        PROGRESS: ({ progress }) => `${progress.done}/${progress.total}`,
        STARTED: ({ startedAt }) => startedAt,
      }),
    )
  job
    .command('show <id>')
    .description('show a job')
    .option('--wait', 'follow it until it ends')
    .action((id: string, options: { wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const found = await client.jobs.get({ jobId: id })
        if (options.wait === true) {
          await finishJob(context, connection, { jobId: found.id }, options)
          return
        }
        const why = found.error === null ? '' : `\n${plain(found.error.message)}`
        const { done, total, step } = found.progress
        await context.print(
          found,
          `${plain(found.title)}: ${found.state}, ${String(done)}/${String(total)} ${plain(step, '')}${why}\n`,
        )
      }),
    )
  job
    .command('cancel <id>')
    .description('cancel a running job')
    .action((id: string) =>
      context.withClient(async ({ jobs }) => {
        const after = await jobs.cancel({ jobId: id })
        await context.print(after, `${plain(after.title)}: ${after.state}\n`)
      }),
    )
}
