import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function keyHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'keys'>>) {
  return {
    list: os.keys.list.handler(() => engine.keys.list()),
    exportPrivate: os.keys.exportPrivate.handler(({ input }) => engine.keys.exportPrivate(input)),
  }
}
