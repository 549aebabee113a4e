import { z } from 'zod'
import { AppError } from '../../../shared/model/errors.ts'
import type { LaunchRequest } from '../clouds/index.ts'
import type { CloudCallRows } from './cloud-call-rows.ts'

const StoredRequest = z.object({
  clientToken: z.string(),
  count: z.number().int(),
  imageId: z.string(),
  instanceType: z.string(),
  zone: z.string().nullable(),
  keyName: z.string(),
  securityGroupIds: z.array(z.string()),
  userData: z.string(),
  tags: z.record(z.string(), z.string()),
}) satisfies z.ZodType<LaunchRequest>

/** The calls that launch instances, among the calls that change a cloud. */
export class LaunchIntents {
  readonly #calls: CloudCallRows

  constructor(calls: CloudCallRows) {
    this.#calls = calls
  }

  /** Writes a launch down before the cloud is asked. */
  async asked(token: string, cloudId: string, location: string, request: LaunchRequest): Promise<void> {
    await this.#calls.asked({ token, cloudId, location, action: 'launch', payload: request })
  }

  /** Writes down what came of it. */
  async answered(token: string, answer: 'made' | 'refused', instanceIds: readonly string[]): Promise<void> {
    await this.#calls.answered(token, answer === 'made' ? 'answered' : 'failed', instanceIds)
  }

  /** The request as it was asked, to ask it again. Rejects with AppError `state.damaged` when it cannot be read. */
  async find(token: string): Promise<LaunchRequest | undefined> {
    const call = await this.#calls.find(token)
    if (call === undefined) return undefined
    const request = StoredRequest.safeParse(call.payload)
    if (request.success) return request.data
    throw new AppError('state.damaged', {
      message: `The ledger’s record of launch ${token} cannot be read.`,
    })
  }
}
