import { plain } from './paint.ts'

/** Who uses an image or a role, a line each. */
export function usageText(usage: {
  roles: { name: string }[]
  farms: { name: string; aliases: string[] }[]
  servers: { name: string }[]
}): string {
  const lines = [
    ...usage.roles.map(({ name }) => `role ${plain(name)}`),
    ...usage.farms.map(({ name, aliases }) => `farm ${plain(name)} (${plain(aliases.join(', '))})`),
    ...usage.servers.map(({ name }) => `server ${plain(name)}`),
  ]
  return lines.length === 0 ? 'Nobody uses it.\n' : `${lines.join('\n')}\n`
}
