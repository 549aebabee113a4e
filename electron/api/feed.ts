import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function feedHandlers({ os, engine, streams }: ApiParts<Pick<EngineShape, 'feed'>>) {
  return {
    subscribe: os.feed.subscribe.handler(({ input, signal: clientSignal }) =>
      streams('feed.subscribe', (signal) => engine.feed.subscribe(input, { signal }), clientSignal),
    ),
  }
}
