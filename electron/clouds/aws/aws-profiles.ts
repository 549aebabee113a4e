import { AppError } from '../../../shared/model/errors.ts'
import type { AwsProfile } from '../../../shared/model/clouds.ts'
import { type AwsHome, awsFilePaths, type ProfileSettings, readAwsProfiles } from './aws-config-files.ts'

/**
 * The profiles of `~/.aws/config` and `~/.aws/credentials`: name, region and how they sign in; never a secret. `default`
 * comes first, then by name. Throws `cloud.credentials` when a file cannot be read.
 */
export async function listAwsProfiles(home: AwsHome): Promise<AwsProfile[]> {
  const profiles = await profilesOf(home)
  return [...profiles]
    .map(([name, settings]) => ({
      name,
      region: settings['region'] ?? null,
      kind: profileKind(settings),
    }))
    .sort((a, b) => Number(b.name === 'default') - Number(a.name === 'default') || (a.name < b.name ? -1 : 1))
}

/** How a profile signs in, decided in the order in which the AWS SDK decides. */
function profileKind(settings: ProfileSettings): AwsProfile['kind'] {
  const has = (key: string): boolean => settings[key] !== undefined
  if (has('role_arn') && (has('source_profile') || has('credential_source'))) return 'assume-role'
  if (has('aws_access_key_id') && has('aws_secret_access_key')) return 'keys'
  if (has('role_arn') && has('web_identity_token_file')) return 'web-identity'
  if (has('credential_process')) return 'process'
  if (['sso_session', 'sso_start_url', 'sso_account_id'].some(has)) return 'sso'
  return 'other'
}

/** What signing in with a profile goes through. */
export interface ProfileFacts {
  kind: AwsProfile['kind']
  region: string | null
  /** The profile whose SSO session signs in: this one, or one that its role is assumed from. */
  ssoProfile: string | null
  /** The profile of the chain whose credentials come from a metadata service, which Farmhand never asks. */
  metadataProfile: string | null
}

/** Follows a profile to where its credentials come from. Throws `cloud.credentials` when there is no such profile. */
export async function profileFacts(home: AwsHome, name: string): Promise<ProfileFacts> {
  const profiles = await profilesOf(home)
  const first = profiles.get(name)
  if (!first) {
    const { config, credentials } = awsFilePaths(home)
    throw new AppError('cloud.credentials', {
      message: `There is no profile “${name}” in ${config} or ${credentials}. Make it with aws configure, or choose another.`,
    })
  }
  const facts: ProfileFacts = {
    kind: profileKind(first),
    region: first['region'] ?? null,
    ssoProfile: null,
    metadataProfile: null,
  }
  const seen = new Set<string>()
  for (let at: string | undefined = name; at !== undefined && !seen.has(at);) {
    seen.add(at)
    const settings = profiles.get(at)
    if (!settings) break
    if (profileKind(settings) === 'sso') facts.ssoProfile = at
    const source = settings['credential_source']?.toLowerCase()
    if (source === 'ec2instancemetadata' || source === 'ecscontainer') facts.metadataProfile = at
    at = settings['source_profile']
  }
  return facts
}

async function profilesOf(home: AwsHome): Promise<Map<string, ProfileSettings>> {
  try {
    return await readAwsProfiles(home)
  } catch (thrown) {
    const { config, credentials } = awsFilePaths(home)
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new AppError('cloud.credentials', {
      message: `The profiles in ${config} and ${credentials} cannot be read: ${why}`,
      cause: thrown,
    })
  }
}
