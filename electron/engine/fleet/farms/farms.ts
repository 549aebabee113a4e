import type { ServersReplacing } from '../rollouts/index.ts'
import type { FarmDesigns } from './farm-designs.ts'
import type { FarmLife } from './farm-life.ts'
import type { FarmPlans } from './farm-plans.ts'
import type { FarmRemoval } from './farm-removal.ts'
import type { FarmTemplates } from './farm-templates.ts'
import type { HandLaunches } from './hand-launches.ts'

interface FarmsParts {
  designs: FarmDesigns
  life: FarmLife
  byHand: HandLaunches
  replacing: ServersReplacing
  removal: FarmRemoval
  plans: FarmPlans
  templates: FarmTemplates
}

interface OfFarm {
  farmId: string
}

/** The farms as the contract knows them. */
export class Farms {
  readonly #parts: FarmsParts

  constructor(parts: FarmsParts) {
    this.#parts = parts
  }

  list() {
    return this.#parts.designs.list()
  }

  get(input: OfFarm) {
    return this.#parts.designs.get(input)
  }

  create(input: Parameters<FarmDesigns['create']>[0]) {
    return this.#parts.designs.create(input)
  }

  update(input: Parameters<FarmDesigns['update']>[0]) {
    return this.#parts.designs.update(input)
  }

  clone(input: Parameters<FarmDesigns['clone']>[0]) {
    return this.#parts.designs.clone(input)
  }

  validate(input: Parameters<FarmDesigns['validate']>[0]) {
    return this.#parts.designs.validate(input)
  }

  import(input: Parameters<FarmDesigns['import']>[0]) {
    return this.#parts.designs.import(input)
  }

  readDocument(input: Parameters<FarmDesigns['readDocument']>[0]) {
    return this.#parts.designs.readDocument(input)
  }

  export(input: OfFarm) {
    return this.#parts.designs.export(input)
  }

  addSample() {
    return this.#parts.designs.addSample()
  }

  exportTemplate(input: OfFarm) {
    return this.#parts.templates.exportTemplate(input)
  }

  previewTemplate(input: Parameters<FarmTemplates['previewTemplate']>[0]) {
    return this.#parts.templates.previewTemplate(input)
  }

  importTemplate(input: Parameters<FarmTemplates['importTemplate']>[0]) {
    return this.#parts.templates.importTemplate(input)
  }

  plan(input: Parameters<FarmPlans['plan']>[0]) {
    return this.#parts.plans.plan(input)
  }

  resources(input: OfFarm) {
    return this.#parts.plans.resources(input)
  }

  launch(input: OfFarm) {
    return this.#parts.life.launch(input)
  }

  terminate(input: Parameters<FarmLife['terminate']>[0]) {
    return this.#parts.life.terminate(input)
  }

  suspend(input: OfFarm) {
    return this.#parts.life.suspend(input)
  }

  resume(input: OfFarm) {
    return this.#parts.life.resume(input)
  }

  lock(input: Parameters<FarmLife['lock']>[0]) {
    return this.#parts.life.lock(input)
  }

  unlock(input: OfFarm) {
    return this.#parts.life.unlock(input)
  }

  extendLease(input: OfFarm) {
    return this.#parts.life.extendLease(input)
  }

  launchServer(input: Parameters<HandLaunches['launchServer']>[0]) {
    return this.#parts.byHand.launchServer(input)
  }

  planReplaceServers(input: Parameters<ServersReplacing['plan']>[0]) {
    return this.#parts.replacing.plan(input)
  }

  replaceServers(input: Parameters<ServersReplacing['begin']>[0]) {
    return this.#parts.replacing.begin(input)
  }

  remove(input: Parameters<FarmRemoval['remove']>[0]) {
    return this.#parts.removal.remove(input)
  }
}
