import { join } from 'node:path'
import type { Clock, Log } from '../../../engine/ports.ts'
import { settled, stopping, terminating } from '../life.ts'
import { defaultSshPort, type SandboxTimes, sshPortTag } from '../settings.ts'
import type { InstanceRecord } from '../state/records.ts'
import type { SandboxStore } from '../state/store.ts'
import { ImageDisks } from './image-disks.ts'
import type { VolumeFolders } from './volume-folders.ts'
import { Machine } from './machine.ts'
import { endMarkedProcesses } from './processes.ts'

interface MachinesOptions {
  dir: string
  /** Folder of the instances' disk commands, or null. */
  toolsDir: string | null
  store: SandboxStore
  times: SandboxTimes
  clock: Clock
  log: Log
  isHanging: (instanceId: string) => boolean
  volumeFolders: Pick<VolumeFolders, 'showDevices' | 'release'>
}

/** An answer that nothing is left to wait for. */
const settledForGood = 'nothing more happens by itself'

/** Runs the machines: makes each what its record says, now and as time passes. */
export class Machines {
  readonly disks: ImageDisks
  readonly #options: MachinesOptions
  readonly #machines = new Map<string, Machine>()
  readonly #waits = new Map<string, AbortController>()
  readonly #tasks = new Map<string, Promise<void>>()
  #isStopped = true

  constructor(options: MachinesOptions) {
    this.#options = options
    this.disks = new ImageDisks(options.dir)
  }

  /** Brings up what was running; resolves when it can be reached. */
  async start(): Promise<void> {
    const { store, clock, log } = this.#options
    this.#isStopped = false
    const records = [...store.instances.values()]
    await this.disks.removeUnknown(new Set(store.images.keys()))
    // What a killed process left behind.
    await endMarkedProcesses(new Set(records.map((record) => this.#dirOf(record.id))))
    await Promise.all(
      records.map(async (record) => {
        try {
          const { state, next } = settled(record, clock.now())
          const isDue = next !== null && next.at <= clock.now()
          if (state === 'running' || isDue) await this.#step(record.id)
        } catch (thrown) {
          log.error({ err: thrown, instance: record.id }, 'A Sandbox instance could not be started.')
        }
      }),
    )
    this.follow(records.map((record) => record.id))
  }

  /** Ends all sessions and processes; the records stay as they are. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const wait of this.#waits.values()) wait.abort()
    await Promise.all(this.#tasks.values())
    await Promise.all([...this.#machines.values()].map((machine) => machine.down()))
    this.#machines.clear()
  }

  /** These instances changed: do what that asks for. */
  follow(ids: readonly string[]): void {
    if (this.#isStopped) return
    for (const id of ids) {
      this.#waits.get(id)?.abort()
      const wait = new AbortController()
      this.#waits.set(id, wait)
      const before = this.#tasks.get(id) ?? Promise.resolve()
      const task = before
        .then(() => this.#drive(id, wait.signal))
        .catch((thrown: unknown) => {
          if (wait.signal.aborted) return
          this.#options.log.error({ err: thrown, instance: id }, 'A Sandbox instance does not go on.')
        })
        .finally(() => {
          if (this.#tasks.get(id) === task) {
            this.#tasks.delete(id)
            this.#waits.delete(id)
          }
        })
      this.#tasks.set(id, task)
    }
  }

  /** The machine of an instance that is known. */
  of(record: InstanceRecord): Machine {
    const known = this.#machines.get(record.id)
    if (known) return known
    const { clock, log, isHanging, volumeFolders } = this.#options
    const machine = new Machine({
      dir: this.#dirOf(record.id),
      toolsDir: this.#options.toolsDir,
      record,
      fillHome: (homeDir) => this.disks.fill(record.imageId, homeDir),
      clock,
      log,
      isHanging: () => isHanging(record.id),
      showDevices: () => volumeFolders.showDevices(record.id),
    })
    this.#machines.set(record.id, machine)
    return machine
  }

  async #drive(id: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wakeAt = await this.#step(id)
      if (wakeAt === settledForGood) return
      const waitMs = wakeAt - this.#options.clock.now()
      if (waitMs > 0) await this.#options.clock.sleep(waitMs, signal)
    }
  }

  /** Does what is due for an instance and answers when to look again. */
  async #step(id: string): Promise<number | typeof settledForGood> {
    const { store, clock, times } = this.#options
    const stored = store.instances.get(id)
    if (!stored) return settledForGood
    const now = clock.now()
    const record = settled(stored, now)
    const machine = this.of(stored)
    switch (record.state) {
      case 'pending':
        // It may be started before it has quite gone down.
        await machine.down()
        if (record.next && clock.now() < record.next.at) return record.next.at
        await this.#boot(record, machine)
        return settledForGood
      case 'running':
        return this.#keepRunning(record, machine)
      case 'stopping':
      case 'shutting-down':
        await machine.down()
        return record.next?.at ?? now
      case 'stopped':
        await machine.down()
        return (await this.#settle(stored, record)) ? settledForGood : clock.now()
      case 'terminated': {
        await machine.down()
        await machine.removeHome()
        if (!(await this.#settle(stored, record))) return clock.now()
        await this.#options.volumeFolders.release(record.id)
        const fadesAt = record.since + times.terminatedListedMs
        if (clock.now() < fadesAt) return fadesAt
        await this.#forget(record, machine)
        return settledForGood
      }
    }
  }

  async #keepRunning(record: InstanceRecord, machine: Machine): Promise<number | typeof settledForGood> {
    if (record.next) {
      await machine.down()
      if (this.#options.clock.now() < record.next.at) return record.next.at
    }
    if (!machine.isUp || record.next) await this.#boot(record, machine)
    else await machine.answerAt(record.elasticAddress)
    return settledForGood
  }

  async #boot(record: InstanceRecord, machine: Machine): Promise<void> {
    const { store, clock } = this.#options
    const sshPort = await this.#up(record, machine)
    if (sshPort === undefined) return
    // It may have been stopped while it came up: then it is not running, and the next step sees to it.
    const current = store.instances.get(record.id)
    if (current?.state !== record.state) return
    const isFirst = !current.userDataRan
    const tags = { ...current.tags }
    if (sshPort === defaultSshPort) Reflect.deleteProperty(tags, sshPortTag)
    else tags[sshPortTag] = String(sshPort)
    await this.#save({
      ...current,
      state: 'running',
      since: current.state === 'running' ? current.since : clock.now(),
      next: null,
      sshPort,
      tags,
      userDataRan: true,
    })
    await machine.answerAt(current.elasticAddress)
    if (isFirst && !this.#isStopped) machine.runUserData(current.userData)
  }

  /** The port at which it listens now, or undefined when it did not come up and was taken down for that. */
  async #up(record: InstanceRecord, machine: Machine): Promise<number | undefined> {
    if (machine.isUp) return record.sshPort ?? defaultSshPort
    try {
      return await machine.up(record.sshPort)
    } catch (thrown) {
      const { log, store, clock, times } = this.#options
      log.error({ err: thrown, instance: record.id }, 'A Sandbox instance did not come up.')
      const order = {
        now: clock.now(),
        times,
        reason: { code: 'Server.InternalError', message: 'Internal error on launch' },
      }
      const current = store.instances.get(record.id)
      if (current?.state !== record.state) return undefined
      // As EC2 does it: a new instance goes, one that had run before is stopped.
      await this.#save(current.userDataRan ? stopping(current, order) : terminating(current, order))
      this.follow([record.id])
      return undefined
    }
  }

  /** Writes down what has ended by itself; false when the instance was changed in the meantime. */
  async #settle(stored: InstanceRecord, record: InstanceRecord): Promise<boolean> {
    if (this.#options.store.instances.get(record.id) !== stored) return false
    if (record !== stored) await this.#save(record)
    return true
  }

  async #forget(record: InstanceRecord, machine: Machine): Promise<void> {
    const { store } = this.#options
    const launch = [...store.launches.values()].find(({ instanceIds }) => instanceIds.includes(record.id))
    const isLast = launch?.instanceIds.every((id) => id === record.id || !store.instances.has(id)) === true
    this.#machines.delete(record.id)
    await store.save([
      { kind: 'instance', drop: record.id },
      ...(launch && isLast ? [{ kind: 'launch' as const, drop: launch.id }] : []),
    ])
    await machine.remove()
  }

  #save(record: InstanceRecord): Promise<void> {
    return this.#options.store.save([{ kind: 'instance', put: record }])
  }

  #dirOf(id: string): string {
    return join(this.#options.dir, 'instances', id)
  }
}
