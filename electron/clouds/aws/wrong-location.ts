import { AppError } from '../../../shared/model/errors.ts'

/** Codes that EC2 gives for bad keys, and for good keys in a region that the account does not use. */
const MAYBE_WRONG_REGION: ReadonlySet<string> = new Set([
  'AuthFailure',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
])

/** What is tried to tell a wrong region from wrong keys or a network that is down. */
export interface RegionTrials {
  /** Do the keys sign in where every account of the partition may? */
  signsIn(region: string): Promise<boolean>
  /** Does the name resolve? */
  resolves(host: string): Promise<boolean>
}

/**
 * AWS does not say that a region is wrong: the name of one that does not exist does not resolve, and one that the account
 * does not use refuses its keys. Answers `cloud.wrong_location` for those, and the error itself otherwise. `thrown` is what
 * the error was made of.
 */
export async function orWrongLocation(
  error: AppError,
  thrown: unknown,
  location: string,
  trials: RegionTrials,
): Promise<AppError> {
  const home = homeRegion(location)
  if (home === location) return error
  const { cloudCode } = error.details
  const isWrong =
    cloudCode !== undefined && MAYBE_WRONG_REGION.has(cloudCode)
      ? await trials.signsIn(home)
      : isUnknownHost(thrown) && (await trials.resolves(hostOf(home)))
  if (!isWrong) return error
  return new AppError('cloud.wrong_location', {
    message: `There is no region ${location}, or the account does not use it. Check its name, or enable it for the account.`,
    details: error.details,
    cause: error,
  })
}

/** A region that every account of the partition uses. */
function homeRegion(location: string): string {
  if (location.startsWith('cn-')) return 'cn-north-1'
  return location.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1'
}

function hostOf(region: string): string {
  return `ec2.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
}

function isUnknownHost(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOTFOUND'
}
