/** The tags by which volumes and snapshots of Farmhand's are found again. */
export const VOLUME_TAGS = {
  /** The token of the call that made the volume. */
  volume: 'farmhand:volume',
  /** The token of the snapshot. */
  snapshot: 'farmhand:snapshot',
  /** On snapshots that a schedule made: the volume. */
  schedule: 'farmhand:schedule',
} as const
