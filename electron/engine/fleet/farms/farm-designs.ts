import type { z } from 'zod'
import { compareDrafts } from '../../../../shared/logic/drafts/draft-differences.ts'
import { draftOf } from '../../../../shared/logic/drafts/farm-draft.ts'
import { AppError, type Fault } from '../../../../shared/model/errors.ts'
import {
  type Farm,
  FarmDesign,
  type FarmDocument,
  type FarmInput,
  type WholeFarmInput,
} from '../../../../shared/model/farms.ts'
import { FarmId, FarmRoleId } from '../../../../shared/model/ids.ts'
import type { DesignChange, FarmStore } from '../../designs/farms/index.ts'
import type { Clock } from '../../ports.ts'
import type { Bell } from '../../records/bell/index.ts'
import type { Events } from '../../records/events/index.ts'
import { designOfDocument, documentOfDesign } from './farm-documents.ts'
import type { FarmKnowledge } from './farm-knowledge.ts'
import { refusal, refuseLocked } from './refusals.ts'
import type { SampleFarm } from './sample-farm.ts'

interface FarmDesignsOptions {
  store: FarmStore
  knowledge: FarmKnowledge
  sample: SampleFarm
  events: Events
  bell: Bell
  clock: Clock
  newId: () => string
}

/** The designs of farms: made, changed, copied, read from documents and written to them. */
export class FarmDesigns {
  readonly #options: FarmDesignsOptions

  constructor(options: FarmDesignsOptions) {
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
    const design = this.designOf(input, {
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
    const design = this.designOf(change.farm, own)
    if (before.state.status === 'running' || before.state.status === 'suspended') {
      const faults = await this.#options.knowledge.faultsOf(change.farm, before.id)
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
    const farm = await this.#options.store.saveDesign(design, {
      ...changeOf(before, design),
      // Checked again where the design is kept: two that began with the same one do not both win.
      ...(change.updatedAt === undefined ? {} : { from: change.updatedAt }),
    })
    // A lease that is taken out of the design no longer ends what runs; a new one starts with the next launch.
    if (farm.lease === null && farm.state.leaseEndsAt !== null)
      await this.#options.store.changeState(farm.id, (state) => ({ ...state, leaseEndsAt: null }))
    if (farm.state.status === 'running') this.#options.bell.ring()
    return this.#options.store.get(farm.id)
  }

  /** A copy of the design, `<name> (clone #1)` unless named; addresses belong to the original alone. */
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
      roles: roles.map(({ id: _roleId, network, ...role }) => ({
        ...role,
        network: { ...network, elasticIps: { ...network.elasticIps, addresses: {} }, privateIps: {} },
      })),
    })
  }

  async validate({ farm, farmId }: { farm?: unknown; farmId?: string | undefined }): Promise<Fault[]> {
    return this.#options.knowledge.faultsOf(farm, farmId)
  }

  async import({ document }: { document?: unknown }): Promise<Farm> {
    const input = designOfDocument(document, this.#options.knowledge.names())
    const faults = (await this.#options.knowledge.faultsOf(input)).map(inDocument)
    if (faults.length > 0) throw refusal(`“${input.name}” cannot be imported`, faults)
    return this.create(input)
  }

  /** The design that a document describes, as a draft of this farm: farm roles of the same alias keep their identity. */
  async readDocument({ farmId, document }: { farmId: string; document?: unknown }): Promise<WholeFarmInput> {
    const { roles: before } = this.#options.store.design(farmId)
    const { roles, ...rest } = designOfDocument(document, this.#options.knowledge.names())
    return {
      ...rest,
      roles: roles.map((role) => {
        const same = before.find(({ alias }) => alias === role.alias)
        return same ? { ...role, id: same.id } : role
      }),
    }
  }

  async export({ farmId }: { farmId: string }): Promise<FarmDocument> {
    return documentOfDesign(this.#options.store.design(farmId), this.#options.knowledge.names())
  }

  /** The shipped sample farm; the one that is there already when it was added before. */
  async addSample(): Promise<Farm> {
    const input = designOfDocument(await this.#options.sample.document(), this.#options.knowledge.names())
    const there = this.#options.store.list().find((farm) => farm.name === input.name)
    return there ?? this.create(input)
  }

  #unlocked(farmId: string): Farm {
    const farm = this.#options.store.get(farmId)
    refuseLocked(farm)
    return farm
  }

  /** An input as a design with this identity. Throws `input.conflict` when another farm has its name. */
  designOf(input: FarmInput, own: Pick<FarmDesign, 'id' | 'createdAt' | 'updatedAt'>): FarmDesign {
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

/** A fault of a design as its document says it: there, roles and clouds have names. */
function inDocument({ path, message }: Fault): Fault {
  return { path: path.replace(/\.(role|cloud)Id$/, '.$1'), message }
}

/** The most of the changed fields that an event names. */
const NAMED_FIELDS = 10

/** What is told of a changed design: which fields, not their values, which may be secret. */
function changeOf(before: FarmDesign, after: FarmDesign): DesignChange {
  const changed = compareDrafts(draftOf(before), draftOf(after))
  const names = changed.map(({ where, field }) => (where === 'Farm' ? field : `${where} ${field}`))
  const more = names.length > NAMED_FIELDS ? [`${names.length - NAMED_FIELDS} more`] : []
  const fields = [...names.slice(0, NAMED_FIELDS), ...more].join(', ')
  const sentence = `The design of ${after.name} was changed`
  return {
    message: fields === '' ? sentence : `${sentence}: ${fields}`,
    firedBy: 'person',
    data: { changed: fields },
  }
}
