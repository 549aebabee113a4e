import { join } from 'node:path'
import { Image } from '../../../shared/model/images.ts'
import { Role } from '../../../shared/model/roles.ts'
import type { CloudServices } from '../clouds/create-clouds.ts'
import type { Ports } from '../ports.ts'
import { publishTo } from '../records/feed/index.ts'
import type { CoreServices } from '../records/open-core.ts'
import { CloudAccounts, CloudUsers } from './accounts/index.ts'
import { DesignStore } from './documents/index.ts'
import { FarmStore } from './farms/index.ts'
import { ImageDesigns } from './images/index.ts'
import { RoleDesigns, StarterRoles } from './roles/index.ts'

/** What is designed: images, roles, farms, and the cloud accounts that they name. */
export type DesignServices = ReturnType<typeof createDesigns>

/** Puts together the documents of the workspace. */
export function createDesigns(core: CoreServices, ports: Ports, { clouds, catalogs }: CloudServices) {
  const { workspace, ledger, feed, clock, ids, jobs, servers, events, bell } = core
  const { newId } = ids
  const imageStore = new DesignStore<Image>({
    noun: 'image',
    schema: Image,
    repository: workspace.images,
    onChange: publishTo(feed, 'images'),
  })
  const roleStore = new DesignStore<Role>({
    noun: 'role',
    schema: Role,
    repository: workspace.roles,
    onChange: publishTo(feed, 'roles'),
  })
  const farmStore = new FarmStore({
    designs: workspace.farms,
    states: ledger.farmStates,
    events,
    onChange: publishTo(feed, 'farms'),
  })
  const images = new ImageDesigns({ store: imageStore, clock, newId, clouds, roles: roleStore })
  const roles = new RoleDesigns({ store: roleStore, images: imageStore, clock, newId, farms: farmStore })
  const file = join(ports.resourcesDir, 'catalog', 'starter-roles.json')
  const starters = new StarterRoles({ images, roles, imageStore, roleStore, file })
  return {
    imageStore,
    roleStore,
    farmStore,
    images,
    roles,
    accounts: new CloudAccounts({
      clouds,
      catalogs,
      jobs,
      starters,
      roles,
      users: new CloudUsers({ farms: farmStore, servers }),
      bell,
    }),
    start: async (): Promise<void> => {
      await Promise.all([imageStore.start(), roleStore.start(), farmStore.start()])
    },
  }
}
