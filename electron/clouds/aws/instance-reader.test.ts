import { expect, test } from 'vitest'
import { ec2Answer, ec2Instance, ec2Reservations } from '../../../tests/support/scripted-ec2.ts'
import type { CloudInstance } from '../../engine/clouds/index.ts'
import { BadAnswer } from './bad-answer.ts'
import { InstanceReader } from './instance-reader.ts'

const path = ['DescribeInstancesResponse', 'reservationSet', 'item', 'instancesSet', 'item']

function page(instances: readonly string[], nextToken?: string): string {
  const answer = ec2Answer('DescribeInstances', ec2Reservations(instances, nextToken))
  return answer === 'cut' ? '' : answer.body
}

function readAll(xml: string, stride = 100): { instances: CloudInstance[]; nextToken: string | null } {
  const reader = new InstanceReader(xml, path)
  const instances: CloudInstance[] = []
  while (reader.read(stride, instances)) continue
  return { instances, nextToken: reader.nextToken }
}

test('reads what Farmhand needs of an instance', () => {
  const { instances, nextToken } = readAll(page([ec2Instance('i-1', { launchIndex: 3 })], 'a&amp;b'))
  expect(instances).toEqual([
    {
      id: 'i-1',
      state: 'running',
      launchPosition: 3,
      clientToken: 'token',
      zone: 'eu-west-1a',
      subnetId: null,
      instanceType: 't3.micro',
      isSpot: false,
      imageId: 'ami-1',
      platform: 'linux',
      rootDevice: null,
      keyName: 'key',
      publicIp: '1.2.3.4',
      privateIp: '10.0.0.1',
      hostname: 'ip-10-0-0-1.internal',
      vpcId: null,
      architecture: 'x86_64',
      platformDetails: 'Linux/UNIX',
      securityGroups: [
        { id: 'sg-1', name: 'a' },
        { id: 'sg-2', name: 'b' },
      ],
      tags: { Name: 'web & db ✓', empty: '' },
      launchedAt: '2026-01-01T00:00:00.000Z',
      stateReason: null,
    },
  ])
  expect(nextToken).toBe('a&b')
})

test('the reason of a state comes from its message, else from the short reason', () => {
  const reason = '<reason>User initiated</reason>'
  const message = '<stateReason><code>c</code><message>Server.SpotInstanceTermination</message></stateReason>'
  const [short] = readAll(page([ec2Instance('i-1', { more: reason })])).instances
  const [long] = readAll(page([ec2Instance('i-1', { more: reason + message })])).instances
  expect(short?.stateReason).toBe('User initiated')
  expect(long?.stateReason).toBe('Server.SpotInstanceTermination')
})

test('can be paused after any instance', () => {
  const ids = ['i-1', 'i-2', 'i-3', 'i-4', 'i-5']
  const xml = page([
    ids
      .slice(0, 3)
      .map((id) => ec2Instance(id))
      .join(''),
    ...ids.slice(3).map((id) => ec2Instance(id)),
  ])
  for (const stride of [1, 2, 5, 7]) expect(readAll(xml, stride).instances.map(({ id }) => id)).toEqual(ids)
})

test('an empty list is empty, also when it closes itself', () => {
  expect(readAll(page([]))).toEqual({ instances: [], nextToken: null })
  const xml = '<DescribeInstancesResponse xmlns="x"><reservationSet/><nextToken/></DescribeInstancesResponse>'
  expect(readAll(xml)).toEqual({ instances: [], nextToken: null })
})

test('a text that ends anywhere but at its end is refused', () => {
  const xml = page([ec2Instance('i-1'), ec2Instance('i-2')], 'next')
  for (let length = 0; length < xml.length; length += 1) {
    expect(() => readAll(xml.slice(0, length)), `cut at ${length}`).toThrow(BadAnswer)
  }
})

test.each([
  ['tags that cross', '<DescribeInstancesResponse><a></b></a></DescribeInstancesResponse>'],
  ['two roots', '<DescribeInstancesResponse/><DescribeInstancesResponse/>'],
  ['a tag without a name', '<DescribeInstancesResponse>< ></DescribeInstancesResponse>'],
  ['a state that nobody knows', page([ec2Instance('i-1', { state: 'dreaming' })])],
  ['an instance without an id', page([ec2Instance('')])],
])('%s are refused', (_what, xml) => {
  expect(() => readAll(xml)).toThrow(BadAnswer)
})
