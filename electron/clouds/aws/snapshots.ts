import {
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  type DescribeSnapshotsCommandInput,
  type Snapshot,
} from '@aws-sdk/client-ec2'
import { type CloudSnapshot, SnapshotState } from '../../../shared/model/volumes.ts'
import type { CallOptions, SnapshotsPort } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { hasCode, translateAwsError } from './aws-errors.ts'
import { awsTags, tagsOf } from './aws-tags.ts'
import { BadAnswer } from './bad-answer.ts'
import { FILTER_VALUES_MAX, literal, slices } from './filters.ts'
import { allPages } from './pages.ts'

/** The most that DescribeSnapshots gives in one page (EC2 API Reference). */
const PAGE_SIZE = 1000

/** EC2's calls about snapshots. */
export class AwsSnapshots implements SnapshotsPort {
  readonly #clients: AwsClients
  readonly #pageSize: number

  constructor(clients: AwsClients, pageSize = PAGE_SIZE) {
    this.#clients = clients
    this.#pageSize = pageSize
  }

  list(location: string, options?: CallOptions): Promise<CloudSnapshot[]> {
    return this.#list(location, { OwnerIds: ['self'] }, options)
  }

  /** Without restriction EC2 lists every public snapshot of every account, a million and more. */
  listShared(location: string, options?: CallOptions): Promise<CloudSnapshot[]> {
    return this.#list(location, { RestorableByUserIds: ['self'] }, options)
  }

  /** By a filter: DescribeSnapshots with ids refuses them all for one that it does not know. */
  async listById(location: string, ids: readonly string[], options?: CallOptions): Promise<CloudSnapshot[]> {
    const found: CloudSnapshot[] = []
    for (const Values of slices(ids, FILTER_VALUES_MAX)) {
      found.push(...(await this.#list(location, { Filters: [{ Name: 'snapshot-id', Values }] }, options)))
    }
    return found
  }

  listByTag(
    location: string,
    tag: { key: string; value: string },
    options?: CallOptions,
  ): Promise<CloudSnapshot[]> {
    const Filters = [{ Name: `tag:${tag.key}`, Values: [literal(tag.value)] }]
    return this.#list(location, { OwnerIds: ['self'], Filters }, options)
  }

  async create(
    location: string,
    request: { volumeId: string; description: string; tags: Readonly<Record<string, string>> },
    options?: CallOptions,
  ): Promise<CloudSnapshot> {
    const about = { action: 'CreateSnapshot', location, kind: 'write' } as const
    const answer = await this.#clients.ec2(about, options, (client, http) =>
      client.send(
        new CreateSnapshotCommand({
          VolumeId: request.volumeId,
          Description: request.description,
          TagSpecifications: [{ ResourceType: 'snapshot', Tags: awsTags(request.tags) }],
        }),
        http,
      ),
    )
    return read(answer, about)
  }

  async delete(location: string, snapshotId: string, options?: CallOptions): Promise<void> {
    const command = new DeleteSnapshotCommand({ SnapshotId: snapshotId })
    await this.#clients
      .ec2({ action: 'DeleteSnapshot', location, kind: 'write' }, options, (client, http) =>
        client.send(command, http),
      )
      .catch((thrown: unknown) => {
        if (!hasCode(thrown, 'InvalidSnapshot.NotFound', 'InvalidSnapshot.Unavailable')) throw thrown
      })
  }

  async #list(
    location: string,
    query: DescribeSnapshotsCommandInput,
    options?: CallOptions,
  ): Promise<CloudSnapshot[]> {
    const about = { action: 'DescribeSnapshots', location, kind: 'read' } as const
    const found: CloudSnapshot[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new DescribeSnapshotsCommand({
            ...query,
            MaxResults: this.#pageSize,
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          http,
        ),
      )
      for (const snapshot of answer.Snapshots ?? []) found.push(read(snapshot, about))
      return answer.NextToken
    })
    return found
  }
}

function read(snapshot: Snapshot, about: { action: string; location: string }): CloudSnapshot {
  const state = SnapshotState.safeParse(snapshot.State)
  if (snapshot.SnapshotId === undefined || !state.success) {
    throw translateAwsError(new BadAnswer('a snapshot has no id or no state that is known'), about, '')
  }
  const percent = /^(\d+)%?$/.exec(snapshot.Progress ?? '')?.[1]
  return {
    id: snapshot.SnapshotId,
    state: state.data,
    stateReason: snapshot.StateMessage || null,
    progressPercent: percent === undefined ? null : Number(percent),
    volumeId: snapshot.VolumeId || null,
    sizeGib: snapshot.VolumeSize ?? 0,
    encrypted: snapshot.Encrypted ?? false,
    description: snapshot.Description ?? '',
    ownerId: snapshot.OwnerId ?? '',
    startedAt: snapshot.StartTime?.toISOString() ?? null,
    tags: tagsOf(snapshot.Tags),
  }
}
