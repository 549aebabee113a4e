import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function imageHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'images'>>) {
  return {
    list: os.images.list.handler(() => engine.images.list()),
    create: os.images.create.handler(({ input }) => engine.images.create(input)),
    update: os.images.update.handler(({ input }) => engine.images.update(input)),
    remove: os.images.remove.handler(({ input }) => engine.images.remove(input)),
    import: os.images.import.handler(({ input }) => engine.images.import(input)),
    usage: os.images.usage.handler(({ input }) => engine.images.usage(input)),
    fromServer: os.images.fromServer.handler(({ input }) => engine.images.fromServer(input)),
    copy: os.images.copy.handler(({ input }) => engine.images.copy(input)),
    planDeregister: os.images.planDeregister.handler(({ input }) => engine.images.planDeregister(input)),
    deregister: os.images.deregister.handler(({ input }) => engine.images.deregister(input)),
    planReplace: os.images.planReplace.handler(({ input }) => engine.images.planReplace(input)),
    replace: os.images.replace.handler(({ input }) => engine.images.replace(input)),
    deprecate: os.images.deprecate.handler(({ input }) => engine.images.deprecate(input)),
    undeprecate: os.images.undeprecate.handler(({ input }) => engine.images.undeprecate(input)),
    export: os.images.export.handler(({ input }) => engine.images.export(input)),
  }
}
