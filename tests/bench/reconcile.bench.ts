import { monitorEventLoopDelay } from 'node:perf_hooks'
import { decide } from '../../shared/logic/farms/farm-decisions.ts'
import { instanceView } from '../../electron/engine/fleet/servers/index.ts'
import { hasItsAddress } from '../../shared/logic/servers/elastic-address.ts'
import { hasItsHostname } from '../../shared/logic/servers/server-hostname.ts'
import { hasItsGroups } from '../../shared/logic/servers/server-security-groups.ts'
import { hasItsTags } from '../../shared/logic/servers/server-tags.ts'
import { seen } from '../../shared/logic/servers/server-life.ts'
import { MemoryCloud } from '../support/memory-cloud.ts'
import { systemClock } from '../../electron/headless/index.ts'
import { benchReconciler } from './bench-reconciler.ts'
import { type Bench, measure, median } from './bench.ts'
import { largeWorkspace } from './large-workspace.ts'

const location = 'eu-central-1'

/** An upkeep that every server passes. */

/** One pass over everything, and the pure decisions alone on the same data. */
const bench: Bench = {
  name: 'one reconcile pass, 10,000 servers in 200 farms',
  async run({ quick, rounds }) {
    const size = quick ? { farms: 20, servers: 1_000 } : { farms: 200, servers: 10_000 }
    const world = largeWorkspace({
      ...size,
      cloudId: 'cloud',
      roleId: 'role',
      location,
      workspaceId: 'bench',
    })
    const cloud = new MemoryCloud()
    for (const instance of world.instances) cloud.instances.all.set(instance.id, instance)
    const provisioners = Object.entries({ hasItsGroups, hasItsAddress, hasItsHostname, hasItsTags }).map(
      ([name, isThere]) => ({
        name,
        whileRunning: { what: name, isThere },
        provision: () => Promise.reject(new Error('nothing is to be mended')),
      }),
    )
    const { reconciler, servers } = await benchReconciler(world, cloud, provisioners)
    const pure = async (): Promise<void> => {
      const byId = new Map(world.instances.map((instance) => [instance.id, instance]))
      for (const server of world.servers) {
        const instance = byId.get(server.cloudServerId ?? '')
        if (instance) seen(server, instanceView(instance), Date.now())
      }
      for (const [position, farm] of world.farms.entries()) {
        const state = world.states[position]
        if (state) decide(farm, state, servers.ofFarm(farm.id))
      }
    }
    await pure()
    await reconciler.pass('cloud', location)
    const passes: number[] = []
    const plain: number[] = []
    const stalls: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      plain.push((await measure(pure)).cpuS * 1000)
      const delay = monitorEventLoopDelay({ resolution: 1 })
      delay.enable()
      passes.push((await measure(() => reconciler.pass('cloud', location))).cpuS * 1000)
      await systemClock.sleep(5)
      delay.disable()
      stalls.push(delay.max / 1e6)
    }
    return [
      {
        what: 'CPU of a pass',
        value: median(passes),
        unit: 'ms',
        peer: { name: 'pure decisions', value: median(plain) },
        target: { limit: 3, of: 'ratio' },
      },
      {
        what: 'longest stall of the event loop',
        value: median(stalls),
        unit: 'ms',
        peer: null,
        target: { limit: 20, of: 'value' },
      },
      {
        what: 'list calls a pass (pages are the provider’s)',
        value: (cloud.calls['instances.listByTag'] ?? 0) / (rounds + 1),
        unit: 'calls',
        peer: null,
        target: { limit: 1, of: 'value' },
      },
    ]
  },
}

export default bench
