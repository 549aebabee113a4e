import type { PriceList } from '../../../shared/model/clouds.ts'
import type { CallOptions } from './call-options.ts'

/** What a cloud asks for what it offers. */
export interface CloudPrices {
  /**
   * The on-demand prices of a location, all pages. Throws as the provider's other calls do; a list without any price is
   * `cloud.bad_answer`.
   */
  onDemand(location: string, options?: CallOptions): Promise<Omit<PriceList, 'asOf'>>
}
