import type { Server } from '../../../../shared/model/servers.ts'
import { tagsOfNewIndex } from '../../../../shared/logic/servers/server-tags.ts'
import type { PreparationContext } from './server-preparation.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { Upkeep } from './server-upkeep.ts'

/** Lets the tags of a server that took another's index speak of that one: its name, and what a design fills in by index. */
export class TagUpkeep implements Upkeep {
  readonly name = 'tags'
  readonly what = 'the tags of its index'
  readonly #servers: ServerStore

  constructor(options: { servers: ServerStore }) {
    this.#servers = options.servers
  }

  isKept({ tagsIndex, index }: Server): boolean {
    return tagsIndex === undefined || tagsIndex === index
  }

  async keep({ server, farm, role, provider, signal }: PreparationContext): Promise<void> {
    const { cloudServerId, tagsIndex, index } = server
    if (cloudServerId === null || tagsIndex === undefined) return
    const tags = tagsOfNewIndex(farm, role, server, tagsIndex)
    if (Object.keys(tags).length > 0) {
      await provider.instances.tag(server.location, cloudServerId, tags, { signal })
    }
    await this.#servers.apply(server.id, ({ tagsIndex: _, ...now }) => ({
      // It may have got another index meanwhile: then these tags are old too.
      server: now.index === index ? now : { ...now, tagsIndex: index },
      events: [],
    }))
  }
}
