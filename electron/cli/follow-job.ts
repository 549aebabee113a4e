import { AppError } from '../../shared/model/errors.ts'
import type { Job, JobRef } from '../../shared/model/jobs.ts'
import type { Connection } from './connect.ts'
import type { Context } from './context.ts'
import { plain } from './paint.ts'

/**
 * What every command that starts a job ends with: with `--wait` it follows the job, its steps on stderr, and fails as the job
 * fails; without, it prints the job and says what becomes of it.
 */
export async function finishJob(
  context: Context,
  { client, isOwnEngine }: Connection,
  { jobId }: JobRef,
  options: { wait?: boolean },
): Promise<void> {
  if (options.wait === true) {
    const job = await followJob(context, client, jobId)
    await context.print(job, `${plain(job.title)}: ${job.state}\n`)
    return
  }
  const job = await client.jobs.get({ jobId })
  await context.print(job, `${plain(job.title)}: ${job.state} (job ${job.id})\n`)
  if (isOwnEngine && job.state === 'running') {
    await context.note(
      'No Farmhand runs here, so this one ends with the command and the Sandbox with it. The work is noted and goes on with the next one: `farmhand serve`, the app, or --wait.',
    )
  }
}

async function followJob(context: Context, client: Connection['client'], jobId: Job['id']): Promise<Job> {
  const left = new AbortController()
  const signal = AbortSignal.any([left.signal, context.io.signal])
  let said = ''
  const look = async (job: Job): Promise<boolean> => {
    const { done, total, step } = job.progress
    const line =
      `${plain(job.title)}: ${total > 0 ? `${String(done)}/${String(total)} ` : ''}${plain(step, '')}`.trimEnd()
    if (line !== said && step !== '' && job.state === 'running') await context.note(line)
    said = line
    return job.state !== 'running'
  }
  try {
    // Subscribed first and asked afterwards, so that no end of the job falls between the two.
    const messages = await client.feed.subscribe({ topics: ['jobs'] }, { signal })
    const first = await client.jobs.get({ jobId })
    if (await look(first)) return ended(first)
    for await (const message of messages) {
      const entities = (message.kind === 'snapshot' ? message.entities : message.put) as Job[]
      const job = entities.find(({ id }) => id === jobId)
      if (job !== undefined && (await look(job))) return ended(job)
    }
    throw new AppError('job.interrupted', {
      message: `The engine went away while job ${jobId} ran; \`farmhand job show ${jobId}\` tells how it stands.`,
    })
  } finally {
    left.abort()
  }
}

function ended(job: Job): Job {
  if (job.state === 'done') return job
  if (job.error !== null) throw AppError.from(job.error)
  const code = job.state === 'interrupted' ? 'job.interrupted' : 'job.cancelled'
  throw new AppError(code, { message: `${job.title}: ${job.state}.` })
}
