import { z } from 'zod'
import { ErrorInfo } from './errors.ts'
import { CloudId, Name, Timestamp } from './ids.ts'

/** A cloud region's name, as the cloud spells it: `eu-central-1`. */
export const Location = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,40}$/, 'A location is the cloud’s own name for a region, such as eu-central-1.')
export type Location = z.infer<typeof Location>

/** How Farmhand signs in to AWS: a profile of `~/.aws` (SSO and assumed roles included) or keys kept in the vault. */
export const AwsCredentials = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('profile'), profile: z.string().min(1) }),
  z.strictObject({ kind: z.literal('keys'), accessKeyId: z.string().min(1) }),
])
export type AwsCredentials = z.infer<typeof AwsCredentials>

const base = { id: CloudId, name: Name, createdAt: Timestamp }

const AwsCloud = z.strictObject({
  ...base,
  kind: z.literal('aws'),
  credentials: AwsCredentials,
  /** Regions that Farmhand looks at. */
  locations: z.array(Location).min(1, 'Choose at least one region.'),
  /** Another EC2 endpoint than AWS's own; null for AWS. */
  endpoint: z.url().nullable().default(null),
})
const SandboxCloud = z.strictObject({
  ...base,
  kind: z.literal('sandbox'),
  locations: z.array(Location).min(1),
})

/** A connected cloud account, as it is kept in the workspace: no secret in it. */
export const CloudDesign = z.discriminatedUnion('kind', [AwsCloud, SandboxCloud])
export type CloudDesign = z.infer<typeof CloudDesign>

/** What the engine last saw of a cloud in one location. */
export const CloudLocationHealth = z.object({
  location: Location,
  state: z.enum(['unknown', 'reachable', 'failing']),
  checkedAt: Timestamp.nullable(),
  error: ErrorInfo.nullable(),
})
export type CloudLocationHealth = z.infer<typeof CloudLocationHealth>

/** What all clouds of a kind are like, as their adapter declares it: what depends on it asks for a trait, not for the kind. */
export const CloudTraits = z.object({
  /** What its clouds are called: `AWS`. */
  label: z.string(),
  /** What a person should know of it, where there is no sign-in to tell of. */
  summary: z.string().nullable(),
  costsMoney: z.boolean(),
  /** The sample farm launches there as it is. */
  runsSampleFarm: z.boolean(),
  /** The systems of its starter roles: `['Ubuntu', 'Debian']`. */
  starterRoles: z.array(z.string()),
  /** Searches that find what most people look for. */
  wellKnownImages: z.array(z.object({ title: z.string(), owner: z.string(), namePattern: z.string() })),
})
export type CloudTraits = z.infer<typeof CloudTraits>

/** A cloud as screens and clients see it. */
export const Cloud = z.intersection(
  CloudDesign,
  z.object({
    traits: CloudTraits,
    /** The account number once a call told it. */
    accountId: z.string().nullable(),
    health: z.array(CloudLocationHealth),
    catalogFetchedAt: Timestamp.nullable(),
  }),
)
export type Cloud = z.infer<typeof Cloud>

export const Zone = z.object({ name: z.string(), state: z.string() })
export type Zone = z.infer<typeof Zone>

export const Architecture = z.enum(['x86_64', 'arm64', 'i386'])
export type Architecture = z.infer<typeof Architecture>

export const InstanceType = z.object({
  name: z.string(),
  vcpus: z.number().int(),
  memoryMib: z.number().int(),
  architectures: z.array(Architecture),
  currentGeneration: z.boolean(),
})
export type InstanceType = z.infer<typeof InstanceType>

export const SecurityGroupRef = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  vpcId: z.string().nullable(),
})
export type SecurityGroupRef = z.infer<typeof SecurityGroupRef>

export const Vpc = z.object({
  id: z.string(),
  name: z.string().nullable(),
  cidr: z.string(),
  isDefault: z.boolean(),
})
export type Vpc = z.infer<typeof Vpc>

export const Subnet = z.object({
  id: z.string(),
  name: z.string().nullable(),
  vpcId: z.string(),
  zone: z.string(),
  cidr: z.string(),
  freeAddresses: z.number().int(),
  /** Whether servers get a public address there unless told otherwise. */
  publicByDefault: z.boolean(),
  isDefault: z.boolean(),
})
export type Subnet = z.infer<typeof Subnet>

/** Operating systems that a cloud bills differently; every other one costs what Linux costs. */
export const PricedSystem = z.enum(['linux', 'windows', 'rhel', 'suse'])
export type PricedSystem = z.infer<typeof PricedSystem>

/** On-demand prices of a location, as the cloud listed them at `asOf`. What is not in it has no known price: never 0. */
export const PriceList = z.object({
  /** ISO 4217; XTS, its code for tests, where nothing is really paid. */
  currency: z.string(),
  asOf: Timestamp,
  /** An hour of an instance type with Linux. */
  hourly: z.record(z.string(), z.number()),
  /** The same with a system that is billed otherwise. */
  hourlyOf: z.partialRecord(PricedSystem.exclude(['linux']), z.record(z.string(), z.number())).default({}),
  /** A GiB of volume for a month, by volume type. */
  volumeGibMonth: z.record(z.string(), z.number()).default({}),
})
export type PriceList = z.infer<typeof PriceList>

/** What can be chosen in one location of a cloud: the last answer, usable offline, with the time it was asked. */
export const Catalog = z.object({
  cloudId: CloudId,
  location: Location,
  fetchedAt: Timestamp.nullable(),
  /** The account that answered. */
  accountId: z.string().nullable().optional(),
  zones: z.array(Zone),
  instanceTypes: z.array(InstanceType),
  securityGroups: z.array(SecurityGroupRef),
  vpcs: z.array(Vpc).default([]),
  subnets: z.array(Subnet).default([]),
  /** Null while no price is known; a list that could not be fetched anew stays, with its date. */
  prices: PriceList.nullable().default(null),
  /** Why prices are missing or old, or null. */
  pricesProblem: z.string().nullable().default(null),
})
export type Catalog = z.infer<typeof Catalog>

/** An image as the cloud lists it. */
export const CloudImage = z.object({
  cloudImageId: z.string(),
  name: z.string(),
  description: z.string(),
  ownerId: z.string(),
  architecture: Architecture,
  rootDeviceName: z.string().nullable(),
  rootDeviceType: z.string().nullable(),
  platform: z.string(),
  createdAt: z.string().nullable(),
  deprecatedAt: z.string().nullable(),
  state: z.string(),
})
export type CloudImage = z.infer<typeof CloudImage>

/** A profile found in `~/.aws/config` or `~/.aws/credentials`. */
export const AwsProfile = z.object({
  name: z.string(),
  region: z.string().nullable(),
  kind: z.enum(['keys', 'sso', 'assume-role', 'process', 'web-identity', 'other']),
})
export type AwsProfile = z.infer<typeof AwsProfile>

/** What a person gives to connect AWS. */
export const AddAwsCloud = z.strictObject({
  name: Name,
  profile: z.string().min(1).optional(),
  accessKeyId: z.string().min(1).optional(),
  secretAccessKey: z.string().min(1).optional(),
  sessionToken: z.string().min(1).optional(),
  locations: z.array(Location).min(1, 'Choose at least one region.'),
  endpoint: z.url().nullable().default(null),
})
export type AddAwsCloud = z.infer<typeof AddAwsCloud>
