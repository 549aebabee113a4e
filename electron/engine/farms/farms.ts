import type { z } from 'zod'
import { AppError, type Fault } from '../../../shared/model/errors.ts'
import type { EventKind } from '../../../shared/model/events.ts'
import {
  type Farm,
  FarmDesign,
  type FarmDocument,
  type FarmInput,
  type FarmState,
} from '../../../shared/model/farms.ts'
import { FarmId, FarmRoleId } from '../../../shared/model/ids.ts'
import type { Job, JobRef } from '../../../shared/model/jobs.ts'
import type { Plan } from '../../../shared/model/plan.ts'
import { planFarm, type PlanKnowledge } from '../../../shared/logic/farm-plan.ts'
import { askResume } from '../../../shared/logic/server-life.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Clock } from '../ports.ts'
import type { ServerStore } from '../servers/index.ts'
import { designOfDocument, documentOfDesign, type Names } from './farm-documents.ts'
import type { FarmStore } from './farm-store.ts'

interface FarmsOptions {
  store: FarmStore
  servers: ServerStore
  jobs: Jobs
  clock: Clock
  newId: () => string
  names: () => Names
  /** Every fault of a design as launching would find it; `farmId` is the farm that it belongs to. */
  faultsOf: (input: unknown, farmId?: string) => Promise<Fault[]>
  planKnowledge: (design: FarmDesign) => Omit<PlanKnowledge, 'state' | 'servers' | 'faults'>
  tell: (farm: Farm, kind: EventKind, message: string, reason?: string) => Promise<void>
  /** Takes keys and groups of the farm out of the clouds. */
  cleanUp: (farm: Farm) => Promise<void>
  /** The shipped farm and the cloud that it can launch on. */
  sampleDocument: () => Promise<unknown>
  wake: () => void
}

/** The farms: designing, planning, launching, taking down. */
export class Farms {
  readonly #options: FarmsOptions

  constructor(options: FarmsOptions) {
    this.#options = options
  }

  async list(): Promise<Farm[]> {
    return this.#options.store.list()
  }

  async get({ farmId }: { farmId: string }): Promise<Farm> {
    return this.#options.store.get(farmId)
  }

  /** Saves a new design. What only stands in the way of a launch is no reason to refuse it (it can be mended offline). */
  async create(input: FarmInput): Promise<Farm> {
    const now = this.#now()
    const design = this.#design(input, {
      id: FarmId.parse(this.#options.newId()),
      createdAt: now,
      updatedAt: now,
    })
    return this.#options.store.saveDesign(design)
  }

  async update(change: { farmId: string; farm: FarmInput; updatedAt?: string | undefined }): Promise<Farm> {
    const before = this.#unlocked(change.farmId)
    if (change.updatedAt !== undefined && change.updatedAt !== before.updatedAt) {
      throw new AppError('input.conflict', {
        message: `“${before.name}” was changed meanwhile (${before.updatedAt}). Compare, then save again.`,
      })
    }
    const own = { id: before.id, createdAt: before.createdAt, updatedAt: this.#now() }
    const design = this.#design(change.farm, own)
    if (before.state.status === 'running' || before.state.status === 'suspended') {
      const faults = await this.#options.faultsOf(change.farm, before.id)
      if (faults.length > 0) throw refusal(`“${design.name}” runs, and this design could not`, faults)
      const moved = design.roles.find((role) => {
        const old = before.roles.find(({ id }) => id === role.id)
        return old !== undefined && (old.cloudId !== role.cloudId || old.location !== role.location)
      })
      if (moved) {
        const path = `roles[${design.roles.indexOf(moved)}].location`
        const message = `${moved.alias} cannot move to another location while the farm runs. Add a farm role there instead.`
        throw refusal(`“${design.name}” runs`, [{ path, message }])
      }
    }
    const farm = await this.#options.store.saveDesign(design)
    if (farm.state.status === 'running') {
      await this.#options.tell(farm, 'FarmChanged', `The design of ${farm.name} was changed`)
      this.#options.wake()
    }
    return farm
  }

  /** A copy of the design, `<name> (clone #1)` unless named. */
  async clone({ farmId, name }: { farmId: string; name?: string | undefined }): Promise<Farm> {
    const {
      id: _id,
      createdAt: _made,
      updatedAt: _changed,
      state: _state,
      roles,
      ...rest
    } = this.#options.store.get(farmId)
    return this.create({
      ...rest,
      name: name ?? this.#cloneName(rest.name),
      roles: roles.map(({ id: _roleId, ...role }) => role),
    })
  }

  async remove({ farmId }: { farmId: string }): Promise<void> {
    const farm = this.#unlocked(farmId)
    const left = this.#options.servers.ofFarm(farmId).filter((server) => server.status !== 'terminated')
    if (farm.state.status !== 'terminated' || left.length > 0) {
      throw new AppError('farm.wrong_status', {
        message: `“${farm.name}” is ${farm.state.status} with ${left.length} servers. Terminate it first.`,
      })
    }
    await this.#options.cleanUp(farm)
    await this.#options.store.remove(farmId)
  }

  async validate({ farm, farmId }: { farm?: unknown; farmId?: string | undefined }): Promise<Fault[]> {
    return this.#options.faultsOf(farm, farmId)
  }

  async import({ document }: { document?: unknown }): Promise<Farm> {
    const input = designOfDocument(document, this.#options.names())
    const faults = (await this.#options.faultsOf(input)).map(inDocument)
    if (faults.length > 0) throw refusal(`“${input.name}” cannot be imported`, faults)
    return this.create(input)
  }

  async export({ farmId }: { farmId: string }): Promise<FarmDocument> {
    return documentOfDesign(this.#options.store.design(farmId), this.#options.names())
  }

  async plan(wanted: {
    farmId: string
    purpose?: Plan['purpose'] | undefined
    draft?: FarmInput | undefined
  }): Promise<Plan> {
    const farm = this.#options.store.get(wanted.farmId)
    const { state, ...saved } = farm
    const purpose = wanted.purpose ?? (state.status === 'terminated' ? 'launch' : 'apply')
    const design = wanted.draft ? this.#design(wanted.draft, saved) : saved
    const faults = purpose === 'terminate' ? [] : await this.#options.faultsOf(inputOf(design), farm.id)
    return planFarm(design, purpose, {
      ...this.#options.planKnowledge(design),
      state,
      servers: this.#options.servers.ofFarm(farm.id),
      faults,
      ...(wanted.draft && purpose === 'apply' ? { running: saved } : {}),
    })
  }

  /** Throws `farm.wrong_status`, `farm.locked`, or `farm.invalid` with every fault by path. */
  async launch({ farmId }: { farmId: string }): Promise<JobRef> {
    const farm = this.#unlocked(farmId)
    if (farm.state.status === 'running') return this.#follow('farm.launch', farm, 'Launch')
    if (farm.state.status !== 'terminated') throw this.#wrongStatus(farm, 'launched', 'terminated')
    if (farm.roles.length === 0) {
      throw refusal(
        `“${farm.name}” cannot be launched`,
        [{ path: 'roles', message: 'Add a farm role first.' }],
        'farm.invalid',
      )
    }
    const faults = await this.#options.faultsOf(inputOf(farm), farm.id)
    if (faults.length > 0) throw refusal(`“${farm.name}” cannot be launched`, faults, 'farm.invalid')
    await this.#options.tell(farm, 'BeforeFarmLaunch', `${farm.name} is to be launched`)
    const launchedAt = this.#now()
    const running = await this.#options.store.changeState(farmId, (state) => ({
      ...state,
      status: 'running',
      launchedAt,
      problem: null,
      paused: [],
    }))
    await this.#options.tell(running, 'FarmLaunched', `${farm.name} was launched`)
    const job = await this.#follow('farm.launch', running, 'Launch')
    this.#options.wake()
    return job
  }

  async terminate({ farmId }: { farmId: string; force?: boolean | undefined }): Promise<JobRef> {
    const farm = this.#unlocked(farmId)
    if (farm.state.status === 'terminated')
      throw this.#wrongStatus(farm, 'terminated', 'running or suspended')
    await this.#takeDown(farm)
    return this.#follow('farm.terminate', farm, 'Terminate')
  }

  /** What cancelling a launch means: what was launched so far is taken down again. */
  async cancelLaunch(farmId: string): Promise<void> {
    const farm = this.#options.store.get(farmId)
    if (farm.state.status !== 'running') return
    await this.#takeDown(farm)
    await this.#follow('farm.terminate', farm, 'Terminate')
  }

  async suspend({ farmId }: { farmId: string }): Promise<JobRef> {
    const farm = this.#unlocked(farmId)
    if (farm.state.status !== 'running') throw this.#wrongStatus(farm, 'suspended', 'running')
    const after = await this.#setStatus(farm, 'suspended')
    await this.#options.tell(after, 'FarmSuspended', `${farm.name} was suspended`)
    const job = await this.#follow('farm.suspend', after, 'Suspend')
    this.#options.wake()
    return job
  }

  async resume({ farmId }: { farmId: string }): Promise<JobRef> {
    const farm = this.#unlocked(farmId)
    if (farm.state.status !== 'suspended') throw this.#wrongStatus(farm, 'resumed', 'suspended')
    const after = await this.#setStatus(farm, 'running')
    const { servers, clock } = this.#options
    await Promise.all(
      servers.ofFarm(farmId).map((server) => servers.apply(server.id, (now) => askResume(now, clock.now()))),
    )
    await this.#options.tell(after, 'FarmResumed', `${farm.name} was resumed`)
    const job = await this.#follow('farm.resume', after, 'Resume')
    this.#options.wake()
    return job
  }

  async lock({ farmId, comment }: { farmId: string; comment: string }): Promise<Farm> {
    const farm = this.#unlocked(farmId)
    const lock = { comment, by: 'you', at: this.#now() }
    return this.#options.store.changeState(farm.id, (state) => ({ ...state, lock }))
  }

  async unlock({ farmId }: { farmId: string }): Promise<Farm> {
    const farm = this.#options.store.get(farmId)
    if (!farm.state.lock)
      throw new AppError('farm.wrong_status', { message: `“${farm.name}” is not locked.` })
    return this.#options.store.changeState(farm.id, (state) => ({ ...state, lock: null }))
  }

  /** The shipped sample farm; the one that is there already when it was added before. */
  async addSample(): Promise<Farm> {
    const input = designOfDocument(await this.#options.sampleDocument(), this.#options.names())
    const there = this.#options.store.list().find((farm) => farm.name === input.name)
    return there ?? this.create(input)
  }

  async #takeDown(farm: Farm): Promise<void> {
    await this.#options.tell(farm, 'BeforeFarmTerminate', `${farm.name} is to be terminated`)
    const after = await this.#setStatus(farm, 'terminating')
    await this.#options.tell(after, 'FarmTerminated', `${farm.name} was terminated; its servers end now`)
    this.#options.wake()
  }

  #setStatus(farm: Farm, status: FarmState['status']): Promise<Farm> {
    return this.#options.store.changeState(farm.id, (state) => ({ ...state, status, paused: [] }))
  }

  async #follow(kind: Job['kind'], farm: Farm, verb: string): Promise<JobRef> {
    const job = await this.#options.jobs.follow(kind, { kind: 'farm', id: farm.id }, `${verb} ${farm.name}`)
    return { jobId: job.id }
  }

  #unlocked(farmId: string): Farm {
    const farm = this.#options.store.get(farmId)
    const { lock } = farm.state
    if (!lock) return farm
    throw new AppError('farm.locked', {
      message: `“${farm.name}” is locked by ${lock.by}: ${lock.comment}. Unlock it first.`,
    })
  }

  #wrongStatus(farm: Farm, verb: string, needed: string): AppError {
    return new AppError('farm.wrong_status', {
      message: `“${farm.name}” is ${farm.state.status}; only a ${needed} farm can be ${verb}.`,
    })
  }

  #design(input: FarmInput, own: Pick<FarmDesign, 'id' | 'createdAt' | 'updatedAt'>): FarmDesign {
    const design = FarmDesign.parse({
      ...input,
      id: own.id,
      createdAt: own.createdAt,
      updatedAt: own.updatedAt,
      roles: (input.roles ?? []).map((role) => ({
        ...role,
        id: role.id ?? FarmRoleId.parse(this.#options.newId()),
      })),
    } satisfies z.input<typeof FarmDesign>)
    const taken = this.#options.store
      .list()
      .some((farm) => farm.id !== design.id && farm.name.toLowerCase() === design.name.toLowerCase())
    if (taken) {
      const message = `There is a farm named “${design.name}” already; choose another name.`
      throw new AppError('input.conflict', { message, details: { faults: [{ path: 'name', message }] } })
    }
    return design
  }

  #cloneName(name: string): string {
    const base = name.replace(/ \(clone #\d+\)$/, '')
    const taken = new Set(this.#options.store.list().map((farm) => farm.name))
    for (let count = 1; ; count += 1) {
      const candidate = `${base} (clone #${count})`
      if (!taken.has(candidate)) return candidate
    }
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString()
  }
}

function refusal(
  what: string,
  faults: Fault[],
  code: 'input.invalid' | 'farm.invalid' = 'input.invalid',
): AppError {
  const [first] = faults
  const words = first ? `: ${first.path}: ${first.message}` : '.'
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  return new AppError(code, { message: `${what}${words}${more}`, details: { faults } })
}

/** A fault of a design as its document says it: there, roles and clouds have names. */
function inDocument({ path, message }: Fault): Fault {
  return { path: path.replace(/\.(role|cloud)Id$/, '.$1'), message }
}

/** A design in the form in which a person gives it. */
function inputOf(design: FarmDesign & { state?: FarmState }): FarmInput {
  const { id: _id, createdAt: _made, updatedAt: _changed, state: _state, ...input } = design
  return input
}
