import { implement } from '@orpc/server'
import { contract } from '../../shared/contract/index.ts'
import type { Log } from '../engine/ports.ts'
import { toWireError } from './errors.ts'

/** The contract, ready to get its handlers; every failure leaves it as a wire error. */
export function createImplementer(log: Log) {
  return implement(contract).use(async ({ next, path }) => {
    try {
      return await next()
    } catch (error) {
      throw toWireError(error, log, path.join('.'))
    }
  })
}
export type Implementer = ReturnType<typeof createImplementer>

/** Turns an engine's stream into one that the wire can carry. */
export type Streams = <Item>(
  method: string,
  open: (signal: AbortSignal) => AsyncIterable<Item> | Promise<AsyncIterable<Item>>,
  clientSignal: AbortSignal | undefined,
) => AsyncIteratorObject<Item, void, void>

/**
 * A failure in the middle of a stream becomes a wire error like any other; a client that leaves ends the engine's side at
 * once, also where the transport tells it by closing the iterator while the next item is still awaited.
 */
export function createStreams(log: Log): Streams {
  return (method, open, clientSignal) => {
    const left = new AbortController()
    const signal = clientSignal === undefined ? left.signal : AbortSignal.any([clientSignal, left.signal])
    const items = itemsOf(
      () => open(signal),
      signal,
      (error) => toWireError(error, log, method),
    )
    return {
      next: () => items.next(),
      return: () => {
        left.abort()
        return items.return()
      },
      throw: (error: unknown) => {
        left.abort()
        return items.throw(error)
      },
      [Symbol.asyncIterator]() {
        return this
      },
      async [Symbol.asyncDispose]() {
        await this.return?.()
      },
    }
  }
}

async function* itemsOf<Item>(
  open: () => AsyncIterable<Item> | Promise<AsyncIterable<Item>>,
  signal: AbortSignal,
  translate: (error: unknown) => Error,
): AsyncGenerator<Item, void, void> {
  try {
    for await (const item of await open()) {
      if (signal.aborted) return
      yield item
    }
  } catch (error) {
    if (!signal.aborted) throw translate(error)
  }
}
