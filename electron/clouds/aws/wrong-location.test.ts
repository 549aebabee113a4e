import { expect, test } from 'vitest'
import { AppError } from '../../../shared/model/errors.ts'
import { orWrongLocation } from './wrong-location.ts'

const refused = new AppError('cloud.credentials', {
  message: 'The cloud does not accept the credentials.',
  details: { cloudCode: 'AuthFailure', requestId: 'req-1' },
})
const unreachable = new AppError('cloud.unreachable', { message: 'ENOTFOUND', retryable: true })
const noSuchHost = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })

/** Trials that answer as told and keep what was tried. */
function trials(answer: boolean): {
  tried: string[]
  signsIn: () => Promise<boolean>
  resolves: () => Promise<boolean>
} {
  const tried: string[] = []
  const trial = async (what: string): Promise<boolean> => {
    tried.push(what)
    return answer
  }
  return { tried, signsIn: trial as () => Promise<boolean>, resolves: trial as () => Promise<boolean> }
}

test.each([
  ['eu-nowhere-1', 'us-east-1', 'ec2.us-east-1.amazonaws.com'],
  ['cn-nowhere-1', 'cn-north-1', 'ec2.cn-north-1.amazonaws.com.cn'],
  ['us-gov-east-1', 'us-gov-west-1', 'ec2.us-gov-west-1.amazonaws.com'],
])('%s is told from wrong keys at %s and from a network that is down by %s', async (location, home, host) => {
  const signIn = trials(true)
  expect(await orWrongLocation(refused, refused, location, signIn)).toMatchObject({
    code: 'cloud.wrong_location',
    message: expect.stringContaining(`no region ${location}`),
    details: { cloudCode: 'AuthFailure', requestId: 'req-1' },
  })
  expect(signIn.tried).toEqual([home])
  const resolve = trials(true)
  const error = await orWrongLocation(unreachable, noSuchHost, location, resolve)
  expect(error.code).toBe('cloud.wrong_location')
  expect(resolve.tried).toEqual([host])
})

test('stays what it is when the keys do not sign in, or nothing resolves', async () => {
  expect(await orWrongLocation(refused, refused, 'eu-west-1', trials(false))).toBe(refused)
  expect(await orWrongLocation(unreachable, noSuchHost, 'eu-west-1', trials(false))).toBe(unreachable)
})

test('tries nothing for other failures, and nothing at home', async () => {
  const none = trials(true)
  const full = new AppError('cloud.capacity', {
    message: 'full',
    details: { cloudCode: 'InsufficientInstanceCapacity' },
  })
  const cut = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  expect(await orWrongLocation(full, full, 'eu-west-1', none)).toBe(full)
  expect(await orWrongLocation(unreachable, cut, 'eu-west-1', none)).toBe(unreachable)
  expect(await orWrongLocation(refused, refused, 'us-east-1', none)).toBe(refused)
  expect(none.tried).toEqual([])
})
