import type { Below, Groundwork } from './create-groundwork.ts'
import {
  DeregisterPlans,
  Deregistrations,
  DesignUsage,
  ImageCopies,
  ImageCopyRequests,
  Images,
  RoleRemoval,
  Roles,
  SnapshotRegistration,
  SnapshotRequests,
  Snapshots,
} from './image-work/index.ts'
import { ImageReplacing, RoleSwap } from './rollouts/index.ts'

/** Puts together what works on images and roles. */
export function createImageWork({ core, clouds, designs }: Below, { rollouts, finder }: Groundwork) {
  const { tasks, events, clock, ids, servers } = core
  const { images, imageStore, roles, roleStore, accounts, farmStore: farms } = designs
  const { workspaceId } = ids
  const swap = new RoleSwap({ farms, servers, rollouts, tasks, events, clock })
  const registration = new SnapshotRegistration({
    clouds,
    images,
    imageStore,
    roles,
    roleStore,
    events,
    clock,
  })
  const snapshots = new SnapshotRequests({ clouds, imageStore, roleStore, farms, servers, tasks, ids })
  const deregisterPlans = new DeregisterPlans({ imageStore, roleStore, farms, servers, clouds, tasks })
  const deregistrations = new Deregistrations({
    plans: deregisterPlans,
    imageStore,
    clouds,
    tasks,
    events,
    clock,
  })
  const usages = new DesignUsage({ imageStore, roleStore, farms, servers })
  return {
    images: new Images({
      designs: images,
      usages,
      snapshots,
      copies: new ImageCopyRequests({ clouds, imageStore, roleStore, finder, tasks, ids }),
      deregisterPlans,
      deregistrations,
      replacing: new ImageReplacing({ imageStore, roleStore, farms, servers, rollouts, clock }),
    }),
    roles: new Roles({
      designs: roles,
      usages,
      removal: new RoleRemoval({ roles, roleStore, imageStore, deregistrations }),
      accounts,
    }),
    snapshots,
    runners: {
      snapshot: new Snapshots({ clouds, servers, registration, swap, clock, workspaceId }),
      'image-copy': new ImageCopies({ clouds, images, imageStore, roleStore, clock, workspaceId }),
      'image-deregister': deregistrations,
    },
  }
}
