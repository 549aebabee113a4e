import { oc } from '@orpc/contract'

/** Where every entry of the contract starts: input and output schemas are added by the noun's file. */
export const method = oc
