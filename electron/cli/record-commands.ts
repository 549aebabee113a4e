import type { Command } from 'commander'
import { type Event, EventKind } from '../../shared/model/events.ts'
import type { Context } from './context.ts'
import { finishJob } from './follow-job.ts'
import { UsageError } from './failure.ts'
import { paintStatus, plain, table } from './paint.ts'
import { findFarm, findServer } from './references.ts'

export function addEventCommands(program: Command, context: Context): void {
  program
    .command('event')
    .description('what happened')
    .command('ls')
    .description('list events, newest first')
    .option('--farm <farm>', 'of this farm')
    .option('--server <id>', 'of this server')
    .option('--kind <kind>', 'of this kind, such as HostUp')
    .option('--limit <number>', 'at most so many', '50')
    .action(async (options: { farm?: string; server?: string; kind?: string; limit: string }) => {
      const limit = Number(options.limit)
      if (!Number.isInteger(limit) || limit < 1)
        throw new UsageError('--limit takes a whole number from 1 on.')
      await context.withClient(async (client) => {
        const farm = options.farm === undefined ? {} : { farmId: (await findFarm(client, options.farm)).id }
        const server =
          options.server === undefined ? {} : { serverId: (await findServer(client, options.server)).id }
        const kind = options.kind === undefined ? {} : { kind: eventKind(options.kind) }
        const events = await client.events.list({ ...farm, ...server, ...kind, limit })
        await context.print(events.map(withNames), () =>
          table(
            ['AT', 'EVENT', 'WHAT', 'WHY'],
            events.map(({ at, kind, message, reason }) => [at, kind, plain(message), plain(reason, '')]),
            context.paint,
          ),
        )
      })
    })
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
    .action(() =>
      context.withClient(async ({ jobs }) => {
        const all = await jobs.list()
        await context.print(all, () =>
          table(
            ['ID', 'WHAT', 'STATE', 'PROGRESS', 'STARTED'],
            all.map(({ id, title, state, progress, startedAt }) => [
              id,
              plain(title),
              paintStatus(context.paint, state),
              `${String(progress.done)}/${String(progress.total)}`,
              startedAt,
            ]),
            context.paint,
          ),
        )
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
