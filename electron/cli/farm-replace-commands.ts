import type { Command } from 'commander'
import type { ServersReplacePlan } from '../../shared/model/server-replacing.ts'
import type { Context } from './context.ts'
import { finishJob } from './follow-job.ts'
import { plain } from './paint.ts'
import { findFarm, pickServer } from './references.ts'

interface ReplaceOptions {
  server?: string[]
  preview?: boolean
  wait?: boolean
}

/** Running servers that are not as their design says: shown, and replaced one by one. */
export function addReplaceVerb(farm: Command, context: Context): void {
  farm
    .command('replace-servers <name>')
    .description('replace the running servers that differ from the saved design, one by one')
    .option('--server <id...>', 'exactly these servers, whatever is known of them')
    .option('--preview', 'only show what would be replaced')
    .option('--wait', 'wait until it is done')
    .action((name: string, options: ReplaceOptions) =>
      context.withClient(async (client, connection) => {
        const { id: farmId } = await findFarm(client, name)
        const own = options.server ? await client.servers.list({ farm: farmId }) : []
        const serverIds = options.server?.map((wanted) => pickServer(own, wanted).id)
        const request = { farmId, ...(serverIds ? { serverIds } : {}) }
        if (options.preview === true) {
          const plan = await client.farms.planReplaceServers(request)
          await context.print(plan, replaceText(plan))
          return
        }
        await finishJob(context, connection, await client.farms.replaceServers(request), options)
      }),
    )
}

function replaceText({ servers, counts }: ServersReplacePlan): string {
  if (servers.length === 0) return 'All servers that run are as designed.\n'
  const lines = servers.map(({ name, outcome, reason, differences }) => {
    const what = differences.map(({ field, design, running }) => `${field} ${running} → ${design}`)
    return `${outcome === 'replaced' ? '±' : '='} ${plain(name)}: ${plain([...what, reason].join('; '))}`
  })
  return `${lines.join('\n')}\n${String(counts.replaced)} to replace, ${String(counts.kept)} kept.\n`
}
