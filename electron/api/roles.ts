import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function roleHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'roles'>>) {
  return {
    list: os.roles.list.handler(() => engine.roles.list()),
    create: os.roles.create.handler(({ input }) => engine.roles.create(input)),
    update: os.roles.update.handler(({ input }) => engine.roles.update(input)),
    remove: os.roles.remove.handler(({ input }) => engine.roles.remove(input)),
    import: os.roles.import.handler(({ input }) => engine.roles.import(input)),
    export: os.roles.export.handler(({ input }) => engine.roles.export(input)),
    usage: os.roles.usage.handler(({ input }) => engine.roles.usage(input)),
    clone: os.roles.clone.handler(({ input }) => engine.roles.clone(input)),
    deprecate: os.roles.deprecate.handler(({ input }) => engine.roles.deprecate(input)),
    undeprecate: os.roles.undeprecate.handler(({ input }) => engine.roles.undeprecate(input)),
    addStarters: os.roles.addStarters.handler(({ input }) => engine.roles.addStarters(input)),
  }
}
