import { toAppError } from '../../../../shared/model/errors.ts'
import type { Cause, EventKind, NewEvent } from '../../../../shared/model/events.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import { type HoursStep, hoursStep } from '../../../../shared/logic/farms/allowed-hours.ts'
import { type LeaseStep, leaseStep } from '../../../../shared/logic/farms/lease.ts'
import type { Clock, Log } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import type { Notices } from '../../records/notices/index.ts'
import type { FarmLife } from './farm-life.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { WakeWatch } from './wake-watch.ts'

interface FarmTimetableOptions {
  farms: FarmStore
  life: Pick<FarmLife, 'launch' | 'resume' | 'suspend' | 'terminate'>
  notices: Pick<Notices, 'show'>
  events: Pick<Events, 'told' | 'append'>
  wakeWatch: WakeWatch
  clock: Clock
  log: Log
}

const LOOK_EVERY_MS = 15_000
/** A clock that jumped, or was just met, is believed once it has gone evenly for so long; time enough to look at the clouds. */
const SETTLE_MS = 60_000

/**
 * Does what the time asks of farms: leases that end, allowed hours that close and open. What is due is computed from the
 * ledger at each look, so nothing is missed over a restart and nothing is told twice. After a jump of the clock nothing is
 * decided until it goes evenly again: the clouds are looked at first, and a clock that is set right at once does no harm.
 */
export class FarmTimetable {
  readonly #options: FarmTimetableOptions
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: FarmTimetableOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  /** One look at all farms. */
  async look(): Promise<void> {
    const { wakeWatch } = this.#options
    wakeWatch.look()
    if (wakeWatch.evenForMs < SETTLE_MS) return
    for (const farm of this.#options.farms.list()) {
      try {
        await this.#lease(farm)
        await this.#hours(farm)
      } catch (thrown) {
        const error = toAppError(thrown)
        this.#options.log.warn({ err: error, farmId: farm.id }, 'what is due for a farm was not done')
        this.#options.notices.show({
          id: `due-${farm.id}-${error.code}`,
          severity: 'error',
          title: `${farm.name}: what is due by its lease or allowed hours was not done`,
          message: error.message,
        })
      }
    }
  }

  async #run(): Promise<void> {
    const { clock } = this.#options
    while (!this.#stop.signal.aborted) {
      await this.look()
      await clock.sleep(LOOK_EVERY_MS, this.#stop.signal).catch(() => undefined)
    }
  }

  async #lease(farm: Farm): Promise<void> {
    const { clock, life } = this.#options
    const step = leaseStep(farm.lease, farm.state, clock.now())
    if (step.kind === 'warn') await this.#warnOfLease(farm, step)
    if (step.kind !== 'end' || this.#isHeld(farm, `Its lease ended at ${step.endsAt}.`)) return
    const reason = `its lease ended at ${step.endsAt}`
    const causedBy = await this.#tell(farm, 'LeaseEnded', `The lease of ${farm.name} ended`, reason)
    await life.terminate({ farmId: farm.id }, { reason, causedBy })
    this.#options.notices.show({
      id: `lease-ended-${farm.id}-${step.endsAt}`,
      severity: 'warning',
      title: `The lease of ${farm.name} ended`,
      message: `${farm.name} is being terminated. Its volumes and addresses stay for the next launch.`,
    })
  }

  async #warnOfLease(farm: Farm, { hours, endsAt }: Extract<LeaseStep, { kind: 'warn' }>): Promise<void> {
    const left = (farm.lease?.extensions ?? 0) - farm.state.leaseExtensions
    const message = `${farm.name} will be terminated when its lease ends at ${endsAt}`
    const warning = this.#told(farm, 'LeaseWarning', message, `less than ${words(hours, 'hour')} are left`)
    await this.#options.farms.changeState(farm.id, (state) => ({ ...state, leaseWarned: hours }), [warning])
    this.#options.notices.show({
      id: `lease-${farm.id}-${endsAt}-${String(hours)}`,
      severity: 'warning',
      title: `The lease of ${farm.name} ends within ${words(hours, 'hour')}`,
      message: `It ends at ${endsAt}, and the farm is terminated then. ${left > 0 ? `It can be extended ${words(left, 'time')}.` : 'It cannot be extended any more.'}`,
    })
  }

  async #hours(before: Farm): Promise<void> {
    const { clock, life, farms } = this.#options
    const farm = farms.find(before.id)
    if (!farm) return
    const step = hoursStep(farm, farm.state, clock.now())
    switch (step.kind) {
      case 'none':
        return
      case 'warn':
        await this.#warnOfHours(farm, step)
        return
      case 'close': {
        if (this.#isHeld(farm, `Its allowed hours ended at ${step.endedAt}.`)) return
        const causedBy = await this.#tell(farm, 'HoursClosed', `The allowed hours of ${farm.name} ended`)
        const cause = { reason: `its allowed hours ended at ${step.endedAt}`, causedBy, byHours: true }
        if (step.shutdown === 'suspend') await life.suspend({ farmId: farm.id }, cause)
        else await life.terminate({ farmId: farm.id }, cause)
        return
      }
      case 'open': {
        if (this.#isHeld(farm, `Its allowed hours began at ${step.startedAt}.`)) return
        const causedBy = await this.#tell(farm, 'HoursOpened', `The allowed hours of ${farm.name} began`)
        const cause = { reason: `its allowed hours began at ${step.startedAt}`, causedBy }
        await life[step.how]({ farmId: farm.id }, cause)
      }
    }
  }

  async #warnOfHours(
    farm: Farm,
    { minutes, endsAt, shutdown }: Extract<HoursStep, { kind: 'warn' }>,
  ): Promise<void> {
    const hoursWarned = { minutes, endsAt }
    const verb = shutdown === 'suspend' ? 'suspended' : 'terminated'
    const message = `${farm.name} will be ${verb} when its allowed hours end at ${endsAt}`
    const warning = this.#told(
      farm,
      'HoursWarning',
      message,
      `less than ${words(minutes, 'minute')} are left`,
    )
    await this.#options.farms.changeState(farm.id, (state) => ({ ...state, hoursWarned }), [warning])
    this.#options.notices.show({
      id: `hours-${farm.id}-${endsAt}-${String(minutes)}`,
      severity: 'warning',
      title: `The allowed hours of ${farm.name} end within ${words(minutes, 'minute')}`,
      message: `They end at ${endsAt}, and the farm is ${verb} then.`,
    })
  }

  #told(farm: Farm, kind: EventKind, message: string, reason?: string): NewEvent {
    const { events } = this.#options
    return events.told(kind, message, { farmId: farm.id, reason: reason ?? null, data: { farm: farm.name } })
  }

  /** Tells of what changes nothing yet, and answers it as the cause of what follows. */
  async #tell(farm: Farm, kind: EventKind, message: string, reason?: string): Promise<Cause> {
    const event = this.#told(farm, kind, message, reason)
    await this.#options.events.append(event)
    return { kind: 'event', id: event.id }
  }

  /** A lock keeps the engine from a farm as it keeps a person from it; what is due happens once it is unlocked. */
  #isHeld(farm: Farm, due: string): boolean {
    const { lock } = farm.state
    if (!lock) return false
    this.#options.notices.show({
      id: `held-${farm.id}-${due}`,
      severity: 'warning',
      title: `${farm.name} is locked`,
      message: `${due} Nothing is done, because ${lock.by} locked the farm: ${lock.comment}. It is done once the farm is unlocked.`,
    })
    return true
  }
}

function words(count: number, unit: string): string {
  return `${String(count)} ${unit}${count === 1 ? '' : 's'}`
}
