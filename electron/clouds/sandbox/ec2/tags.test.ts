import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeTagsCommand,
  type DescribeTagsCommandInput,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'

let cloud: SandboxCloud
beforeAll(async () => {
  cloud = await startSandboxCloud()
})
afterAll(() => cloud.remove())

async function tagsOf(id: string, change: DescribeTagsCommandInput = {}): Promise<Record<string, string>> {
  const { Tags = [] } = await cloud.ec2.send(
    new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }], ...change }),
  )
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]))
}

it('are added, replaced, listed and removed, on several things at once', async () => {
  const { id } = await cloud.running()
  const { GroupId: group = '' } = await cloud.ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'tagged', Description: 'x' }),
  )
  const tag = (...Tags: { Key: string; Value: string }[]): Promise<unknown> =>
    cloud.ec2.send(new CreateTagsCommand({ Resources: [id, group], Tags }))
  await tag({ Key: 'a', Value: '1' }, { Key: 'b', Value: '' })
  await tag({ Key: 'a', Value: '2' })
  expect(await tagsOf(id)).toEqual({ a: '2', b: '' })
  expect(await tagsOf(group)).toEqual({ a: '2', b: '' })
  const { Tags = [] } = await cloud.ec2.send(
    new DescribeTagsCommand({ Filters: [{ Name: 'resource-type', Values: ['security-group'] }] }),
  )
  expect(Tags.map(({ ResourceId }) => ResourceId)).toEqual([group, group])
  await cloud.ec2.send(
    new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'a', Value: 'another' }, { Key: 'b' }] }),
  )
  expect(await tagsOf(id)).toEqual({ a: '2' })
  await cloud.ec2.send(new DeleteTagsCommand({ Resources: [id] }))
  expect(await tagsOf(id)).toEqual({})
})

it('are refused on what does not exist, and beyond fifty', async () => {
  const { id } = await cloud.running()
  await expect(
    cloud.ec2.send(
      new CreateTagsCommand({ Resources: [id, 'i-0123456789abcdef0'], Tags: [{ Key: 'a', Value: 'b' }] }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' })
  await expect(
    cloud.ec2.send(
      new CreateTagsCommand({
        Resources: [id],
        Tags: Array.from({ length: 51 }, (_, at) => ({ Key: `key${at}`, Value: 'x' })),
      }),
    ),
  ).rejects.toMatchObject({ name: 'TagLimitExceeded' })
  expect(await tagsOf(id)).toEqual({})
})
