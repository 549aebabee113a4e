import { clouds } from './clouds.contract.ts'
import { discovery } from './discovery.contract.ts'
import { events } from './events.contract.ts'
import { farms } from './farms.contract.ts'
import { feed } from './feed.contract.ts'
import { images } from './images.contract.ts'
import { jobs } from './jobs.contract.ts'
import { keys } from './keys.contract.ts'
import { prompts } from './prompts.contract.ts'
import { roles } from './roles.contract.ts'
import { securityGroups } from './security-groups.contract.ts'
import { servers } from './servers.contract.ts'
import { storage } from './storage.contract.ts'
import { system } from './system.contract.ts'
import { terminals } from './terminals.contract.ts'

/** Everything that a client can ask of the engine; handler types, client types and run-time checks come from here alone. */
export const contract = {
  clouds,
  images,
  roles,
  discovery,
  farms,
  servers,
  keys,
  securityGroups,
  events,
  jobs,
  prompts,
  terminals,
  storage,
  feed,
  system,
}
export type Contract = typeof contract
