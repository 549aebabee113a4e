import { LaunchRequest } from '../../clouds/index.ts'

const ACTION = 'RunInstances'

/** Where calls that change a cloud are written down. */
export interface CloudCallRepository {
  asked(call: {
    token: string
    cloudId: string
    location: string
    action: string
    payload: unknown
  }): Promise<void>
  answered(token: string, state: 'answered' | 'failed', answer: unknown): Promise<void>
  find(token: string): Promise<{ payload?: unknown } | undefined>
}

/** The launches that were asked for, kept before the cloud hears of them, so that each can be asked again word for word. */
export class LaunchIntents {
  readonly #calls: CloudCallRepository

  constructor(calls: CloudCallRepository) {
    this.#calls = calls
  }

  asked(cloudId: string, location: string, request: LaunchRequest): Promise<void> {
    return this.#calls.asked({
      token: request.clientToken,
      cloudId,
      location,
      action: ACTION,
      payload: request,
    })
  }

  /** The cloud made the instances. */
  made(token: string, instanceIds: readonly string[]): Promise<void> {
    return this.#calls.answered(token, 'answered', { instanceIds })
  }

  /** The cloud said no. */
  refused(token: string, reason: string): Promise<void> {
    return this.#calls.answered(token, 'failed', { reason })
  }

  async find(token: string): Promise<LaunchRequest | undefined> {
    const call = await this.#calls.find(token)
    return call ? LaunchRequest.parse(call.payload) : undefined
  }
}
