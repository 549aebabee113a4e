import { AppError } from '../../../../shared/model/errors.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import { rootDiskOf } from '../../../../shared/logic/images/root-disk.ts'
import type { FarmKeys } from '../../access/keys/index.ts'
import type { Clouds, CloudProvider } from '../../clouds/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { SecurityGroupMaker } from '../security-groups/index.ts'
import type { ImageFinder } from './image-finder.ts'
import type { CommonLaunch } from './launch-requests.ts'

interface LaunchSuppliesOptions {
  roles: Pick<RoleDesigns, 'imageOf'>
  images: ImageFinder
  keys: Pick<FarmKeys, 'ensure'>
  groups: Pick<SecurityGroupMaker, 'groupIds'>
  clouds: Pick<Clouds, 'get'>
}

/** Finds and makes what all servers of a farm role are launched with: image, key pair, security groups. */
export class LaunchSupplies {
  readonly #options: LaunchSuppliesOptions

  constructor(options: LaunchSuppliesOptions) {
    this.#options = options
  }

  /** In a VPC (null: the default one). Throws `farm.invalid` for a role without an image there, and what the cloud says. */
  async of(
    farm: FarmDesign,
    role: FarmRole,
    vpcId: string | null,
    provider: CloudProvider,
  ): Promise<CommonLaunch> {
    const { roles, images, keys, groups, clouds } = this.#options
    const image = roles.imageOf(role.roleId, role.cloudId, role.location)
    if (!image) {
      throw new AppError('farm.invalid', {
        message: `The role of ${role.alias} has no image in ${role.location}. Add one to the role, or choose another location.`,
      })
    }
    const platform = image.os.family === 'windows' ? 'windows' : 'linux'
    const [imageId, key, securityGroupIds] = await Promise.all([
      images.cloudImageId(image, provider),
      keys.ensure(farm, role, clouds.get(role.cloudId).name, provider, platform),
      groups.groupIds(farm, role, { sshPort: image.ssh.port, vpcId }, provider),
    ])
    const disk = rootDiskOf(role.storage.root, image.rootDisk)
    const rootDisk = disk && { deviceName: await images.rootDeviceName(image, imageId, provider), ...disk }
    return { imageId, keyName: key.name, securityGroupIds, rootDisk }
  }
}
