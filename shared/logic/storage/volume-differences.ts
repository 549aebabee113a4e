import type { DraftRole } from '../../model/farm-drafts.ts'
import type { FarmVolume } from '../../model/storage.ts'
import type { ServerDifference } from '../servers/server-differences.ts'

type DraftVolume = DraftRole['storage']['volumes'][number]

/**
 * What the volumes of one index are otherwise than the design says; `volumes` are those of its farm role. A volume that is
 * there keeps what it is, also when its server is replaced, so these are differences of the index and not of the server.
 */
export function compareVolumes(
  index: number,
  design: Pick<DraftRole, 'storage'>,
  volumes: readonly FarmVolume[],
): ServerDifference[] {
  const own = volumes.filter((volume) => volume.index === index && !volume.manual)
  const wanted = design.storage.volumes
  const differences = wanted.flatMap((volume, at) => {
    const path = `storage.volumes[${String(at)}]`
    const disks = own.filter(({ name }) => name === volume.name)
    const [first] = disks
    const field = `volume ${volume.name}`
    if (!first) return [{ path, field, design: 'is there', running: 'is not there' }]
    return compareVolume(path, field, volume, first, disks.length)
  })
  const left = new Set(own.map(({ name }) => name).filter((name) => !wanted.some((one) => one.name === name)))
  return [
    ...differences,
    ...[...left].map((name) => {
      return { path: 'storage.volumes', field: `volume ${name}`, design: 'is not there', running: 'is there' }
    }),
  ]
}

function compareVolume(
  path: string,
  field: string,
  wanted: DraftVolume,
  is: FarmVolume,
  disks: number,
): ServerDifference[] {
  const found: ServerDifference[] = []
  const note = (key: string, words: string, design: string, running: string): void => {
    if (design !== running)
      found.push({ path: `${path}.${key}`, field: `${field} · ${words}`, design, running })
  }
  if (wanted.sizeGib !== null) note('sizeGib', 'size', `${wanted.sizeGib} GiB`, `${is.sizeGib} GiB`)
  note('type', 'type', wanted.type, is.type)
  if (wanted.iops !== null) note('iops', 'IOPS', String(wanted.iops), String(is.iops ?? 'as the type does'))
  if (wanted.throughputMibps !== null) {
    const running = is.throughputMibps === null ? 'as the type does' : `${is.throughputMibps} MiB/s`
    note('throughputMibps', 'throughput', `${wanted.throughputMibps} MiB/s`, running)
  }
  note('encrypted', 'encryption', wanted.encrypted ? 'on' : 'off', is.encrypted ? 'on' : 'off')
  note('raid', 'RAID', raidWords(wanted.raid, wanted.raid?.disks ?? null), raidWords(is.raid, disks))
  note('mountPoint', 'mount point', wanted.mountPoint ?? 'not mounted', is.mountPoint ?? 'not mounted')
  return found
}

function raidWords(raid: { level: number; via: string } | null, disks: number | null): string {
  return raid ? `${raid.level} of ${disks ?? '?'} disks by ${raid.via}` : 'off'
}
