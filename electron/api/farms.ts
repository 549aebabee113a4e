import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function farmHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'farms'>>) {
  return {
    list: os.farms.list.handler(() => engine.farms.list()),
    get: os.farms.get.handler(({ input }) => engine.farms.get(input)),
    create: os.farms.create.handler(({ input }) => engine.farms.create(input)),
    update: os.farms.update.handler(({ input }) => engine.farms.update(input)),
    clone: os.farms.clone.handler(({ input }) => engine.farms.clone(input)),
    remove: os.farms.remove.handler(({ input }) => engine.farms.remove(input)),
    resources: os.farms.resources.handler(({ input }) => engine.farms.resources(input)),
    validate: os.farms.validate.handler(({ input }) => engine.farms.validate(input)),
    import: os.farms.import.handler(({ input }) => engine.farms.import(input)),
    readDocument: os.farms.readDocument.handler(({ input }) => engine.farms.readDocument(input)),
    export: os.farms.export.handler(({ input }) => engine.farms.export(input)),
    exportTemplate: os.farms.exportTemplate.handler(({ input }) => engine.farms.exportTemplate(input)),
    previewTemplate: os.farms.previewTemplate.handler(({ input }) => engine.farms.previewTemplate(input)),
    importTemplate: os.farms.importTemplate.handler(({ input }) => engine.farms.importTemplate(input)),
    plan: os.farms.plan.handler(({ input, signal }) => engine.farms.plan(input, { signal })),
    planReplaceServers: os.farms.planReplaceServers.handler(({ input }) =>
      engine.farms.planReplaceServers(input),
    ),
    replaceServers: os.farms.replaceServers.handler(({ input }) => engine.farms.replaceServers(input)),
    launch: os.farms.launch.handler(({ input }) => engine.farms.launch(input)),
    launchServer: os.farms.launchServer.handler(({ input }) => engine.farms.launchServer(input)),
    terminate: os.farms.terminate.handler(({ input }) => engine.farms.terminate(input)),
    suspend: os.farms.suspend.handler(({ input }) => engine.farms.suspend(input)),
    resume: os.farms.resume.handler(({ input }) => engine.farms.resume(input)),
    lock: os.farms.lock.handler(({ input }) => engine.farms.lock(input)),
    unlock: os.farms.unlock.handler(({ input }) => engine.farms.unlock(input)),
    extendLease: os.farms.extendLease.handler(({ input }) => engine.farms.extendLease(input)),
    addSample: os.farms.addSample.handler(() => engine.farms.addSample()),
  }
}
