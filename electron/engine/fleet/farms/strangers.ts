import type { Log } from '../../ports.ts'
import type { Notices } from '../../records/notices/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { Tasks } from '../../records/tasks/index.ts'
import { serverIdOf } from '../../../../shared/logic/servers/launch-batches.ts'
import type { CloudInstance, CloudProvider } from '../../clouds/index.ts'

interface StrangersOptions {
  servers: ServerStore
  tasks: Tasks
  notices: Notices
  log: Log
}

/** Instances with the tags of this workspace that no server's record explains. */
export class Strangers {
  readonly #options: StrangersOptions

  constructor(options: StrangersOptions) {
    this.#options = options
  }

  /** Ends those of servers that we hold for terminated, and tells of the others: they are left alone. */
  async look(
    cloudId: string,
    location: string,
    provider: CloudProvider,
    unexplained: readonly CloudInstance[],
  ): Promise<void> {
    const { servers, log } = this.#options
    const orphans: string[] = []
    for (const instance of unexplained) {
      if (instance.state === 'terminated' || instance.state === 'shutting-down') continue
      const serverId = serverIdOf(instance)
      const record = serverId === null ? undefined : await servers.lookUp(serverId)
      const isOurs =
        record !== undefined && (record.cloudServerId === null || record.cloudServerId === instance.id)
      if (isOurs && record.status === 'terminated') orphans.push(instance.id)
      else this.#tell(cloudId, location, instance.id)
    }
    if (orphans.length === 0) return
    log.warn({ cloudId, location, orphans }, 'instances of terminated servers are ended')
    await provider.instances.terminate(location, orphans)
  }

  /** A record explains the instance now: what was said about it is no longer true. */
  async explained(instanceId: string): Promise<void> {
    await this.#options.notices.dismiss({ noticeId: noticeId(instanceId) })
  }

  #tell(cloudId: string, location: string, instanceId: string): void {
    const { notices, log } = this.#options
    if (this.#isBeingImported(instanceId)) return
    notices.show({
      id: noticeId(instanceId),
      severity: 'warning',
      title: `Unknown instance ${instanceId}`,
      message: `${instanceId} in ${location} carries this workspace’s tags, but no record explains it. Farmhand leaves it alone; end it in the cloud if it is not wanted.`,
    })
    log.warn({ cloudId, location, instanceId }, 'an instance with our tags is unknown')
  }

  /** One that is just being taken over carries our tags before a record explains it. */
  #isBeingImported(instanceId: string): boolean {
    return this.#options.tasks
      .running('import')
      .some((task) => task.items.some((item) => item.instanceId === instanceId && item.state === 'waiting'))
  }
}

function noticeId(instanceId: string): string {
  return `stranger-${instanceId}`
}
