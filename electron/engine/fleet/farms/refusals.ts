import { AppError, type Fault } from '../../../../shared/model/errors.ts'
import type { Farm, FarmDesign, FarmInput, FarmState } from '../../../../shared/model/farms.ts'

/** A refusal of a design, with its first fault in the sentence and all of them in the details. */
export function refusal(
  what: string,
  faults: Fault[],
  code: 'input.invalid' | 'farm.invalid' = 'input.invalid',
): AppError {
  const [first] = faults
  const words = first ? `: ${first.path}: ${first.message}` : '.'
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  return new AppError(code, { message: `${what}${words}${more}`, details: { faults } })
}

/** Throws `farm.locked` with who locked the farm, and why. */
export function refuseLocked(farm: Farm): void {
  const { lock } = farm.state
  if (!lock) return
  throw new AppError('farm.locked', {
    message: `“${farm.name}” is locked by ${lock.by}: ${lock.comment}. Unlock it first.`,
  })
}

export function wrongStatus(farm: Farm, verb: string, needed: string): AppError {
  return new AppError('farm.wrong_status', {
    message: `“${farm.name}” is ${farm.state.status}; only a ${needed} farm can be ${verb}.`,
  })
}

/** A design in the form in which a person gives it. */
export function inputOf(design: FarmDesign & { state?: FarmState }): FarmInput {
  const { id: _id, createdAt: _made, updatedAt: _changed, state: _state, ...input } = design
  return input
}
