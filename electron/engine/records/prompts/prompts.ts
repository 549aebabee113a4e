import { AppError } from '../../../../shared/model/errors.ts'
import { PromptId } from '../../../../shared/model/ids.ts'
import type { Prompt, PromptAnswer } from '../../../../shared/model/prompts.ts'
import type { Clock } from '../../ports.ts'

interface PromptsOptions {
  clock: Clock
  newId: () => string
  onChange: (put: readonly Prompt[], dropped: readonly string[]) => void
}

/** Questions to a person. They live as long as the engine's run: what asked them ends with it too. */
export class Prompts {
  readonly #options: PromptsOptions
  readonly #open = new Map<string, { prompt: Prompt; answer: (answer: PromptAnswer) => void }>()

  constructor(options: PromptsOptions) {
    this.#options = options
  }

  async list(): Promise<Prompt[]> {
    return [...this.#open.values()].map(({ prompt }) => prompt)
  }

  /** Publishes a question and waits for whoever answers it first. */
  ask(question: Omit<Prompt, 'id' | 'askedAt'>): Promise<PromptAnswer> {
    const prompt: Prompt = {
      ...question,
      id: PromptId.parse(this.#options.newId()),
      askedAt: new Date(this.#options.clock.now()).toISOString(),
    }
    return new Promise((resolve) => {
      this.#open.set(prompt.id, { prompt, answer: resolve })
      this.#options.onChange([prompt], [])
    })
  }

  /** Throws `input.not_found` when the question was answered already. */
  async answer({ promptId, answer }: { promptId: string; answer: PromptAnswer }): Promise<void> {
    const open = this.#open.get(promptId)
    if (!open) throw new AppError('input.not_found', { message: 'This question was answered already.' })
    this.#open.delete(promptId)
    this.#options.onChange([], [promptId])
    open.answer(answer)
  }

  /** Answers everything that is still open with "refuse". */
  stop(): void {
    for (const { answer } of this.#open.values()) answer('refuse')
    this.#open.clear()
  }
}
