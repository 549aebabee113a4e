import type { Command } from 'commander'
import { isDeprecated } from '../../shared/logic/roles/deprecation.ts'
import type { Deprecation } from '../../shared/model/deprecation.ts'
import { Timestamp } from '../../shared/model/ids.ts'
import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { UsageError } from './failure.ts'
import { plain } from './paint.ts'

/** `deprecated`, or from when on; empty for what may be chosen. */
export function deprecationText(thing: { deprecated: Deprecation | null }): string {
  if (thing.deprecated === null) return ''
  return isDeprecated(thing, Date.now())
    ? 'deprecated'
    : `deprecated from ${thing.deprecated.from.slice(0, 10)}`
}

/** `deprecate` and `undeprecate` of a noun. */
export function addDeprecation(
  group: Command,
  noun: 'image' | 'role',
  carryOut: (
    client: Client,
    name: string,
    change: { from?: string | undefined; replacement?: string | undefined } | null,
  ) => Promise<{ name: string }>,
  context: Context,
): void {
  group
    .command('deprecate <name>')
    .description(`the ${noun} is not to be chosen anew`)
    .option('--from <time>', 'from this time on (ISO 8601); now without it')
    .option(`--replacement <${noun}>`, 'what to use instead')
    .action((name: string, options: { from?: string; replacement?: string }) => {
      const from = options.from === undefined ? undefined : timeOf(options.from)
      return context.withClient(async (client) => {
        const after = await carryOut(client, name, { from, replacement: options.replacement })
        await context.print(
          after,
          `${plain(after.name)} is deprecated${from === undefined ? '' : ` from ${from} on`}.\n`,
        )
      })
    })
  group
    .command('undeprecate <name>')
    .description(`the ${noun} may be chosen again`)
    .action((name: string) =>
      context.withClient(async (client) => {
        const after = await carryOut(client, name, null)
        await context.print(after, `${plain(after.name)} may be chosen again.\n`)
      }),
    )
}

function timeOf(text: string): string {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new UsageError(`“${text}” is no time; write one such as 2027-01-31T12:00:00Z.`)
  return Timestamp.parse(new Date(ms).toISOString())
}
