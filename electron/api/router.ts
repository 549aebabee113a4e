import type { Log } from '../engine/ports.ts'
import type { EngineShape } from './engine-shape.ts'
import type { HostFacts, SettingsStore } from './host-facts.ts'
import { createImplementer, createStreams } from './implementer.ts'
import { passOn } from './pass-on.ts'
import { systemHandlers } from './system.ts'

/** What the contract is implemented with. */
export interface RouterParts {
  engine: EngineShape
  host: HostFacts
  settings: SettingsStore
  log: Log
}

/** The whole contract over one engine; every transport serves this same router. */
export function createRouter({ engine, host, settings, log }: RouterParts) {
  const os = createImplementer(log)
  const streams = createStreams(log)
  return os.router(
    passOn({ os, engine, streams }, { system: systemHandlers({ os, engine, host, settings }) }),
  )
}
export type ApiRouter = ReturnType<typeof createRouter>
