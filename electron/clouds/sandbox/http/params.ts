import { CloudError } from './cloud-error.ts'

/** The parameters of a call: `Filter.1.Value.2=x`, read by name and by position. */
export class Params {
  readonly #entries: ReadonlyMap<string, string>

  private constructor(entries: ReadonlyMap<string, string>) {
    this.#entries = entries
  }

  static ofForm(body: string): Params {
    return new Params(new Map(new URLSearchParams(body)))
  }

  /** A JSON document by the same names: `Filters.1.Field`. Throws `SerializationException` for what is none. */
  static ofJson(body: string): Params {
    const entries = new Map<string, string>()
    const add = (name: string, value: unknown): void => {
      if (Array.isArray(value)) value.forEach((item, at) => add(`${name}.${at + 1}`, item))
      else if (typeof value === 'object' && value !== null) {
        for (const [key, inner] of Object.entries(value)) add(name === '' ? key : `${name}.${key}`, inner)
      } else if (typeof value === 'string') entries.set(name, value)
      else if (typeof value === 'number' || typeof value === 'boolean') entries.set(name, String(value))
    }
    try {
      add('', JSON.parse(body))
    } catch {
      throw new CloudError('SerializationException', 'The request is no JSON.')
    }
    return new Params(entries)
  }

  /** The value, or undefined when it is not given or empty. */
  text(name: string): string | undefined {
    const value = this.#entries.get(name)
    return value === '' ? undefined : value
  }

  /** Throws `MissingParameter`. */
  required(name: string): string {
    const value = this.text(name)
    if (value !== undefined) return value
    throw new CloudError('MissingParameter', `The request must contain the parameter ${name}`)
  }

  /** Throws `InvalidParameterValue` when it is no whole number or not between the limits. */
  integer(name: string, limits: { min: number; max: number }): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    if (number >= limits.min && number <= limits.max) return number
    throw new CloudError(
      'InvalidParameterValue',
      `Value (${value}) for parameter ${name} is invalid. Expecting a whole number between ${limits.min} and ${limits.max}.`,
    )
  }

  /** Throws `InvalidParameterValue` when it is neither true nor false. */
  flag(name: string): boolean | undefined {
    const value = this.text(name)
    if (value === undefined || value === 'true' || value === 'false') {
      return value === undefined ? undefined : value === 'true'
    }
    throw new CloudError(
      'InvalidParameterValue',
      `Value (${value}) for parameter ${name} is invalid. Expecting true or false.`,
    )
  }

  /** `Name.1`, `Name.2`, … in order. */
  list(name: string): string[] {
    return this.#positions(name).flatMap((position) => {
      const value = this.#entries.get(`${name}.${position}`)
      return value === undefined ? [] : [value]
    })
  }

  /** `Name.1.…`, `Name.2.…` in order, each with its own names. */
  groups(name: string): Params[] {
    return this.#positions(name).map((position) => this.within(`${name}.${position}`))
  }

  /** What begins with `Name.`, by the rest of the name. */
  within(name: string): Params {
    const prefix = `${name}.`
    const inner = [...this.#entries]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]): [string, string] => [key.slice(prefix.length), value])
    return new Params(new Map(inner))
  }

  /** Whether anything is given by this name or below it. */
  has(name: string): boolean {
    return [...this.#entries.keys()].some((key) => key === name || key.startsWith(`${name}.`))
  }

  /** All of it in one spelling, to compare two calls. */
  canonical(): string {
    return JSON.stringify([...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  #positions(name: string): number[] {
    const prefix = `${name}.`
    const found = new Set<number>()
    for (const key of this.#entries.keys()) {
      const position = key.startsWith(prefix) ? /^\d+/.exec(key.slice(prefix.length))?.[0] : undefined
      if (position !== undefined) found.add(Number(position))
    }
    return [...found].sort((a, b) => a - b)
  }
}
