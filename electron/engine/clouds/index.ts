export type { CallOptions, CloudTag, CloudTags } from './call-options.ts'
export type { CloudProvider } from './cloud-provider.ts'
export type { AddressesPort, CloudAddress } from './addresses-port.ts'
export type { ImagesPort, MachineImage } from './images-port.ts'
export type { InstanceHealthPort } from './instance-health-port.ts'
export type { InstanceSettingsPort } from './instance-settings-port.ts'
export type { InstanceTypesPort } from './instance-types-port.ts'
export type { CloudInstance, InstancesPort } from './instances-port.ts'
export type { KeyPairsPort } from './key-pairs-port.ts'
export type { NetworksPort } from './networks-port.ts'
export type { PricesPort } from './prices-port.ts'
export type {
  CloudSecurityGroup,
  CreateSecurityGroupRequest,
  SecurityGroupsPort,
} from './security-groups-port.ts'
export type { SnapshotsPort } from './snapshots-port.ts'
export type { CreateVolumeRequest, VolumesPort } from './volumes-port.ts'
export type { ZonesPort } from './zones-port.ts'
export { LaunchRequest, plainLaunchOptions } from './launch-request.ts'
export { Catalogs } from './catalogs.ts'
export { type CloudOpener, type CloudOpeners, cloudSecretId, type CloudVault } from './cloud-kinds.ts'
export { checkLocation } from './cloud-locations.ts'
export { Clouds } from './clouds.ts'
