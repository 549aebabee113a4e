import type { ImageUsage, RoleUsage } from '../../../shared/model/image-plans.ts'
import { usageOfImage, usageOfRole } from '../../../shared/logic/roles/usage.ts'
import type { Clouds } from '../clouds/index.ts'
import type { CoreServices } from '../records/open-core.ts'
import type { DesignServices } from '../designs/create-designs.ts'
import { Discovery, ImportPlaces, Imports } from './discovery/index.ts'
import type { ServerKeys } from '../access/keys/index.ts'
import type { createFarms } from './farms/index.ts'
import {
  Deregistrations,
  ImageCopies,
  RoleRemoval,
  SnapshotRegistration,
  SnapshotRequests,
  Snapshots,
} from './image-work/index.ts'
import { ImageReplacing, RoleSwap } from './rollouts/index.ts'
import { ServersReplacing } from './rollouts/index.ts'
import { Rollouts } from './rollouts/index.ts'
import type { ImageFinder } from './servers/index.ts'
import type { ServerStore } from '../records/servers/index.ts'

interface ImageServicesParts {
  core: CoreServices
  designs: DesignServices
  farms: ReturnType<typeof createFarms>
  serverStore: ServerStore
  finder: ImageFinder
  keys: ServerKeys
  /** What was said about an unknown instance is no longer true. */
  onAdopted: (instanceId: string) => void
  wake: () => void
}

/** Puts together what works on images, replaces servers and takes instances over. */
export function createImageServices(parts: ImageServicesParts) {
  const { serverStore, wake } = parts
  const { clouds, images, imageStore, roles, roleStore, farmStore } = parts.designs
  const { tasks, events, clock, newId, newToken, workspaceId } = parts.core
  const watch: Clouds['watch'] = (cloudId, location, call) => clouds.watch(cloudId, location, call)
  const common = {
    clouds,
    images,
    imageStore,
    roles,
    roleStore,
    tasks,
    clock,
    newId,
  }
  const made = { ...common, newToken, workspaceId }
  const tellFarm =
    (kind: 'FarmChanged' | 'ServersReplaced') =>
    (farm: { id: string }, message: string): Promise<void> =>
      events.tell(kind, message, { farmId: farm.id })
  const rollouts = new Rollouts({
    ...common,
    farms: farmStore,
    servers: serverStore,
    tell: tellFarm('ServersReplaced'),
    wake,
  })
  const swap = new RoleSwap({
    ...common,
    farms: farmStore,
    servers: serverStore,
    rollouts,
    tell: tellFarm('FarmChanged'),
  })
  const registration = new SnapshotRegistration({
    ...common,
    tell: (message, { farmId, serverId }) =>
      events.tell('ImageCreated', message, { farmId: farmId ?? null, serverId: serverId ?? null }),
  })
  const snapshots = new Snapshots({ ...made, servers: serverStore, registration, swap })
  const snapshotRequests = new SnapshotRequests({ ...made, farms: farmStore, servers: serverStore })
  const copies = new ImageCopies({ ...made, finder: parts.finder })
  const deregistrations = new Deregistrations({
    ...common,
    farms: () => farmStore.list(),
    servers: serverStore,
    tell: (message) => events.tell('ImageDeregistered', message),
  })
  const removal = new RoleRemoval({ ...common, deregistrations })
  const replacing = new ImageReplacing({ ...common, farms: farmStore, servers: serverStore, rollouts })
  const serversReplacing = new ServersReplacing({
    farms: farmStore,
    servers: serverStore,
    rollouts,
    comparison: {
      role: (roleId) => roles.nameOf(roleId),
      cloud: (cloudId) => clouds.find(cloudId)?.name ?? cloudId,
      image: (imageId) => imageStore.list().find(({ id }) => id === imageId)?.name ?? 'an image that is gone',
      imageOf: (roleId, cloudId, location) => roles.imageOf(roleId, cloudId, location)?.id ?? null,
    },
  })
  const places = new ImportPlaces({
    ...common,
    farms: parts.farms,
    farmStore,
    cloudName: (cloudId) => clouds.get(cloudId).name,
  })
  const imports = new Imports({
    ...made,
    watch,
    farms: farmStore,
    servers: serverStore,
    keys: parts.keys,
    cloudName: (cloudId) => clouds.get(cloudId).name,
    roleName: (roleId) => roles.nameOf(roleId),
    imageOf: (roleId, cloudId, location) => roles.imageOf(roleId, cloudId, location),
    onAdopted: parts.onAdopted,
    wake,
  })
  const discovery = new Discovery({
    ...made,
    watch,
    farms: farmStore,
    servers: serverStore,
    places,
    keys: parts.keys,
    snapshot: (input) => snapshotRequests.beginOfInstance(input),
    imageOf: (roleId, cloudId, location) => roles.imageOf(roleId, cloudId, location),
  })
  tasks.register({
    snapshot: snapshots,
    'image-copy': copies,
    'image-deregister': deregistrations,
    rollout: rollouts,
    import: imports,
  })
  return {
    rollouts,
    discovery,
    images: {
      list: images.list.bind(images),
      create: images.create.bind(images),
      update: images.update.bind(images),
      deprecate: images.deprecate.bind(images),
      undeprecate: images.undeprecate.bind(images),
      remove: images.remove.bind(images),
      import: images.import.bind(images),
      export: images.export.bind(images),
      usage: async ({ imageId }: { imageId: string }): Promise<ImageUsage> =>
        usageOfImage(imageStore.get(imageId), roleStore.list(), farmStore.list(), serverStore.all()),
      fromServer: snapshotRequests.begin.bind(snapshotRequests),
      copy: copies.begin.bind(copies),
      planDeregister: deregistrations.plan.bind(deregistrations),
      deregister: deregistrations.begin.bind(deregistrations),
      planReplace: replacing.plan.bind(replacing),
      replace: replacing.carryOut.bind(replacing),
    },
    /** What the contract asks of farms besides what farms do by themselves. */
    farmMethods: {
      planReplaceServers: serversReplacing.plan.bind(serversReplacing),
      replaceServers: serversReplacing.begin.bind(serversReplacing),
    },
    roles: {
      list: roles.list.bind(roles),
      create: roles.create.bind(roles),
      update: roles.update.bind(roles),
      clone: roles.clone.bind(roles),
      deprecate: roles.deprecate.bind(roles),
      undeprecate: roles.undeprecate.bind(roles),
      import: roles.import.bind(roles),
      export: roles.export.bind(roles),
      remove: removal.remove.bind(removal),
      usage: async ({ roleId }: { roleId: string }): Promise<RoleUsage> =>
        usageOfRole(roleStore.get(roleId).id, farmStore.list(), serverStore.all()),
    },
  }
}
