import type { ImageUsage, RoleUsage } from '../../../../shared/model/image-plans.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import { usageOfImage, usageOfRole } from '../../../../shared/logic/roles/usage.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'

interface DesignUsageOptions {
  imageStore: DesignStore<Image>
  roleStore: DesignStore<Role>
  farms: FarmStore
  servers: ServerStore
}

/** Who uses images and roles: other designs, and servers that live. */
export class DesignUsage {
  readonly #options: DesignUsageOptions

  constructor(options: DesignUsageOptions) {
    this.#options = options
  }

  async ofImage({ imageId }: { imageId: string }): Promise<ImageUsage> {
    const { imageStore, roleStore, farms, servers } = this.#options
    return usageOfImage(imageStore.get(imageId), roleStore.list(), farms.list(), servers.all())
  }

  async ofRole({ roleId }: { roleId: string }): Promise<RoleUsage> {
    const { roleStore, farms, servers } = this.#options
    return usageOfRole(roleStore.get(roleId).id, farms.list(), servers.all())
  }
}
