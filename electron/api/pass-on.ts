import {
  type AnySchema,
  type ContractProcedure,
  type ErrorMap,
  getEventIteratorSchemaDetails,
} from '@orpc/contract'
import type { Router } from '@orpc/server'
import { type Contract, contract } from '../../shared/contract/index.ts'
import type { MethodMeta } from '../../shared/contract/method.ts'
import type { EngineShape } from './engine-shape.ts'
import type { Implementer, Streams } from './implementer.ts'

/** Handlers of the contract, noun for noun and verb for verb. */
type Handlers = Router<Contract, object>

type Handler = (call: { input: unknown; signal?: AbortSignal | undefined }) => unknown
type Entry = ContractProcedure<AnySchema, AnySchema, ErrorMap, MethodMeta>
type Tree<Leaf> = Record<string, Record<string, Leaf>>
type EngineMethod = (input: unknown, options?: { signal: AbortSignal | undefined }) => unknown

/**
 * A handler for each entry of the contract that is not `written` by hand: it hands the checked input to the engine's method of
 * that name. That the engine has it is the type of the engine's to say.
 */
export function passOn(
  parts: { os: Implementer; engine: EngineShape; streams: Streams },
  written: { [Noun in keyof Contract]?: { [Verb in keyof Contract[Noun]]?: unknown } },
): Handlers {
  const os = parts.os as unknown as Tree<{ handler(handler: Handler): unknown }>
  const engine = parts.engine as unknown as Tree<EngineMethod>
  const byHand: Partial<Tree<unknown>> = written
  const handlers: Tree<unknown> = {}
  for (const [noun, entries] of Object.entries(contract as unknown as Tree<Entry>)) {
    const ofNoun: Record<string, unknown> = {}
    for (const [verb, entry] of Object.entries(entries)) {
      const call: EngineMethod = (input, options) => engine[noun]?.[verb]?.(input, options)
      const handler = entryHandler(entry, `${noun}.${verb}`, call, parts.streams)
      ofNoun[verb] = byHand[noun]?.[verb] ?? os[noun]?.[verb]?.handler(handler)
    }
    handlers[noun] = ofNoun
  }
  return handlers as Handlers
}

function entryHandler(entry: Entry, name: string, call: EngineMethod, streams: Streams): Handler {
  const { outputSchema, meta } = entry['~orpc']
  if (getEventIteratorSchemaDetails(outputSchema)) {
    return ({ input, signal: clientSignal }) =>
      streams(name, (signal) => call(input, { signal }) as AsyncIterable<unknown>, clientSignal)
  }
  return meta.endsWithClient ? ({ input, signal }) => call(input, { signal }) : ({ input }) => call(input)
}
