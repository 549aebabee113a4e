import { Buffer } from 'node:buffer'
import { Duplex, Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { expect, test } from 'vitest'
import { keepShellWindow } from './channel-flow.ts'

const KiB = 1024

test('a shell is let send again only what was read of it, over both of its streams', () => {
  const incoming = { window: 2 * 1024 * KiB }
  const granted: number[] = []
  const protocol = { channelWindowAdjust: (_id: number, bytes: number) => granted.push(bytes) }
  const stream = new Duplex({ read: () => undefined })
  const stderr = new Readable({ read: () => undefined })
  const outgoing = { id: 7, state: 'open' }
  const channel = Object.assign(stream, { stderr, incoming, outgoing, _client: { _protocol: protocol } })
  const openWindow = keepShellWindow(channel as unknown as ClientChannel)
  expect(incoming.window).toBe(256 * KiB)

  const receive = (from: Readable, bytes: number): void => {
    incoming.window -= bytes
    expect(from.push(Buffer.alloc(bytes))).toBe(false)
  }
  receive(stream, 192 * KiB)
  receive(stderr, 64 * KiB)
  openWindow()
  expect(granted).toEqual([])
  stream.read(127 * KiB)
  openWindow()
  expect(granted).toEqual([])
  stream.read(1 * KiB)
  openWindow()
  expect(granted).toEqual([128 * KiB])
  expect(incoming.window).toBe(128 * KiB)

  stream.read()
  stderr.read()
  outgoing.state = 'closed'
  openWindow()
  expect(granted).toEqual([128 * KiB])
})
