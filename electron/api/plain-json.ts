import { mapEventIterator } from '@orpc/client'

/** A value that `JSON.stringify` may take as it is. oRPC's codec lets objects of a class through. */
class PlainJson {
  readonly #value: object

  constructor(value: object) {
    this.#value = value
  }

  toJSON(): object {
    return this.#value
  }
}

/**
 * For transports that write JSON: what the contract's methods answer was checked to be plain JSON, so the codec need not copy
 * it field by field to look for dates, sets and files. On the change feed that costs several times the writing itself.
 */
export async function answerPlainJson({ next }: { next: () => Promise<unknown> }): Promise<unknown> {
  const answer = await next()
  if (!isStream(answer)) return asPlainJson(answer)
  return mapEventIterator(answer, {
    value: (item) => Promise.resolve(asPlainJson(item)),
    error: (error) => Promise.resolve(error),
  })
}

function asPlainJson(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? new PlainJson(value) : value
}

function isStream(answer: unknown): answer is AsyncIteratorObject<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer
}
