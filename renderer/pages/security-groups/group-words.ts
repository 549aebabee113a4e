import type { GroupUsage } from '../../../shared/model/security-groups.ts'

/** The address of a group's page. */
export function groupPath({
  cloudId,
  location,
  id,
}: {
  cloudId: string
  location: string
  id: string
}): string {
  return `/groups/${encodeURIComponent(cloudId)}/${encodeURIComponent(location)}/${encodeURIComponent(id)}`
}

/** What uses a group, in one line; empty when nothing does. */
export function usageWords({ designs, servers, groups }: GroupUsage): string {
  const words = designs.map(({ name }) => name)
  if (servers.length > 0)
    words.push(`${String(servers.length)} ${servers.length === 1 ? 'server' : 'servers'}`)
  if (groups.length > 0) words.push(`rules of ${groups.map(({ name }) => name).join(', ')}`)
  return words.join(', ')
}
