import { describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/model/errors.ts'
import { cloudRefusal, translateAwsError } from './aws-errors.ts'
import { BadAnswer } from './bad-answer.ts'

const about = { action: 'RunInstances', location: 'eu-west-1', zone: 'eu-west-1a', instanceType: 'm5.large' }
const renewal = 'Renew it with: aws sso login --profile work'

describe('what EC2 says', () => {
  test.each([
    ['RequestLimitExceeded', 503, 'cloud.throttled', true, 'RunInstances calls in eu-west-1'],
    ['Throttling', 400, 'cloud.throttled', true, 'slows down'],
    ['ThrottlingException', 400, 'cloud.throttled', true, 'slows down'],
    ['InsufficientInstanceCapacity', 500, 'cloud.capacity', true, 'eu-west-1a has no room for m5.large'],
    ['InsufficientHostCapacity', 500, 'cloud.capacity', true, 'another zone or instance type'],
    ['InsufficientFreeAddressesInSubnet', 400, 'cloud.capacity', true, 'no free address'],
    ['InstanceLimitExceeded', 400, 'cloud.quota', false, 'may not run more m5.large in eu-west-1'],
    ['VcpuLimitExceeded', 400, 'cloud.quota', false, 'higher quota'],
    ['SecurityGroupLimitExceeded', 400, 'cloud.quota', false, 'quota of the account'],
    ['AuthFailure', 401, 'cloud.credentials', false, renewal],
    ['UnrecognizedClientException', 403, 'cloud.credentials', false, renewal],
    ['InvalidClientTokenId', 403, 'cloud.credentials', false, renewal],
    ['SignatureDoesNotMatch', 403, 'cloud.credentials', false, renewal],
    ['ExpiredToken', 400, 'cloud.credentials', false, `has expired. ${renewal}`],
    ['RequestExpired', 400, 'cloud.credentials', true, 'the clock of this machine is off'],
    ['UnauthorizedOperation', 403, 'cloud.refused', false, 'may not call RunInstances'],
    ['InvalidInstanceID.NotFound', 400, 'cloud.not_found', false, 'its own words'],
    ['InvalidAMIID.NotFound', 400, 'cloud.not_found', false, 'its own words'],
    ['InvalidZone.NotFound', 400, 'cloud.wrong_location', false, 'eu-west-1 has no zone eu-west-1a'],
    ['InternalError', 500, 'cloud.unreachable', true, 'trouble of its own'],
    ['SomethingNew', 400, 'cloud.refused', false, 'its own words (SomethingNew)'],
    ['SomethingNew', 502, 'cloud.unreachable', true, 'its own words (SomethingNew)'],
  ])('%s (%i) is %s, retryable %s', (code, status, wanted, retryable, words) => {
    const error = cloudRefusal({ code, message: 'its own words', requestId: 'req-1', status }, about, renewal)
    expect(error.code).toBe(wanted)
    expect(error.retryable).toBe(retryable)
    expect(error.message).toContain(words)
    expect(error.details).toMatchObject({
      cloudCode: code,
      cloudMessage: 'its own words',
      requestId: 'req-1',
    })
  })

  test.each([
    ['TerminateInstances', 'UnauthorizedOperation', 'unauthorized'],
    ['TerminateInstances', 'OperationNotPermitted', 'protected'],
    ['StopInstances', 'OperationNotPermitted', undefined],
    ['CreateImage', 'IncorrectInstanceState', 'wrong-state'],
    ['CreateImage', 'InvalidAMIName.Duplicate', 'name-taken'],
    ['DeleteSnapshot', 'InvalidSnapshot.InUse', 'in-use'],
    ['ImportKeyPair', 'InvalidKey.Format', 'key-type'],
    ['RunInstances', 'InvalidParameterValue', undefined],
  ])('a refusal of %s with %s means %s to us', (action, code, refusal) => {
    const error = cloudRefusal({ code, message: 'its own words' }, { action, location: 'eu-west-1' }, '')
    expect(error.details.refusal).toBe(refusal)
    expect(error.code).toBe('cloud.refused')
  })

  test('without a zone the location is named', () => {
    const words = { code: 'InsufficientInstanceCapacity', message: 'full' }
    const error = cloudRefusal(words, { action: 'RunInstances', location: 'eu-west-1' }, '')
    expect(error.message).toMatch(/^eu-west-1 has no room for this instance type now/)
  })
})

describe('what the network does', () => {
  test.each(['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH'])(
    '%s is cloud.unreachable and may be tried again',
    (code) => {
      const error = translateAwsError(Object.assign(new Error('connect'), { code }), about, renewal)
      expect(error).toMatchObject({ code: 'cloud.unreachable', retryable: true })
      expect(error.message).toContain(`eu-west-1 (${code})`)
    },
  )

  test('a timeout of the SDK is cloud.unreachable', () => {
    const timeout = Object.assign(new Error('too slow'), { name: 'TimeoutError' })
    expect(translateAwsError(timeout, about, renewal).code).toBe('cloud.unreachable')
  })

  test('a certificate that is not trusted is no passing fault', () => {
    const untrusted = Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    const error = translateAwsError(untrusted, about, renewal)
    expect(error).toMatchObject({ code: 'cloud.unreachable', retryable: false })
    expect(error.message).toContain('certificate')
  })

  test('an answer that is not the cloud’s is cloud.bad_answer', () => {
    const wrapped = new Error('deserialization', { cause: new BadAnswer('it is a web page') })
    const error = translateAwsError(wrapped, about, renewal)
    expect(error).toMatchObject({ code: 'cloud.bad_answer', retryable: true })
    expect(error.message).toContain('it is a web page')
  })
})

test('an AppError stays as it is, and a fault of our own is told as one', () => {
  const known = new AppError('cloud.credentials', { message: 'no profile' })
  expect(translateAwsError(known, about, renewal)).toBe(known)
  expect(translateAwsError(new TypeError('x is not a function'), about, renewal).code).toBe('internal')
})
