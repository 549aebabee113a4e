import { join } from 'node:path'
import { Image } from '../../../shared/model/images.ts'
import { Role } from '../../../shared/model/roles.ts'
import { CloudAccounts } from './accounts/index.ts'
import { Catalogs, type CloudOpeners, Clouds } from '../clouds/index.ts'
import type { CoreServices } from '../records/open-core.ts'
import { FarmStore } from './farms/index.ts'
import { publishTo } from '../records/feed/index.ts'
import type { Ports } from '../ports.ts'
import { DesignStore } from './documents/index.ts'
import { Images } from './images/index.ts'
import { Roles, StarterRoles } from './roles/index.ts'

/** Clouds and what is designed on them: images, roles, farms. */
export type DesignServices = ReturnType<typeof createDesignServices>

/**
 * Puts together the documents of the workspace and the clouds that they name. `serversOf` says which servers live in a cloud,
 * in words; `lookAtServers` has them read anew.
 */
export function createDesignServices(
  core: CoreServices,
  ports: Ports,
  options: {
    openers: CloudOpeners
    serversOf: (cloudId: string) => string[]
    lookAtServers: () => void
  },
) {
  const { workspace, ledger, vault, feed, clock, log, newId, jobs } = core
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
    onChange: publishTo(feed, 'farms'),
  })
  const clouds = new Clouds({
    repository: workspace.clouds,
    vault,
    catalogs: ledger.catalogs,
    clock,
    log,
    newId,
    kinds: options.openers.kinds,
    onChange: publishTo(feed, 'clouds'),
  })
  const catalogs = new Catalogs({ clouds, repository: ledger.catalogs, clock })
  const images = new Images({
    store: imageStore,
    clock,
    newId,
    clouds: () => clouds.list(),
    roles: () => roleStore.list(),
  })
  const roles = new Roles({
    store: roleStore,
    images: imageStore,
    clock,
    newId,
    farms: () => farmStore.list(),
  })
  const starters = new StarterRoles({
    images,
    roles,
    imageStore,
    roleStore,
    file: join(ports.resourcesDir, 'catalog', 'starter-roles.json'),
  })
  const accounts = new CloudAccounts({
    clouds,
    catalogs,
    jobs,
    profiles: () => options.openers.profiles(),
    addStarters: (cloud) => starters.add(cloud),
    usersOf: (cloudId) => [
      ...farmStore
        .list()
        .filter((farm) => farm.roles.some((role) => role.cloudId === cloudId))
        .map((farm) => `farm “${farm.name}”`),
      ...options.serversOf(cloudId),
    ],
    forgetImages: (cloudId) => roles.forgetImagesOf(cloudId),
    lookAtServers: options.lookAtServers,
  })
  return {
    imageStore,
    roleStore,
    farmStore,
    clouds,
    catalogs,
    images,
    roles,
    accounts,
    start: async (): Promise<void> => {
      await Promise.all([imageStore.start(), roleStore.start(), farmStore.start()])
    },
  }
}
