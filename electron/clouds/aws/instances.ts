import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeTagsCommand,
  type EC2Client,
  type Filter,
  GetConsoleOutputCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '../../../shared/model/errors.ts'
import { InstanceState } from '../../../shared/model/servers.ts'
import type {
  CallOptions,
  CloudInstance,
  InstancesPort,
  LaunchRequest,
  CloudTag,
  CloudTags,
} from '../../engine/clouds/index.ts'
import type { AwsClients, SendOptions } from './aws-clients.ts'
import { hasCode, translateAwsError } from './aws-errors.ts'
import { awsTags } from './aws-tags.ts'
import { FILTER_VALUES_MAX, literal, slices } from './filters.ts'
import { InstanceReader } from './instance-reader.ts'
import { launchParameters } from './launch-parameters.ts'
import { allPages } from './pages.ts'
import { tapAnswer } from './whole-answers.ts'

/** The most that DescribeInstances and DescribeTags give in one page (EC2 API Reference). */
const PAGE_SIZE = 1000
/** Instances in one call that changes them: one that the cloud refuses holds up no more than these. */
const BATCH_SIZE = 100
/** Instances that are read at a stretch, about a millisecond. */
const STRIDE = 100

const LIVE_STATES = InstanceState.options.filter((state) => state !== 'terminated')

const DESCRIBED = ['DescribeInstancesResponse', 'reservationSet', 'item', 'instancesSet', 'item']
const LAUNCHED = ['RunInstancesResponse', 'instancesSet', 'item']

/** A call about some instances. */
type Send = (client: EC2Client, ids: string[], http: SendOptions) => Promise<unknown>

/** EC2's calls about instances. */
export class AwsInstances implements InstancesPort {
  readonly #clients: AwsClients
  readonly #pageSize: number

  constructor(clients: AwsClients, pageSize = PAGE_SIZE) {
    this.#clients = clients
    this.#pageSize = pageSize
  }

  async list(location: string, options?: CallOptions): Promise<CloudInstance[]> {
    const live = [{ Name: 'instance-state-name', Values: LIVE_STATES }]
    return (await this.#list(location, live, options)).instances
  }

  /**
   * A page without instances before the last one may be as it should (EC2 may filter after it cut the pages) or one that got
   * lost. Then the list is compared with the list of tags, and refused with `cloud.bad_answer` when it lacks an instance.
   */
  async listByTag(location: string, tag: CloudTag, options?: CallOptions): Promise<CloudInstance[]> {
    const { instances, hasGap } = await this.#list(
      location,
      [{ Name: `tag:${tag.key}`, Values: [literal(tag.value)] }],
      options,
    )
    if (!hasGap) return instances
    const listed = new Set(instances.map(({ id }) => id))
    const tagged = await this.#taggedIds(location, tag, options)
    const lacking = tagged.filter((id) => !listed.has(id))
    if (lacking.length === 0) return instances
    throw new AppError('cloud.bad_answer', {
      message: `The list of instances in ${location} is not whole: ${lacking.length} that carry ${tag.key} are not in it. Farmhand asks again.`,
      retryable: true,
    })
  }

  /** By a filter: DescribeInstances with ids refuses them all for one that it does not know (yet). */
  async listById(location: string, ids: readonly string[], options?: CallOptions): Promise<CloudInstance[]> {
    const instances: CloudInstance[] = []
    for (const batch of slices(ids, FILTER_VALUES_MAX)) {
      const page = await this.#list(location, [{ Name: 'instance-id', Values: batch }], options)
      instances.push(...page.instances)
    }
    return instances
  }

  async launch(location: string, request: LaunchRequest, options?: CallOptions): Promise<CloudInstance[]> {
    const { zone, instanceType } = request
    const about = { action: 'RunInstances', location, zone, instanceType }
    const xml = await this.#clients.ec2(
      { ...about, kind: 'write', resources: request.count },
      options,
      async (client, http) => {
        const command = new RunInstancesCommand(launchParameters(request))
        let answer = ''
        tapAnswer(command, (text) => {
          answer = text
        })
        await client.send(command, http)
        return answer
      },
    )
    const instances: CloudInstance[] = []
    await this.#readAll(new InstanceReader(xml, LAUNCHED), instances, about)
    if (instances.length === 0) {
      throw new AppError('cloud.bad_answer', {
        message: `The cloud says that it launched in ${location}, but names no instance. Farmhand asks again.`,
        retryable: true,
      })
    }
    return instances.sort((a, b) => a.launchPosition - b.launchPosition)
  }

  /** Instances that the cloud does not know are gone already: the call is made again without them. */
  async terminate(location: string, ids: readonly string[], options?: CallOptions): Promise<void> {
    for (const batch of slices(ids, BATCH_SIZE)) {
      let left = batch
      while (left.length > 0) {
        try {
          await this.#change('TerminateInstances', location, left, options, (client, InstanceIds, http) =>
            client.send(new TerminateInstancesCommand({ InstanceIds }), http),
          )
          break
        } catch (thrown) {
          const unknown = unknownIds(thrown, left)
          if (unknown.size === 0) throw thrown
          left = left.filter((id) => !unknown.has(id))
        }
      }
    }
  }

  async stop(location: string, ids: readonly string[], options?: CallOptions): Promise<void> {
    await this.#changeAll('StopInstances', location, ids, options, (client, InstanceIds, http) =>
      client.send(new StopInstancesCommand({ InstanceIds }), http),
    )
  }

  async forceStop(location: string, ids: readonly string[], options?: CallOptions): Promise<void> {
    await this.#changeAll('StopInstances', location, ids, options, (client, InstanceIds, http) =>
      client.send(new StopInstancesCommand({ InstanceIds, Force: true }), http),
    )
  }

  async start(location: string, ids: readonly string[], options?: CallOptions): Promise<void> {
    await this.#changeAll('StartInstances', location, ids, options, (client, InstanceIds, http) =>
      client.send(new StartInstancesCommand({ InstanceIds }), http),
    )
  }

  async reboot(location: string, ids: readonly string[], options?: CallOptions): Promise<void> {
    await this.#changeAll('RebootInstances', location, ids, options, (client, InstanceIds, http) =>
      client.send(new RebootInstancesCommand({ InstanceIds }), http),
    )
  }

  /** The newest output where the instance gives it, else what was kept at its last start or stop. */
  async consoleOutput(
    location: string,
    id: string,
    options?: CallOptions,
  ): Promise<{ text: string; at: string | null }> {
    const ask = (latest: boolean) =>
      this.#clients.ec2({ action: 'GetConsoleOutput', location, kind: 'read' }, options, (client, http) =>
        client.send(
          new GetConsoleOutputCommand({ InstanceId: id, ...(latest ? { Latest: true } : {}) }),
          http,
        ),
      )
    const answer = await ask(true).catch((thrown: unknown) => {
      if (thrown instanceof AppError && thrown.details.cloudCode?.startsWith('Unsupported')) return ask(false)
      throw thrown
    })
    return {
      text: Buffer.from(answer.Output ?? '', 'base64').toString('utf8'),
      at: answer.Timestamp?.toISOString() ?? null,
    }
  }

  async tag(location: string, id: string, tags: CloudTags, options?: CallOptions): Promise<void> {
    const about = { action: 'CreateTags', location, kind: 'write' } as const
    await this.#clients.ec2(about, options, (client, http) =>
      client.send(new CreateTagsCommand({ Resources: [id], Tags: awsTags(tags) }), http),
    )
  }

  async untag(location: string, id: string, keys: readonly string[], options?: CallOptions): Promise<void> {
    // Without a tag in the call EC2 takes all of them off.
    if (keys.length === 0) return
    const about = { action: 'DeleteTags', location, kind: 'write' } as const
    await this.#clients.ec2(about, options, (client, http) =>
      client.send(new DeleteTagsCommand({ Resources: [id], Tags: keys.map((Key) => ({ Key })) }), http),
    )
  }

  async #list(
    location: string,
    filters: Filter[],
    options?: CallOptions,
  ): Promise<{ instances: CloudInstance[]; hasGap: boolean }> {
    const about = { action: 'DescribeInstances', location, kind: 'read' } as const
    const instances: CloudInstance[] = []
    let hasGap = false
    await allPages(about, async (token) => {
      const xml = await this.#clients.ec2(about, options, async (client, http) => {
        const command = new DescribeInstancesCommand({
          Filters: filters,
          MaxResults: this.#pageSize,
          ...(token === undefined ? {} : { NextToken: token }),
        })
        let answer = ''
        tapAnswer(command, (text) => {
          answer = text
        })
        await client.send(command, http)
        return answer
      })
      const before = instances.length
      const reader = new InstanceReader(xml, DESCRIBED)
      await this.#readAll(reader, instances, about)
      if (instances.length === before && reader.nextToken !== null) hasGap = true
      return reader.nextToken
    })
    return { instances, hasGap }
  }

  async #taggedIds(location: string, tag: CloudTag, options?: CallOptions): Promise<string[]> {
    const about = { action: 'DescribeTags', location, kind: 'read' } as const
    const ids: string[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new DescribeTagsCommand({
            Filters: [
              { Name: 'resource-type', Values: ['instance'] },
              { Name: 'key', Values: [literal(tag.key)] },
              { Name: 'value', Values: [literal(tag.value)] },
            ],
            MaxResults: PAGE_SIZE,
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          http,
        ),
      )
      for (const { ResourceId } of answer.Tags ?? []) if (ResourceId !== undefined) ids.push(ResourceId)
      return answer.NextToken
    })
    return ids
  }

  async #readAll(
    reader: InstanceReader,
    into: CloudInstance[],
    about: { action: string; location: string },
  ): Promise<void> {
    try {
      while (reader.read(STRIDE, into)) await nextTurn()
    } catch (thrown) {
      throw translateAwsError(thrown, about, '')
    }
  }

  async #changeAll(
    action: string,
    location: string,
    ids: readonly string[],
    options: CallOptions | undefined,
    send: Send,
  ): Promise<void> {
    for (const batch of slices(ids, BATCH_SIZE)) await this.#change(action, location, batch, options, send)
  }

  async #change(
    action: string,
    location: string,
    ids: string[],
    options: CallOptions | undefined,
    send: Send,
  ): Promise<void> {
    const about = { action, location, kind: 'write', resources: ids.length } as const
    await this.#clients.ec2(about, options, (client, http) => send(client, ids, http))
  }
}

/** Ids of `asked` that the cloud says it does not know. */
function unknownIds(thrown: unknown, asked: readonly string[]): Set<string> {
  if (!hasCode(thrown, 'InvalidInstanceID.NotFound')) return new Set()
  const named = new Set(thrown.details.cloudMessage?.match(/i-[0-9a-z]+/g))
  const unknown = asked.filter((id) => named.has(id))
  return new Set(unknown.length === 0 && asked.length === 1 ? asked : unknown)
}
