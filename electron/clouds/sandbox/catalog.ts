import { fixedId } from './ids.ts'

export interface Region {
  name: string
  zones: string[]
}

export const regions: readonly Region[] = [
  { name: 'sandbox-east-1', zones: ['sandbox-east-1a', 'sandbox-east-1b', 'sandbox-east-1c'] },
  { name: 'sandbox-west-1', zones: ['sandbox-west-1a', 'sandbox-west-1b'] },
]

export function regionOf(name: string): Region | undefined {
  return regions.find((region) => region.name === name)
}

export type Architecture = 'x86_64' | 'arm64'

export interface InstanceTypeFacts {
  name: string
  vcpus: number
  cores: number
  memoryMib: number
  architecture: Architecture
  clockGhz: number
  network: string
  burstable: boolean
  currentGeneration: boolean
}

const gib = 1024

function family(
  name: string,
  facts: Pick<InstanceTypeFacts, 'architecture' | 'clockGhz' | 'network' | 'burstable'> & { old?: boolean },
  sizes: readonly (readonly [size: string, vcpus: number, memoryMib: number])[],
): InstanceTypeFacts[] {
  return sizes.map(([size, vcpus, memoryMib]) => ({
    name: `${name}.${size}`,
    vcpus,
    // Graviton has one thread a core.
    cores: facts.architecture === 'arm64' ? vcpus : Math.max(1, vcpus / 2),
    memoryMib,
    architecture: facts.architecture,
    clockGhz: facts.clockGhz,
    network: facts.network,
    burstable: facts.burstable,
    currentGeneration: facts.old !== true,
  }))
}

const smallSizes = [
  ['nano', 2, gib / 2],
  ['micro', 2, gib],
  ['small', 2, 2 * gib],
  ['medium', 2, 4 * gib],
  ['large', 2, 8 * gib],
] as const

/** What can be launched, in every zone of every region. */
export const instanceTypes: readonly InstanceTypeFacts[] = [
  ...family(
    't2',
    { architecture: 'x86_64', clockGhz: 2.5, network: 'Low to Moderate', burstable: true, old: true },
    [['micro', 1, gib]],
  ),
  ...family('t3', { architecture: 'x86_64', clockGhz: 2.5, network: 'Up to 5 Gigabit', burstable: true }, [
    ...smallSizes,
    ['xlarge', 4, 16 * gib],
  ]),
  ...family(
    't4g',
    { architecture: 'arm64', clockGhz: 2.5, network: 'Up to 5 Gigabit', burstable: true },
    smallSizes,
  ),
  ...family(
    'm6i',
    { architecture: 'x86_64', clockGhz: 3.5, network: 'Up to 12.5 Gigabit', burstable: false },
    [
      ['large', 2, 8 * gib],
      ['xlarge', 4, 16 * gib],
    ],
  ),
  ...family(
    'm7g',
    { architecture: 'arm64', clockGhz: 2.6, network: 'Up to 12.5 Gigabit', burstable: false },
    [
      ['medium', 1, 4 * gib],
      ['large', 2, 8 * gib],
    ],
  ),
  ...family(
    'c6i',
    { architecture: 'x86_64', clockGhz: 3.5, network: 'Up to 12.5 Gigabit', burstable: false },
    [
      ['large', 2, 4 * gib],
      ['xlarge', 4, 8 * gib],
    ],
  ),
  ...family(
    'r6i',
    { architecture: 'x86_64', clockGhz: 3.5, network: 'Up to 12.5 Gigabit', burstable: false },
    [
      ['large', 2, 16 * gib],
      ['xlarge', 4, 32 * gib],
    ],
  ),
]

export function instanceTypeOf(name: string): InstanceTypeFacts | undefined {
  return instanceTypes.find((type) => type.name === name)
}

/** The account that owns the Sandbox's images; `sandbox` is its alias. */
export const imageOwner = { id: '100000000001', alias: 'sandbox' }

export interface ImageFacts {
  id: string
  region: string
  name: string
  description: string
  architecture: Architecture
  platform: 'linux' | 'windows'
  createdAt: string
  deprecatedAt: string | null
}

const imageKinds = [
  {
    name: 'sandbox-linux-1.0-x86_64',
    architecture: 'x86_64',
    platform: 'linux',
    createdAt: '2026-03-02T09:00:00.000Z',
    deprecatedAt: null,
  },
  {
    name: 'sandbox-linux-1.0-arm64',
    architecture: 'arm64',
    platform: 'linux',
    createdAt: '2026-03-02T09:05:00.000Z',
    deprecatedAt: null,
  },
  {
    name: 'sandbox-linux-0.9-x86_64',
    architecture: 'x86_64',
    platform: 'linux',
    createdAt: '2025-06-16T09:00:00.000Z',
    deprecatedAt: '2026-06-16T09:00:00.000Z',
  },
  {
    name: 'sandbox-windows-1.0-x86_64',
    architecture: 'x86_64',
    platform: 'windows',
    createdAt: '2026-03-02T09:10:00.000Z',
    deprecatedAt: null,
  },
] as const

/** The images of all regions; the same image has another id in each. */
export const images: readonly ImageFacts[] = regions.flatMap((region) =>
  imageKinds.map((kind) => ({
    ...kind,
    id: fixedId('ami', `${region.name} ${kind.name}`),
    region: region.name,
    description:
      kind.platform === 'windows'
        ? 'Sandbox Windows: has an administrator password as EC2’s Windows has, and a shell as Sandbox Linux has'
        : `Sandbox Linux, ${kind.architecture}: a shell on the machine that Farmhand runs on`,
  })),
)

export interface VpcFacts {
  id: string
  name: string | null
  cidr: string
  isDefault: boolean
}

export interface SubnetFacts {
  id: string
  name: string | null
  vpcId: string
  zone: string
  cidr: string
  isDefault: boolean
  /** Whether instances get a public address there unless the call says otherwise. */
  publicByDefault: boolean
}

/** The default network of a region. */
export function vpcOf(region: string): VpcFacts {
  return { id: fixedId('vpc', region), name: null, cidr: '172.31.0.0/16', isDefault: true }
}

/** The networks of a region: its default one, and one with a public and a private subnet in each of two zones. */
export function vpcsOf(region: string): VpcFacts[] {
  return [
    vpcOf(region),
    { id: fixedId('vpc', `${region} lab`), name: 'lab', cidr: '127.64.0.0/16', isDefault: false },
  ]
}

/** The default subnet of a zone. */
export function subnetOf(zone: string): SubnetFacts {
  return {
    id: fixedId('subnet', zone),
    name: null,
    vpcId: vpcOf(zone.slice(0, -1)).id,
    zone,
    cidr: `172.31.${zonePosition(zone) * 16}.0/20`,
    isDefault: true,
    publicByDefault: true,
  }
}

/** All subnets of a region. Those of the lab lie where each address is one of this machine's own. */
export function subnetsOf(region: string): SubnetFacts[] {
  const zones = regionOf(region)?.zones ?? []
  const lab = vpcsOf(region).find(({ name }) => name === 'lab')
  const ofLab = zones.slice(0, 2).flatMap((zone) =>
    ['public', 'private'].map((name, position): SubnetFacts => ({
      id: fixedId('subnet', `${zone} lab ${name}`),
      name: `lab-${name}-${zone.slice(-1)}`,
      vpcId: lab?.id ?? '',
      zone,
      cidr: `127.64.${(zonePosition(zone) * 2 + position) * 16}.0/20`,
      isDefault: false,
      publicByDefault: name === 'public',
    })),
  )
  return [...zones.map(subnetOf), ...ofLab]
}

function zonePosition(zone: string): number {
  return Math.max(0, 'abcdef'.indexOf(zone.slice(-1)))
}

/** A zone's name that is the same in every account. */
export function zoneIdOf(zone: string): string {
  const region = zone.slice(0, -1)
  const short = region.startsWith('sandbox-east') ? 'sbe1' : 'sbw1'
  return `${short}-az${'abcdef'.indexOf(zone.slice(-1)) + 1}`
}

/** The IAM instance profiles of the account. */
export const instanceProfiles: readonly string[] = ['sandbox-web', 'sandbox-admin']

/** Old hardware is not in every zone. */
export function isOffered(type: string, zone: string): boolean {
  return !(type.startsWith('t2.') && zone.endsWith('c'))
}
