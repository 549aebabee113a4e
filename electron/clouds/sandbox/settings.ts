/** How long things take in the Sandbox, in milliseconds. */
export interface SandboxTimes {
  /** From launch or start to running; null spreads it over 2 to 6 seconds, the same for the same instance. */
  bootMs: number | null
  /** From stop to stopped. */
  stopMs: number
  /** From terminate to terminated. */
  terminateMs: number
  /** How long a terminated instance stays listed. */
  terminatedListedMs: number
  /** From CreateImage or CopyImage to available. */
  imageMs: number
  /** How long a new instance is not found yet. */
  invisibleMs: number
  /** From CreateVolume to available. */
  volumeMs: number
  /** From AttachVolume to attached. */
  attachMs: number
  /** From DetachVolume to detached. */
  detachMs: number
  /** From CreateSnapshot to completed. */
  snapshotMs: number
}

export const defaultTimes: SandboxTimes = {
  bootMs: null,
  stopMs: 1_500,
  terminateMs: 1_500,
  terminatedListedMs: 600_000,
  imageMs: 4_000,
  invisibleMs: 0,
  volumeMs: 800,
  attachMs: 800,
  detachMs: 800,
  snapshotMs: 2_000,
}

/** The port that the Sandbox's images name for SSH. */
export const defaultSshPort = 2222

/** The tag that carries an instance's SSH port where it is another than the image's. */
export const sshPortTag = 'farmhand:ssh-port'
