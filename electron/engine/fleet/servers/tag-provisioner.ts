import { hasItsTags, tagsOfNewIndex } from '../../../../shared/logic/servers/server-tags.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { Provisioner } from './server-provisioning.ts'

/** Lets the tags of a server that took another's index speak of that one: its name, and what a design fills in by index. */
export function tagProvisioner(servers: ServerStore): Provisioner {
  return {
    name: 'tags',
    whileRunning: { what: 'the tags of its index', isThere: hasItsTags },
    async provision({ server, farm, role, provider, signal }) {
      const { cloudServerId, tagsIndex, index } = server
      if (cloudServerId === null || tagsIndex === undefined) return
      const tags = tagsOfNewIndex(farm, role, server, tagsIndex)
      if (Object.keys(tags).length > 0) {
        await provider.instances.tag(server.location, cloudServerId, tags, { signal })
      }
      await servers.apply(server.id, ({ tagsIndex: _, ...now }) => ({
        // It may have got another index meanwhile: then these tags are old too.
        server: now.index === index ? now : { ...now, tagsIndex: index },
        events: [],
      }))
    },
  }
}
