/** Rung when what is wanted has changed (a design, a person's wish): whoever makes the clouds equal to it looks at once. */
export class Bell {
  readonly #listeners: (() => void)[] = []

  ring(): void {
    for (const listener of this.#listeners) listener()
  }

  onRing(listener: () => void): void {
    this.#listeners.push(listener)
  }
}
