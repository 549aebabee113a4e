import type { FarmDesign } from '../../model/farms.ts'
import type { Image } from '../../model/images.ts'
import type { ImageUsage, RoleUsage } from '../../model/image-plans.ts'
import type { Role } from '../../model/roles.ts'
import type { Server } from '../../model/servers.ts'
import { serverName } from '../servers/server-steps.ts'

type Farm = Pick<FarmDesign, 'id' | 'name' | 'roles'>

/** The farms that have a farm role of it, and the servers of it that are not terminated. */
export function usageOfRole(roleId: string, farms: readonly Farm[], servers: Iterable<Server>): RoleUsage {
  return {
    farms: farmsWith(farms, (farmRole) => farmRole.roleId === roleId),
    servers: live(servers, (server) => server.roleId === roleId),
  }
}

/** The roles that name it, the farms that launch from it through them, and the servers made of it that are not terminated. */
export function usageOfImage(
  image: Pick<Image, 'id' | 'cloudId' | 'location'>,
  roles: readonly Pick<Role, 'id' | 'name' | 'imageIds'>[],
  farms: readonly Farm[],
  servers: Iterable<Server>,
): ImageUsage {
  const users = roles.filter((role) => role.imageIds.some((id) => id === image.id))
  const ids = new Set<string>(users.map(({ id }) => id))
  return {
    roles: users.map(({ id, name }) => ({ id, name })),
    farms: farmsWith(
      farms,
      (farmRole) =>
        ids.has(farmRole.roleId) &&
        farmRole.cloudId === image.cloudId &&
        farmRole.location === image.location,
    ),
    servers: live(servers, (server) => server.imageId === image.id),
  }
}

function farmsWith(
  farms: readonly Farm[],
  uses: (farmRole: FarmDesign['roles'][number]) => boolean,
): RoleUsage['farms'] {
  return farms.flatMap(({ id, name, roles }) => {
    const aliases = roles.filter(uses).map(({ alias }) => alias)
    return aliases.length === 0 ? [] : [{ id, name, aliases }]
  })
}

function live(servers: Iterable<Server>, uses: (server: Server) => boolean): RoleUsage['servers'] {
  return [...servers]
    .filter((server) => server.status !== 'terminated' && uses(server))
    .map((server) => ({ id: server.id, name: serverName(server) }))
}
