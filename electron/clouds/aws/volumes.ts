import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  type Filter,
  ModifyVolumeCommand,
  type Volume,
} from '@aws-sdk/client-ec2'
import {
  AttachmentState,
  type CloudVolume,
  type VolumeAttachment,
  type VolumeChange,
  VolumeState,
} from '../../../shared/model/volumes.ts'
import type { CallOptions, CreateVolumeRequest, VolumesPort } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { hasCode, translateAwsError } from './aws-errors.ts'
import { awsTags, tagsOf } from './aws-tags.ts'
import { BadAnswer } from './bad-answer.ts'
import { FILTER_VALUES_MAX, literal, slices } from './filters.ts'
import { allPages } from './pages.ts'

/** The most that DescribeVolumes gives in one page (EC2 API Reference). */
const PAGE_SIZE = 1000

/** EC2's calls about volumes. */
export class AwsVolumes implements VolumesPort {
  readonly #clients: AwsClients
  readonly #pageSize: number

  constructor(clients: AwsClients, pageSize = PAGE_SIZE) {
    this.#clients = clients
    this.#pageSize = pageSize
  }

  list(location: string, options?: CallOptions): Promise<CloudVolume[]> {
    return this.#list(location, [], options)
  }

  /** By a filter: DescribeVolumes with ids refuses them all for one that it does not know. */
  async listById(location: string, ids: readonly string[], options?: CallOptions): Promise<CloudVolume[]> {
    const found: CloudVolume[] = []
    for (const Values of slices(ids, FILTER_VALUES_MAX)) {
      found.push(...(await this.#list(location, [{ Name: 'volume-id', Values }], options)))
    }
    return found
  }

  listByTag(
    location: string,
    tag: { key: string; value: string },
    options?: CallOptions,
  ): Promise<CloudVolume[]> {
    return this.#list(location, [{ Name: `tag:${tag.key}`, Values: [literal(tag.value)] }], options)
  }

  listByInstance(location: string, instanceId: string, options?: CallOptions): Promise<CloudVolume[]> {
    return this.#list(location, [{ Name: 'attachment.instance-id', Values: [instanceId] }], options)
  }

  async create(location: string, request: CreateVolumeRequest, options?: CallOptions): Promise<CloudVolume> {
    const about = { action: 'CreateVolume', location, zone: request.zone }
    const answer = await this.#clients.ec2({ ...about, kind: 'write' }, options, (client, http) =>
      client.send(
        new CreateVolumeCommand({
          ClientToken: request.clientToken,
          AvailabilityZone: request.zone,
          Size: request.sizeGib,
          VolumeType: request.type as NonNullable<Volume['VolumeType']>,
          ...(request.iops === null ? {} : { Iops: request.iops }),
          ...(request.throughputMibps === null ? {} : { Throughput: request.throughputMibps }),
          ...(request.encrypted ? { Encrypted: true } : {}),
          ...(request.kmsKeyId === null ? {} : { KmsKeyId: request.kmsKeyId }),
          ...(request.snapshotId === null ? {} : { SnapshotId: request.snapshotId }),
          TagSpecifications: [{ ResourceType: 'volume', Tags: awsTags(request.tags) }],
        }),
        http,
      ),
    )
    return read(answer, about)
  }

  async attach(
    location: string,
    { volumeId, instanceId, device }: { volumeId: string; instanceId: string; device: string },
    options?: CallOptions,
  ): Promise<void> {
    const command = new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Device: device })
    await this.#write('AttachVolume', location, options, (client, http) => client.send(command, http))
  }

  async detach(
    location: string,
    { volumeId, force = false }: { volumeId: string; force?: boolean },
    options?: CallOptions,
  ): Promise<void> {
    const command = new DetachVolumeCommand({ VolumeId: volumeId, ...(force ? { Force: true } : {}) })
    await this.#write('DetachVolume', location, options, (client, http) => client.send(command, http)).catch(
      (thrown: unknown) => {
        if (!isDetached(thrown)) throw thrown
      },
    )
  }

  async delete(location: string, volumeId: string, options?: CallOptions): Promise<void> {
    const command = new DeleteVolumeCommand({ VolumeId: volumeId })
    await this.#write('DeleteVolume', location, options, (client, http) => client.send(command, http)).catch(
      (thrown: unknown) => {
        if (!hasCode(thrown, 'InvalidVolume.NotFound')) throw thrown
      },
    )
  }

  async modify(
    location: string,
    volumeId: string,
    change: VolumeChange,
    options?: CallOptions,
  ): Promise<void> {
    const command = new ModifyVolumeCommand({
      VolumeId: volumeId,
      ...(change.sizeGib === undefined ? {} : { Size: change.sizeGib }),
      ...(change.type === undefined ? {} : { VolumeType: change.type }),
      ...(change.iops === undefined ? {} : { Iops: change.iops }),
      ...(change.throughputMibps === undefined ? {} : { Throughput: change.throughputMibps }),
    })
    await this.#write('ModifyVolume', location, options, (client, http) => client.send(command, http))
  }

  async #list(location: string, filters: Filter[], options?: CallOptions): Promise<CloudVolume[]> {
    const about = { action: 'DescribeVolumes', location, kind: 'read' } as const
    const found: CloudVolume[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new DescribeVolumesCommand({
            ...(filters.length > 0 ? { Filters: filters } : {}),
            MaxResults: this.#pageSize,
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          http,
        ),
      )
      for (const volume of answer.Volumes ?? []) found.push(read(volume, about))
      return answer.NextToken
    })
    return found
  }

  async #write(
    action: string,
    location: string,
    options: CallOptions | undefined,
    send: Parameters<AwsClients['ec2']>[2],
  ): Promise<void> {
    await this.#clients.ec2({ action, location, kind: 'write' }, options, send)
  }
}

/** EC2 answers `IncorrectState` for a volume that is available. */
function isDetached(thrown: unknown): boolean {
  return hasCode(thrown, 'IncorrectState') && (thrown.details.cloudMessage ?? '').includes("'available'")
}

function read(volume: Volume, about: { action: string; location: string }): CloudVolume {
  const state = VolumeState.safeParse(volume.State)
  if (volume.VolumeId === undefined || !state.success) {
    throw translateAwsError(new BadAnswer('a volume has no id or no state that is known'), about, '')
  }
  return {
    id: volume.VolumeId,
    state: state.data,
    zone: volume.AvailabilityZone ?? '',
    sizeGib: volume.Size ?? 0,
    type: volume.VolumeType ?? '',
    iops: volume.Iops ?? null,
    throughputMibps: volume.Throughput ?? null,
    encrypted: volume.Encrypted ?? false,
    kmsKeyId: volume.KmsKeyId ?? null,
    snapshotId: volume.SnapshotId || null,
    createdAt: volume.CreateTime?.toISOString() ?? null,
    attachment: attachmentOf(volume),
    tags: tagsOf(volume.Tags),
  }
}

/** A volume may be attached to several instances (io2 Multi-Attach); Farmhand shows the first. */
function attachmentOf(volume: Volume): VolumeAttachment | null {
  const attachment = volume.Attachments?.find(({ State }) => State !== 'detached')
  if (attachment?.InstanceId === undefined) return null
  return {
    instanceId: attachment.InstanceId,
    device: attachment.Device ?? '',
    state: AttachmentState.catch('busy').parse(attachment.State),
    deleteOnTermination: attachment.DeleteOnTermination ?? false,
  }
}
