import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { plain } from './paint.ts'

/** How something is found, taken away and told of: `Key … is deleted.`, and what `remove` answers besides. */
interface Removal<Found, Options, Answer> {
  find: (client: Client, wanted: string, options: Options) => Promise<Found>
  remove: (client: Client, found: Found, options: Options) => Promise<Answer>
  noun: string
  done: 'deleted' | 'disconnected' | 'removed'
  /** Further lines, of the answer. */
  lines?: (answer: Answer) => readonly string[]
}

/** The action of an `rm <name>`; the document has the id that is gone, and the answer. */
export function removing<Found extends { id: string; name: string }, Options, Answer extends object | void>(
  context: Context,
  { find, remove, noun, done, lines = () => [] }: Removal<Found, Options, Answer>,
) {
  return (wanted: string, options: Options): Promise<void> =>
    context.withClient(async (client) => {
      const found = await find(client, wanted, options)
      const answer = await remove(client, found, options)
      const said = [`${noun} ${plain(found.name)} is ${done}.`, ...lines(answer)]
      await context.print({ removed: found.id, ...answer }, `${said.join('\n')}\n`)
    })
}
