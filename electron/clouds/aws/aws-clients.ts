import { EC2Client } from '@aws-sdk/client-ec2'
import { PricingClient } from '@aws-sdk/client-pricing'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { lookup } from 'node:dns/promises'
import type { ApiUse } from '../../../shared/model/cloud-activity.ts'
import { AppError } from '../../../shared/model/errors.ts'
import type { Clock, Log } from '../../engine/ports.ts'
import type { CallOptions } from '../../engine/clouds/index.ts'
import { type CallFacts, translateAwsError } from './aws-errors.ts'
import { type BudgetedCall, RateBudget, type RateBudgets } from './rate-budget.ts'
import type { SignIn } from './sign-in.ts'
import { FinalAnswer, takeWholeAnswers } from './whole-answers.ts'
import { orWrongLocation } from './wrong-location.ts'

/** What a call may use to end early. */
export interface SendOptions {
  abortSignal?: AbortSignal
}

/** A call to EC2: what it is, for the budget and the error's sentence. */
export interface Ec2Call extends CallFacts, Pick<BudgetedCall, 'kind' | 'resources'> {}

interface AwsClientsOptions {
  signIn: SignIn
  /** Another endpoint than AWS's own, for all services; null for AWS. */
  endpoint: string | null
  clock: Clock
  log: Log
  /** Shared with the other clouds of the same account. */
  budgets: RateBudgets
  /** The account as it was last told, or null. */
  accountId: string | null
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
  #budget: RateBudget
  readonly #ec2 = new Map<string, EC2Client>()
  readonly #sts = new Map<string, STSClient>()
  readonly #pricing = new Map<string, PricingClient>()

  constructor(options: AwsClientsOptions) {
    this.#options = options
    this.#budget =
      options.accountId === null
        ? new RateBudget(options.clock)
        : options.budgets.of(options.accountId, options.endpoint)
  }

  /** Makes a call once the budget allows it. Throws AppError, or the signal's reason when aborted. */
  async ec2<T>(
    call: Ec2Call,
    options: CallOptions | undefined,
    send: (client: EC2Client, options: SendOptions) => Promise<T>,
  ): Promise<T> {
    return this.#send(call, options, (http) => send(this.#ec2Client(call.location), http))
  }

  /** Asks the price list, which has an endpoint of its own in few regions. Throws as `ec2`. */
  async pricing<T>(
    call: Ec2Call,
    options: CallOptions | undefined,
    send: (client: PricingClient, options: SendOptions) => Promise<T>,
  ): Promise<T> {
    return this.#send(call, options, (http) => send(this.#pricingClient(call.location), http))
  }

  /** Who the account is. Throws as `ec2`. */
  async identity(location: string, options?: CallOptions): Promise<{ accountId: string }> {
    const call = { action: 'GetCallerIdentity', location, kind: 'read' } as const
    const { signal } = options ?? {}
    await this.#budget.take(call, signal)
    try {
      const who = await this.#askIdentity(location, signal)
      this.#budget = this.#options.budgets.of(who.accountId, this.#options.endpoint)
      return who
    } catch (thrown) {
      signal?.throwIfAborted()
      throw await this.#explain(thrown, call, signal)
    }
  }

  /** What was used of the calls that the account may make in a region. */
  apiUse(location: string): ApiUse {
    return this.#budget.use(location)
  }

  /** Ends all connections. */
  close(): void {
    for (const clients of [this.#ec2, this.#sts, this.#pricing]) {
      for (const client of clients.values()) client.destroy()
      clients.clear()
    }
  }

  async #send<T>(
    call: Ec2Call,
    options: CallOptions | undefined,
    send: (options: SendOptions) => Promise<T>,
  ): Promise<T> {
    const { signal } = options ?? {}
    await this.#budget.take(call, signal)
    const startedMs = this.#options.clock.monotonic()
    try {
      const answer = await send(signal ? { abortSignal: signal } : {})
      this.#tell(call, startedMs)
      return answer
    } catch (thrown) {
      signal?.throwIfAborted()
      const error = await this.#explain(thrown, call, signal)
      if (error.code === 'cloud.throttled') this.#budget.throttled(call)
      this.#tell(call, startedMs, error)
      throw error
    }
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

  #pricingClient(location: string): PricingClient {
    const region = this.#options.endpoint === null ? pricingRegion(location) : location
    const known = this.#pricing.get(region)
    if (known) return known
    const client = new PricingClient(this.#config(region))
    this.#pricing.set(region, client)
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

/** Where the price list of a region is asked (AWS Billing User Guide, "AWS Price List API"). */
function pricingRegion(location: string): string {
  return location.startsWith('cn-') ? 'cn-northwest-1' : 'us-east-1'
}

function succeeds(trial: Promise<unknown>): Promise<boolean> {
  return trial.then(
    () => true,
    () => false,
  )
}
