import { CloudError } from '../http/cloud-error.ts'
import type { Params } from '../http/params.ts'
import type { VolumeRecord } from '../state/records.ts'

interface TypeLimits {
  minGib: number
  maxGib: number
  /** Lowest, highest and usual operations a second; none: they follow from the size. */
  iops?: { min: number; max: number; usual: number | undefined }
  throughput?: { min: number; max: number; usual: number }
}

/** EC2 User Guide, "Amazon EBS volume types". */
const limitsOf: Readonly<Record<string, TypeLimits>> = {
  gp3: {
    minGib: 1,
    maxGib: 65_536,
    iops: { min: 3_000, max: 80_000, usual: 3_000 },
    throughput: { min: 125, max: 2_000, usual: 125 },
  },
  gp2: { minGib: 1, maxGib: 16_384 },
  io1: { minGib: 4, maxGib: 16_384, iops: { min: 100, max: 64_000, usual: undefined } },
  io2: { minGib: 4, maxGib: 65_536, iops: { min: 100, max: 256_000, usual: undefined } },
  st1: { minGib: 125, maxGib: 16_384 },
  sc1: { minGib: 125, maxGib: 16_384 },
  standard: { minGib: 1, maxGib: 1_024 },
}

type Settings = Pick<VolumeRecord, 'sizeGib' | 'type' | 'iops' | 'throughput'>

/** The settings that a call names over those that are given. Throws `InvalidParameterValue` and others as EC2 does. */
export function volumeSettings(
  params: Params,
  before: { sizeGib: number | undefined; type: string; iops: number | null; throughput: number | null },
  names: { size: string; type: string },
): Settings {
  const type = params.text(names.type) ?? before.type
  const limits = limitsOf[type]
  if (!limits) {
    throw new CloudError(
      'InvalidParameterValue',
      `Value (${type}) for parameter volumeType is invalid. Unknown volume type.`,
    )
  }
  const sizeGib = params.integer(names.size, { min: 1, max: 1_000_000 }) ?? before.sizeGib
  if (sizeGib === undefined) {
    throw new CloudError('MissingParameter', 'The request must contain the parameter size/snapshot')
  }
  if (sizeGib < limits.minGib || sizeGib > limits.maxGib) {
    throw new CloudError(
      'InvalidParameterValue',
      `Volume of ${sizeGib}GiB is not in the range of ${limits.minGib}GiB to ${limits.maxGib}GiB for volume type ${type}.`,
    )
  }
  const isSameType = type === before.type
  return {
    sizeGib,
    type,
    iops: numberOf(params, 'Iops', type, limits.iops, isSameType ? before.iops : null),
    throughput: numberOf(
      params,
      'Throughput',
      type,
      limits.throughput,
      isSameType ? before.throughput : null,
    ),
  }
}

function numberOf(
  params: Params,
  name: 'Iops' | 'Throughput',
  type: string,
  limits: { min: number; max: number; usual: number | undefined } | undefined,
  before: number | null,
): number | null {
  const given = params.integer(name, { min: 1, max: 1_000_000 })
  const word = name.toLowerCase()
  if (!limits) {
    if (given === undefined) return null
    throw new CloudError(
      'InvalidParameterCombination',
      `The parameter ${word} is not supported for ${type} volumes.`,
    )
  }
  const value = given ?? before ?? limits.usual
  if (value === undefined) {
    throw new CloudError('MissingParameter', `The parameter ${word} must be specified for ${type} volumes.`)
  }
  if (value >= limits.min && value <= limits.max) return value
  throw new CloudError(
    'InvalidParameterValue',
    `Volume ${word} of ${value} is not in the range of ${limits.min} to ${limits.max} for volume type ${type}.`,
  )
}
