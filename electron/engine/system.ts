import type { Notice } from '../../shared/model/notices.ts'
import type { Notices } from './records/notices/index.ts'

interface SystemParts {
  notices: Notices
  sshVersion: (options: { signal?: AbortSignal | undefined }) => Promise<string | null>
}

/** What the contract asks of the engine as a whole; the rest of that noun is the host's. */
export class System {
  readonly #parts: SystemParts

  constructor(parts: SystemParts) {
    this.#parts = parts
  }

  notices(): Promise<Notice[]> {
    return this.#parts.notices.list()
  }

  dismissNotice(input: { noticeId: string }): Promise<void> {
    return this.#parts.notices.dismiss(input)
  }

  /** The version of the OpenSSH client on this machine, or null without one. */
  sshClient(options: { signal?: AbortSignal | undefined }): Promise<string | null> {
    return this.#parts.sshVersion(options)
  }
}
