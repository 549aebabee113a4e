import type { Command } from 'commander'
import { AppError } from '../../shared/model/errors.ts'
import type { Context } from './context.ts'
import { readAll } from './io.ts'
import { finishJob } from './follow-job.ts'
import { listing } from './list-verb.ts'
import { paintStatus, plain } from './paint.ts'
import { findCloud } from './references.ts'
import { removing } from './remove-verb.ts'

interface AddAwsOptions {
  name: string
  profile?: string
  accessKeyId?: string
  secretAccessKeyStdin?: boolean
  region?: string[]
  endpoint?: string
}

export function addCloudCommands(program: Command, context: Context): void {
  const cloud = program.command('cloud').description('connected clouds')

  cloud
    .command('ls')
    .description('list connected clouds')
    .action(
      listing(context, ({ clouds }) => clouds.list(), {
        NAME: ({ name }) => plain(name),
        KIND: ({ kind }) => kind,
        ACCOUNT: ({ accountId }) => plain(accountId),
        LOCATIONS: ({ locations }) => locations.join(','),
        STATE: ({ health }, paint) => paintStatus(paint, worstState(health)),
        ID: ({ id }) => id,
      }),
    )

  const add = cloud.command('add').description('connect a cloud')
  add
    .command('aws')
    .description('connect AWS, by a profile of ~/.aws or by keys')
    .requiredOption('--name <name>', 'its name in Farmhand')
    .option('--profile <profile>', 'profile of ~/.aws')
    .option('--access-key-id <id>', 'access key; its secret comes from AWS_SECRET_ACCESS_KEY or stdin')
    .option('--secret-access-key-stdin', 'read the secret access key from stdin')
    .option('--region <region...>', 'region to look at; several may be given')
    .option('--endpoint <url>', 'another EC2 endpoint')
    .action((options: AddAwsOptions) =>
      context.withClient(async ({ clouds }) => {
        const region = context.io.env['AWS_REGION'] ?? context.io.env['AWS_DEFAULT_REGION']
        const profileRegion = async () =>
          (await clouds.profiles()).find(({ name }) => name === options.profile)?.region ?? undefined
        const locations = options.region ?? [region ?? (await profileRegion()) ?? []].flat()
        const keys = options.accessKeyId === undefined ? {} : await keysOf(context, options)
        const added = await clouds.addAws({
          name: options.name,
          locations,
          ...(options.profile === undefined ? {} : { profile: options.profile }),
          ...(options.accessKeyId === undefined ? {} : { accessKeyId: options.accessKeyId }),
          ...keys,
          ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
        })
        await context.print(added, `Cloud ${plain(added.name)} is connected (${added.id}).\n`)
      }),
    )
  add
    .command('sandbox')
    .description('add the Sandbox, a cloud inside Farmhand')
    .requiredOption('--name <name>', 'its name in Farmhand')
    .action((options: { name: string }) =>
      context.withClient(async ({ clouds }) => {
        const added = await clouds.addSandbox({ name: options.name })
        await context.print(added, `The Sandbox ${plain(added.name)} is there (${added.id}).\n`)
      }),
    )

  cloud
    .command('refresh <name>')
    .description('sign in and fetch the catalogue again')
    .option('--wait', 'wait until it is done')
    .action((name: string, options: { wait?: boolean }) =>
      context.withClient(async (client, connection) => {
        const { id } = await findCloud(client, name)
        await finishJob(context, connection, await client.clouds.refresh({ cloudId: id }), options)
      }),
    )
  cloud
    .command('rm <name>')
    .description('disconnect a cloud that nothing uses')
    .action(
      removing(context, {
        find: findCloud,
        remove: ({ clouds }, { id }) => clouds.remove({ cloudId: id }),
        noun: 'Cloud',
        done: 'disconnected',
      }),
    )
}

/** Secrets never come as arguments: every user of the machine can read those in the list of processes. */
async function keysOf({ io }: Context, options: AddAwsOptions) {
  const typed = options.secretAccessKeyStdin === true ? (await readAll(io.stdin)).toString('utf8').trim() : ''
  const secretAccessKey = typed === '' ? io.env['AWS_SECRET_ACCESS_KEY'] : typed
  if (secretAccessKey === undefined || secretAccessKey === '') {
    throw new AppError('input.invalid', {
      message:
        'The secret access key is missing: set AWS_SECRET_ACCESS_KEY, or give --secret-access-key-stdin.',
      details: { faults: [{ path: 'secretAccessKey', message: 'This is missing.' }] },
    })
  }
  const sessionToken = io.env['AWS_SESSION_TOKEN']
  return { secretAccessKey, ...(sessionToken === undefined || sessionToken === '' ? {} : { sessionToken }) }
}

function worstState(health: readonly { state: 'unknown' | 'reachable' | 'failing' }[]): string {
  const states = health.map(({ state }) => state)
  return (['failing', 'unknown'] as const).find((state) => states.includes(state)) ?? 'reachable'
}
