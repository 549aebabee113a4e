/** What the stand-in tells the test, one JSON object a line on standard output. */
export type Report =
  | { kind: 'window'; cdp: string; options: Record<string, unknown> }
  | { kind: 'opened-externally'; url: string }
  | { kind: 'error-box'; title: string; content: string }
  | { kind: 'menu'; roles: string[] }
  | { kind: 'focused' }
  | { kind: 'second-instance' }

export function report(fact: Report): void {
  process.stdout.write(`${JSON.stringify(fact)}\n`)
}
