import { publishTo } from '../records/feed/index.ts'
import type { CoreServices } from '../records/open-core.ts'
import { Catalogs } from './catalogs.ts'
import type { CloudOpeners } from './cloud-kinds.ts'
import { Clouds } from './clouds.ts'
import { OpenClouds } from './open-clouds.ts'

/** The clouds of the workspace and what they offer. */
export interface CloudServices {
  clouds: Clouds
  catalogs: Catalogs
}

/** Puts the clouds of the workspace together; none is opened before `clouds.start`. */
export function createClouds(
  { workspace, vault, ledger, feed, clock, log, ids }: CoreServices,
  openers: CloudOpeners,
): CloudServices {
  const clouds = new Clouds({
    repository: workspace.clouds,
    vault,
    catalogs: ledger.catalogs,
    opened: new OpenClouds({ openers, vault, log }),
    clock,
    newId: ids.newId,
    onChange: publishTo(feed, 'clouds'),
  })
  return { clouds, catalogs: new Catalogs({ clouds, repository: ledger.catalogs, clock }) }
}
