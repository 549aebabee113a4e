/** What any call to a cloud takes besides its own input. */
export interface CallOptions {
  signal?: AbortSignal
}
