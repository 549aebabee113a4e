import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { createAwsProvider, RateBudgets } from '../../electron/clouds/aws/index.ts'
import { systemClock } from '../../electron/headless/index.ts'
import { TAGS } from '../../shared/model/tags.ts'
import { Secret } from '../../shared/model/secret.ts'
import { silentLog } from '../support/test-engine.ts'
import { benchReconciler } from './bench-reconciler.ts'
import { type Bench, measure, median } from './bench.ts'
import { startCloudEndpoint } from './cloud-endpoint.ts'
import { largeWorkspace } from './large-workspace.ts'

const regions = Array.from({ length: 10 }, (_, n) => `bench-region-${String(n + 1)}`)
/** What EC2 gives in one page at most. */
const pageSize = 1_000

/** One look at everything over HTTP, as the reconciler takes it, beside bare calls of EC2's own SDK for the same pages. */
const bench: Bench = {
  name: 'refresh of 5,000 servers in 10 regions',
  async run({ quick, rounds }) {
    const perRegion = quick ? 50 : 500
    const worlds = regions.map((location) =>
      largeWorkspace({
        farms: 2,
        servers: perRegion,
        cloudId: 'cloud',
        roleId: 'role',
        location,
        workspaceId: 'bench',
      }),
    )
    const world = {
      farms: worlds.flatMap(({ farms }, n) => farms.map((farm) => ({ ...farm, id: rename(farm.id, n) }))),
      states: worlds.flatMap(({ states }, n) =>
        states.map((state) => ({ ...state, farmId: rename(state.farmId, n) })),
      ),
      servers: worlds.flatMap(({ servers }, n) =>
        servers.map((server) => ({ ...server, id: rename(server.id, n), farmId: rename(server.farmId, n) })),
      ),
    }
    const byRegion = new Map(
      worlds.map(({ instances }, n) => [
        regions[n] ?? '',
        instances.map((instance) => ({
          ...instance,
          tags: { ...instance.tags, [TAGS.server]: rename(instance.tags[TAGS.server] ?? '', n) },
        })),
      ]),
    )
    const endpoint = await startCloudEndpoint((region) => byRegion.get(region) ?? [])
    const budgets = new RateBudgets(systemClock)
    const provider = createAwsProvider({
      signIn: { kind: 'keys', accessKeyId: 'AKIABENCH', secretAccessKey: new Secret('not-a-secret') },
      endpoint: endpoint.endpoint,
      clock: systemClock,
      log: silentLog,
      budgets,
      accountId: '000000000000',
    })
    const { reconciler } = await benchReconciler(world, provider)
    const bareClients = regions.map(
      (region) =>
        new EC2Client({
          region,
          endpoint: endpoint.endpoint,
          credentials: { accessKeyId: 'AKIABENCH', secretAccessKey: 'not-a-secret' },
        }),
    )
    const refresh = async (): Promise<void> => {
      await Promise.all(regions.map((region) => reconciler.pass('cloud', region)))
    }
    const bare = async (): Promise<void> => {
      await Promise.all(
        bareClients.map(async (client) => {
          let token: string | undefined
          do {
            const answer = await client.send(
              new DescribeInstancesCommand({ MaxResults: pageSize, ...(token ? { NextToken: token } : {}) }),
            )
            token = answer.NextToken
          } while (token)
        }),
      )
    }
    try {
      await refresh()
      await bare()
      const own: number[] = []
      const peer: number[] = []
      const calls: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        const before = endpoint.calls.length
        own.push((await measure(refresh)).cpuS * 1000)
        calls.push(endpoint.calls.length - before)
        peer.push((await measure(bare)).cpuS * 1000)
      }
      const pages = regions.length * Math.ceil(perRegion / pageSize)
      const { tightest } = budgets.of('000000000000', endpoint.endpoint).use(regions[0] ?? '')
      return [
        {
          what: `API calls for ${String(perRegion * regions.length)} servers`,
          value: median(calls),
          unit: 'calls',
          peer: { name: 'pages of DescribeInstances', value: pages },
          target: { limit: 1, of: 'ratio' },
        },
        {
          what: 'CPU of it, decisions included (endpoint in the same process)',
          value: median(own),
          unit: 'ms',
          peer: { name: 'bare SDK, lists only', value: median(peer) },
          target: { limit: 1, of: 'ratio' },
        },
        {
          what: 'most of EC2’s published budget used in a region',
          value: tightest ? (1 - tightest.left / tightest.capacity) * 100 : 0,
          unit: '%',
          peer: null,
          target: { limit: 50, of: 'value' },
        },
      ]
    } finally {
      provider.close()
      for (const client of bareClients) client.destroy()
      await endpoint.stop()
    }
  },
}

/** The worlds of two regions have the same ids; the region's number makes them different, in the same length. */
function rename<Id extends string>(id: Id, region: number): Id {
  return `${String(region)}${id}` as Id
}

export default bench
