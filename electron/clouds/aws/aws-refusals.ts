import type { CloudRefusal } from '../../../shared/model/errors.ts'

/** EC2's codes (EC2 API Reference, "Error codes for the Amazon EC2 API"), some of which mean it of one call only. */
const REFUSALS: readonly { action?: string; codes: readonly string[]; refusal: CloudRefusal }[] = [
  { codes: ['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException'], refusal: 'unauthorized' },
  { action: 'TerminateInstances', codes: ['OperationNotPermitted'], refusal: 'protected' },
  { codes: ['IncorrectInstanceState'], refusal: 'wrong-state' },
  { codes: ['InvalidSnapshot.InUse'], refusal: 'in-use' },
  { codes: ['InvalidAMIName.Duplicate'], refusal: 'name-taken' },
  {
    action: 'ImportKeyPair',
    codes: ['InvalidKey.Format', 'InvalidParameterValue', 'UnsupportedOperation'],
    refusal: 'key-type',
  },
]

/** What a refusal of EC2's means to us; undefined for one by which nothing is decided. */
export function refusalOf(action: string, code: string): CloudRefusal | undefined {
  return REFUSALS.find((one) => (one.action ?? action) === action && one.codes.includes(code))?.refusal
}
