import { expect, test } from 'vitest'
import { AppError } from '../../shared/model/errors.ts'
import { Connection } from './connection.ts'
import type { OpenTransport, Transport } from './transports.ts'

/** Transports that the test opens and closes by hand. */
function transports() {
  const opened: {
    resolve: (transport: Transport) => void
    reject: (error: Error) => void
    onClosed: () => void
  }[] = []
  const open: OpenTransport = (onClosed) =>
    new Promise((resolve, reject) => opened.push({ resolve, reject, onClosed }))
  return { opened, open }
}

function answering(answer: () => Promise<unknown>): Transport {
  return { link: { call: answer }, close: () => undefined }
}

test('calls wait for the first connection', async () => {
  const { opened, open } = transports()
  const connection = new Connection({ open })
  void connection.start()
  const call = connection.client.farms.list()
  opened[0]?.resolve(answering(() => Promise.resolve(['farm'])))
  await expect(call).resolves.toEqual(['farm'])
  expect(connection.state.value).toBe('online')
  connection.stop()
})

test('a broken connection is opened again, and the epoch grows', async () => {
  const { opened, open } = transports()
  const connection = new Connection({ open, wait: () => Promise.resolve() })
  void connection.start()
  opened[0]?.resolve(answering(() => Promise.resolve([])))
  await expect.poll(() => connection.epoch.value).toBe(1)
  opened[0]?.onClosed()
  expect(connection.state.value).toBe('reconnecting')
  await expect.poll(() => opened.length).toBe(2)
  opened[1]?.resolve(answering(() => Promise.resolve([])))
  await expect.poll(() => connection.epoch.value).toBe(2)
  expect(connection.state.value).toBe('online')
  connection.stop()
})

test('a call that the broken connection takes with it says that the engine is away', async () => {
  const { opened, open } = transports()
  const connection = new Connection({ open, wait: () => new Promise(() => undefined) })
  void connection.start()
  let fail: (error: Error) => void = () => undefined
  opened[0]?.resolve(answering(() => new Promise((_, reject) => (fail = reject))))
  await expect.poll(() => connection.epoch.value).toBe(1)
  const call = connection.client.farms.list()
  opened[0]?.onClosed()
  fail(new Error('queue 6 was closed'))
  await expect(call).rejects.toMatchObject({
    retryable: true,
    message: expect.stringContaining('not reachable'),
  })
  connection.stop()
})

test('an error that the engine sent arrives as itself', async () => {
  const { opened, open } = transports()
  const connection = new Connection({ open })
  void connection.start()
  const info = new AppError('farm.locked', { message: 'It is locked.' }).toInfo()
  opened[0]?.resolve(answering(() => Promise.reject(Object.assign(new Error('x'), { data: info }))))
  await expect(connection.client.farms.list()).rejects.toMatchObject({
    code: 'farm.locked',
    message: 'It is locked.',
  })
  connection.stop()
})

test('a refused token ends the attempts', async () => {
  const { opened, open } = transports()
  const connection = new Connection({ open, isRefused: () => Promise.resolve(true) })
  const ended = connection.start()
  opened[0]?.reject(new Error('401'))
  await ended
  expect(connection.state.value).toBe('refused')
  expect(opened).toHaveLength(1)
})
