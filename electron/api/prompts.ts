import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function promptHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'prompts'>>) {
  return {
    list: os.prompts.list.handler(() => engine.prompts.list()),
    answer: os.prompts.answer.handler(({ input }) => engine.prompts.answer(input)),
  }
}
