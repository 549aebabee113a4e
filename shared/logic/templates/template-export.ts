import type { FarmTemplate } from '../../model/farm-templates.ts'
import type { FarmDocument } from '../../model/farms.ts'
import type { ImageDocument } from '../../model/images.ts'
import type { RoleDocument } from '../../model/roles.ts'
import { withoutSecrets } from '../variables/secret-looks.ts'

type RoleOfFarm = FarmDocument['roles'][number]

/**
 * A farm with the roles and images that it needs, without what belongs to one account: ids of networks, groups, snapshots and
 * keys, and addresses. What is left out is said, so that nobody misses it later.
 */
export function templateOf(
  farm: FarmDocument,
  roles: readonly RoleDocument[],
  images: readonly ImageDocument[],
): FarmTemplate {
  const leftOut: string[] = []
  const farmRoles = farm.roles.map((role) => {
    const stripped = withoutAccount(role)
    leftOut.push(...stripped.leftOut.map((what) => `${role.alias}: ${what}`))
    return stripped.role
  })
  const places = new Set(farm.roles.map(({ cloud, location }) => `${cloud}/${location}`))
  const needed = images.filter(({ cloud, location }) => places.has(`${cloud}/${location}`))
  const names = new Set(needed.map(({ name }) => name))
  return {
    schema: 'farmhand.template/v1',
    farm: { ...farm, roles: farmRoles },
    // Somebody who takes a template wants to use what is in it: that we no longer do is left here.
    roles: roles.map((role) => ({
      ...role,
      images: role.images.filter((name) => names.has(name)),
      isSystem: false,
      deprecated: null,
    })),
    images: needed.map((image) => ({ ...image, deprecated: null })),
    leftOut,
  }
}

function withoutAccount(role: RoleOfFarm): { role: RoleOfFarm; leftOut: string[] } {
  const leftOut: string[] = []
  const { network, securityGroups, cloudFeatures, storage } = role
  if (network.vpcId !== null || network.subnetIds.length > 0) leftOut.push('its VPC and subnets')
  if (Object.keys(network.elasticIps.addresses).length > 0) leftOut.push('its Elastic IP addresses')
  if (Object.keys(network.privateIps).length > 0) leftOut.push('its private addresses')
  const isName = (group: string): boolean => !group.startsWith('sg-')
  const given = securityGroups.mode === 'named' ? securityGroups.groups : securityGroups.additional
  const groups = given.filter(isName)
  if (groups.length < given.length) leftOut.push('security groups that are given by id')
  const volumes = storage.volumes.map((volume) => ({ ...volume, snapshotId: null, kmsKeyId: null }))
  if (storage.volumes.some(({ snapshotId }) => snapshotId !== null))
    leftOut.push('the snapshots of its volumes: they are blank in the template')
  if (storage.volumes.some(({ kmsKeyId }) => kmsKeyId !== null)) leftOut.push('the KMS keys of its volumes')
  const userData = withoutSecrets(role.userData)
  leftOut.push(...userData.found.map(({ line, what }) => `${what} in line ${line} of its user data`))
  const profile = cloudFeatures.iamInstanceProfile
  return {
    leftOut,
    role: {
      ...role,
      network: {
        ...network,
        vpcId: null,
        subnetIds: [],
        elasticIps: { ...network.elasticIps, addresses: {} },
        privateIps: {},
      },
      // Groups that only have ids elsewhere leave the farm role's own group.
      securityGroups:
        securityGroups.mode === 'named' && groups.length > 0
          ? { mode: 'named', groups }
          : { mode: 'default', additional: groups },
      storage: { ...storage, volumes },
      userData: userData.text,
      cloudFeatures: {
        ...cloudFeatures,
        // An ARN holds the account's number; the profile's name is its last part.
        iamInstanceProfile: profile?.startsWith('arn:') ? (profile.split('/').at(-1) ?? null) : profile,
      },
    },
  }
}

/** What a person should look at before a template leaves the house: the fields that may hold a secret nobody can tell. */
export function templateWarnings({ farm }: FarmTemplate): string[] {
  const roles = farm.roles.filter(({ userData }) => userData !== '').map(({ alias }) => alias)
  if (roles.length === 0) return []
  return [
    `The user data of ${roles.join(', ')} is in the template. What looks like a secret was left out; look through the rest before you give the file away.`,
  ]
}
