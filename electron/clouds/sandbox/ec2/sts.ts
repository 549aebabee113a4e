import type { Action } from './action.ts'

const getCallerIdentity: Action = ({ store }) => {
  const accountId = store.account?.accountId ?? ''
  return {
    Arn: `arn:aws:iam::${accountId}:user/farmhand`,
    UserId: `AIDA${accountId}`,
    Account: accountId,
  }
}

export const stsActions = { GetCallerIdentity: getCallerIdentity } satisfies Record<string, Action>
