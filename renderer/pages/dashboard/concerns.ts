import type { Cloud } from '../../../shared/model/clouds.ts'
import type { Farm } from '../../../shared/model/farms.ts'
import type { Notice } from '../../../shared/model/notices.ts'
import type { Prompt } from '../../../shared/model/prompts.ts'
import type { Server } from '../../../shared/model/servers.ts'

/** Something that needs a person, with the place where it is dealt with. */
export interface Concern {
  id: string
  severity: 'error' | 'warning' | 'info'
  title: string
  message: string
  to: string | null
}

const serversNamed = 3

/** What needs a person now, the gravest first. Many failed servers of one farm role are one concern. */
export function concernsOf(known: {
  servers: readonly Server[]
  farms: readonly Farm[]
  clouds: readonly Cloud[]
  notices: readonly Notice[]
  prompts: readonly Prompt[]
}): Concern[] {
  const concerns: Concern[] = [
    ...known.prompts.map((prompt) => ({
      id: `prompt.${prompt.id}`,
      severity: 'error' as const,
      title: prompt.title,
      message: prompt.message,
      to: `/servers/${prompt.serverId}`,
    })),
    ...pausedLaunches(known.farms),
    ...failedServers(known.servers),
    ...known.farms.flatMap(({ id, name, state }) =>
      state.problem === null
        ? []
        : [
            {
              id: `farm.${id}`,
              severity: 'warning' as const,
              title: `Farm ${name} differs from its design`,
              message: state.problem.message,
              to: `/farms/${id}`,
            },
          ],
    ),
    ...known.clouds.flatMap(({ id, name, health }) =>
      health
        .filter(({ state }) => state === 'failing')
        .map(({ location, error }) => ({
          id: `cloud.${id}.${location}`,
          severity: 'warning' as const,
          title: `${name} fails in ${location}`,
          message: error?.message ?? 'The cloud does not answer.',
          to: '/clouds',
        })),
    ),
    ...known.notices.map((notice) => ({
      id: `notice.${notice.id}`,
      severity: notice.severity,
      title: notice.title,
      message: notice.message,
      to: null,
    })),
  ]
  const ranks = { error: 0, warning: 1, info: 2 }
  return concerns.toSorted((a, b) => ranks[a.severity] - ranks[b.severity])
}

function pausedLaunches(farms: readonly Farm[]): Concern[] {
  return farms.flatMap(({ id, name, roles, state }) =>
    state.paused.map(({ farmRoleId, error }) => ({
      id: `paused.${farmRoleId}`,
      severity: 'error' as const,
      title: `Launches of ${roles.find((role) => role.id === farmRoleId)?.alias ?? 'a farm role'} in ${name} are paused`,
      message: error.message,
      to: `/farms/${id}`,
    })),
  )
}

function failedServers(servers: readonly Server[]): Concern[] {
  const groups = new Map<string, Server[]>()
  for (const server of servers) {
    if (server.status === 'terminated' || (server.error === null && server.status !== 'missing')) continue
    const group = groups.get(server.farmRoleId) ?? []
    group.push(server)
    groups.set(server.farmRoleId, group)
  }
  return [...groups].flatMap(([farmRoleId, group]) => {
    const [first] = group
    if (first === undefined) return []
    const names = group.slice(0, serversNamed).map(({ index }) => `#${index}`)
    const more = group.length > serversNamed ? ` and ${group.length - serversNamed} more` : ''
    return [
      {
        id: `servers.${farmRoleId}`,
        severity: 'error' as const,
        title: `${first.alias} ${names.join(', ')}${more} of ${first.farm} ${group.length === 1 ? 'has' : 'have'} failed`,
        message: first.error?.message ?? 'The cloud no longer lists it.',
        to:
          group.length === 1
            ? `/servers/${first.id}`
            : `/servers?q=${encodeURIComponent(`farm:"${first.farm}" alias:${first.alias} status:failed,missing`)}`,
      },
    ]
  })
}
