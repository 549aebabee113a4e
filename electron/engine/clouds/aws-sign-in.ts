import type { z } from 'zod'
import { AppError } from '../../../shared/model/errors.ts'
import type { AddAwsCloud, AwsCredentials } from '../../../shared/model/clouds.ts'
import { Secret } from '../../../shared/model/secret.ts'

/**
 * How AWS is signed in to, by a profile or by keys, and the secret that is to be kept for it. Throws `input.invalid` when both
 * or neither are given.
 */
export function awsSignIn({
  profile,
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: z.output<typeof AddAwsCloud>): { credentials: AwsCredentials; secret: Secret | null } {
  if (profile !== undefined && accessKeyId === undefined) {
    return { credentials: { kind: 'profile', profile }, secret: null }
  }
  if (profile === undefined && accessKeyId !== undefined && secretAccessKey !== undefined) {
    const secret = new Secret(JSON.stringify({ secretAccessKey, sessionToken }))
    return { credentials: { kind: 'keys', accessKeyId }, secret }
  }
  throw new AppError('input.invalid', {
    message: 'Give either a profile of ~/.aws, or an access key id with its secret access key.',
    details: {
      faults: [{ path: 'profile', message: 'Give a profile, or accessKeyId and secretAccessKey.' }],
    },
  })
}
