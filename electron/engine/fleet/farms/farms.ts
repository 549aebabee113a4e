import { FarmDesigns, type FarmDesignsOptions } from './farm-designs.ts'
import { HandLaunches, type HandLaunchesOptions } from './hand-launches.ts'
import { FarmLife, type FarmLifeOptions } from './farm-life.ts'
import { FarmPlans, type FarmPlansOptions } from './farm-plans.ts'
import { FarmRemoval, type FarmRemovalOptions } from './farm-removal.ts'
import { FarmTemplates, type FarmTemplatesOptions } from './farm-templates.ts'

export type FarmsOptions = FarmDesignsOptions &
  FarmLifeOptions &
  HandLaunchesOptions &
  FarmRemovalOptions &
  Omit<FarmPlansOptions & FarmTemplatesOptions, 'designs'>

/** The farms as the contract knows them: their designs, their plans and their life under one name. */
export function createFarms(options: FarmsOptions) {
  const designs = new FarmDesigns(options)
  const life = new FarmLife(options)
  const removal = new FarmRemoval(options)
  const plans = new FarmPlans({ ...options, designs })
  const templates = new FarmTemplates({ ...options, designs })
  const byHand = new HandLaunches(options)
  return {
    list: designs.list.bind(designs),
    get: designs.get.bind(designs),
    create: designs.create.bind(designs),
    update: designs.update.bind(designs),
    clone: designs.clone.bind(designs),
    remove: removal.remove.bind(removal),
    validate: designs.validate.bind(designs),
    import: designs.import.bind(designs),
    readDocument: designs.readDocument.bind(designs),
    export: designs.export.bind(designs),
    exportTemplate: templates.exportTemplate.bind(templates),
    previewTemplate: templates.previewTemplate.bind(templates),
    importTemplate: templates.importTemplate.bind(templates),
    addSample: designs.addSample.bind(designs),
    plan: plans.plan.bind(plans),
    resources: plans.resources.bind(plans),
    launch: (input: { farmId: string }) => life.launch(input),
    launchServer: byHand.launchServer.bind(byHand),
    terminate: (input: Parameters<FarmLife['terminate']>[0]) => life.terminate(input),
    suspend: (input: { farmId: string }) => life.suspend(input),
    resume: (input: { farmId: string }) => life.resume(input),
    lock: life.lock.bind(life),
    unlock: life.unlock.bind(life),
    extendLease: life.extendLease.bind(life),
    life,
  }
}
