import { computed, type ComputedRef } from 'vue'
import type { Image } from '../../../shared/model/images.ts'
import type { Column } from '../../components/data-list/columns.ts'
import { useImages, useRoles } from '../../stores/index.ts'
import { useCloudName } from '../../stores/names.ts'
import { osWords, rootDiskWords, sourceWords } from './image-words.ts'

/** An image in the list. */
export interface ImageRow {
  image: Image
  cloud: string
  /** Names of the roles that start from it. */
  users: string[]
}

/** What can be asked about an image, or before there is one. */
export type ImageQuestion =
  'import' | 'edit' | 'show' | 'copy' | 'replace' | 'deregister' | 'deprecate' | 'remove'

export function useImageRows(): ComputedRef<ImageRow[]> {
  const images = useImages()
  const roles = useRoles()
  const cloudName = useCloudName()
  return computed(() => {
    const users = new Map<string, string[]>()
    for (const role of roles.all) {
      for (const id of role.imageIds) users.set(id, [...(users.get(id) ?? []), role.name])
    }
    return images.all.map((image) => ({
      image,
      cloud: cloudName(image.cloudId),
      users: users.get(image.id) ?? [],
    }))
  })
}

export const imageColumns: Column<ImageRow>[] = [
  {
    id: 'name',
    title: 'Image',
    value: ({ image }) => image.name,
    widthPx: 320,
    grow: true,
    filterKey: 'name',
  },
  { id: 'cloud', title: 'Cloud', value: ({ cloud }) => cloud, widthPx: 110, filterKey: 'cloud' },
  {
    id: 'location',
    title: 'Location',
    value: ({ image }) => image.location,
    widthPx: 120,
    filterKey: 'location',
  },
  { id: 'os', title: 'System', value: ({ image }) => osWords(image.os), widthPx: 140, filterKey: 'os' },
  {
    id: 'architecture',
    title: 'Architecture',
    value: ({ image }) => image.architecture,
    widthPx: 105,
    filterKey: 'arch',
    hidden: true,
  },
  {
    id: 'source',
    title: 'In the cloud',
    value: ({ image }) => sourceWords(image.source),
    widthPx: 180,
    mono: true,
  },
  {
    id: 'users',
    title: 'Used by',
    value: ({ users }) => (users.length === 0 ? null : users.join(', ')),
    widthPx: 140,
    filterKey: 'role',
  },
  {
    id: 'ssh',
    title: 'SSH',
    value: ({ image }) => `${image.ssh.user}, port ${String(image.ssh.port)}`,
    widthPx: 130,
    hidden: true,
  },
  {
    id: 'root-disk',
    title: 'Root disk',
    value: ({ image }) => rootDiskWords(image.rootDisk) || null,
    widthPx: 140,
    hidden: true,
  },
  {
    id: 'created',
    title: 'Registered',
    value: ({ image }) => image.createdAt,
    text: ({ image }) => new Date(image.createdAt).toLocaleString(),
    widthPx: 160,
    hidden: true,
  },
  {
    id: 'root',
    title: 'Root device',
    value: ({ image }) => image.rootDeviceName,
    widthPx: 110,
    mono: true,
    hidden: true,
  },
  {
    id: 'agent',
    title: 'Agent',
    value: ({ image }) => image.agentInstalled,
    text: ({ image }) => (image.agentInstalled ? 'installed' : 'none'),
    widthPx: 90,
    filterKey: 'agent',
    hidden: true,
  },
  {
    id: 'description',
    title: 'Description',
    value: ({ image }) => image.description,
    widthPx: 220,
    hidden: true,
  },
  { id: 'id', title: 'Id', value: ({ image }) => image.id, widthPx: 130, mono: true, hidden: true },
]
