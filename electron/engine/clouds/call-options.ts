/** What any call to a cloud takes besides its own input; always the last argument. */
export interface CallOptions {
  signal?: AbortSignal
}

/** A tag that is looked for. */
export interface CloudTag {
  key: string
  value: string
}

/** CloudTags by their keys. */
export type CloudTags = Readonly<Record<string, string>>
