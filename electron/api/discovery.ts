import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function discoveryHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'discovery'>>) {
  return {
    list: os.discovery.list.handler(({ input, signal }) => engine.discovery.list(input, { signal })),
    planImport: os.discovery.planImport.handler(({ input }) => engine.discovery.planImport(input)),
    import: os.discovery.import.handler(({ input }) => engine.discovery.import(input)),
    importResults: os.discovery.importResults.handler(({ input }) => engine.discovery.importResults(input)),
    createImage: os.discovery.createImage.handler(({ input }) => engine.discovery.createImage(input)),
    setKey: os.discovery.setKey.handler(({ input }) => engine.discovery.setKey(input)),
  }
}
