import type { ElasticIp } from '../../../../shared/model/elastic-ips.ts'
import { RecordRows, type RowParts } from './record-rows.ts'
import { elasticIps } from './tables.ts'

/** Elastic IPs of farms; one a farm role and server index. */
export class ElasticIpRows extends RecordRows<ElasticIp> {
  constructor(parts: RowParts) {
    super(parts, elasticIps)
  }

  /** By index. */
  ofFarm(farmId: string): Promise<ElasticIp[]> {
    return this.read(() => this.select('WHERE farm_id = ? ORDER BY idx', farmId))
  }
}
