import { CloudError } from '../http/cloud-error.ts'
import type { Params } from '../http/params.ts'

/** The values that an item has under the name of a filter; undefined when there is no such filter. */
export type FilterValues<Item> = (item: Item, name: string) => readonly string[] | undefined

/**
 * Keeps what matches all filters of the call; a filter matches when one of its values does (`*` and `?` stand for any
 * text and any one character, and for themselves after a backslash). Throws `InvalidParameterValue` for a filter that does not exist.
 */
export function filtered<Item>(items: readonly Item[], params: Params, valuesOf: FilterValues<Item>): Item[] {
  const filters = params.groups('Filter').map((filter) => ({
    name: filter.required('Name'),
    patterns: filter.list('Value').map(patternOf),
  }))
  return items.filter((item) =>
    filters.every(({ name, patterns }) => {
      const values = valuesOf(item, name)
      if (values === undefined) {
        throw new CloudError('InvalidParameterValue', `The filter '${name}' is invalid`)
      }
      return values.some((value) => patterns.some((pattern) => pattern.test(value)))
    }),
  )
}

/** The filters that everything with tags has. */
export function tagValues(
  tags: Readonly<Record<string, string>>,
  name: string,
): readonly string[] | undefined {
  if (name === 'tag-key') return Object.keys(tags)
  if (name === 'tag-value') return Object.values(tags)
  if (!name.startsWith('tag:')) return undefined
  const value = tags[name.slice('tag:'.length)]
  return value === undefined ? [] : [value]
}

function patternOf(text: string): RegExp {
  const source = text.replace(/\\([*?\\])|[\\^$.*+?()[\]{}|]/g, (special, escaped?: string) => {
    if (escaped !== undefined) return `\\${escaped}`
    if (special === '*') return '[^]*'
    return special === '?' ? '[^]' : `\\${special}`
  })
  return new RegExp(`^${source}$`)
}
