import { AppError } from '../../../shared/model/errors.ts'

/** More pages than any account can fill: beyond it the cloud counts in circles. */
const MAX_PAGES = 1000

/**
 * Asks for all pages of a list, one after another. `ask` gets the token of the page and answers the next page's, or undefined
 * at the last one. Throws what `ask` throws (then nothing of the list is used), and `cloud.bad_answer` when a page's token
 * comes again.
 */
export async function allPages(
  about: { action: string; location: string },
  ask: (token: string | undefined) => Promise<string | null | undefined>,
): Promise<void> {
  const seen = new Set<string>()
  for (let token = await ask(undefined); token; token = await ask(token)) {
    if (seen.has(token) || seen.size >= MAX_PAGES) {
      throw new AppError('cloud.bad_answer', {
        message: `The list that ${about.action} gives in ${about.location} has no end: the cloud names the same page again.`,
        retryable: true,
      })
    }
    seen.add(token)
  }
}
