/** How one field is called and how its values read. */
interface FieldWords {
  words: string
  /** What an empty value (null, nothing, an empty list) means. */
  unset?: string
  /** Stands behind a number. */
  unit?: string
  /** Values that read otherwise than they are written. */
  values?: Readonly<Record<string, string>>
}

const onOff = { true: 'on', false: 'off' }
const perType = 'as the instance type does'

/** Every field of a farm and of a farm role; `[]` stands for a position or a key. A new group adds its lines here. */
const FIELDS: Readonly<Record<string, FieldWords>> = {
  name: { words: 'name' },
  description: { words: 'description' },
  ownerNote: { words: 'owner note' },
  timezone: { words: 'time zone' },
  launchOrder: { words: 'launch order', values: { simultaneous: 'all at once', sequential: 'step by step' } },
  lease: { words: 'lease', values: onOff },
  'lease.hours': { words: 'lease', unit: 'h' },
  'lease.warnHours': { words: 'lease · warnings before the end', unset: 'none', unit: 'h' },
  'lease.warnHours[]': { words: 'lease · warnings before the end', unit: 'h' },
  'lease.extensions': { words: 'lease · extensions' },
  'lease.extensionHours': { words: 'lease · length of an extension', unit: 'h' },
  allowedHours: { words: 'allowed hours', values: onOff },
  'allowedHours.shutdown': {
    words: 'allowed hours · at their end',
    values: { suspend: 'suspended', terminate: 'terminated' },
  },
  'allowedHours.autostart': {
    words: 'allowed hours · comes back by itself',
    values: { true: 'yes', false: 'no' },
  },
  'allowedHours.warnMinutes': {
    words: 'allowed hours · warnings before the end',
    unset: 'none',
    unit: 'min',
  },
  'allowedHours.warnMinutes[]': { words: 'allowed hours · warnings before the end', unit: 'min' },
  'allowedHours.periods': { words: 'allowed hours · periods', unset: 'none' },
  'allowedHours.periods[]': { words: 'allowed hours · period', values: { true: 'is there' } },
  'allowedHours.periods[].days': { words: 'allowed hours · days', unset: 'none' },
  'allowedHours.periods[].start': { words: 'allowed hours · from' },
  'allowedHours.periods[].end': { words: 'allowed hours · until' },
  alias: { words: 'alias' },
  roleId: { words: 'role' },
  cloudId: { words: 'cloud' },
  location: { words: 'location' },
  zone: { words: 'zone', unset: 'not one zone' },
  zones: { words: 'balanced zones', unset: 'not balanced' },
  'zones[]': { words: 'balanced zones' },
  instanceType: { words: 'instance type' },
  launchIndex: { words: 'launch index' },
  scaling: { words: 'scaling' },
  'scaling.enabled': { words: 'scaling', values: { true: 'automatic', false: 'by hand' } },
  'scaling.min': { words: 'minimum servers' },
  'scaling.max': { words: 'maximum servers' },
  'scaling.behavior': {
    words: 'surplus servers',
    values: { 'launch-terminate': 'are terminated', 'suspend-resume': 'are suspended' },
  },
  'scaling.endFirst': { words: 'goes first', values: { newest: 'the newest', oldest: 'the oldest' } },
  'scaling.paceSeconds': { words: 'between two launches', unit: 's' },
  'scaling.waitForPending': { words: 'wait for pending servers', values: onOff },
  'scaling.considerSuspended': { words: 'suspended servers count as' },
  network: { words: 'network' },
  'network.vpcId': { words: 'VPC', unset: 'the default VPC' },
  'network.subnetIds': { words: 'subnets', unset: 'chosen by the cloud' },
  'network.subnetIds[]': { words: 'subnets' },
  'network.publicAddress': {
    words: 'public address',
    values: { subnet: 'as the subnet says', yes: 'always', no: 'never' },
  },
  'network.elasticIps': { words: 'Elastic IPs' },
  'network.elasticIps.enabled': { words: 'Elastic IPs', values: onOff },
  'network.elasticIps.addresses': { words: 'Elastic IPs' },
  'network.elasticIps.addresses[]': { words: 'Elastic IP of server', unset: 'a new address' },
  'network.privateIps': { words: 'private addresses' },
  'network.privateIps[]': { words: 'private address of server', unset: 'chosen by the cloud' },
  'network.hostname': { words: 'host name', unset: 'the cloud’s own' },
  securityGroups: { words: 'security groups' },
  'securityGroups.mode': {
    words: 'security groups',
    values: { default: 'a group of its own', named: 'named groups only' },
  },
  'securityGroups.additional': { words: 'additional security groups', unset: 'none' },
  'securityGroups.groups': { words: 'named security groups', unset: 'none' },
  storage: { words: 'storage' },
  'storage.root': { words: 'root disk' },
  'storage.root.sizeGib': { words: 'root disk · size', unit: 'GiB', unset: 'as the image says' },
  'storage.root.type': { words: 'root disk · type', unset: 'as the image says' },
  'storage.root.iops': { words: 'root disk · IOPS', unset: 'as the type does' },
  'storage.volumes': { words: 'volumes', unset: 'none' },
  'storage.volumes[]': { words: 'volume', values: { true: 'is there', false: 'is not there' } },
  'storage.volumes[].name': { words: 'name' },
  'storage.volumes[].sizeGib': { words: 'size', unit: 'GiB' },
  'storage.volumes[].type': { words: 'type' },
  'storage.volumes[].iops': { words: 'IOPS', unset: 'as the type does' },
  'storage.volumes[].throughputMibps': { words: 'throughput', unit: 'MiB/s', unset: 'as the type does' },
  'storage.volumes[].encrypted': { words: 'encryption', values: onOff },
  'storage.volumes[].kmsKeyId': { words: 'KMS key', unset: 'the account’s own' },
  'storage.volumes[].raid': { words: 'RAID', values: onOff, unset: 'off' },
  'storage.volumes[].raid.level': { words: 'RAID level' },
  'storage.volumes[].raid.disks': { words: 'disks' },
  'storage.volumes[].raid.via': { words: 'RAID through' },
  'storage.volumes[].snapshotId': { words: 'snapshot', unset: 'blank' },
  'storage.volumes[].fileSystem': { words: 'file system' },
  'storage.volumes[].mountPoint': { words: 'mount point', unset: 'not mounted' },
  'storage.volumes[].reuse': { words: 'kept for a replacement', values: { true: 'yes', false: 'no' } },
  'storage.volumes[].recreateMissing': {
    words: 'made anew when it is gone',
    values: { true: 'yes', false: 'no' },
  },
  'storage.volumes[].snapshots': { words: 'snapshot schedule', values: onOff, unset: 'off' },
  'storage.volumes[].snapshots.everyHours': { words: 'snapshots every', unit: 'h' },
  'storage.volumes[].snapshots.keep': { words: 'snapshots kept', values: { 0: 'all' } },
  cloudFeatures: { words: 'cloud features' },
  'cloudFeatures.nameTemplate': { words: 'name in the cloud', unset: 'farm, alias and index' },
  'cloudFeatures.iamInstanceProfile': { words: 'IAM instance profile', unset: 'none' },
  'cloudFeatures.spot': { words: 'spot servers', values: onOff, unset: 'off' },
  'cloudFeatures.spot.maxPricePerHour': {
    words: 'spot · highest price an hour',
    unset: 'the on-demand price',
  },
  'cloudFeatures.tenancy': { words: 'hardware', values: { default: 'shared', dedicated: 'dedicated' } },
  'cloudFeatures.placementGroup': { words: 'placement group', unset: 'none' },
  'cloudFeatures.ebsOptimized': { words: 'EBS-optimised', values: onOff, unset: perType },
  'cloudFeatures.terminationProtection': { words: 'termination protection', values: onOff },
  'cloudFeatures.shutdownBehavior': {
    words: 'at shutdown',
    values: { stop: 'stops', terminate: 'terminates' },
  },
  'cloudFeatures.detailedMonitoring': { words: 'detailed monitoring', values: onOff },
  'cloudFeatures.cpuCredits': { words: 'CPU credits', unset: perType },
  'cloudFeatures.cpu': { words: 'CPU options', unset: perType },
  'cloudFeatures.cpu.cores': { words: 'CPU cores' },
  'cloudFeatures.cpu.threadsPerCore': { words: 'threads per core' },
  'cloudFeatures.backupInstanceTypes': { words: 'backup instance types', unset: 'none' },
  'cloudFeatures.backupInstanceTypes[]': { words: 'backup instance types' },
  timeouts: { words: 'timeouts' },
  'timeouts.launchSeconds': { words: 'launch timeout', unit: 's' },
  'timeouts.initSeconds': { words: 'SSH timeout', unit: 's' },
  'timeouts.rebootSeconds': { words: 'reboot timeout', unit: 's' },
  'timeouts.terminateSeconds': { words: 'delay before the end', unit: 's' },
  health: { words: 'health rule' },
  'health.enabled': { words: 'health rule', values: onOff },
  'health.failedChecks': { words: 'health · failed checks' },
  'health.minutes': { words: 'health · for at least', unit: 'min' },
  'health.action': { words: 'health · then', values: { replace: 'replace the server', reboot: 'reboot it' } },
  tags: { words: 'tags', unset: 'none' },
  'tags[]': { words: 'tag', unset: 'not set' },
  userData: { words: 'user data', unset: 'none' },
}

/** Steps into a record, by key or position: `["3"]`, `[0]`, and the keys that stand after a dot. */
const RECORDS =
  /^(tags|network\.elasticIps\.addresses|network\.privateIps)(?:\.([\w$-]+)|\["?((?:[^"\\]|\\.)*?)"?\])$/

/**
 * How a field is called on screens and in plans, by its path within a farm or farm role: `minimum servers`,
 * `volume 1 · size`, `tag team`. `volumeName` answers how the volume at a position is called.
 */
export function fieldWords(path: string, volumeName?: (position: number) => string | undefined): string {
  const inRecord = RECORDS.exec(path)
  if (inRecord) return `${FIELDS[`${inRecord[1] ?? ''}[]`]?.words ?? ''} ${inRecord[2] ?? inRecord[3] ?? ''}`
  const volume = /^storage\.volumes\[(\d+)\](.*)$/.exec(path)
  if (volume) {
    const position = Number(volume[1])
    const named = volumeName?.(position) ?? ''
    const words = `volume ${named === '' ? String(position + 1) : named}`
    return volume[2] === ''
      ? words
      : `${words} · ${FIELDS[patternOf(path)]?.words ?? (volume[2] ?? '').slice(1)}`
  }
  return FIELDS[patternOf(path)]?.words ?? path
}

/** How a field's value reads: `20 GiB`, `automatic`, `as the image says`. */
export function valueWords(path: string, value: unknown): string {
  const inRecord = RECORDS.exec(path)
  const { unset, unit, values } = FIELDS[inRecord ? `${inRecord[1] ?? ''}[]` : patternOf(path)] ?? {}
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
    return unset ?? 'empty'
  }
  if (Array.isArray(value)) return value.map((one) => valueWords(`${path}[0]`, one)).join(', ')
  if (typeof value === 'object') return JSON.stringify(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const word = values?.[text] ?? text
  return unit !== undefined && typeof value === 'number' ? `${word} ${unit}` : word
}

function patternOf(path: string): string {
  return path.replace(/\[[^\]]*\]/g, '[]')
}
