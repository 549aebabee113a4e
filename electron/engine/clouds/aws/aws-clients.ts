import { EC2Client } from '@aws-sdk/client-ec2'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { lookup } from 'node:dns/promises'
import { AppError } from '../../../../shared/model/errors.ts'
import type { Clock, Log } from '../../ports.ts'
import type { CallOptions } from '../cloud-provider.ts'
import { type CallFacts, translateAwsError } from './aws-errors.ts'
import { type CallKind, RateBudget } from './rate-budget.ts'
import type { SignIn } from './sign-in.ts'
import { FinalAnswer, takeWholeAnswers } from './whole-answers.ts'
import { orWrongLocation } from './wrong-location.ts'

/** What a call may use to end early. */
export interface SendOptions {
  abortSignal?: AbortSignal
}

/** A call to EC2: what it is, for the budget and the error's sentence. */
export interface Ec2Call extends CallFacts {
  kind: CallKind
}

interface AwsClientsOptions {
  signIn: SignIn
  /** Another endpoint than AWS's own, for EC2 and STS; null for AWS. */
  endpoint: string | null
  clock: Clock
  log: Log
}

/** With waits of at most 1, 2 and 4 s when throttled, a call gives up after some ten seconds; the engine goes on from there. */
const MAX_ATTEMPTS = 4
const CONNECT_TIMEOUT_MS = 5_000
/** RunInstances of many instances can take most of a minute. */
const REQUEST_TIMEOUT_MS = 60_000
const MAX_SOCKETS = 32
/** One client for each region, made when it is first needed, all signing in as the same account. */
export class AwsClients {
  readonly #options: AwsClientsOptions
  readonly #budget: RateBudget
  readonly #ec2 = new Map<string, EC2Client>()
  readonly #sts = new Map<string, STSClient>()

  constructor(options: AwsClientsOptions) {
    this.#options = options
    this.#budget = new RateBudget(options.clock)
  }

  /** Makes a call once the budget allows it. Throws AppError, or the signal's reason when aborted. */
  async ec2<T>(
    call: Ec2Call,
    options: CallOptions | undefined,
    send: (client: EC2Client, options: SendOptions) => Promise<T>,
  ): Promise<T> {
    const { signal } = options ?? {}
    await this.#budget.take(call.location, call.action, call.kind, signal)
    const startedMs = this.#options.clock.monotonic()
    try {
      const answer = await send(this.#ec2Client(call.location), signal ? { abortSignal: signal } : {})
      this.#tell(call, startedMs)
      return answer
    } catch (thrown) {
      signal?.throwIfAborted()
      const error = await this.#explain(thrown, call, signal)
      this.#tell(call, startedMs, error)
      throw error
    }
  }

  /** Who the account is. Throws as `ec2`. */
  async identity(location: string, options?: CallOptions): Promise<{ accountId: string }> {
    const call = { action: 'GetCallerIdentity', location, kind: 'read' } as const
    const { signal } = options ?? {}
    await this.#budget.take(location, call.action, call.kind, signal)
    try {
      return await this.#askIdentity(location, signal)
    } catch (thrown) {
      signal?.throwIfAborted()
      throw await this.#explain(thrown, call, signal)
    }
  }

  /** Ends all connections. */
  close(): void {
    for (const client of [...this.#ec2.values(), ...this.#sts.values()]) client.destroy()
    this.#ec2.clear()
    this.#sts.clear()
  }

  async #askIdentity(location: string, signal?: AbortSignal): Promise<{ accountId: string }> {
    const client = this.#stsClient(location)
    const answer = await client.send(new GetCallerIdentityCommand({}), signal ? { abortSignal: signal } : {})
    if (!answer.Account) {
      throw new AppError('cloud.bad_answer', { message: 'The cloud does not say which account this is.' })
    }
    return { accountId: answer.Account }
  }

  async #explain(thrown: unknown, call: Ec2Call, signal?: AbortSignal): Promise<AppError> {
    const { signIn, endpoint } = this.#options
    const answer = thrown instanceof FinalAnswer ? thrown.answer : thrown
    const error = translateAwsError(answer, call, await signIn.renewal())
    if (error.code === 'cloud.credentials') signIn.forget()
    // Another endpoint has regions of its own, and says itself when one is wrong.
    if (endpoint !== null) return error
    return orWrongLocation(error, answer, call.location, {
      signsIn: (region) => succeeds(this.#askIdentity(region, signal)),
      resolves: (host) => succeeds(lookup(host)),
    })
  }

  #tell({ action, location }: Ec2Call, startedMs: number, error?: AppError): void {
    const { clock, log } = this.#options
    const fields = { action, location, durationMs: Math.round(clock.monotonic() - startedMs) }
    if (!error) log.debug(fields, 'the cloud answered')
    else {
      const { cloudCode, requestId } = error.details
      log.debug({ ...fields, code: error.code, cloudCode, requestId }, 'a call to the cloud failed')
    }
  }

  #ec2Client(location: string): EC2Client {
    const known = this.#ec2.get(location)
    if (known) return known
    const client = new EC2Client(this.#config(location))
    takeWholeAnswers(client)
    this.#ec2.set(location, client)
    return client
  }

  #stsClient(location: string): STSClient {
    const known = this.#sts.get(location)
    if (known) return known
    const client = new STSClient(this.#config(location))
    takeWholeAnswers(client)
    this.#sts.set(location, client)
    return client
  }

  /** Says all that the SDK would otherwise look up in the environment, in files or at a metadata service. */
  #config(location: string) {
    const { signIn, endpoint } = this.#options
    const agent = { keepAlive: true, maxSockets: MAX_SOCKETS }
    return {
      region: location,
      ...(endpoint === null ? {} : { endpoint }),
      ignoreConfiguredEndpointUrls: true,
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
      defaultsMode: 'standard' as const,
      userAgentAppId: 'farmhand',
      authSchemePreference: ['sigv4'],
      // Marked as memoized, so that the SDK keeps no second copy of keys that were renewed.
      credentials: Object.assign(() => signIn.keys(), { memoized: true }),
      retryMode: 'adaptive' as const,
      maxAttempts: MAX_ATTEMPTS,
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        socketTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
        httpAgent: agent,
        httpsAgent: agent,
      },
    }
  }
}

function succeeds(trial: Promise<unknown>): Promise<boolean> {
  return trial.then(
    () => true,
    () => false,
  )
}
