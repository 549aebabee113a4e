import type { Below, Groundwork } from './create-groundwork.ts'
import {
  ServerAsks,
  ServerBulk,
  ServerControls,
  ServerExec,
  serverFollowers,
  ServerLooks,
  Servers,
} from './servers/index.ts'

/** Puts together what a person does with servers. */
export function createServers({ core, clouds, designs, access }: Below, { breaker }: Groundwork): Servers {
  const { clock, log, jobs, servers, bell } = core
  const { farmStore: farms } = designs
  const { farmKeys: keys, hostKeys, connections, targets } = access
  const asks = new ServerAsks({ servers, farms, clouds, breaker, bell, clock })
  const controls = new ServerControls({ servers, clouds, keys, bell, clock })
  const bulk = new ServerBulk({ servers, asks, controls, clouds, jobs, bell, log })
  jobs.register({ ...serverFollowers(servers), 'servers.bulk': bulk.follower() })
  return new Servers({
    looks: new ServerLooks({ servers, farms, clouds, hostKeys }),
    asks,
    controls,
    bulk,
    shell: new ServerExec({ servers, connections, targets, clock }),
    jobs,
    bell,
  })
}
