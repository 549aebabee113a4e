import type { Clock } from '../../../engine/ports.ts'
import { SandboxFault, type SandboxFaultInput } from './fault.ts'

type Once = Extract<SandboxFault, { kind: 'instance' | 'remove-tags' }>
export type Lasting = Exclude<SandboxFault, Once>
type OfKind<Kind extends Lasting['kind']> = Extract<Lasting, { kind: Kind }>

interface Active {
  fault: Lasting
  callsLeft: number
  until: number
}

interface SandboxFaultsOptions {
  clock: Clock
  /** Makes what happens once happen. */
  once: (fault: Once) => Promise<void>
}

/** What goes wrong in the Sandbox when it is told to, and how often it was called. */
export class SandboxFaults {
  readonly #options: SandboxFaultsOptions
  #active: Active[] = []
  readonly #calls = new Map<string, number>()

  constructor(options: SandboxFaultsOptions) {
    this.#options = options
  }

  /** Switches a fault on; one that happens once has happened when this resolves. Throws a ZodError for none. */
  async inject(input: SandboxFaultInput): Promise<void> {
    const fault = SandboxFault.parse(input)
    if (fault.kind === 'instance' || fault.kind === 'remove-tags') {
      await this.#options.once(fault)
      return
    }
    this.#active.push({
      fault,
      callsLeft: fault.calls ?? Number.POSITIVE_INFINITY,
      until: this.#options.clock.monotonic() + (fault.forMs ?? Number.POSITIVE_INFINITY),
    })
  }

  /** Switches all faults off. */
  clear(): void {
    this.#active = []
  }

  /** Number of calls of each action since the start, refused ones included. */
  calls(): Record<string, number> {
    return Object.fromEntries(this.#calls)
  }

  /** For the Sandbox itself: counts a call. */
  count(action: string): void {
    this.#calls.set(action, (this.#calls.get(action) ?? 0) + 1)
  }

  /** For the Sandbox itself: the first active fault of this kind that fits, used up by one call. */
  take<Kind extends Lasting['kind']>(
    kind: Kind,
    fits: (fault: OfKind<Kind>) => boolean = () => true,
  ): OfKind<Kind> | undefined {
    const now = this.#options.clock.monotonic()
    this.#active = this.#active.filter((active) => active.callsLeft > 0 && now < active.until)
    for (const active of this.#active) {
      const { fault } = active
      if (!isKind(fault, kind) || !fits(fault)) continue
      active.callsLeft -= 1
      return fault
    }
    return undefined
  }
}

function isKind<Kind extends Lasting['kind']>(fault: Lasting, kind: Kind): fault is OfKind<Kind> {
  return fault.kind === kind
}
