import {
  DescribeInstancesCommand,
  DescribeRegionsCommand,
  DescribeTrafficMirrorFiltersCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'

let cloud: SandboxCloud
beforeAll(async () => {
  cloud = await startSandboxCloud()
})
afterAll(() => cloud.remove())

it('answers with a request id of its own each time, also when it refuses', async () => {
  const first = await cloud.ec2.send(new DescribeRegionsCommand({}))
  const second = await cloud.ec2.send(new DescribeRegionsCommand({}))
  expect(first.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
  expect(second.$metadata.requestId).not.toBe(first.$metadata.requestId)
  await expect(cloud.ec2.send(new DescribeInstancesCommand({ InstanceIds: ['x'] }))).rejects.toMatchObject({
    $metadata: { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
  })
})

it('refuses actions that it does not have', async () => {
  await expect(cloud.ec2.send(new DescribeTrafficMirrorFiltersCommand({}))).rejects.toMatchObject({
    name: 'InvalidAction',
    message: 'The action DescribeTrafficMirrorFilters is not valid for this web service.',
  })
})

it.each([
  ['another key', 'AuthFailure', () => ({ credentials: { ...cloud.address, accessKeyId: 'AKIANOBODY' } })],
  [
    'a wrong secret',
    'SignatureDoesNotMatch',
    () => ({ credentials: { ...cloud.address, secretAccessKey: 'wrong' } }),
  ],
  ['a region that it does not have', 'AuthFailure', () => ({ region: 'eu-central-1' })],
  ['a clock that is an hour off', 'RequestExpired', () => ({ systemClockOffset: 3_600_000 })],
])('refuses %s with %s', async (_what, code, change) => {
  await expect(cloud.client(change()).send(new DescribeRegionsCommand({}))).rejects.toMatchObject({
    name: code,
  })
})

it('refuses who does not sign, and a body that was changed after it was signed', async () => {
  const call = 'Action=DescribeRegions&Version=2016-11-15'
  const unsigned = await fetch(cloud.address.endpoint, { method: 'POST', body: call })
  expect(unsigned.status).toBe(403)
  expect(await unsigned.text()).toContain('<Code>MissingAuthenticationToken</Code>')

  let signed: { headers: Record<string, string> } | undefined
  const client = cloud.client()
  client.middlewareStack.add(
    (next) => async (args) => {
      signed = args.request as typeof signed
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  await client.send(new DescribeRegionsCommand({}))
  const headers = Object.fromEntries(
    Object.entries(signed?.headers ?? {}).filter(([name]) => !/^(?:host|content-length)$/i.test(name)),
  )
  const replay = (body: string): Promise<Response> =>
    fetch(cloud.address.endpoint, { method: 'POST', headers, body })
  expect((await replay('Action=DescribeVpcs&Version=2016-11-15')).status).toBe(403)
  expect((await replay(call)).status).toBe(200)
})

it('refuses a body of a size that no call has', async () => {
  const response = await fetch(cloud.address.endpoint, { method: 'POST', body: 'x'.repeat(1_100_000) })
  expect(response.status).toBe(413)
})
