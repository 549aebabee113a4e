/** An answer that is not the cloud's: HTML of a proxy, an empty or cut off body, XML that does not hold together. */
export class BadAnswer extends Error {
  constructor(what: string) {
    super(what)
    this.name = 'BadAnswer'
  }
}
