import type { Catalog } from '../../../shared/model/clouds.ts'
import { toAppError } from '../../../shared/model/errors.ts'
import type { Clock } from '../ports.ts'
import type { CloudProvider } from './cloud-provider.ts'

/** List prices change a few times a year; a list older than this is fetched again. */
const MAX_AGE_MS = 7 * 24 * 3_600_000
/** The price list has an endpoint of its own; one that cannot be reached holds up the rest of the catalogue no longer. */
const MAX_WAIT_MS = 30_000

/**
 * The prices for a catalogue that is being fetched: those that are known while they are young, else the cloud's. When it does
 * not give them, the known ones stay with their date, and the answer says why.
 */
export async function freshPrices(
  provider: Pick<CloudProvider, 'prices'>,
  location: string,
  known: Catalog | undefined,
  options: { clock: Clock; signal?: AbortSignal; pricesMaxAgeMs?: number },
): Promise<Pick<Catalog, 'prices' | 'pricesProblem'>> {
  const { clock, signal, pricesMaxAgeMs = MAX_AGE_MS } = options
  const prices = known?.prices ?? null
  const asOf = new Date(clock.now()).toISOString()
  if (prices && clock.now() - Date.parse(prices.asOf) < pricesMaxAgeMs) return { prices, pricesProblem: null }
  const tooLong = AbortSignal.timeout(MAX_WAIT_MS)
  try {
    const list = await provider.prices.list(location, {
      signal: signal ? AbortSignal.any([signal, tooLong]) : tooLong,
    })
    return { prices: { ...list, asOf }, pricesProblem: null }
  } catch (thrown) {
    signal?.throwIfAborted()
    const why = tooLong.aborted
      ? `The price list did not come within ${MAX_WAIT_MS / 1000} seconds.`
      : toAppError(thrown).message
    return { prices, pricesProblem: why }
  }
}
