import type { Catalog } from '../../../shared/model/clouds.ts'

/** What was last fetched from a cloud, for work without a network. */
export interface CatalogRepository {
  get(cloudId: string, location: string): Promise<Catalog | undefined>
  put(catalog: Catalog): Promise<void>
  removeOfCloud(cloudId: string): Promise<void>
}
