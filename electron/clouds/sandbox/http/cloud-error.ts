/** A refusal in EC2's terms: its code, its sentence, its HTTP status. */
export class CloudError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.name = 'CloudError'
    this.code = code
    this.status = status
  }
}
