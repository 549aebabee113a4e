import type { RootDisk } from '../../../shared/model/farm-role-storage.ts'
import type { Image, OsFamily } from '../../../shared/model/images.ts'

/** Operating systems as people write them. */
export const OS_NAMES: Readonly<Record<OsFamily, string>> = {
  ubuntu: 'Ubuntu',
  debian: 'Debian',
  amazon: 'Amazon Linux',
  centos: 'CentOS',
  redhat: 'Red Hat',
  oel: 'Oracle Linux',
  rocky: 'Rocky Linux',
  alma: 'AlmaLinux',
  suse: 'SUSE',
  fedora: 'Fedora',
  sandbox: 'Sandbox Linux',
  windows: 'Windows',
  unknown: 'Other',
}

/** `Ubuntu 24.04`. */
export function osWords({ family, version }: Image['os']): string {
  return version === '' ? OS_NAMES[family] : `${OS_NAMES[family]} ${version}`
}

/** How an image is found: its id, or the newest one of a pattern. */
export function sourceWords(source: Image['source']): string {
  return source.kind === 'id' ? source.cloudImageId : `newest ${source.namePattern} of ${source.owner}`
}

/** `20 GiB io2, 500 IOPS`; empty when it is as the image has it in its cloud. */
export function rootDiskWords({ sizeGib, type, iops }: RootDisk): string {
  const disk = [sizeGib === null ? '' : `${sizeGib} GiB`, type ?? ''].filter(Boolean).join(' ')
  return iops === null ? disk : `${disk}, ${iops.toLocaleString('en')} IOPS`
}
