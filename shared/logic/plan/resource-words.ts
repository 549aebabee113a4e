import type { HeldResource } from '../../model/farm-resources.ts'

/** `Volume vol-1 (10 GiB gp3)`, `Address 203.0.113.7`. */
export function resourceWords({ kind, id, detail }: Pick<HeldResource, 'kind' | 'id' | 'detail'>): string {
  return kind === 'volume' ? `Volume ${id} (${detail})` : `Address ${detail}`
}

/** `2 volumes and 1 address`, or an empty text for none. */
export function countResources(held: readonly Pick<HeldResource, 'kind'>[]): string {
  const volumes = held.filter(({ kind }) => kind === 'volume').length
  const addresses = held.length - volumes
  return [
    volumes > 0 ? `${volumes} ${volumes === 1 ? 'volume' : 'volumes'}` : '',
    addresses > 0 ? `${addresses} ${addresses === 1 ? 'address' : 'addresses'}` : '',
  ]
    .filter(Boolean)
    .join(' and ')
}

/** How a kind leaves its cloud: a volume is deleted, an address released. */
export function goneWord(kind: HeldResource['kind']): 'deleted' | 'released' {
  return kind === 'volume' ? 'deleted' : 'released'
}
