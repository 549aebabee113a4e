import { expect, test } from 'vitest'
import { GroupCommit } from './index.ts'

/** A commit that ends when the test says so. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

test('changes that gather while a commit runs share the next one, in order', async () => {
  const commits: number[][] = []
  const [started, first] = [gate(), gate()]
  const group = new GroupCommit<number>('test', async (changes) => {
    commits.push([...changes])
    started.open()
    await first.opened
  })
  const all = [group.add(1)]
  await started.opened
  all.push(group.add(2), group.add(3), group.add(4))
  first.open()
  await Promise.all(all)
  expect(commits).toEqual([[1], [2, 3, 4]])
})

test('a commit that fails fails its changes only', async () => {
  const group = new GroupCommit<string>('test', async (changes) => {
    if (changes.includes('bad')) throw new Error('no room')
    return Promise.resolve()
  })
  const together = await Promise.allSettled([group.add('bad'), group.add('beside')])
  expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(group.add('later')).resolves.toBeUndefined()
})

test('closing ends what was accepted and refuses the rest', async () => {
  const committed: number[] = []
  const group = new GroupCommit<number>('ledger', (changes) => {
    committed.push(...changes)
  })
  const accepted = group.add(1)
  await group.close()
  expect(committed).toEqual([1])
  await accepted
  await expect(group.add(2)).rejects.toThrow('The ledger is closed and takes no more changes.')
})
