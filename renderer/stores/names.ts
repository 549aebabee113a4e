import { useClouds, useImages, useRoles } from './index.ts'

type NamedStore = () => { byId: ReadonlyMap<string, { name: string }> }

/** Looks a name up by id, in words where there is none: the thing may be gone, or never have been chosen. */
function lookup(useStore: NamedStore, noun: string) {
  return (): ((id: string) => string) => {
    const store = useStore()
    const article = /^[aeiou]/.test(noun) ? 'an' : 'a'
    return (id) =>
      id === '' ? `no ${noun}` : (store.byId.get(id)?.name ?? `${article} ${noun} that is gone`)
  }
}

export const useCloudName = lookup(useClouds, 'cloud')
export const useRoleName = lookup(useRoles, 'role')
export const useImageName = lookup(useImages, 'image')
