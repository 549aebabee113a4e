import { expect, test } from 'vitest'
import { InputQueue } from './input-queue.ts'

test('what is typed while a call is under way goes together, in order', async () => {
  const sent: string[] = []
  const replies: (() => void)[] = []
  const queue = new InputQueue((text) => {
    sent.push(text)
    return new Promise((resolve) => replies.push(resolve))
  })
  queue.push('a')
  queue.push('b')
  queue.push('c')
  expect(sent).toEqual(['a'])
  replies[0]?.()
  await expect.poll(() => sent).toEqual(['a', 'bc'])
})

test('a long paste goes in pieces', async () => {
  const sent: string[] = []
  const queue = new InputQueue((text) => {
    sent.push(text)
    return Promise.resolve()
  })
  queue.push('x'.repeat(250_000))
  await expect.poll(() => sent.map((text) => text.length)).toEqual([100_000, 100_000, 50_000])
})

test('after a failure typing works again', async () => {
  const sent: string[] = []
  const queue = new InputQueue((text) => {
    sent.push(text)
    return sent.length === 1 ? Promise.reject(new Error('closed')) : Promise.resolve()
  })
  queue.push('lost')
  await expect.poll(() => sent.length).toBe(1)
  await Promise.resolve()
  queue.push('kept')
  await expect.poll(() => sent).toEqual(['lost', 'kept'])
})
