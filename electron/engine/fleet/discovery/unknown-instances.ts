import type { DiscoveredInstance } from '../../../../shared/model/discovery.ts'
import { CloudId } from '../../../../shared/model/ids.ts'
import { whyNotImportable } from '../../../../shared/logic/discovery/discovery.ts'
import { guessOs } from '../../../../shared/logic/images/os-guess.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { CloudCalls, CloudProvider, CloudInstance } from '../../clouds/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'

interface UnknownInstancesOptions {
  clouds: CloudCalls
  servers: ServerStore
  workspaceId: string
}

const DEFAULT_SSH_PORT = 22

/** The cloud's instances that no server of ours stands for (reference 1.8). */
export class UnknownInstances {
  readonly #options: UnknownInstancesOptions

  constructor(options: UnknownInstancesOptions) {
    this.#options = options
  }

  async list(
    { cloudId, location }: { cloudId: string; location: string },
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<DiscoveredInstance[]> {
    const call = options.signal ? { signal: options.signal } : {}
    const { instances, imageNames } = await this.#options.clouds.watch(
      cloudId,
      location,
      async (provider) => {
        const all = await provider.instances.list(location, call)
        const strange = all.filter((instance) => !this.#isOurs(cloudId, instance))
        return { instances: strange, imageNames: await imageNamesOf(provider, location, strange) }
      },
    )
    return instances
      .map((instance) =>
        this.#describe(cloudId, location, instance, imageNames.get(instance.imageId) ?? null),
      )
      .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
  }

  #isOurs(cloudId: string, instance: CloudInstance): boolean {
    for (const server of this.#options.servers.all()) {
      if (server.cloudId !== cloudId || server.status === 'terminated') continue
      if (server.cloudServerId === instance.id) return true
      // Launched a moment ago, and its answer not written down yet.
      if (server.cloudServerId === null && instance.tags[TAGS.server]?.split(' ').includes(server.id))
        return true
    }
    return false
  }

  #describe(
    cloudId: string,
    location: string,
    instance: CloudInstance,
    imageName: string | null,
  ): DiscoveredInstance {
    const { workspaceId } = this.#options
    const isWindows = instance.platform === 'windows'
    const os = guessOs(imageName ?? '')
    const port = Number(instance.tags[TAGS.sshPort])
    return {
      cloudId: CloudId.parse(cloudId),
      location,
      id: instance.id,
      name: instance.tags['Name'] ?? instance.id,
      state: instance.state,
      zone: instance.zone,
      instanceType: instance.instanceType,
      architecture: instance.architecture,
      platform: instance.platformDetails,
      imageId: instance.imageId,
      imageName,
      os: isWindows ? { family: 'windows', version: '' } : { family: os.family, version: os.version },
      sshUser: isWindows ? 'Administrator' : os.user,
      keyName: instance.keyName,
      publicIp: instance.publicIp,
      privateIp: instance.privateIp,
      hostname: instance.hostname,
      vpcId: instance.vpcId,
      subnetId: instance.subnetId,
      securityGroups: instance.securityGroups,
      tags: { ...instance.tags },
      launchedAt: instance.launchedAt,
      sshPort: Number.isInteger(port) && port > 0 ? port : DEFAULT_SSH_PORT,
      importable: whyNotImportable(instance, { tag: TAGS.workspace, id: workspaceId }),
      isOrphan: instance.tags[TAGS.workspace] === workspaceId,
    }
  }
}

async function imageNamesOf(
  provider: CloudProvider,
  location: string,
  instances: readonly CloudInstance[],
): Promise<Map<string, string>> {
  const ids = [...new Set(instances.map(({ imageId }) => imageId).filter((id) => id !== ''))]
  const images = await provider.images.listById(location, ids)
  return new Map(images.map(({ cloudImageId, name }) => [cloudImageId, name]))
}
