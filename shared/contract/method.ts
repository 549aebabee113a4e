import { oc } from '@orpc/contract'

/** What the contract says of an entry besides its schemas. */
export interface MethodMeta {
  /** Whether the call ends when its client leaves; a stream always does. */
  endsWithClient: boolean
}

/**
 * Where every entry of the contract starts: input and output schemas are added by the noun's file. A client that leaves does
 * not stop what was begun.
 */
export const method = oc.$meta<MethodMeta>({ endsWithClient: false })

/** An entry that only looks: nobody waits for its answer once its client has left. */
export const query = method.meta({ endsWithClient: true })
