import type { RoleCategory } from '../../../shared/model/roles.ts'

/** Categories as the reference calls them. */
export const CATEGORY_NAMES: Readonly<Record<RoleCategory, string>> = {
  base: 'Base',
  database: 'Database',
  app: 'Application',
  lb: 'Load balancer',
  cache: 'Cache',
  mq: 'Message queue',
  mixed: 'Mixed',
}
