/**
 * The designs of one noun. Items are frozen and whole; what a write hands in is validated and copied. A write that has
 * resolved is on disk; one that rejects (`input.invalid`, `state.disk_full`, `state.unwritable`) changed nothing.
 */
export interface Collection<T extends { id: string }> {
  /** All items, by id. */
  list(): Promise<T[]>
  get(id: string): Promise<T | undefined>
  /** Adds the item or replaces the one of its id. */
  put(item: T): Promise<void>
  /** Nothing happens when there is no such item. */
  remove(id: string): Promise<void>
}
