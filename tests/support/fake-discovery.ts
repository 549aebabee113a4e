import type { EngineShape } from '../../electron/api/index.ts'
import type { DiscoveredInstance } from '../../shared/model/discovery.ts'
import { CloudId, ServerId } from '../../shared/model/ids.ts'

/** Instances that somebody launched by hand, for screens. */
export function fakeDiscovery(
  begin: (title: string) => ReturnType<EngineShape['discovery']['import']>,
): EngineShape['discovery'] {
  const instance = (at: number, change: Partial<DiscoveredInstance> = {}): DiscoveredInstance => ({
    cloudId: CloudId.parse('aws'),
    location: 'eu-central-1',
    id: `i-0f3a9c41d2b7e58${at}`,
    name: `legacy-app-${at}`,
    state: 'running',
    zone: 'eu-central-1a',
    instanceType: 'm6i.large',
    architecture: 'x86_64',
    platform: 'Linux/UNIX',
    imageId: 'ami-0d1e2f3a4b5c6d7e8',
    imageName: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260110',
    os: { family: 'ubuntu', version: '24.04' },
    sshUser: 'ubuntu',
    keyName: 'ops-2024',
    publicIp: `18.184.12.${at}`,
    privateIp: `10.0.4.${at}`,
    hostname: `ip-10-0-4-${at}.eu-central-1.compute.internal`,
    vpcId: 'vpc-0a1b2c3d',
    subnetId: 'subnet-0a1b2c3d',
    securityGroups: [{ id: 'sg-0a1b2c3d', name: 'legacy-web' }],
    tags: { Name: `legacy-app-${at}`, stage: 'production', owner: 'ops' },
    launchedAt: '2025-02-03T08:15:00.000Z',
    sshPort: 22,
    importable: true,
    isOrphan: false,
    ...change,
  })
  const all = [
    instance(1),
    instance(2),
    instance(3, {
      name: 'old-jenkins',
      state: 'stopped',
      importable: 'It is stopped; only a running instance can be imported.',
    }),
    instance(4, { name: 'i-0f3a9c41d2b7e584', isOrphan: true, keyName: null }),
  ]
  return {
    list: async () => all,
    planImport: async ({ instanceIds, farm, farmRole, tags }) => ({
      farm: farm.kind === 'new' ? farm.name : 'shop',
      alias: farmRole.kind === 'new' ? farmRole.alias : 'web',
      faults: [],
      warnings: [
        'This cannot be undone: from then on Farmhand terminates these machines with their farm role or their farm.',
      ],
      servers: instanceIds.map((instanceId, position) => ({
        instanceId,
        name: all.find(({ id }) => id === instanceId)?.name ?? instanceId,
        index: position + 1,
        tags: [
          { key: 'farmhand:workspace', from: null, to: 'w1' },
          ...tags.remove.map((key) => ({ key, from: 'production', to: null })),
        ],
      })),
    }),
    import: () => begin('Import instances'),
    importResults: async () => [],
    createImage: () => begin('Make an image'),
    setKey: async ({ serverId }) => {
      throw new Error(`no key is kept for ${ServerId.parse(serverId)}`)
    },
  }
}
