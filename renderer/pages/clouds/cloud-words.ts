import type { ApiUse } from '../../../shared/model/cloud-activity.ts'
import { mdiAlertCircle, mdiCheckCircle, mdiHelpCircleOutline } from '@mdi/js'
import type { StatusLook } from '../../components/status/status-looks.ts'
import type { AwsProfile, Cloud, CloudLocationHealth } from '../../../shared/model/clouds.ts'

const healthLooks: Readonly<Record<CloudLocationHealth['state'], StatusLook>> = {
  reachable: { word: 'Reachable', color: 'success', icon: mdiCheckCircle, busy: false },
  failing: { word: 'Failing', color: 'error', icon: mdiAlertCircle, busy: false },
  unknown: { word: 'Not asked yet', color: 'quiet', icon: mdiHelpCircleOutline, busy: false },
}

/** How the health of a location looks. */
export function healthLook(state: CloudLocationHealth['state']): StatusLook {
  return healthLooks[state]
}

/** How a cloud signs in, in words. */
export function signInWords(cloud: Cloud): string {
  if (!('credentials' in cloud)) return cloud.traits.summary ?? ''
  return cloud.credentials.kind === 'profile'
    ? `Profile “${cloud.credentials.profile}” of ~/.aws`
    : `Access key ${cloud.credentials.accessKeyId}, its secret in the vault`
}

const profileKinds: Readonly<Record<AwsProfile['kind'], string>> = {
  keys: 'access keys',
  sso: 'single sign-on',
  'assume-role': 'assumed role',
  process: 'credential process',
  'web-identity': 'web identity',
  other: 'other',
}

/** `single sign-on · eu-central-1`. */
export function profileWords(profile: AwsProfile): string {
  return [profileKinds[profile.kind], profile.region].filter(Boolean).join(' · ')
}

/** What is used of the calls that the cloud allows: `12 calls in the last minute, all of the budget left`. */
export function callWords({ callsLastMinute, tightest }: ApiUse): string {
  const calls = `${String(callsLastMinute)} ${callsLastMinute === 1 ? 'call' : 'calls'} in the last minute`
  if (tightest === null) return calls
  return `${calls}, ${String(tightest.left)} of ${String(tightest.capacity)} ${tightest.action} left`
}
