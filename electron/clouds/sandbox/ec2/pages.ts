import { Buffer } from 'node:buffer'
import { z } from 'zod'
import { CloudError } from '../http/cloud-error.ts'
import type { Call, CloudState } from './action.ts'

const Token = z.object({ after: z.number(), page: z.number().int() })

/** How many items a page has when the caller does not say. */
const defaultPageSize = 1_000

/**
 * The page of the items that the call asks for. Items keep their place: what is added or removed between two pages
 * moves no other item. Throws `InvalidParameterValue` for a token that we did not give.
 */
export function pageOf<Item>(
  items: readonly Item[],
  state: CloudState,
  call: Call,
  options: { orderOf: (item: Item, at: number) => number; min?: number; max?: number },
): { items: Item[]; nextToken: string | undefined } {
  const { params } = call
  const size = params.integer('MaxResults', { min: options.min ?? 5, max: options.max ?? 1_000 })
  const token = readToken(params.text('NextToken'))
  const ordered = items
    .map((item, at) => ({ item, order: options.orderOf(item, at) }))
    .sort((a, b) => a.order - b.order)
    .filter(({ order }) => token === undefined || order > token.after)
  const taken = ordered.slice(0, size ?? defaultPageSize)
  const last = taken.at(-1)
  const page = (token?.page ?? 0) + 1
  const isMissing = state.faults.isPageMissing(call.action, page)
  return {
    items: isMissing ? [] : taken.map(({ item }) => item),
    nextToken:
      last !== undefined && ordered.length > taken.length
        ? Buffer.from(JSON.stringify({ after: last.order, page })).toString('base64url')
        : undefined,
  }
}

/** Items that never change keep the order that they have. */
export function fixedOrder(_item: unknown, at: number): number {
  return at
}

function readToken(text: string | undefined): z.infer<typeof Token> | undefined {
  if (text === undefined) return undefined
  try {
    return Token.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  } catch {
    throw new CloudError('InvalidParameterValue', 'Unable to parse pagination token')
  }
}
