import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function imageHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'images'>>) {
  return {
    list: os.images.list.handler(() => engine.images.list()),
    create: os.images.create.handler(({ input }) => engine.images.create(input)),
    update: os.images.update.handler(({ input }) => engine.images.update(input)),
    remove: os.images.remove.handler(({ input }) => engine.images.remove(input)),
    import: os.images.import.handler(({ input }) => engine.images.import(input)),
    export: os.images.export.handler(({ input }) => engine.images.export(input)),
  }
}
