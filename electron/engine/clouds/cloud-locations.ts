import { AppError } from '../../../shared/model/errors.ts'

/** Throws `input.invalid` when the cloud does not use the location. */
export function checkLocation(cloud: { name: string; locations: readonly string[] }, location: string): void {
  if (cloud.locations.includes(location)) return
  const message = `“${cloud.name}” does not use ${location}; it uses ${cloud.locations.join(', ')}.`
  throw new AppError('input.invalid', { message, details: { faults: [{ path: 'location', message }] } })
}
