/** The most values of one filter (EC2 User Guide, "Filtering considerations": 200 filter values). */
export const FILTER_VALUES_MAX = 200

/** A filter's value that matches itself only: `*`, `?` and `\` mean something in a filter. */
export function literal(value: string): string {
  return value.replace(/[*?\\]/g, '\\$&')
}

/** The list in parts of at most `size`. */
export function slices<T>(all: readonly T[], size: number): T[][] {
  const parts: T[][] = []
  for (let at = 0; at < all.length; at += size) parts.push(all.slice(at, at + size))
  return parts
}
