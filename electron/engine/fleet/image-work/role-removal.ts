import { toAppError } from '../../../../shared/model/errors.ts'
import type { JobId } from '../../../../shared/model/ids.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { Deregistrations } from './deregistrations.ts'

interface RoleRemovalOptions {
  roles: Pick<RoleDesigns, 'remove'>
  roleStore: DesignStore<Role>
  imageStore: DesignStore<Image>
  deregistrations: Deregistrations
}

/** Removes roles, and with them their images from the cloud when that is asked for (reference 1.2). */
export class RoleRemoval {
  readonly #options: RoleRemovalOptions

  constructor(options: RoleRemovalOptions) {
    this.#options = options
  }

  /** Throws `role.in_use`. `kept` says of each image that stays why: another role uses it, it is somebody else's, … */
  async remove({
    roleId,
    deregisterImages = false,
  }: {
    roleId: string
    deregisterImages?: boolean
  }): Promise<{ jobIds: JobId[]; kept: string[] }> {
    const { roles, roleStore, imageStore, deregistrations } = this.#options
    const { imageIds } = roleStore.get(roleId)
    await roles.remove({ roleId })
    const jobIds: JobId[] = []
    const kept: string[] = []
    for (const imageId of deregisterImages ? imageIds : []) {
      const name = imageStore.find(imageId)?.name
      if (name === undefined) continue
      try {
        jobIds.push((await deregistrations.begin({ imageId })).jobId)
      } catch (thrown) {
        kept.push(toAppError(thrown).message)
      }
    }
    return { jobIds, kept }
  }
}
