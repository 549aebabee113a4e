import {
  launchedBy,
  launchReasonText,
  terminateReasonText,
} from '../../../shared/logic/servers/server-reasons.ts'
import type { Server } from '../../../shared/model/servers.ts'
import { serverLook } from '../../components/status/status-looks.ts'
import { absoluteTime } from '../../components/status/time-words.ts'
import type { Column } from '../../components/data-list/columns.ts'

/** The columns of the server list (reference 4.5, as far as the model has them). */
export const serverColumns: readonly Column<Server>[] = [
  {
    id: 'server',
    title: 'Server',
    value: (server) => `${server.farm} ${server.alias} #${server.index}`,
    text: (server) => `${server.farm} → ${server.alias} #${server.index}`,
    widthPx: 176,
    grow: true,
  },
  {
    id: 'status',
    title: 'Status',
    value: (server) => serverLook(server).word,
    widthPx: 204,
    grow: true,
    filterKey: 'status',
  },
  {
    id: 'farm',
    title: 'Farm',
    value: (server) => server.farm,
    widthPx: 140,
    hidden: true,
    filterKey: 'farm',
  },
  {
    id: 'alias',
    title: 'Farm role',
    value: (server) => server.alias,
    widthPx: 120,
    hidden: true,
    filterKey: 'alias',
  },
  {
    id: 'role',
    title: 'Role',
    value: (server) => server.role,
    widthPx: 140,
    hidden: true,
    filterKey: 'role',
  },
  { id: 'cloud', title: 'Cloud', value: (server) => server.cloud, widthPx: 108, filterKey: 'cloud' },
  {
    id: 'location',
    title: 'Location',
    value: (server) => server.zone ?? server.location,
    widthPx: 130,
    filterKey: 'location',
  },
  { id: 'publicIp', title: 'Remote IP', value: (server) => server.publicIp, widthPx: 160, mono: true },
  { id: 'privateIp', title: 'Local IP', value: (server) => server.privateIp, widthPx: 128, mono: true },
  {
    id: 'uptime',
    title: 'Uptime',
    value: (server) => (server.status === 'running' ? server.runningAt : null),
    text: (server) => (server.runningAt === null ? '' : absoluteTime(server.runningAt)),
    widthPx: 98,
    align: 'end',
  },
  {
    id: 'instanceType',
    title: 'Type',
    value: (server) => server.instanceType,
    widthPx: 110,
    hidden: true,
    filterKey: 'type',
  },
  { id: 'id', title: 'Server ID', value: (server) => server.id, widthPx: 130, mono: true, hidden: true },
  {
    id: 'cloudServerId',
    title: 'Cloud server ID',
    value: (server) => server.cloudServerId,
    widthPx: 180,
    mono: true,
    hidden: true,
  },
  { id: 'hostname', title: 'Host name', value: (server) => server.hostname, widthPx: 220, hidden: true },
  {
    id: 'launched',
    title: 'Launched',
    value: (server) => server.launchedAt,
    text: (server) => (server.launchedAt === null ? '' : absoluteTime(server.launchedAt)),
    widthPx: 170,
    hidden: true,
  },
  {
    id: 'reason',
    title: 'Launched because',
    value: (server) => launchReasonText(server.launchReason),
    widthPx: 200,
    hidden: true,
  },
  {
    id: 'launchedBy',
    title: 'Launched by',
    value: (server) => launchedBy(server.launchReason),
    widthPx: 120,
    hidden: true,
  },
  {
    id: 'ended',
    title: 'Ended because',
    value: (server) => (server.terminateReason === null ? null : terminateReasonText(server.terminateReason)),
    widthPx: 200,
    hidden: true,
  },
  { id: 'lock', title: 'Lock', value: (server) => server.lock?.comment ?? null, widthPx: 150, hidden: true },
]
