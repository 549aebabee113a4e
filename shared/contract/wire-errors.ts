import { AppError, ErrorInfo, toAppError } from '../model/errors.ts'

/**
 * What a client makes of anything that a call threw: an error that the engine sent carries its `ErrorInfo` as `data`;
 * everything else becomes `internal` with its own message.
 */
export function errorFromWire(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (typeof thrown === 'object' && thrown !== null && 'data' in thrown) {
    const info = ErrorInfo.safeParse(thrown.data)
    if (info.success) return AppError.from(info.data)
  }
  return toAppError(thrown)
}
