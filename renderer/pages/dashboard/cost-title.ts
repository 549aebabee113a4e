import type { Cost } from '../../../shared/logic/plan/farm-cost.ts'
import { absoluteTime } from '../../components/status/time-words.ts'

/** Where a cost comes from, for who points at it. */
export function costTitle({ asOf, unknown, amounts }: Cost): string {
  const lines = [asOf === null ? 'Estimate' : `Estimate, prices of ${absoluteTime(asOf)}`]
  if (unknown.length > 0) lines.push(`Without a known price: ${unknown.join(', ')}`)
  if (amounts.some(({ currency }) => currency === 'XTS')) lines.push('XTS is play money: nothing is paid')
  return lines.join('\n')
}
