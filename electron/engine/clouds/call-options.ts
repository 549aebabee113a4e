/** What any call to a cloud takes besides its own input; always the last argument. */
export interface CallOptions {
  signal?: AbortSignal
}

/** A tag that is looked for. */
export interface Tag {
  key: string
  value: string
}

/** Tags by their keys. */
export type Tags = Readonly<Record<string, string>>
