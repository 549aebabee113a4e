import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function cloudHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'clouds'>>) {
  return {
    list: os.clouds.list.handler(() => engine.clouds.list()),
    profiles: os.clouds.profiles.handler(() => engine.clouds.profiles()),
    addAws: os.clouds.addAws.handler(({ input, signal }) => engine.clouds.addAws(input, { signal })),
    addSandbox: os.clouds.addSandbox.handler(({ input }) => engine.clouds.addSandbox(input)),
    rename: os.clouds.rename.handler(({ input }) => engine.clouds.rename(input)),
    remove: os.clouds.remove.handler(({ input }) => engine.clouds.remove(input)),
    refresh: os.clouds.refresh.handler(({ input }) => engine.clouds.refresh(input)),
    activity: os.clouds.activity.handler(() => engine.clouds.activity()),
    catalog: os.clouds.catalog.handler(({ input, signal }) => engine.clouds.catalog(input, { signal })),
    findImages: os.clouds.findImages.handler(({ input, signal }) =>
      engine.clouds.findImages(input, { signal }),
    ),
  }
}
