import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function jobHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'jobs'>>) {
  return {
    list: os.jobs.list.handler(() => engine.jobs.list()),
    get: os.jobs.get.handler(({ input }) => engine.jobs.get(input)),
    cancel: os.jobs.cancel.handler(({ input }) => engine.jobs.cancel(input)),
  }
}
