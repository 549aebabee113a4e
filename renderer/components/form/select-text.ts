/** Selects what a search field holds when it gets the focus, so that typing begins a new search. */
export function selectText(event: FocusEvent): void {
  const { target } = event
  // The click that gave the focus still sets the caret after this event.
  if (target instanceof HTMLInputElement) setTimeout(() => target.select())
}
