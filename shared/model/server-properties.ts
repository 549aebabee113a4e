import { z } from 'zod'
import { Timestamp } from './ids.ts'

/** Everything that the cloud tells about one instance now (reference 4.8); read when it is asked for, kept nowhere. */
export const CloudProperties = z.object({
  cloudServerId: z.string(),
  ownerId: z.string().nullable(),
  state: z.object({ name: z.string(), code: z.number().int().nullable() }),
  /** Why it is in this state, in the cloud's words. */
  stateReason: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** The cloud's own checks: `ok`, `impaired`, `initializing`, …; null where it tells none. */
  systemStatus: z.string().nullable(),
  instanceStatus: z.string().nullable(),
  imageId: z.string().nullable(),
  instanceType: z.string().nullable(),
  keyName: z.string().nullable(),
  launchedAt: Timestamp.nullable(),
  architecture: z.string().nullable(),
  platform: z.string().nullable(),
  zone: z.string().nullable(),
  tenancy: z.string().nullable(),
  placementGroup: z.string().nullable(),
  vpcId: z.string().nullable(),
  subnetId: z.string().nullable(),
  publicDns: z.string().nullable(),
  privateDns: z.string().nullable(),
  publicIp: z.string().nullable(),
  privateIp: z.string().nullable(),
  rootDeviceType: z.string().nullable(),
  rootDeviceName: z.string().nullable(),
  virtualization: z.string().nullable(),
  /** `spot` or `on-demand`. */
  lifecycle: z.string(),
  isEbsOptimized: z.boolean(),
  /** Detailed monitoring: `enabled`, `disabled`, `pending`. */
  monitoring: z.string().nullable(),
  iamInstanceProfile: z.string().nullable(),
  isTerminationProtected: z.boolean(),
  /** What the cloud does when the operating system halts: `stop` or `terminate`. */
  shutdownBehavior: z.string().nullable(),
  securityGroups: z.array(z.object({ id: z.string(), name: z.string() })),
  volumes: z.array(
    z.object({
      id: z.string(),
      deviceName: z.string(),
      state: z.string().nullable(),
      isDeletedWithServer: z.boolean(),
    }),
  ),
  tags: z.record(z.string(), z.string()),
})
export type CloudProperties = z.infer<typeof CloudProperties>
