import type { DeregisterPlan } from '../../../../shared/model/image-plans.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import { usageOfImage } from '../../../../shared/logic/roles/usage.ts'
import type { CloudCalls } from '../../clouds/index.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { Tasks } from '../../records/tasks/index.ts'

interface DeregisterPlansOptions {
  imageStore: DesignStore<Image>
  roleStore: DesignStore<Role>
  farms: FarmStore
  servers: ServerStore
  clouds: CloudCalls
  tasks: Tasks
}

/** Looks at who uses an image, and whether it can be taken out of its cloud. */
export class DeregisterPlans {
  readonly #options: DeregisterPlansOptions

  constructor(options: DeregisterPlansOptions) {
    this.#options = options
  }

  async plan({ imageId }: { imageId: string }): Promise<DeregisterPlan> {
    const { imageStore, roleStore, farms, servers, clouds, tasks } = this.#options
    const image = imageStore.get(imageId)
    const usage = usageOfImage(image, roleStore.list(), farms.list(), servers.all())
    const blockers: string[] = []
    const warnings: string[] = []
    if (usage.roles.length > 0) {
      const names = usage.roles.map(({ name }) => `“${name}”`).join(', ')
      blockers.push(
        `${usage.roles.length === 1 ? `Role ${names} launches` : `Roles ${names} launch`} from it. Replace it there first.`,
      )
    }
    if (usage.servers.length > 0) {
      warnings.push(
        `${usage.servers.length} live ${usage.servers.length === 1 ? 'server was' : 'servers were'} made of it. They go on, but none can be made of it again.`,
      )
    }
    if (image.source.kind !== 'id') {
      blockers.push(
        'It stands for the newest image of a name, not for one image. Delete it in Farmhand only.',
      )
      return { image: image.name, cloudImageId: '', snapshotIds: [], usage, blockers, warnings }
    }
    const { cloudImageId } = image.source
    const twins = imageStore
      .list()
      .filter(
        (other) =>
          other.id !== image.id &&
          other.cloudId === image.cloudId &&
          other.source.kind === 'id' &&
          other.source.cloudImageId === cloudImageId,
      )
    for (const twin of twins) {
      blockers.push(`“${twin.name}” stands for ${cloudImageId} too. Delete one of the two in Farmhand first.`)
    }
    if (tasks.running('image-copy').some((task) => task.imageId === image.id)) {
      blockers.push('It is being copied to other locations. Wait for that to end.')
    }
    const { found, accountId } = await clouds.watch(image.cloudId, image.location, async (provider) => {
      const [[machineImage], identity] = await Promise.all([
        provider.images.listById(image.location, [cloudImageId]),
        provider.identity(image.location),
      ])
      return { found: machineImage, accountId: identity.accountId }
    })
    if (!found) {
      warnings.push(
        `${image.location} no longer knows ${cloudImageId}: only what Farmhand knows of it is removed.`,
      )
    } else if (found.ownerId !== accountId) {
      blockers.push(
        `${cloudImageId} belongs to account ${found.ownerId}, not to yours. Delete it in Farmhand only.`,
      )
    }
    const snapshotIds = found?.snapshotIds ?? []
    return { image: image.name, cloudImageId, snapshotIds, usage, blockers, warnings }
  }
}
