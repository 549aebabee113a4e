import { fromIni, fromSSO } from '@aws-sdk/credential-providers'
import { AppError } from '../../../shared/model/errors.ts'
import type { Secret } from '../../../shared/model/secret.ts'
import type { Clock } from '../../engine/ports.ts'
import { awsFilePaths } from './aws-config-files.ts'
import { type ProfileFacts, profileFacts } from './aws-profiles.ts'
import { isUnreachable } from './network-errors.ts'

/** What an account is signed in to with. */
export type AwsSignIn =
  | { kind: 'profile'; profile: string; homeDir: string; env: Readonly<Record<string, string | undefined>> }
  | { kind: 'keys'; accessKeyId: string; secretAccessKey: Secret; sessionToken?: Secret }

/** What a request is signed with. */
export interface AwsKeys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  expiration?: Date
}

/** Keys are asked for anew this long before they end. */
const RENEW_BEFORE_MS = 5 * 60_000

/** STS is asked here for a role whose profile names no region. */
const FALLBACK_REGION = 'us-east-1'

/**
 * The keys of the one account that was named: never another profile, the environment or a metadata service. Keys of a
 * profile are kept until shortly before they end, or until the cloud refuses them (`forget`), then read again.
 */
export class SignIn {
  readonly #signIn: AwsSignIn
  readonly #clock: Clock
  #known: AwsKeys | undefined
  #pending: Promise<AwsKeys> | undefined

  constructor(signIn: AwsSignIn, clock: Clock) {
    this.#signIn = signIn
    this.#clock = clock
  }

  /** What a person calls these credentials. */
  get label(): string {
    return this.#signIn.kind === 'profile'
      ? `profile “${this.#signIn.profile}”`
      : `access key ${this.#signIn.accessKeyId}`
  }

  /** How a person renews them. */
  async renewal(): Promise<string> {
    if (this.#signIn.kind === 'keys') {
      return this.#signIn.sessionToken
        ? 'Connect the cloud again with new keys.'
        : 'Check the keys in the AWS console.'
    }
    const facts = await profileFacts(this.#signIn, this.#signIn.profile).catch(() => undefined)
    if (facts?.ssoProfile) return `Renew it with: aws sso login --profile ${facts.ssoProfile}`
    return `Renew the credentials of profile “${this.#signIn.profile}” and try again.`
  }

  /** The keys to sign with. Throws `cloud.credentials`, or `cloud.unreachable` when the sign-in service is not reached. */
  async keys(): Promise<AwsKeys> {
    if (this.#signIn.kind === 'keys') {
      const { accessKeyId, secretAccessKey, sessionToken } = this.#signIn
      return {
        accessKeyId,
        secretAccessKey: secretAccessKey.reveal(),
        ...(sessionToken ? { sessionToken: sessionToken.reveal() } : {}),
      }
    }
    if (this.#known && this.#isFresh(this.#known)) return this.#known
    this.#pending ??= this.#fromProfile(this.#signIn).finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  /** The cloud refused the keys: read them again at the next call. */
  forget(): void {
    this.#known = undefined
  }

  #isFresh(keys: AwsKeys): boolean {
    return !keys.expiration || keys.expiration.getTime() - this.#clock.now() > RENEW_BEFORE_MS
  }

  async #fromProfile(signIn: AwsSignIn & { kind: 'profile' }): Promise<AwsKeys> {
    const facts = await profileFacts(signIn, signIn.profile)
    if (facts.metadataProfile) {
      throw new AppError('cloud.credentials', {
        message: `Profile “${facts.metadataProfile}” takes its credentials from a metadata service, which Farmhand does not ask. Choose a profile with keys, SSO or a role.`,
      })
    }
    const paths = awsFilePaths(signIn)
    const files = {
      profile: signIn.profile,
      filepath: paths.credentials,
      configFilepath: paths.config,
      ignoreCache: true,
    }
    // Only `fromSSO` itself looks for the profile in the files that it is given.
    const provider =
      facts.kind === 'sso'
        ? fromSSO(files)
        : fromIni({ ...files, clientConfig: { region: facts.region ?? FALLBACK_REGION } })
    try {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provider()
      this.#known = {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
        ...(expiration === undefined ? {} : { expiration }),
      }
      return this.#known
    } catch (thrown) {
      throw signInFailure(thrown, signIn.profile, facts)
    }
  }
}

function signInFailure(thrown: unknown, profile: string, facts: ProfileFacts): AppError {
  const words = thrown instanceof Error ? thrown.message : String(thrown)
  if (isUnreachable(thrown)) {
    return new AppError('cloud.unreachable', {
      message: `The service that signs in profile “${profile}” cannot be reached. Check the network and try again.`,
      retryable: true,
      cause: thrown,
    })
  }
  const because = (message: string, cloudMessage?: string): AppError =>
    new AppError('cloud.credentials', {
      message,
      ...(cloudMessage === undefined ? {} : { details: { cloudMessage } }),
      cause: thrown,
    })
  if (facts.ssoProfile !== null && /sso|token|session|unauthorized/i.test(words)) {
    return because(
      `The SSO session of profile “${facts.ssoProfile}” has ended. Renew it with: aws sso login --profile ${facts.ssoProfile}`,
      words,
    )
  }
  // The command and its output may hold a secret: they stay out of the sentence and the details.
  if (facts.kind === 'process') {
    return because(`The credential_process of profile “${profile}” failed. Run it by hand to see why.`)
  }
  if (/multi-factor|MFA/.test(words)) {
    return because(
      `Profile “${profile}” asks for a code of an MFA device, which Farmhand cannot give. Sign in with aws sts get-session-token and choose a profile with those keys.`,
      words,
    )
  }
  return because(`Profile “${profile}” gives no credentials: ${words}`, words)
}
