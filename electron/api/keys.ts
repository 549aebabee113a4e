import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function keyHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'keys'>>) {
  return {
    list: os.keys.list.handler(() => engine.keys.list()),
    exportPublic: os.keys.exportPublic.handler(({ input }) => engine.keys.exportPublic(input)),
    regenerate: os.keys.regenerate.handler(({ input }) => engine.keys.regenerate(input)),
    remove: os.keys.remove.handler(({ input }) => engine.keys.remove(input)),
    exportPrivate: os.keys.exportPrivate.handler(({ input }) => engine.keys.exportPrivate(input)),
  }
}
