import { createORPCClient, type ClientLink } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { shallowRef, type ShallowRef } from 'vue'
import type { Contract } from '../../shared/contract/index.ts'
import { errorFromWire } from '../../shared/contract/wire-errors.ts'
import { AppError } from '../../shared/model/errors.ts'
import type { OpenTransport, Transport } from './transports.ts'

/** The typed way to the engine: `client.farms.launch({ farmId })`. Every failure is an `AppError`. */
export type Client = ContractRouterClient<Contract>

/** `refused`: the engine is there and does not let us in. */
export type ConnectionState = 'connecting' | 'online' | 'reconnecting' | 'refused'

export interface ConnectionOptions {
  open: OpenTransport
  /** Asks, after a failed attempt, whether trying again is of use. */
  isRefused?: () => Promise<boolean>
  /** Waits between attempts, in milliseconds; a test gives its own. */
  wait?: (ms: number) => Promise<void>
}

const firstDelayMs = 300
const longestDelayMs = 8_000

/**
 * Holds one connection to the engine and opens it again when it breaks, with growing pauses. Calls that are made while it
 * is down wait for the first connection and fail afterwards; `epoch` grows with every new connection, so that streams can
 * start over.
 */
export class Connection {
  readonly client: Client
  readonly state: ShallowRef<ConnectionState> = shallowRef('connecting')
  readonly epoch: ShallowRef<number> = shallowRef(0)
  readonly #options: ConnectionOptions
  #transport: Transport | undefined
  #first: Promise<void>
  #firstDone: () => void = () => undefined
  #stopped = false
  #skipWait: () => void = () => undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#first = new Promise((resolve) => (this.#firstDone = resolve))
    const link: ClientLink<Record<never, never>> = {
      call: async (path, input, callOptions) => {
        try {
          if (this.state.value === 'connecting') await this.#first
          const transport = this.#transport
          if (transport === undefined) throw this.#away()
          return await transport.link.call(path, input, callOptions)
        } catch (thrown) {
          if (this.#transport === undefined) throw this.#away()
          throw errorFromWire(thrown)
        }
      },
    }
    this.client = createORPCClient(link)
  }

  /** Connects, and stays connected until `stop`. */
  async start(): Promise<void> {
    let delayMs = firstDelayMs
    while (!this.#stopped) {
      try {
        let over: () => void = () => undefined
        const closed = new Promise<void>((resolve) => (over = resolve))
        const transport = await this.#options.open(() => {
          this.#lost()
          over()
        })
        this.#transport = transport
        this.epoch.value += 1
        this.state.value = 'online'
        this.#firstDone()
        delayMs = firstDelayMs
        await closed
      } catch {
        if (await this.#options.isRefused?.()) {
          this.#transport = undefined
          this.state.value = 'refused'
          this.#firstDone()
          return
        }
      }
      this.#lost()
      if (this.#isStopped()) return
      await this.#pause(delayMs)
      delayMs = Math.min(delayMs * 1.7, longestDelayMs)
    }
  }

  /** Tries at once instead of waiting for the next attempt. */
  retryNow(): void {
    this.#skipWait()
  }

  stop(): void {
    this.#stopped = true
    this.#skipWait()
    this.#transport?.close()
  }

  #lost(): void {
    this.#transport = undefined
    this.state.value = this.epoch.value === 0 ? 'connecting' : 'reconnecting'
  }

  #isStopped(): boolean {
    return this.#stopped
  }

  #pause(ms: number): Promise<void> {
    const wait = this.#options.wait ?? ((delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)))
    return Promise.race([wait(ms), new Promise<void>((resolve) => (this.#skipWait = resolve))])
  }

  #away(): AppError {
    return new AppError('internal', {
      message: 'Farmhand’s engine is not reachable now. This window reconnects by itself; then try again.',
      retryable: true,
    })
  }
}
