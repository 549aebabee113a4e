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
  readonly #newToken: () => string

  constructor(options: { calls: CloudCallRepository; newToken: () => string }) {
    this.#calls = options.calls
    this.#newToken = options.newToken
  }

  /** Gives a launch its token and writes it down. */
  async ask(
    cloudId: string,
    location: string,
    wanted: Omit<LaunchRequest, 'clientToken'>,
  ): Promise<LaunchRequest> {
    const token = this.#newToken()
    const payload: LaunchRequest = { ...wanted, clientToken: token }
    await this.#calls.asked({ token, cloudId, location, action: ACTION, payload })
    return payload
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
