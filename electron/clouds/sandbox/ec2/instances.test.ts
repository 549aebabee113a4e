import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  GetConsoleOutputCommand,
  ModifyInstanceAttributeCommand,
  paginateDescribeInstances,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'

let cloud: SandboxCloud
beforeAll(async () => {
  cloud = await startSandboxCloud()
})
afterAll(() => cloud.remove())

const missing = 'i-0123456789abcdef0'

async function farmOf(name: string, count: number): Promise<string[]> {
  const made = await cloud.launch({
    MinCount: count,
    MaxCount: count,
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'farm', Value: name }] }],
  })
  return made.map(({ InstanceId = '' }) => InstanceId)
}

describe('the list', () => {
  it('comes in pages without a gap, also when instances are added and vanish in between', async () => {
    const ids = await farmOf('pages', 12)
    const found: string[] = []
    const pages = paginateDescribeInstances(
      { client: cloud.ec2, pageSize: 5 },
      { Filters: [{ Name: 'tag:farm', Values: ['pages'] }] },
    )
    let later: string[] = []
    for await (const { Reservations = [] } of pages) {
      found.push(
        ...Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId)),
      )
      if (found.length === 5) later = await farmOf('pages', 1)
    }
    expect(found).toEqual([...ids, ...later])
  })

  it.each([
    ['tag:farm', ['filter'], 2],
    ['tag:farm', ['fil*'], 2],
    ['tag:farm', ['nothing', 'filte?'], 2],
    ['tag-key', ['farm'], 2],
    ['instance-state-name', ['running', 'pending'], 2],
    ['instance-state-name', ['terminated'], 0],
    ['instance-type', ['t3.nano'], 0],
    ['availability-zone', ['sandbox-east-1*'], 2],
  ])('is filtered by %s %j', async (name, values, count) => {
    const known = await cloud.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'tag:farm', Values: ['filter'] }] }),
    )
    if (known.Reservations?.length === 0) await farmOf('filter', 2)
    const { Reservations = [] } = await cloud.ec2.send(
      new DescribeInstancesCommand({
        Filters: [
          { Name: name, Values: values },
          { Name: 'tag:farm', Values: ['filter'] },
        ],
      }),
    )
    expect(Reservations.flatMap(({ Instances = [] }) => Instances)).toHaveLength(count)
  })

  it('refuses unknown ids by name, malformed ids, unknown filters, foreign tokens', async () => {
    const [id = ''] = await farmOf('ids', 1)
    await expect(cloud.describe(id, missing)).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: `The instance ID '${missing}' does not exist`,
    })
    await expect(cloud.describe(missing, 'i-0fedcba9876543210')).rejects.toMatchObject({
      message: `The instance IDs '${missing}, i-0fedcba9876543210' do not exist`,
    })
    await expect(cloud.describe('server-1')).rejects.toMatchObject({ name: 'InvalidInstanceID.Malformed' })
    await expect(
      cloud.ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'colour', Values: ['red'] }] })),
    ).rejects.toMatchObject({ name: 'InvalidParameterValue', message: `The filter 'colour' is invalid` })
    await expect(
      cloud.ec2.send(new DescribeInstancesCommand({ NextToken: 'x', MaxResults: 5 })),
    ).rejects.toMatchObject({ name: 'InvalidParameterValue' })
    await expect(
      cloud.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id], MaxResults: 5 })),
    ).rejects.toMatchObject({ name: 'InvalidParameterCombination' })
  })

  it('does not show instances of another region', async () => {
    const [id = ''] = await farmOf('here', 1)
    const west = cloud.client({ region: 'sandbox-west-1' })
    expect((await west.send(new DescribeInstancesCommand({}))).Reservations).toEqual([])
    await expect(west.send(new DescribeInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
    })
  })
})

describe('an instance', () => {
  it('is stopped, started, rebooted and terminated', async () => {
    const { id, host } = await cloud.running()
    const stopped = await cloud.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))
    expect(stopped.StoppingInstances).toMatchObject([
      { InstanceId: id, PreviousState: { Name: 'running' }, CurrentState: { Name: 'stopping' } },
    ])
    const [down] = await cloud.whenAll('stopped', [id])
    expect(down?.PublicIpAddress).toBeUndefined()
    expect(down?.StateReason?.Code).toBe('Client.UserInitiatedShutdown')
    await expect(cloud.ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject({
      name: 'IncorrectInstanceState',
    })
    await cloud.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }))
    const [up] = await cloud.whenAll('running', [id])
    expect(up?.PublicIpAddress).toBe(host)
    expect(up?.StateReason).toBeUndefined()
    await cloud.ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }))
    await cloud.whenAll('running', [id])
    const ended = await cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
    expect(ended.TerminatingInstances).toMatchObject([{ CurrentState: { Name: 'shutting-down' } }])
    const [gone] = await cloud.whenAll('terminated', [id])
    expect(gone?.PrivateIpAddress).toBeUndefined()
    await cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
    await expect(cloud.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject({
      name: 'IncorrectInstanceState',
    })
  })

  it('keeps all of a batch when one of it is unknown or protected', async () => {
    const ids = await farmOf('batch', 3)
    await cloud.whenAll('running', ids)
    await expect(
      cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: [...ids, missing] })),
    ).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' })
    const protect = (value: boolean): Promise<unknown> =>
      cloud.ec2.send(
        new ModifyInstanceAttributeCommand({ InstanceId: ids[1], DisableApiTermination: { Value: value } }),
      )
    await protect(true)
    await expect(cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }))).rejects.toMatchObject({
      name: 'OperationNotPermitted',
    })
    await cloud.whenAll('running', ids)
    await protect(false)
    await cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }))
    await cloud.whenAll('terminated', ids)
  })

  it('has attributes that are told and changed; the type only while it is stopped', async () => {
    const userData = Buffer.from('#!/bin/sh\ntrue\n').toString('base64')
    const { id } = await cloud.running({ UserData: userData })
    const told = await cloud.ec2.send(
      new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'userData' }),
    )
    expect(told.UserData?.Value).toBe(userData)
    const resize = new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value: 't3.large' } })
    await expect(cloud.ec2.send(resize)).rejects.toMatchObject({ name: 'IncorrectInstanceState' })
    await cloud.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))
    await cloud.whenAll('stopped', [id])
    await cloud.ec2.send(resize)
    const [instance] = await cloud.describe(id)
    expect(instance?.InstanceType).toBe('t3.large')
    const kept = await cloud.ec2.send(
      new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'disableApiTermination' }),
    )
    expect(kept.DisableApiTermination?.Value).toBe(false)
  })

  it('has a status while it runs', async () => {
    const { id } = await cloud.running()
    const { InstanceStatuses = [] } = await cloud.ec2.send(
      new DescribeInstanceStatusCommand({ InstanceIds: [id] }),
    )
    expect(InstanceStatuses).toMatchObject([
      { InstanceId: id, InstanceState: { Name: 'running' }, InstanceStatus: { Status: 'ok' } },
    ])
  })

  it('says on its console what its user data said, which ran once, in its home', async () => {
    const script = '#!/bin/sh\necho "said in $(basename "$PWD")"\necho ran >> runs\necho oops >&2\nexit 3\n'
    const { id } = await cloud.running({ UserData: Buffer.from(script).toString('base64') })
    const consoleText = async (): Promise<string> => {
      const { Output } = await cloud.ec2.send(new GetConsoleOutputCommand({ InstanceId: id, Latest: true }))
      return Buffer.from(Output ?? '', 'base64').toString('utf8')
    }
    const text = await vi.waitFor(
      async () => {
        const text = await consoleText()
        expect(text).toContain('the user data script ended with status 3')
        return text
      },
      { timeout: 5_000 },
    )
    expect(text).toContain('said in home\n')
    expect(text).toContain('oops\n')
    await cloud.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))
    await cloud.whenAll('stopped', [id])
    await cloud.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }))
    await cloud.whenAll('running', [id])
    const again = await consoleText()
    expect(again.split('BEGIN SSH HOST KEY FINGERPRINTS')).toHaveLength(3)
    expect(again.split('said in home')).toHaveLength(2)
  })
})

it('boots for the time that it is told, and fades after it was terminated', async () => {
  const slow = await startSandboxCloud({ bootMs: 300, terminatedListedMs: 0 })
  try {
    const [made] = await slow.launch()
    const id = made?.InstanceId ?? ''
    const [booting] = await slow.describe(id)
    expect(booting?.State?.Name).toBe('pending')
    expect(booting?.PublicIpAddress).toBeUndefined()
    const [up] = await slow.whenAll('running', [id])
    expect(up?.PublicIpAddress).toMatch(/^127\./)
    await slow.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
    await vi.waitFor(
      async () => {
        await expect(slow.describe(id)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' })
        expect(slow.sandbox.instances()).toEqual([])
      },
      { timeout: 5_000 },
    )
  } finally {
    await slow.remove()
  }
})
