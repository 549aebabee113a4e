import type { CheckedRole, Tell } from './checked-role.ts'
import { templateFault } from './template-checks.ts'

const BURSTABLE = /^t(?:2|3|3a|4g)\./
const PROFILE_NAME = /^[\w+=,.@-]{1,128}$/
const PROFILE_ARN = /^arn:aws[\w-]*:iam::\d{12}:instance-profile\/[\w+=,.@/-]+$/

/** Whether a type earns and spends CPU credits; unknown types count as they are named. */
export function isBurstable(instanceType: string): boolean {
  return BURSTABLE.test(instanceType)
}

/** What EC2 refuses of a launch (EC2 User Guide: Spot Instances, Dedicated Instances, burstable instances). */
export function checkCloudFeatures({ values, types }: CheckedRole, tell: Tell): void {
  const { cloudFeatures: asked, instanceType } = values
  const at = (field: keyof typeof asked, message: string): void => tell(['cloudFeatures', field], message)
  const template = templateFault(asked.nameTemplate, 'name')
  if (template !== null) at('nameTemplate', template)
  const profile = asked.iamInstanceProfile
  if (profile !== null && !PROFILE_NAME.test(profile) && !PROFILE_ARN.test(profile)) {
    at(
      'iamInstanceProfile',
      'Give the name of an instance profile, or its ARN (arn:aws:iam::…:instance-profile/…).',
    )
  }
  if (asked.spot && asked.terminationProtection) {
    at('terminationProtection', 'EC2 does not protect spot servers against termination; switch this off.')
  }
  if (asked.cpuCredits !== null && instanceType !== '' && !isBurstable(instanceType)) {
    at('cpuCredits', `${instanceType} has no CPU credits; only t2, t3, t3a and t4g types have.`)
  }
  const vcpus = types.get(instanceType)?.vcpus
  if (asked.cpu !== null && instanceType.startsWith('t2.')) {
    at('cpu', 'EC2 has no CPU options for t2 types; choose another type, or leave them empty.')
  } else if (
    asked.cpu !== null &&
    vcpus !== undefined &&
    asked.cpu.cores * asked.cpu.threadsPerCore > vcpus
  ) {
    const { cores, threadsPerCore } = asked.cpu
    at(
      'cpu',
      `${cores} cores with ${threadsPerCore} threads each are more than the ${vcpus} vCPUs of ${instanceType}.`,
    )
  }
  if (asked.tenancy === 'dedicated' && instanceType.startsWith('t2.')) {
    at('tenancy', 'EC2 has no dedicated hardware for t2 types; choose another type, or shared hardware.')
  }
}
