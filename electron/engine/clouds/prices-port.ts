import type { PriceList } from '../../../shared/model/clouds.ts'
import type { CallOptions } from './call-options.ts'

/** What a cloud asks for what it offers. */
export interface PricesPort {
  /** The on-demand prices of a location. A list without any price is `cloud.bad_answer`. */
  list(location: string, options?: CallOptions): Promise<Omit<PriceList, 'asOf'>>
}
