import { DescribeInstanceTypesCommand, type InstanceTypeInfo } from '@aws-sdk/client-ec2'
import { Architecture, type InstanceType } from '../../../shared/model/clouds.ts'
import type { CallOptions, InstanceTypesPort } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { allPages } from './pages.ts'

/** The most that DescribeInstanceTypes gives in one page (EC2 API Reference). */
const PAGE_SIZE = 100

/** The instance types that a region offers. */
export class AwsInstanceTypes implements InstanceTypesPort {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  async list(location: string, options?: CallOptions): Promise<InstanceType[]> {
    const about = { action: 'DescribeInstanceTypes', location, kind: 'read' } as const
    const types: InstanceType[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new DescribeInstanceTypesCommand({
            MaxResults: PAGE_SIZE,
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          http,
        ),
      )
      for (const info of answer.InstanceTypes ?? []) {
        const type = instanceType(info)
        if (type) types.push(type)
      }
      return answer.NextToken
    })
    return types.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  }
}

/** Undefined for a type that no image of Farmhand's runs on (Mac). */
function instanceType(info: InstanceTypeInfo): InstanceType | undefined {
  const architectures = (info.ProcessorInfo?.SupportedArchitectures ?? []).flatMap((name) => {
    const known = Architecture.safeParse(name)
    return known.success ? [known.data] : []
  })
  if (!info.InstanceType || architectures.length === 0) return undefined
  return {
    name: info.InstanceType,
    vcpus: info.VCpuInfo?.DefaultVCpus ?? 0,
    memoryMib: info.MemoryInfo?.SizeInMiB ?? 0,
    architectures,
    currentGeneration: info.CurrentGeneration ?? false,
  }
}
