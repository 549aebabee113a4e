import type { LaunchReason, TerminateReason } from '../../model/servers.ts'

/** Why a server was launched, in words that follow “because”. */
const LAUNCH_REASON_WORDS: Readonly<Record<LaunchReason, string>> = {
  replacement: 'a server was lost',
  'scaling-up': 'the farm role keeps more servers',
  'farm-launched': 'the farm was launched',
  manual: 'a person asked for it',
  'manual-api': 'a program or the command line asked for it',
  'image-rollout': 'its farm role got another image',
  imported: 'a person imported it from the cloud',
}

/**
 * The reference's codes (4.3). It knows no code of its own for the replacement of a lost server: that is the farm role
 * scaling up to its minimum again.
 */
export const LAUNCH_REASON_CODES: Readonly<Record<LaunchReason, number>> = {
  'image-rollout': 1,
  'scaling-up': 2,
  replacement: 2,
  'farm-launched': 3,
  'manual-api': 4,
  manual: 5,
  imported: 5,
}

/** Why a server was terminated, in words that follow “because”. */
export const TERMINATE_REASON_WORDS: Readonly<Record<TerminateReason, string>> = {
  'farm-role-removed': 'its farm role was removed from the farm',
  'launch-timeout': 'it did not come up in time',
  'scaling-down': 'the farm role keeps fewer servers',
  manual: 'a person asked for it',
  'manual-api': 'a program or the command line asked for it',
  'farm-terminated': 'the farm was terminated',
  'farm-suspended': 'the farm was suspended, and this server cannot be',
  'image-rollout': 'a new server took its place',
  'rolled-back': 'the change of its image was taken back',
  unhealthy: 'it did not answer, and the health rule of its farm role replaces it',
  crashed: 'the cloud terminated it, or it is no longer there',
}

/** The reference's codes (4.3); a suspended farm keeps no server that cannot be suspended, which is scaling down. 17 is our own. */
export const TERMINATE_REASON_CODES: Readonly<Record<TerminateReason, number>> = {
  'farm-role-removed': 4,
  'launch-timeout': 5,
  'scaling-down': 8,
  'rolled-back': 9,
  manual: 10,
  'manual-api': 11,
  'farm-terminated': 13,
  'farm-suspended': 8,
  'image-rollout': 14,
  unhealthy: 17,
  crashed: 16,
}

/** `the farm was launched (code 3)`. */
export function launchReasonText(reason: LaunchReason): string {
  return `${LAUNCH_REASON_WORDS[reason]} (code ${LAUNCH_REASON_CODES[reason]})`
}

/** `a person asked for it (code 10)`. */
export function terminateReasonText(reason: TerminateReason): string {
  return `${TERMINATE_REASON_WORDS[reason]} (code ${TERMINATE_REASON_CODES[reason]})`
}

/** Who had it launched: a person who launched it or its farm, or Farmhand by itself. */
export function launchedBy(reason: LaunchReason): 'a person' | 'a program' | 'Farmhand' {
  if (reason === 'manual-api') return 'a program'
  return reason === 'manual' || reason === 'farm-launched' || reason === 'imported' ? 'a person' : 'Farmhand'
}
