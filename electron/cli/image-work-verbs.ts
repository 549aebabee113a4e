import type { Command } from 'commander'
import { AppError } from '../../shared/model/errors.ts'
import type { DeregisterPlan, ReplacePlan } from '../../shared/model/image-plans.ts'
import type { Context } from './context.ts'
import { addDeprecation } from './deprecation-verbs.ts'
import { finishJob } from './follow-job.ts'
import { plain } from './paint.ts'
import { findImage } from './references.ts'
import { usageText } from './usage-text.ts'

/** What can be done with an image in its cloud and in the roles that use it. */
export function addImageWorkVerbs(image: Command, context: Context): void {
  image
    .command('usage <name>')
    .description('who uses an image: roles, farms, live servers')
    .action((name: string) =>
      context.withClient(async (client) => {
        const found = await findImage(client, name)
        const usage = await client.images.usage({ imageId: found.id })
        await context.print(usage, usageText(usage))
      }),
    )
  image
    .command('copy <name>')
    .description('copy an image to other locations of its cloud')
    .requiredOption('--to <location...>', 'where to; several may be given')
    .option('--into-roles', 'its roles use the copies there')
    .option('--wait', 'wait until it is done')
    .action((name: string, options: { to: string[]; intoRoles?: boolean; wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const found = await findImage(client, name)
        const job = await client.images.copy({
          imageId: found.id,
          locations: options.to,
          intoRoles: options.intoRoles === true,
        })
        await finishJob(context, connection, job, options)
      }),
    )
  image
    .command('deregister <name>')
    .description('take an image and its snapshots out of the cloud; without --yes it only says what would go')
    .option('--yes', 'do it')
    .option('--wait', 'wait until it is done')
    .action((name: string, options: { yes?: boolean; wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const { id: imageId } = await findImage(client, name)
        if (options.yes === true) {
          await finishJob(context, connection, await client.images.deregister({ imageId }), options)
          return
        }
        const plan = await client.images.planDeregister({ imageId })
        await context.print(plan, deregisterText(plan))
      }),
    )
  image
    .command('replace <name>')
    .description('use another image in its place in roles; without --yes it only says what would happen')
    .requiredOption('--by <image>', 'the other image')
    .option('--rebuild', 'replace running servers too, one by one')
    .option('--yes', 'do it')
    .option('--wait', 'wait until servers are replaced')
    .action((name: string, options: { by: string; rebuild?: boolean; yes?: boolean; wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const [from, to] = await Promise.all([findImage(client, name), findImage(client, options.by)])
        const request = { imageId: from.id, byImageId: to.id, rebuild: options.rebuild === true }
        if (options.yes !== true) {
          const plan = await client.images.planReplace(request)
          await context.print(plan, replaceText(plan))
          return
        }
        const { plan, jobId } = await client.images.replace(request)
        if (jobId === null) await context.print({ plan, jobId }, `${replaceText(plan)}It is done.\n`)
        else await finishJob(context, connection, { jobId }, options)
      }),
    )
  addDeprecation(
    image,
    'image',
    async (client, name, change) => {
      const { id: imageId } = await findImage(client, name)
      if (change === null) return client.images.undeprecate({ imageId })
      const replacement =
        change.replacement === undefined ? null : await findImage(client, change.replacement)
      return client.images.deprecate({ imageId, from: change.from, replacementId: replacement?.id ?? null })
    },
    context,
  )
}

function deregisterText(plan: DeregisterPlan): string {
  const lines = [
    `${plain(plan.image)}: ${plan.cloudImageId} and ${plan.snapshotIds.length} snapshots would go`,
    ...plan.snapshotIds.map((id) => `  ${id}`),
    ...plan.warnings.map((warning) => `note: ${plain(warning)}`),
    ...plan.blockers.map((blocker) => `not now: ${plain(blocker)}`),
    ...(plan.blockers.length === 0 ? ['Give --yes to do it.'] : []),
  ]
  return `${lines.join('\n')}\n`
}

function replaceText(plan: ReplacePlan): string {
  if (plan.faults.length > 0) {
    throw new AppError('input.invalid', { message: `It cannot be replaced: ${plan.faults.join(' ')}` })
  }
  const lines = plan.roles.flatMap((role) => [
    `role ${plain(role.name)}`,
    ...role.farmRoles.flatMap((farmRole) => [
      `  ${plain(farmRole.alias)} of ${plain(farmRole.farm)}`,
      ...farmRole.servers.map(
        (server) => `    ${plain(server.name)}: ${server.outcome} (${plain(server.reason)})`,
      ),
    ]),
  ])
  const { roles, farms, rebuilt, kept } = plan.counts
  return `${lines.join('\n')}\n${roles} roles, ${farms} farms, ${rebuilt} servers rebuilt, ${kept} kept\n`
}
