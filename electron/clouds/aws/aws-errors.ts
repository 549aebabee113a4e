import { AppError, type ErrorCode, type ErrorDetails } from '../../../shared/model/errors.ts'
import { refusalOf } from './aws-refusals.ts'
import { BadAnswer } from './bad-answer.ts'
import { isCertificateCode, networkCode } from './network-errors.ts'

/** What a failed call was about, for its sentence. */
export interface CallFacts {
  /** EC2's name of the call: `RunInstances`. */
  action: string
  location: string
  zone?: string | null
  instanceType?: string
}

/** The cloud's own words. */
interface CloudWords {
  code: string
  message: string
}

interface Rule {
  /** EC2's codes, in full or as a pattern. */
  codes: readonly (string | RegExp)[]
  /** What its message holds too. */
  saying?: RegExp
  code: ErrorCode
  retryable: boolean
  sentence: (about: CallFacts, words: CloudWords, renewal: string) => string
}

const place = ({ zone, location }: CallFacts): string => zone ?? location
const machine = ({ instanceType }: CallFacts): string => instanceType ?? 'this instance type'

/** EC2's error codes (EC2 API Reference, "Error codes for the Amazon EC2 API") and STS's. The first rule that fits holds. */
const RULES: readonly Rule[] = [
  {
    codes: [
      'RequestLimitExceeded',
      'EC2ThrottledException',
      'TooManyRequestsException',
      /^Throttl/,
      'SlowDown',
    ],
    code: 'cloud.throttled',
    retryable: true,
    sentence: ({ location, action }) =>
      `The cloud takes no more ${action} calls in ${location} for now. Farmhand slows down and asks again.`,
  },
  {
    codes: ['InsufficientFreeAddressesInSubnet'],
    code: 'cloud.capacity',
    retryable: true,
    sentence: (about) =>
      `The subnet in ${place(about)} has no free address left. Choose another zone, or end servers that are not needed.`,
  },
  {
    codes: [/^Insufficient.*Capacity/],
    code: 'cloud.capacity',
    retryable: true,
    sentence: (about) =>
      `${place(about)} has no room for ${machine(about)} now. Choose another zone or instance type, or wait.`,
  },
  {
    codes: ['SpotMaxPriceTooLow'],
    code: 'cloud.capacity',
    retryable: true,
    sentence: (about, { message }) =>
      `The spot price of ${machine(about)} in ${place(about)} is above the farm role’s price cap. Raise the cap, choose another type, or wait. The cloud says: ${message}`,
  },
  {
    codes: ['InvalidPlacementGroup.Unknown'],
    code: 'cloud.not_found',
    retryable: false,
    sentence: ({ location }, { message }) =>
      `${location} does not have the placement group: ${message}. Make it, or choose another.`,
  },
  {
    codes: ['VcpuLimitExceeded', 'InstanceLimitExceeded', 'MaxSpotInstanceCountExceeded'],
    code: 'cloud.quota',
    retryable: false,
    sentence: (about, { message }) =>
      `The account may not run more ${machine(about)} in ${about.location}. Ask the cloud for a higher quota, or choose another type or location. The cloud says: ${message}`,
  },
  {
    codes: [/LimitExceeded$/],
    code: 'cloud.quota',
    retryable: false,
    sentence: ({ location }, { message }) =>
      `A quota of the account in ${location} is used up. Ask the cloud for a higher one, or remove what is not needed. The cloud says: ${message}`,
  },
  {
    codes: ['AuthFailure', 'SignatureDoesNotMatch'],
    saying: /valid region/,
    code: 'cloud.wrong_location',
    retryable: false,
    sentence: ({ location }) => `There is no region ${location} here. Check its name and the endpoint.`,
  },
  {
    codes: ['RequestExpired', 'RequestInTheFuture', 'RequestTimeTooSkewed'],
    code: 'cloud.credentials',
    retryable: true,
    sentence: () =>
      'The cloud refuses the time of the request: the clock of this machine is off, or the request took too long. Set the clock and try again.',
  },
  {
    codes: ['ExpiredToken', 'ExpiredTokenException'],
    code: 'cloud.credentials',
    retryable: false,
    sentence: (_about, _words, renewal) => `The sign-in to the cloud has expired. ${renewal}`,
  },
  {
    codes: [
      'AuthFailure',
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'InvalidSignatureException',
      'IncompleteSignature',
      'MissingAuthenticationToken',
      'Blocked',
    ],
    code: 'cloud.credentials',
    retryable: false,
    sentence: ({ location }, _words, renewal) =>
      `The cloud does not accept the credentials in ${location}. ${renewal}`,
  },
  {
    codes: ['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException'],
    code: 'cloud.refused',
    retryable: false,
    sentence: ({ action, location }) =>
      `The credentials may not call ${action} in ${location}. Give them the permission for it.`,
  },
  {
    codes: ['InvalidZone.NotFound'],
    code: 'cloud.wrong_location',
    retryable: false,
    sentence: ({ zone, location }) =>
      `${location} has no zone ${zone ?? 'of that name'}. Choose one of its own zones.`,
  },
  {
    codes: [/NotFound$/, /\.NotFound/, 'InvalidAMIID.Unavailable'],
    code: 'cloud.not_found',
    retryable: false,
    sentence: ({ location }, { message }) => `${location} does not have it (any more): ${message}`,
  },
  {
    codes: ['InternalError', 'InternalFailure', 'ServiceUnavailable', 'Unavailable'],
    code: 'cloud.unreachable',
    retryable: true,
    sentence: ({ location }, { message }) =>
      `The cloud has trouble of its own in ${location}. Farmhand asks again. It says: ${message}`,
  },
]

/** How the cloud's own words become an error of Farmhand's. Codes that no rule names are `cloud.refused`. */
export function cloudRefusal(
  words: CloudWords & { requestId?: string | undefined; status?: number | undefined },
  about: CallFacts,
  renewal: string,
  cause?: unknown,
): AppError {
  const refusal = refusalOf(about.action, words.code)
  const details: ErrorDetails = {
    ...(refusal === undefined ? {} : { refusal }),
    cloudCode: words.code,
    cloudMessage: words.message,
    ...(words.requestId === undefined ? {} : { requestId: words.requestId }),
  }
  const rule = RULES.find(
    ({ codes, saying }) =>
      codes.some((code) => (typeof code === 'string' ? code === words.code : code.test(words.code))) &&
      (saying?.test(words.message) ?? true),
  )
  if (rule) {
    const { code, retryable } = rule
    return new AppError(code, { message: rule.sentence(about, words, renewal), retryable, details, cause })
  }
  const serverError = words.status !== undefined && words.status >= 500
  return new AppError(serverError ? 'cloud.unreachable' : 'cloud.refused', {
    message: `The cloud refused ${about.action} in ${about.location}: ${words.message} (${words.code})`,
    retryable: serverError,
    details,
    cause,
  })
}

/** Is it EC2's refusal with one of these codes? */
export function hasCode(thrown: unknown, ...codes: readonly string[]): thrown is AppError {
  const code = thrown instanceof AppError ? thrown.details.cloudCode : undefined
  return code !== undefined && codes.includes(code)
}

/** Does EC2 say that there is no room? It says so with status 500, yet asking again at once is of no use. */
export function isCapacityCode(code: string): boolean {
  return /^Insufficient.*Capacity/.test(code)
}

/**
 * Makes an AppError of what the SDK threw. An AppError comes back as it is. `renewal` says how a person renews the
 * credentials.
 */
export function translateAwsError(thrown: unknown, about: CallFacts, renewal: string): AppError {
  if (thrown instanceof AppError) return thrown
  const bad = badAnswerIn(thrown)
  if (bad) {
    return new AppError('cloud.bad_answer', {
      message: `The answer to ${about.action} from ${about.location} is not the cloud’s: ${bad.message}. A proxy or a portal may stand between; check the network and the endpoint.`,
      retryable: true,
      cause: thrown,
    })
  }
  const network = networkCode(thrown)
  if (network !== undefined) return unreachable(network, about, thrown)
  if (thrown instanceof Error) {
    const { requestId, httpStatusCode } = metadataOf(thrown)
    if (httpStatusCode !== undefined || requestId !== undefined) {
      return cloudRefusal(
        { code: thrown.name, message: thrown.message, requestId, status: httpStatusCode },
        about,
        renewal,
        thrown,
      )
    }
  }
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError('internal', {
    message: `${about.action} in ${about.location} failed in Farmhand itself: ${why}`,
    cause: thrown,
  })
}

function unreachable(code: string, { location }: CallFacts, cause: unknown): AppError {
  if (isCertificateCode(code)) {
    return new AppError('cloud.unreachable', {
      message: `The certificate of the cloud in ${location} is not trusted (${code}). A proxy may stand between; add its certificate with NODE_EXTRA_CA_CERTS.`,
      cause,
    })
  }
  return new AppError('cloud.unreachable', {
    message: `The cloud cannot be reached in ${location} (${code}). Check the network; Farmhand asks again.`,
    retryable: true,
    cause,
  })
}

function badAnswerIn(thrown: unknown): BadAnswer | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth += 1) {
    if (error instanceof BadAnswer) return error
  }
  return undefined
}

interface AwsMetadata {
  requestId?: string
  httpStatusCode?: number
}

function metadataOf(thrown: Error): AwsMetadata {
  const metadata: unknown = '$metadata' in thrown ? thrown.$metadata : undefined
  if (typeof metadata !== 'object' || metadata === null) return {}
  const requestId = 'requestId' in metadata ? metadata.requestId : undefined
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined
  return {
    ...(typeof requestId === 'string' ? { requestId } : {}),
    ...(typeof status === 'number' ? { httpStatusCode: status } : {}),
  }
}
