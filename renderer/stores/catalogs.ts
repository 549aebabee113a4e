import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Catalog } from '../../shared/model/clouds.ts'
import { toAppError, type AppError } from '../../shared/model/errors.ts'
import { useClient } from '../client/index.ts'

/** What is known of the catalogue of one place. */
export interface CatalogEntry {
  state: 'loading' | 'ready' | 'failed'
  catalog: Catalog | null
  error: AppError | null
}

/** The engine's last known catalogues, asked for once a place and window; `reload` asks again. */
export const useCatalogs = defineStore('catalogs', () => {
  const client = useClient()
  const entries = shallowRef<ReadonlyMap<string, CatalogEntry>>(new Map())

  function put(key: string, entry: CatalogEntry): void {
    entries.value = new Map(entries.value).set(key, entry)
  }
  async function reload(cloudId: string, location: string): Promise<void> {
    const key = placeKey(cloudId, location)
    put(key, { state: 'loading', catalog: entries.value.get(key)?.catalog ?? null, error: null })
    try {
      const catalog = await client.clouds.catalog({ cloudId, location })
      put(key, { state: 'ready', catalog, error: null })
    } catch (thrown) {
      put(key, {
        state: 'failed',
        catalog: entries.value.get(key)?.catalog ?? null,
        error: toAppError(thrown),
      })
    }
  }

  return {
    /** Catalogues that are known, for `validateFarm`. */
    known: computed(() => [...entries.value.values()].flatMap(({ catalog }) => (catalog ? [catalog] : []))),
    /** What is known of a place; undefined before `want` or `reload` named it. */
    entry: (cloudId: string, location: string) => entries.value.get(placeKey(cloudId, location)),
    /** Asks for a place's catalogue unless it was asked for already. */
    want: (cloudId: string, location: string) => {
      if (!entries.value.has(placeKey(cloudId, location))) void reload(cloudId, location)
    },
    reload,
  }
})

function placeKey(cloudId: string, location: string): string {
  return `${cloudId}/${location}`
}
