const storageKey = 'farmhand.token'

/**
 * The token of the headless host: taken out of the address (`#token=…`) when it is there, kept for this tab only, null when
 * there is none. The address is cleaned at once, so that the token stays out of history and screenshots.
 */
export function takeToken(): string | null {
  const match = /^#\/?\??token=([\w-]+)/.exec(location.hash)
  const given = match?.[1]
  if (given !== undefined) {
    sessionStorage.setItem(storageKey, given)
    history.replaceState(history.state, '', `${location.pathname}${location.search}#/`)
  }
  return given ?? sessionStorage.getItem(storageKey)
}

/** Keeps a token that a person typed. */
export function keepToken(token: string): void {
  sessionStorage.setItem(storageKey, token)
}
