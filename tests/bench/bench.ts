/** One measured figure, beside the peer or limit of the same run. */
export interface Figure {
  /** What was measured: "100 servers launched". */
  what: string
  value: number
  unit: string
  /** What it is held against, measured in the same run; null for a figure that only illustrates. */
  peer: { name: string; value: number } | null
  /** value / peer (or the plain value where there is no peer) must be at most this, or at least this with `atLeast`. */
  target: { limit: number; of: 'ratio' | 'value'; atLeast?: boolean } | null
}

interface BenchContext {
  /** Fewer servers, fewer rounds: to see that a bench runs. */
  quick: boolean
  /** Counted rounds; the median is reported. */
  rounds: number
}

/** A file of tests/bench/*.bench.ts exports one of these as default. */
export interface Bench {
  name: string
  run(context: BenchContext): Promise<Figure[]>
}

/** The middle value; of an even count, the lower middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  if (middle === undefined) throw new Error('There is no median of nothing.')
  return middle
}

/** CPU seconds of this process that `work` took, with its wall seconds. */
export async function measure<T>(
  work: () => Promise<T>,
): Promise<{ cpuS: number; wallS: number; result: T }> {
  const cpu = process.cpuUsage()
  const started = performance.now()
  const result = await work()
  const wallS = (performance.now() - started) / 1000
  const used = process.cpuUsage(cpu)
  return { cpuS: (used.user + used.system) / 1e6, wallS, result }
}

/** ratio to the peer, or null without one. */
export function ratioOf(figure: Figure): number | null {
  return figure.peer === null ? null : figure.value / figure.peer.value
}

/** Whether the figure reaches its target; null where there is none. */
export function isReached(figure: Figure): boolean | null {
  if (figure.target === null) return null
  const measured = figure.target.of === 'ratio' ? ratioOf(figure) : figure.value
  if (measured === null) return null
  return figure.target.atLeast ? measured >= figure.target.limit : measured <= figure.target.limit
}
