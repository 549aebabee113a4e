import { publishTo } from '../records/feed/index.ts'
import type { CoreServices } from '../records/open-core.ts'
import { Clouds } from './clouds.ts'
import { type CloudOpeners, OpenedClouds } from './opened-clouds.ts'

/** Puts together the clouds of the workspace; none is opened before `start`. */
export function createClouds(
  { workspace, vault, ledger, feed, clock, log, ids }: CoreServices,
  openers: CloudOpeners,
): Clouds {
  return new Clouds({
    repository: workspace.clouds,
    vault,
    catalogs: ledger.catalogs,
    opened: new OpenedClouds({ openers, vault, log }),
    clock,
    newId: ids.newId,
    onChange: publishTo(feed, 'clouds'),
  })
}
