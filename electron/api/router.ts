import { cloudHandlers } from './clouds.ts'
import { discoveryHandlers } from './discovery.ts'
import type { EngineShape } from './engine-shape.ts'
import { eventHandlers } from './events.ts'
import { farmHandlers } from './farms.ts'
import { feedHandlers } from './feed.ts'
import type { HostFacts, SettingsStore } from './host-facts.ts'
import { imageHandlers } from './images.ts'
import { createImplementer, createStreams } from './implementer.ts'
import { jobHandlers } from './jobs.ts'
import { keyHandlers } from './keys.ts'
import { promptHandlers } from './prompts.ts'
import { roleHandlers } from './roles.ts'
import { securityGroupHandlers } from './security-groups.ts'
import { serverHandlers } from './servers.ts'
import { storageHandlers } from './storage.ts'
import { systemHandlers } from './system.ts'
import { terminalHandlers } from './terminals.ts'
import type { Log } from '../engine/ports.ts'

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
  const parts = { os, engine, streams: createStreams(log) }
  return os.router({
    clouds: cloudHandlers(parts),
    images: imageHandlers(parts),
    roles: roleHandlers(parts),
    discovery: discoveryHandlers(parts),
    farms: farmHandlers(parts),
    servers: serverHandlers(parts),
    keys: keyHandlers(parts),
    securityGroups: securityGroupHandlers(parts),
    events: eventHandlers(parts),
    jobs: jobHandlers(parts),
    prompts: promptHandlers(parts),
    terminals: terminalHandlers(parts),
    storage: storageHandlers(parts),
    feed: feedHandlers(parts),
    system: systemHandlers({ ...parts, host, settings }),
  })
}
export type ApiRouter = ReturnType<typeof createRouter>
