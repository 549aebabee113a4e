import { faultsOfIssues } from '../../../../shared/logic/documents/zod-faults.ts'
import { AppError } from '../../../../shared/model/errors.ts'
import { FarmInput } from '../../../../shared/model/farms.ts'

/** Why a draft is no design yet, with its faults by path as the designer knows them; null when the engine can take it. */
export function whyUnsavable(input: unknown): AppError | null {
  const parsed = FarmInput.safeParse(input)
  if (parsed.success) return null
  const faults = faultsOfIssues(parsed.error.issues)
  return new AppError('input.invalid', {
    message: 'The design is not complete yet. Mend what is named here; it is kept on this machine meanwhile.',
    details: { faults },
  })
}
