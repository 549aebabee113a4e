import type { Notice } from '../../../../shared/model/notices.ts'
import type { Clock } from '../../ports.ts'

/** What a person should know and may dismiss; kept for this run of the engine. */
export class Notices {
  readonly #clock: Clock
  readonly #onChange: (put: readonly Notice[], dropped: readonly string[]) => void
  readonly #notices = new Map<string, Notice>()
  readonly #dismissed = new Set<string>()

  constructor(options: {
    clock: Clock
    onChange: (put: readonly Notice[], dropped: readonly string[]) => void
  }) {
    this.#clock = options.clock
    this.#onChange = options.onChange
  }

  async list(): Promise<Notice[]> {
    return [...this.#notices.values()]
  }

  /** Shows a notice once; the same id again changes nothing, also after it was dismissed. */
  show(notice: Omit<Notice, 'at'>): void {
    if (this.#notices.has(notice.id) || this.#dismissed.has(notice.id)) return
    const shown = { ...notice, at: new Date(this.#clock.now()).toISOString() }
    this.#notices.set(notice.id, shown)
    this.#onChange([shown], [])
  }

  async dismiss({ noticeId }: { noticeId: string }): Promise<void> {
    if (!this.#notices.delete(noticeId)) return
    this.#dismissed.add(noticeId)
    this.#onChange([], [noticeId])
  }
}
