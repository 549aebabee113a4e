import { type Cost, costText } from '../../../shared/logic/plan/farm-cost.ts'
import type { Farm } from '../../../shared/model/farms.ts'
import type { Column } from '../../components/data-list/columns.ts'
import { timeColumn } from '../../components/data-list/time-column.ts'
import { farmLook } from '../../components/status/status-looks.ts'
import { placeSummary, type ServerCounts } from './farm-facts.ts'
import type { LeaseWords } from './lease-words.ts'

/** A farm as its list shows it. */
export interface FarmRow {
  farm: Farm
  counts: ServerCounts
  lease: LeaseWords | null
  cost: Cost
}

/** A cost without the words that its column has already. */
export function costWords(cost: Cost): string {
  return cost.amounts.length === 0 ? '' : costText(cost).replace(' an hour', '')
}

/** The columns of the list of farms. */
export function farmColumns(cloudName: (cloudId: string) => string): Column<FarmRow>[] {
  return [
    {
      id: 'name',
      title: 'Farm',
      value: ({ farm }) => farm.name,
      widthPx: 160,
      grow: true,
      filterKey: 'name',
    },
    {
      id: 'status',
      title: 'Status',
      value: ({ farm }) => farm.state.status,
      text: ({ farm }) => farmLook(farm.state).word,
      widthPx: 144,
      filterKey: 'status',
    },
    {
      id: 'servers',
      title: 'Servers',
      value: ({ counts: own }) => own.running,
      text: ({ counts: own }) => `${String(own.running)} of ${String(own.total)}`,
      widthPx: 136,
    },
    { id: 'roles', title: 'Farm roles', value: ({ farm }) => farm.roles.length, widthPx: 84, align: 'end' },
    {
      id: 'places',
      title: 'Where',
      value: ({ farm }) => placeSummary(farm, cloudName),
      widthPx: 180,
      grow: true,
      filterKey: 'cloud',
    },
    timeColumn({
      id: 'launched',
      title: 'Launched',
      value: ({ farm }) => (farm.state.status === 'terminated' ? null : farm.state.launchedAt),
      widthPx: 96,
      empty: '',
    }),
    {
      id: 'lease',
      title: 'Lease',
      value: ({ lease }) => lease?.leftMs ?? null,
      text: ({ lease }) => (lease?.leftMs == null ? '' : lease.text),
      widthPx: 104,
    },
    {
      id: 'cost',
      title: 'Cost an hour',
      value: ({ cost }) => cost.amounts[0]?.perHour ?? null,
      text: ({ cost }) => costWords(cost),
      widthPx: 108,
      align: 'end',
    },
    {
      id: 'owner',
      title: 'Owner',
      value: ({ farm }) => farm.ownerNote,
      widthPx: 160,
      hidden: true,
      filterKey: 'owner',
    },
    {
      id: 'tags',
      title: 'Tags',
      value: ({ farm }) =>
        Object.entries(farm.tags)
          .map(([key, value]) => `${key}=${value}`)
          .join(' '),
      widthPx: 180,
      hidden: true,
      filterKey: 'tag',
    },
    { id: 'order', title: 'Launch order', value: ({ farm }) => farm.launchOrder, widthPx: 120, hidden: true },
    timeColumn({
      id: 'changed',
      title: 'Changed',
      value: ({ farm }) => farm.updatedAt,
      widthPx: 110,
      hidden: true,
    }),
    {
      id: 'lock',
      title: 'Lock',
      value: ({ farm }) => (farm.state.lock ? `locked: ${farm.state.lock.comment}` : null),
      widthPx: 50,
      filterKey: 'lock',
    },
    { id: 'id', title: 'Id', value: ({ farm }) => farm.id, widthPx: 130, mono: true, hidden: true },
  ]
}
