import { z } from 'zod'
import { VolumeType } from '../../../shared/model/farm-role-storage.ts'

/** What a launch asks for besides image, size, key and groups. Every default is what the cloud does by itself. */
const options = {
  /** The subnet, which fixes the zone; null: the default one of the zone. */
  subnetId: z.string().nullable().default(null),
  /** Whether the instances get a public address; null: as their subnet says. */
  publicAddress: z.boolean().nullable().default(null),
  /** A fixed private address, for one instance. */
  privateIp: z.string().nullable().default(null),
  /** Name or ARN. */
  iamInstanceProfile: z.string().nullable().default(null),
  /** Spot instances; a null price is the on-demand price. */
  spot: z.object({ maxPricePerHour: z.number().nullable() }).nullable().default(null),
  tenancy: z.enum(['default', 'dedicated']).default('default'),
  placementGroup: z.string().nullable().default(null),
  ebsOptimized: z.boolean().nullable().default(null),
  terminationProtection: z.boolean().default(false),
  shutdownBehavior: z.enum(['stop', 'terminate']).default('stop'),
  detailedMonitoring: z.boolean().default(false),
  cpuCredits: z.enum(['standard', 'unlimited']).nullable().default(null),
  cpu: z.object({ cores: z.number().int(), threadsPerCore: z.number().int() }).nullable().default(null),
  /** Another root disk than the image's. */
  rootDisk: z
    .object({
      deviceName: z.string(),
      sizeGib: z.number().int().nullable(),
      type: VolumeType.nullable(),
      iops: z.number().int().nullable(),
    })
    .nullable()
    .default(null),
}

/**
 * One launch call: `count` instances alike. The same token never makes a second set. It is kept in the ledger word for word,
 * so that it can be asked again; what older records do not hold has its default.
 */
export const LaunchRequest = z.object({
  clientToken: z.string(),
  count: z.number().int().positive(),
  imageId: z.string(),
  instanceType: z.string(),
  zone: z.string().nullable(),
  keyName: z.string(),
  securityGroupIds: z.array(z.string()),
  /** Plain text; empty for none. */
  userData: z.string(),
  tags: z.record(z.string(), z.string()),
  ...options,
})
export type LaunchRequest = z.infer<typeof LaunchRequest>

/** What has a default, as the cloud does it by itself. */
export function plainLaunchOptions(): z.infer<typeof LaunchOptions> {
  return LaunchOptions.parse({})
}
const LaunchOptions = z.object(options)
