import type { Fault } from '../../../shared/model/errors.ts'

/** The fault of a name that another one of its kind has already; `own` is the one that is edited. */
export function takenName(
  what: string,
  typed: string,
  all: readonly { id: string; name: string }[],
  own: { id: string } | null,
): Fault[] {
  const name = typed.trim()
  const isTaken = all.some((one) => one.id !== own?.id && one.name.toLowerCase() === name.toLowerCase())
  return isTaken
    ? [{ path: 'name', message: `There is ${what} named “${name}” already; choose another name.` }]
    : []
}
