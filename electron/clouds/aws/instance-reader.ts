import { Architecture } from '../../../shared/model/clouds.ts'
import { InstanceState } from '../../../shared/model/servers.ts'
import type { CloudInstance } from '../../engine/clouds/index.ts'
import { BadAnswer } from './bad-answer.ts'
import { XmlReader } from './xml-reader.ts'

const STATES: ReadonlySet<string> = new Set(InstanceState.options)
const ARCHITECTURES: ReadonlySet<string> = new Set(Architecture.options)
/** What EC2 calls a platform of which it says nothing else. */
const PLAIN_PLATFORM = 'Linux/UNIX'

/**
 * Reads instances from the answer of DescribeInstances or RunInstances, some at a time. `itemPath` names the elements from
 * the root to one instance: `['DescribeInstancesResponse', 'reservationSet', 'item', 'instancesSet', 'item']`.
 */
export class InstanceReader {
  readonly #reader: XmlReader
  readonly #itemPath: readonly string[]
  readonly #depth: number
  /** The token of the next page, known once everything is read; null at the last page. */
  nextToken: string | null = null

  constructor(xml: string, itemPath: readonly string[]) {
    this.#reader = new XmlReader(xml)
    this.#itemPath = itemPath
    this.#depth = itemPath.length
  }

  /** Reads at most `limit` more instances into `into`; false once there are no more. Throws `BadAnswer`. */
  read(limit: number, into: CloudInstance[]): boolean {
    const reader = this.#reader
    for (let read = 0; read < limit;) {
      const event = reader.next()
      if (event === 'end') return false
      if (event === 'open' && reader.depth === this.#depth && this.#isItem()) {
        into.push(this.#readOne())
        read += 1
      } else if (event === 'close' && reader.depth === 1 && reader.name === 'nextToken') {
        this.nextToken = reader.text === '' ? null : reader.text
      }
    }
    return true
  }

  #isItem(): boolean {
    for (let depth = this.#depth; depth > 0; depth -= 1) {
      if (this.#reader.at(depth) !== this.#itemPath[depth - 1]) return false
    }
    return true
  }

  #readOne(): CloudInstance {
    const reader = this.#reader
    const tags: Record<string, string> = {}
    const draft = emptyInstance(tags)
    let tagKey = ''
    let tagValue = ''
    let groupId = ''
    let groupName = ''
    for (;;) {
      const event = reader.next()
      if (event === 'end') throw new BadAnswer('an instance ends in the middle')
      if (event === 'open') continue
      const below = reader.depth - this.#depth
      if (below < 0) {
        if (draft.id === '') throw new BadAnswer('an instance has no id')
        return draft
      }
      if (below === 0) readField(draft, reader.name, reader.text)
      else {
        const group = reader.at(this.#depth + 1)
        if (below === 1) {
          if (group === 'tagSet') {
            tags[tagKey] = tagValue
            tagKey = tagValue = ''
          } else if (group === 'groupSet') {
            if (groupId !== '') draft.securityGroups.push({ id: groupId, name: groupName || groupId })
            groupId = groupName = ''
          } else readNested(draft, group, reader.name, reader.text)
        } else if (below === 2) {
          if (group === 'groupSet' && reader.name === 'groupId') groupId = reader.text
          else if (group === 'groupSet' && reader.name === 'groupName') groupName = reader.text
          else if (group === 'tagSet' && reader.name === 'key') tagKey = reader.text
          else if (group === 'tagSet' && reader.name === 'value') tagValue = reader.text
        }
      }
    }
  }
}

function emptyInstance(tags: Readonly<Record<string, string>>): CloudInstance {
  return {
    id: '',
    state: 'pending',
    stateReason: null,
    launchPosition: 0,
    clientToken: null,
    launchedAt: null,
    instanceType: '',
    architecture: 'x86_64',
    isSpot: false,
    imageId: '',
    platform: 'linux',
    platformDetails: PLAIN_PLATFORM,
    rootDevice: null,
    keyName: null,
    zone: null,
    vpcId: null,
    subnetId: null,
    publicIp: null,
    privateIp: null,
    hostname: null,
    securityGroups: [],
    tags,
  }
}

function readField(draft: CloudInstance, name: string, text: string): void {
  if (text === '') return
  switch (name) {
    case 'instanceId':
      draft.id = text
      break
    case 'amiLaunchIndex':
      draft.launchPosition = Number(text)
      break
    case 'clientToken':
      draft.clientToken = text
      break
    case 'instanceType':
      draft.instanceType = text
      break
    case 'instanceLifecycle':
      draft.isSpot = text === 'spot'
      break
    case 'architecture':
      if (ARCHITECTURES.has(text)) draft.architecture = Architecture.parse(text)
      break
    case 'vpcId':
      draft.vpcId = text
      break
    case 'subnetId':
      draft.subnetId = text
      break
    case 'imageId':
      draft.imageId = text
      break
    case 'platform':
      draft.platform = text === 'windows' ? 'windows' : 'linux'
      if (draft.platformDetails === PLAIN_PLATFORM) draft.platformDetails = text
      break
    case 'platformDetails':
      draft.platformDetails = text
      break
    case 'rootDeviceType':
      draft.rootDevice = text === 'instance-store' ? 'instance-store' : 'ebs'
      break
    case 'keyName':
      draft.keyName = text
      break
    case 'ipAddress':
      draft.publicIp = text
      break
    case 'privateIpAddress':
      draft.privateIp = text
      break
    case 'privateDnsName':
      draft.hostname = text
      break
    case 'launchTime':
      draft.launchedAt = isoTime(text)
      break
    case 'reason':
      draft.stateReason ??= text
      break
    default:
  }
}

function readNested(draft: CloudInstance, group: string | undefined, name: string, text: string): void {
  if (text === '') return
  if (group === 'instanceState' && name === 'name') {
    if (!STATES.has(text)) throw new BadAnswer(`an instance is in the unknown state “${text}”`)
    draft.state = InstanceState.parse(text)
  } else if (group === 'placement' && name === 'availabilityZone') draft.zone = text
  else if (group === 'stateReason' && name === 'message') draft.stateReason = text
}

function isoTime(text: string): string {
  const timeMs = Date.parse(text)
  if (Number.isNaN(timeMs)) throw new BadAnswer(`“${text}” is no time`)
  return new Date(timeMs).toISOString()
}
