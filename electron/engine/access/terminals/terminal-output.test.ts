import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../../../../tests/support/clocks.ts'
import { TerminalOutput } from './terminal-output.ts'

const KiB = 1024
let clock: ManualClock
let flow: boolean[]
let output: TerminalOutput

beforeEach(() => {
  clock = new ManualClock()
  flow = []
  output = new TerminalOutput({ clock, setFlow: (isFlowing) => flow.push(isFlowing) })
})

interface Watching {
  next(): Promise<{ offset: number; text: string } | undefined>
  leave(): void
}

function watch(id: string, fromOffset = 0): Watching {
  const leaving = new AbortController()
  const chunks = output.watch(id, { fromOffset, signal: leaving.signal })
  onTestFinished(() => {
    leaving.abort()
  })
  return {
    next: async () => (await chunks.next()).value ?? undefined,
    leave: () => {
      leaving.abort()
    },
  }
}

describe('gathering', () => {
  test('the first text after a pause goes at once, what follows within 8 ms goes together', async () => {
    const watcher = watch('a')
    const first = watcher.next()
    output.append('l')
    expect(await first).toEqual({ offset: 0, text: 'l' })
    const second = watcher.next()
    output.append('s')
    output.append('\r\n')
    await clock.whenSleeping(8)
    clock.advance(7)
    output.append('file')
    clock.advance(1)
    expect(await second).toEqual({ offset: 1, text: 's\r\nfile' })
    clock.advance(8)
    output.append('$')
    expect(await watcher.next()).toEqual({ offset: 8, text: '$' })
  })

  test('32 KiB do not wait', async () => {
    const watcher = watch('a')
    output.append('x')
    await watcher.next()
    const next = watcher.next()
    output.append('y')
    await clock.whenSleeping(8)
    output.append('y'.repeat(32 * KiB))
    expect((await next)?.text).toHaveLength(32 * KiB)
  })
})

describe('replay', () => {
  test('a second watcher gets what is kept from where it asks, then the rest', async () => {
    output.append('0123456789')
    expect(await watch('a').next()).toEqual({ offset: 0, text: '0123456789' })
    const late = watch('b', 4)
    expect(await late.next()).toEqual({ offset: 4, text: '456789' })
    clock.advance(8)
    const next = late.next()
    output.append('!')
    expect(await next).toEqual({ offset: 10, text: '!' })
  })

  test('text that was dropped shows as a gap; without watchers nothing is held back', async () => {
    for (let count = 0; count < 300; count += 1) output.append('z'.repeat(8 * KiB))
    expect(flow).toEqual([])
    const chunk = await watch('a').next()
    expect(chunk?.offset).toBe(300 * 8 * KiB - 1024 * KiB)
  })

  test('the same watcher that starts again ends its former stream', async () => {
    const former = watch('a')
    const ending = former.next()
    output.append('x')
    await ending
    const waiting = former.next()
    const again = watch('a', 0)
    expect(await again.next()).toEqual({ offset: 0, text: 'x' })
    expect(await waiting).toBeUndefined()
  })

  test('ends after the last text when the terminal is gone, and at once when the watcher leaves', async () => {
    const staying = watch('a')
    const leaving = watch('b')
    const left = leaving.next()
    leaving.leave()
    expect(await left).toBeUndefined()
    output.append('bye')
    output.finish()
    expect(await staying.next()).toEqual({ offset: 0, text: 'bye' })
    expect(await staying.next()).toBeUndefined()
  })
})

describe('flow control', () => {
  test('the source waits for the slowest watcher and goes on when it has caught up', async () => {
    const fast = watch('fast')
    const slow = watch('slow')
    const first = [fast.next(), slow.next()]
    output.append('x'.repeat(32 * KiB))
    await Promise.all(first)
    for (let sent = 1; sent < 7; sent += 1) {
      expect(flow).toEqual([])
      output.append('x'.repeat(32 * KiB))
      await Promise.all([fast.next(), slow.next()])
      output.ack('fast', (sent + 1) * 32 * KiB)
    }
    expect(flow).toEqual([false])
    output.ack('slow', 96 * KiB)
    expect(flow).toEqual([false])
    output.ack('slow', 96 * KiB + 1)
    expect(flow).toEqual([false, true])
  })

  test('a watcher that leaves, or promises more than it got, holds nothing back', async () => {
    const watcher = watch('a')
    const first = watcher.next()
    output.append('x'.repeat(600 * KiB))
    await first
    expect(flow).toEqual([false])
    output.ack('a', 600 * KiB)
    expect(flow).toEqual([false])
    watcher.leave()
    expect(flow).toEqual([false, true])
    output.ack('a', 600 * KiB)
    output.append('x'.repeat(600 * KiB))
    expect(flow).toEqual([false, true])
  })
})
