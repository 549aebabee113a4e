import { AppError, type ErrorInfo, toAppError } from '../../../../shared/model/errors.ts'
import { JobId } from '../../../../shared/model/ids.ts'
import type { Job, JobKind, LogLine } from '../../../../shared/model/jobs.ts'
import type { Clock, Log } from '../../ports.ts'

/** Ended jobs that stay visible. */
const KEEP_ENDED = 100

/** Where jobs are kept. */
interface JobRepository {
  put(job: Job): Promise<void>
  /** Running ones and the newest ended ones. */
  recent(endedCount: number): Promise<Job[]>
}

/** What a look at the world says about a job. */
export type JobReport = (
  | { state: 'running'; done: number; total: number; step: string }
  | { state: 'done'; done: number; total: number; step: string }
  | { state: 'failed'; error: ErrorInfo }
  | { state: 'cancelled' }
) & {
  /** How each server of a selection fares now; absent: as it was. */
  bulk?: Job['bulk']
  /** What the work wrote about itself; absent: as it was. */
  log?: readonly LogLine[]
}

/**
 * How a kind of job sees how far it is. It looks at the world and not at what it did, so that a job that was cut off by a
 * crash goes on, or ends truthfully, in the next run of the engine.
 */
export interface JobFollower {
  report(job: Job): JobReport
  /** Stops the work; absent: the job cannot be cancelled. */
  cancel?(job: Job): Promise<void>
  /** What was begun ends before the job does: cancelling only keeps more from beginning. */
  cancelsSoftly?: boolean
}

interface JobsOptions {
  repository: JobRepository
  clock: Clock
  log: Log
  newId: () => string
  onChange: (job: Job) => void
}

/** Work longer than about a second. A job either follows the world (`follow`) or a piece of work of this run (`run`). */
export class Jobs {
  readonly #options: JobsOptions
  readonly #jobs = new Map<string, Job>()
  readonly #followers = new Map<JobKind, JobFollower>()
  readonly #aborts = new Map<string, AbortController>()

  constructor(options: JobsOptions) {
    this.#options = options
  }

  /** Says how kinds of jobs are followed; once a kind. */
  register(followers: Partial<Record<JobKind, JobFollower>>): void {
    for (const [kind, follower] of Object.entries(followers) as [JobKind, JobFollower][]) {
      if (this.#followers.has(kind)) throw new Error(`${kind} is registered already`)
      this.#followers.set(kind, follower)
    }
  }

  /** Reads what an earlier run left: followed jobs go on, pieces of work that died with it are marked interrupted. */
  async start(): Promise<void> {
    for (const job of await this.#options.repository.recent(KEEP_ENDED)) {
      this.#jobs.set(job.id, job)
      if (job.state === 'running' && !this.#followers.has(job.kind)) {
        await this.#end(job, 'interrupted', {
          code: 'job.interrupted',
          message: 'Farmhand stopped while this was going on. Start it again.',
          retryable: true,
          details: {},
        })
      } else {
        this.#options.onChange(job)
      }
    }
  }

  /** Newest first. */
  async list(): Promise<Job[]> {
    return [...this.#jobs.values()].sort((a, b) => b.startedAt.localeCompare(a.startedAt))
  }

  /** Throws `input.not_found`. */
  async get({ jobId }: { jobId: string }): Promise<Job> {
    return this.#get(jobId)
  }

  /** The running job of this kind about this target. */
  running(kind: JobKind, targetId: string): Job | undefined {
    for (const job of this.#jobs.values()) {
      if (job.state === 'running' && job.kind === kind && job.target.id === targetId) return job
    }
    return undefined
  }

  /** A job that ends when its follower says so. A running one of the same kind and target is answered instead of a second. */
  async follow(
    kind: JobKind,
    target: Job['target'],
    title: string,
    options: { bulk?: Job['bulk']; begun?: (job: Job) => void } = {},
  ): Promise<Job> {
    const follower = this.#followers.get(kind)
    if (!follower) throw new Error(`${kind} is not registered`)
    const going = this.running(kind, target.id)
    if (going) return going
    const job = {
      ...this.#make(kind, target, title, follower.cancel !== undefined),
      bulk: options.bulk ?? null,
    }
    options.begun?.(job)
    await this.#keep(job)
    return job
  }

  /** Notes how the servers of a running job's selection fare. */
  async note(id: string, change: (bulk: NonNullable<Job['bulk']>) => Job['bulk']): Promise<void> {
    const job = this.#jobs.get(id)
    if (job?.state !== 'running' || job.bulk === null) return
    await this.#keep({ ...job, bulk: change(job.bulk) })
  }

  /** A job that runs a piece of work; `report` tells its progress. */
  async run(
    kind: JobKind,
    target: Job['target'],
    title: string,
    work: (report: (done: number, total: number, step: string) => void, signal: AbortSignal) => Promise<void>,
  ): Promise<Job> {
    const job = this.#make(kind, target, title, true)
    const abort = new AbortController()
    this.#aborts.set(job.id, abort)
    await this.#keep(job)
    const report = (done: number, total: number, step: string): void => {
      const current = this.#jobs.get(job.id)
      if (current?.state !== 'running') return
      const next = { ...current, progress: { done, total, step } }
      this.#jobs.set(job.id, next)
      this.#options.onChange(next)
    }
    void work(report, abort.signal)
      .then(
        () => this.#end(this.#get(job.id), 'done', null),
        (thrown: unknown) => {
          const error = toAppError(thrown)
          if (error.code === 'internal') this.#options.log.error({ err: thrown, job: job.id }, 'a job failed')
          return abort.signal.aborted
            ? this.#end(this.#get(job.id), 'cancelled', null)
            : this.#end(this.#get(job.id), 'failed', error.toInfo())
        },
      )
      .catch((thrown: unknown) =>
        this.#options.log.error({ err: thrown, job: job.id }, 'a job was not recorded'),
      )
      .finally(() => this.#aborts.delete(job.id))
    return job
  }

  /** Asks every followed job how far it is; call it when the world has changed. */
  async lookAgain(): Promise<void> {
    for (const job of this.#jobs.values()) {
      if (job.state !== 'running') continue
      const follower = this.#followers.get(job.kind)
      if (follower) await this.#apply(job, follower.report(job))
    }
  }

  /** Throws `input.not_found`, or `input.conflict` when the job has ended or cannot be cancelled. */
  async cancel({ jobId: id }: { jobId: string }): Promise<Job> {
    const job = this.#get(id)
    if (job.state !== 'running') {
      throw new AppError('input.conflict', { message: `“${job.title}” has ended already.` })
    }
    const abort = this.#aborts.get(id)
    const follower = this.#followers.get(job.kind)
    if (abort) {
      abort.abort(new AppError('job.cancelled', { message: `“${job.title}” was cancelled.` }))
      return job
    }
    if (!follower?.cancel) {
      throw new AppError('input.conflict', { message: `“${job.title}” cannot be cancelled.` })
    }
    if (follower.cancelsSoftly === true) {
      await follower.cancel(job)
      await this.lookAgain()
      return this.#get(id)
    }
    const ended = await this.#end(job, 'cancelled', null)
    await follower.cancel(job)
    return ended
  }

  #get(id: string): Job {
    const job = this.#jobs.get(id)
    if (!job) throw new AppError('input.not_found', { message: `There is no job ${id}.` })
    return job
  }

  async #apply(before: Job, report: JobReport): Promise<void> {
    const isLonger = report.log !== undefined && report.log.length !== (before.log?.length ?? 0)
    const job = {
      ...before,
      ...(report.bulk === undefined ? {} : { bulk: report.bulk }),
      ...(isLonger ? { log: [...(report.log ?? [])] } : {}),
    }
    if (report.state === 'cancelled') {
      await this.#end(job, 'cancelled', null)
      return
    }
    if (report.state === 'failed') {
      await this.#end(job, 'failed', report.error)
      return
    }
    const progress = { done: report.done, total: report.total, step: report.step }
    const same =
      job.bulk === before.bulk &&
      progress.done === job.progress.done &&
      progress.total === job.progress.total &&
      progress.step === job.progress.step
    if (report.state === 'done') await this.#end({ ...job, progress }, 'done', null)
    else if (!same || isLonger) await this.#keep({ ...job, progress })
  }

  #make(kind: JobKind, target: Job['target'], title: string, cancellable: boolean): Job {
    return {
      id: JobId.parse(this.#options.newId()),
      kind,
      title,
      target,
      state: 'running',
      progress: { done: 0, total: 0, step: '' },
      error: null,
      cancellable,
      bulk: null,
      startedAt: new Date(this.#options.clock.now()).toISOString(),
      endedAt: null,
    }
  }

  async #keep(job: Job): Promise<void> {
    this.#jobs.set(job.id, job)
    await this.#options.repository.put(job)
    this.#options.onChange(job)
  }

  async #end(job: Job, state: Job['state'], error: ErrorInfo | null): Promise<Job> {
    const ended: Job = {
      ...job,
      state,
      error,
      cancellable: false,
      endedAt: new Date(this.#options.clock.now()).toISOString(),
    }
    await this.#keep(ended)
    return ended
  }
}
