import { AppError } from '../../../../shared/model/errors.ts'
import type { EventKind, NewEvent, Cause as EventCause } from '../../../../shared/model/events.ts'
import type { Farm, FarmState, TerminateOptions } from '../../../../shared/model/farms.ts'
import type { Job, JobRef } from '../../../../shared/model/jobs.ts'
import { askSuspendAgain } from '../../../../shared/logic/servers/call-refusals.ts'
import { extendedLease, leaseEnd } from '../../../../shared/logic/farms/lease.ts'
import { askTerminateNow } from '../../../../shared/logic/servers/server-ends.ts'
import { askResume } from '../../../../shared/logic/servers/server-asks.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { Ports } from '../../ports.ts'
import type { Bell } from '../../records/bell/index.ts'
import type { Events } from '../../records/events/index.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { FarmKnowledge } from './farm-knowledge.ts'
import { inputOf, refusal, refuseLocked, wrongStatus } from './refusals.ts'

interface FarmLifeOptions {
  store: FarmStore
  servers: ServerStore
  jobs: Jobs
  knowledge: FarmKnowledge
  events: Events
  bell: Bell
  ports: Pick<Ports, 'clock' | 'userName'>
}

/** Why the engine itself starts or ends a farm; a person's own wish has none. */
interface Cause {
  reason: string
  /** What the engine wrote down of it, or the job that was cancelled. */
  causedBy?: EventCause
  /** The end of a period of the allowed hours, after which the next one may start the farm again. */
  byHours?: boolean
}

/** What happens to farms while they run: launch, suspend, resume, terminate, lock, lease. */
export class FarmLife {
  readonly #options: FarmLifeOptions

  constructor(options: FarmLifeOptions) {
    this.#options = options
  }

  /** Throws `farm.wrong_status`, `farm.locked`, or `farm.invalid` with every fault by path. */
  async launch({ farmId }: { farmId: string }, cause?: Cause): Promise<JobRef> {
    const farm = this.#unlocked(farmId)
    if (farm.state.status === 'running') return this.#follow('farm.launch', farm, 'Launch')
    if (farm.state.status !== 'terminated') throw wrongStatus(farm, 'launched', 'terminated')
    if (farm.roles.length === 0) {
      throw refusal(
        `“${farm.name}” cannot be launched`,
        [{ path: 'roles', message: 'Add a farm role first.' }],
        'farm.invalid',
      )
    }
    const faults = await this.#options.knowledge.faultsOf(inputOf(farm), farm.id)
    if (faults.length > 0) throw refusal(`“${farm.name}” cannot be launched`, faults, 'farm.invalid')
    const launchedAt = this.#now()
    const launched = this.#told(farm, 'FarmLaunched', `${farm.name} was launched`, cause)
    const running = await this.#options.store.changeState(
      farmId,
      (state) => ({
        ...state,
        status: 'running',
        launchedAt,
        ...newRun(farm, launchedAt),
        leaseEndsAt: leaseEnd(farm.lease, launchedAt),
        leaseExtensions: 0,
        leaseWarned: null,
        termination: null,
        problem: null,
        paused: [],
        toldOf: farm.updatedAt,
        saidBy: launched.id,
      }),
      [this.#told(farm, 'BeforeFarmLaunch', `${farm.name} is to be launched`, cause), launched],
    )
    const job = await this.#follow('farm.launch', running, 'Launch')
    this.#options.bell.ring()
    return job
  }

  async terminate(
    { farmId, deleteCloudObjects, force }: { farmId: string } & Partial<TerminateOptions>,
    cause?: Cause,
  ): Promise<JobRef> {
    const farm = this.#unlocked(farmId)
    if (farm.state.status === 'terminated') throw wrongStatus(farm, 'terminated', 'running or suspended')
    const before = farm.state.status === 'terminating' ? farm.state.termination : null
    await this.#takeDown(
      farm,
      {
        // Asked twice, the farther wish holds: what was to be deleted is not kept by a second click.
        deleteCloudObjects: deleteCloudObjects === true || before?.deleteCloudObjects === true,
        force: force === true || before?.force === true,
      },
      cause,
    )
    if (force === true) {
      const { servers } = this.#options
      // Servers that are on their way out already and still wait no longer do.
      await Promise.all(servers.ofFarm(farmId).map(({ id }) => servers.apply(id, askTerminateNow)))
    }
    return this.#follow('farm.terminate', farm, 'Terminate')
  }

  /** What cancelling a launch means: what was launched so far is taken down again. */
  async cancelLaunch(farmId: string): Promise<void> {
    const farm = this.#options.store.get(farmId)
    if (farm.state.status !== 'running') return
    await this.#takeDown(
      farm,
      { deleteCloudObjects: false, force: false },
      { reason: 'the launch was cancelled' },
    )
    await this.#follow('farm.terminate', farm, 'Terminate')
  }

  async suspend({ farmId }: { farmId: string }, cause?: Cause): Promise<JobRef> {
    const farm = this.#unlocked(farmId)
    if (farm.state.status !== 'running') throw wrongStatus(farm, 'suspended', 'running')
    const stoppedByHoursAt = cause?.byHours === true ? this.#now() : null
    const { servers } = this.#options
    await Promise.all(servers.ofFarm(farmId).map(({ id }) => servers.apply(id, askSuspendAgain)))
    const suspended = this.#told(farm, 'FarmSuspended', `${farm.name} was suspended`, cause)
    const after = await this.#options.store.changeState(
      farm.id,
      (state) => ({ ...state, status: 'suspended', stoppedByHoursAt, paused: [], saidBy: suspended.id }),
      [suspended],
    )
    const job = await this.#follow('farm.suspend', after, 'Suspend')
    this.#options.bell.ring()
    return job
  }

  async resume({ farmId }: { farmId: string }, cause?: Cause): Promise<JobRef> {
    const farm = this.#unlocked(farmId)
    if (farm.state.status !== 'suspended') throw wrongStatus(farm, 'resumed', 'suspended')
    const { servers, ports } = this.#options
    // The servers first: after a crash in between, the farm is still suspended and says so.
    await Promise.all(
      servers
        .ofFarm(farmId)
        // What scaling suspended is resumed when scaling needs it.
        .filter(({ reserve }) => reserve !== true)
        .map((server) => servers.apply(server.id, (now) => askResume(now, ports.clock.now()))),
    )
    const resumed = this.#told(farm, 'FarmResumed', `${farm.name} was resumed`, cause)
    const after = await this.#options.store.changeState(
      farm.id,
      (state) => ({
        ...state,
        status: 'running',
        ...newRun(farm, this.#now()),
        paused: [],
        toldOf: farm.updatedAt,
        saidBy: resumed.id,
      }),
      [resumed],
    )
    const job = await this.#follow('farm.resume', after, 'Resume')
    this.#options.bell.ring()
    return job
  }

  async lock({ farmId, comment }: { farmId: string; comment: string }): Promise<Farm> {
    const farm = this.#unlocked(farmId)
    const lock = { comment, by: this.#options.ports.userName, at: this.#now() }
    const event = this.#told(farm, 'FarmLocked', `${farm.name} was locked by ${lock.by}`, undefined, comment)
    return this.#options.store.changeState(farm.id, (state) => ({ ...state, lock }), [event])
  }

  async unlock({ farmId }: { farmId: string }): Promise<Farm> {
    const farm = this.#options.store.get(farmId)
    if (!farm.state.lock)
      throw new AppError('farm.wrong_status', { message: `“${farm.name}” is not locked.` })
    const words = `${farm.name} was unlocked by ${this.#options.ports.userName}`
    const event = this.#told(farm, 'FarmUnlocked', words)
    return this.#options.store.changeState(farm.id, (state) => ({ ...state, lock: null }), [event])
  }

  /** Throws `farm.wrong_status` without a lease that runs, or when all extensions are used. */
  async extendLease({ farmId }: { farmId: string }): Promise<Farm> {
    const farm = this.#unlocked(farmId)
    const { store, ports } = this.#options
    const extended = extendedLease(farm)
    if ('refusal' in extended) throw new AppError('farm.wrong_status', { message: extended.refusal })
    const words = `The lease of ${farm.name} was extended by ${ports.userName}; it ends at ${extended.endsAt}`
    const left = `${extended.left} more are allowed`
    return store.changeState(
      farm.id,
      (state) => ({
        ...state,
        leaseEndsAt: extended.endsAt,
        leaseExtensions: state.leaseExtensions + 1,
        leaseWarned: null,
      }),
      [this.#told(farm, 'LeaseExtended', words, undefined, left)],
    )
  }

  async #takeDown(farm: Farm, options: TerminateOptions, cause: Cause | undefined): Promise<void> {
    const at = this.#now()
    const terminated = this.#told(
      farm,
      'FarmTerminated',
      `${farm.name} was terminated; its servers end now`,
      cause,
    )
    await this.#options.store.changeState(
      farm.id,
      (state) => ({
        ...state,
        status: 'terminating',
        stoppedByHoursAt: cause?.byHours === true ? at : null,
        termination: { ...options, at, reason: cause?.reason ?? null, problem: null },
        paused: [],
        saidBy: terminated.id,
      }),
      [this.#told(farm, 'BeforeFarmTerminate', `${farm.name} is to be terminated`, cause), terminated],
    )
    this.#options.bell.ring()
  }

  #told(farm: Farm, kind: EventKind, message: string, cause?: Cause, reason = cause?.reason): NewEvent {
    return this.#options.events.told(kind, message, {
      farmId: farm.id,
      reason: reason ?? null,
      firedBy: cause ? 'system' : 'person',
      causedBy: cause?.causedBy ?? null,
      data: { farm: farm.name },
    })
  }

  async #follow(kind: Job['kind'], farm: Farm, verb: string): Promise<JobRef> {
    const job = await this.#options.jobs.follow(kind, { kind: 'farm', id: farm.id }, `${verb} ${farm.name}`)
    return { jobId: job.id }
  }

  #unlocked(farmId: string): Farm {
    const farm = this.#options.store.get(farmId)
    refuseLocked(farm)
    return farm
  }

  #now(): string {
    return new Date(this.#options.ports.clock.now()).toISOString()
  }
}

/** Allowed hours hold as they are designed when a run begins (reference 2.7). */
function newRun(
  farm: Farm,
  at: string,
): Pick<FarmState, 'hours' | 'ranSince' | 'hoursWarned' | 'stoppedByHoursAt'> {
  return { hours: farm.allowedHours, ranSince: at, hoursWarned: null, stoppedByHoursAt: null }
}
