import type { StorageVolume } from '../../../shared/model/storage.ts'
import type { Column } from '../../components/data-list/columns.ts'
import { mountWords, scheduleWords, usageWords, volumeStateWords } from './storage-words.ts'

/** The columns of the list of volumes. */
export function volumeColumns(cloudName: (id: string) => string): Column<StorageVolume>[] {
  return [
    { id: 'usage', title: 'Used by', value: usageWords, widthPx: 200, grow: true, filterKey: 'used' },
    { id: 'id', title: 'Volume', value: ({ id }) => id, widthPx: 170, mono: true, filterKey: 'volume' },
    { id: 'name', title: 'Name', value: ({ tags }) => tags.Name ?? null, widthPx: 140, hidden: true },
    {
      id: 'size',
      title: 'Size',
      value: ({ sizeGib }) => sizeGib,
      text: ({ sizeGib }) => `${String(sizeGib)} GiB`,
      widthPx: 84,
      align: 'end',
    },
    { id: 'type', title: 'Type', value: ({ type }) => type, widthPx: 54, filterKey: 'type' },
    {
      id: 'snapshot',
      title: 'Snapshot',
      value: ({ snapshotId }) => snapshotId,
      widthPx: 178,
      mono: true,
      hidden: true,
    },
    { id: 'zone', title: 'Placement', value: ({ zone }) => zone, widthPx: 110, filterKey: 'zone' },
    {
      id: 'location',
      title: 'Location',
      value: ({ location }) => location,
      widthPx: 120,
      filterKey: 'location',
      hidden: true,
    },
    {
      id: 'cloud',
      title: 'Cloud',
      value: ({ cloudId }) => cloudName(cloudId),
      widthPx: 100,
      filterKey: 'cloud',
      hidden: true,
    },
    { id: 'status', title: 'Status', value: volumeStateWords, widthPx: 178, filterKey: 'status' },
    { id: 'mount', title: 'Mounted at', value: mountWords, widthPx: 120, grow: true, filterKey: 'mount' },
    {
      id: 'instance',
      title: 'Instance',
      value: ({ attachment }) => attachment?.instanceId ?? null,
      widthPx: 172,
      mono: true,
      hidden: true,
    },
    { id: 'schedule', title: 'Auto-snapshots', value: scheduleWords, widthPx: 104 },
    {
      id: 'always',
      title: 'Auto-attach',
      value: ({ usage }) => (usage && usage.name !== 'root' && usage.name !== '' ? 'yes' : null),
      widthPx: 92,
      hidden: true,
    },
  ]
}
