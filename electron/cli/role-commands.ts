import type { Command } from 'commander'
import type { Context } from './context.ts'
import { addDeprecation, deprecationText } from './deprecation-verbs.ts'
import { readDocument } from './documents.ts'
import { listing } from './list-verb.ts'
import { plain } from './paint.ts'
import { findRole } from './references.ts'
import { removing } from './remove-verb.ts'
import { usageText } from './usage-text.ts'

/** `farmhand role`: reusable server definitions. */
export function addRoleCommands(program: Command, context: Context): void {
  const role = program.command('role').description('reusable server definitions')
  role
    .command('ls')
    .description('list roles')
    .action(
      listing(context, ({ roles }) => roles.list(), {
        NAME: ({ name }) => plain(name),
        CATEGORY: ({ category }) => category,
        OS: ({ osFamily }) => osFamily,
        IMAGES: ({ imageIds }) => imageIds.length,
        TAGS: ({ tags }) => plain(tags.join(',')),
        NOTE: (one) => (one.isSystem ? 'imported servers' : deprecationText(one)),
        ID: ({ id }) => id,
      }),
    )
  role
    .command('import <file>')
    .description('add a role from a farmhand.role/v1 document (- for stdin)')
    .action((file: string) =>
      context.withClient(async ({ roles }) => {
        const made = await roles.import({ document: await readDocument(context, file) })
        await context.print(made, `Role ${plain(made.name)} is there (${made.id}).\n`)
      }),
    )
  role
    .command('export <name>')
    .description('print a role as a document')
    .action((name: string) =>
      context.withClient(async (client) => {
        const { id } = await findRole(client, name)
        const document = await client.roles.export({ roleId: id })
        await context.print(document, `${JSON.stringify(document, null, 2)}\n`)
      }),
    )
  role
    .command('rm <name>')
    .description('remove a role that no farm uses')
    .option('--with-images', 'take its images and their snapshots out of the cloud too')
    .action(
      removing(context, {
        find: findRole,
        remove: ({ roles }, { id }, { withImages = false }: { withImages?: boolean }) =>
          roles.remove({ roleId: id, deregisterImages: withImages }),
        noun: 'Role',
        done: 'removed',
        lines: ({ jobIds, kept }) => [
          ...(jobIds.length === 0 ? [] : [`Images on their way out of the cloud: ${jobIds.length}`]),
          ...kept.map((why) => `note: ${plain(why)}`),
        ],
      }),
    )
  role
    .command('usage <name>')
    .description('who uses a role: farms and live servers')
    .action((name: string) =>
      context.withClient(async (client) => {
        const found = await findRole(client, name)
        const usage = await client.roles.usage({ roleId: found.id })
        await context.print(usage, usageText({ ...usage, roles: [] }))
      }),
    )
  role
    .command('clone <name> <new-name>')
    .description('copy a role under another name')
    .action((name: string, newName: string) =>
      context.withClient(async (client) => {
        const found = await findRole(client, name)
        const made = await client.roles.clone({ roleId: found.id, name: newName })
        await context.print(made, `Role ${plain(made.name)} is there (${made.id}).\n`)
      }),
    )
  addDeprecation(
    role,
    'role',
    async (client, name, change) => {
      const { id: roleId } = await findRole(client, name)
      if (change === null) return client.roles.undeprecate({ roleId })
      const replacement = change.replacement === undefined ? null : await findRole(client, change.replacement)
      return client.roles.deprecate({ roleId, from: change.from, replacementId: replacement?.id ?? null })
    },
    context,
  )
}
