import { AppError, type ErrorInfo, toAppError } from '../../../../shared/model/errors.ts'
import type { NewEvent } from '../../../../shared/model/events.ts'
import type { Job, JobKind, JobRef } from '../../../../shared/model/jobs.ts'
import type { Task } from '../../../../shared/model/tasks.ts'
import type { JobFollower, JobReport, Jobs } from '../jobs/index.ts'
import type { Clock, Log } from '../../ports.ts'

export type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>

/** Where one step led: the task as it is now and what is to be told of it, kept before the next step, and the pause. */
export interface TaskStep<T extends Task> {
  task: T
  /** Told in the transaction that keeps the task: a step that is made again after a crash tells once. */
  events?: readonly NewEvent[]
  /** How long nothing needs doing. */
  waitMs?: number
}

/**
 * How a kind of task goes on. `step` looks at the world, does the next thing and answers; it may be called again for the same
 * task after a crash, so whatever it makes is found again and never made twice. It throws what a call threw: what may
 * succeed later is tried again, anything else ends the task as failed.
 */
export interface TaskRunner<T extends Task> {
  step(task: T, signal: AbortSignal): Promise<TaskStep<T>>
  /** Puts things in order after a task that failed or was ended; its words are in the log already. */
  tidy?(task: T): Promise<void>
}

export type TaskRunners = { [K in Task['kind']]: TaskRunner<TaskOf<K>> }

/** Where tasks are kept. */
interface TaskRepository {
  put(task: Task, events?: readonly NewEvent[]): Promise<void>
  recent(endedCount: number): Promise<Task[]>
}

interface TasksOptions {
  repository: TaskRepository
  jobs: Jobs
  clock: Clock
  log: Log
}

const JOB_KINDS = {
  snapshot: 'server.snapshot',
  'image-copy': 'image.copy',
  'image-deregister': 'image.deregister',
  rollout: 'servers.rollout',
  import: 'servers.import',
} as const satisfies Record<Task['kind'], JobKind>

const KEEP_ENDED = 100
/** How often what may succeed later is tried again before the task fails, and how long between. */
const MAX_FAILURES = 20
const RETRY_MS = 3_000
const MAX_RETRY_MS = 60_000

type Fresh = 'id' | 'state' | 'error' | 'cancelAsked' | 'log' | 'createdAt' | 'endedAt'
type Draft<T extends Task> = T extends Task ? Omit<T, Fresh> : never

/** Runs long pieces of work in steps, each step kept before the next: after a crash they go on where they were. */
export class Tasks {
  readonly #options: TasksOptions
  readonly #tasks = new Map<string, Task>()
  readonly #naps = new Map<string, AbortController>()
  readonly #stop = new AbortController()
  readonly #loops = new Map<string, Promise<void>>()
  #runners: TaskRunners | undefined
  #beginning = 0

  constructor(options: TasksOptions) {
    this.#options = options
    for (const kind of Object.values(JOB_KINDS)) options.jobs.register({ [kind]: this.#follower() })
  }

  /** Says how each kind goes on; once, before `start`. */
  register(runners: TaskRunners): void {
    this.#runners = runners
  }

  /** Reads what an earlier run left; call it before the jobs are read, which follow the tasks. */
  async load(): Promise<void> {
    for (const task of await this.#options.repository.recent(KEEP_ENDED)) this.#tasks.set(task.id, task)
  }

  /** What was going on goes on. */
  start(): void {
    for (const task of this.#tasks.values()) if (task.state === 'running') this.#drive(task.id)
  }

  /** Ends all loops after the step they are in; what was going on goes on at the next start. */
  async stop(): Promise<void> {
    this.#stop.abort()
    for (const nap of this.#naps.values()) nap.abort()
    await Promise.allSettled(this.#loops.values())
  }

  /** Newest first. */
  list(): Task[] {
    return [...this.#tasks.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  }

  find(id: string): Task | undefined {
    return this.#tasks.get(id)
  }

  /** The running tasks of a kind. */
  running<K extends Task['kind']>(kind: K): TaskOf<K>[] {
    return this.list().filter((task): task is TaskOf<K> => task.state === 'running' && task.kind === kind)
  }

  /** The world has changed: look again now. */
  wake(): void {
    for (const nap of this.#naps.values()) nap.abort()
  }

  /** Begins a task and the job that shows it. The task is on disk when this resolves. */
  async begin<T extends Task>(
    draft: Draft<T>,
    about: { target: Job['target']; title: string },
  ): Promise<JobRef> {
    this.#beginning += 1
    try {
      const { jobs, clock, repository } = this.#options
      const job = await jobs.follow(JOB_KINDS[draft.kind], about.target, about.title)
      if (this.#tasks.has(job.id)) {
        throw new AppError('input.conflict', { message: `“${about.title}” is going on already.` })
      }
      const task = {
        ...draft,
        id: job.id,
        state: 'running',
        error: null,
        cancelAsked: false,
        log: [],
        createdAt: new Date(clock.now()).toISOString(),
        endedAt: null,
      } as unknown as Task
      await repository.put(task)
      this.#tasks.set(task.id, task)
      this.#drive(task.id)
      return { jobId: job.id }
    } finally {
      this.#beginning -= 1
    }
  }

  #drive(id: string): void {
    const loop = this.#run(id)
      .catch((thrown: unknown) => this.#options.log.error({ err: thrown, task: id }, 'a task stopped'))
      .finally(() => this.#loops.delete(id))
    this.#loops.set(id, loop)
  }

  async #run(id: string): Promise<void> {
    let failures = 0
    while (!this.#stop.signal.aborted) {
      const before = this.#tasks.get(id)
      if (before?.state !== 'running') return
      try {
        const { task, events = [], waitMs = 0 } = await this.#step(before)
        failures = 0
        await this.#keep(this.#withCancel(task), events)
        if (task.state === 'running' && waitMs > 0) await this.#nap(id, waitMs)
      } catch (thrown) {
        if (this.#stop.signal.aborted) return
        const error = toAppError(thrown)
        failures += 1
        if (error.code === 'internal') this.#options.log.error({ err: thrown, task: id }, 'a task failed')
        const current = this.#tasks.get(id) ?? before
        if (error.retryable && failures <= MAX_FAILURES && !current.cancelAsked) {
          if (failures === 1) await this.#keep(this.#logged(current, `${error.message} It is tried again.`))
          await this.#nap(id, Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.min(failures - 1, 5)))
        } else {
          await this.#fail(current, error.toInfo())
        }
      }
    }
  }

  #step(task: Task): Promise<TaskStep<Task>> {
    return this.#runnerOf(task).step(task, this.#stop.signal)
  }

  #runnerOf(task: Task): TaskRunner<Task> {
    if (!this.#runners) throw new Error('no task runners are registered')
    return this.#runners[task.kind]
  }

  /** A cancel that was asked for while a step was on its way is not lost by what the step answers. */
  #withCancel(task: Task): Task {
    const isAsked = this.#tasks.get(task.id)?.cancelAsked === true
    return isAsked && !task.cancelAsked ? { ...this.#logged(task, 'Asked to end.'), cancelAsked: true } : task
  }

  async #fail(task: Task, error: ErrorInfo): Promise<void> {
    const ended: Task = {
      ...this.#logged(task, error.message),
      state: 'failed',
      error,
      endedAt: new Date(this.#options.clock.now()).toISOString(),
    }
    await this.#runnerOf(task)
      .tidy?.(ended)
      .catch((thrown: unknown) =>
        this.#options.log.error({ err: thrown, task: task.id }, 'a failed task could not be tidied'),
      )
    await this.#keep(ended)
  }

  #logged(task: Task, text: string): Task {
    return { ...task, log: [...task.log, { at: new Date(this.#options.clock.now()).toISOString(), text }] }
  }

  async #nap(id: string, ms: number): Promise<void> {
    const nap = new AbortController()
    this.#naps.set(id, nap)
    const signal = AbortSignal.any([nap.signal, this.#stop.signal])
    await this.#options.clock.sleep(ms, signal).catch(() => undefined)
    this.#naps.delete(id)
  }

  async #keep(task: Task, events: readonly NewEvent[] = []): Promise<void> {
    if (task === this.#tasks.get(task.id) && events.length === 0) return
    await this.#options.repository.put(task, events)
    this.#tasks.set(task.id, task)
    await this.#options.jobs.lookAgain()
  }

  #follower(): JobFollower {
    return {
      report: (job) => this.#report(job),
      cancelsSoftly: true,
      cancel: async (job) => {
        const task = this.#tasks.get(job.id)
        if (task?.state !== 'running') return
        await this.#keep({ ...this.#logged(task, 'Asked to end.'), cancelAsked: true })
        this.#naps.get(task.id)?.abort()
      },
    }
  }

  #report(job: Job): JobReport {
    const task = this.#tasks.get(job.id)
    if (!task) {
      if (this.#beginning > 0) return { state: 'running', ...job.progress }
      return {
        state: 'failed',
        error: {
          code: 'job.interrupted',
          message: 'Farmhand stopped before this began. Nothing was done; start it again.',
          retryable: true,
          details: {},
        },
      }
    }
    const { log, done, total, step } = task
    switch (task.state) {
      case 'running':
        return { state: 'running', done, total, step: task.cancelAsked ? `Ending: ${step}` : step, log }
      case 'done':
        return { state: 'done', done: total, total, step, log }
      case 'cancelled':
        return { state: 'cancelled', log }
      case 'failed':
        return { state: 'failed', error: task.error ?? unknownFailure, log }
    }
  }
}

const unknownFailure: ErrorInfo = {
  code: 'internal',
  message: 'It failed, and no reason was kept.',
  retryable: false,
  details: {},
}
