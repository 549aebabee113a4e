import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function eventHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'events'>>) {
  return {
    list: os.events.list.handler(({ input }) => engine.events.list(input)),
  }
}
