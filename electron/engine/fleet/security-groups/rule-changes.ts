import { AppError, type ErrorCode } from '../../../../shared/model/errors.ts'
import type { GroupRule, GroupRulePlan } from '../../../../shared/model/security-groups.ts'
import type { SecurityGroupsPort } from '../../clouds/index.ts'

/** What a cloud says when one rule of a call is not to its liking. */
const OF_ONE_RULE: ReadonlySet<ErrorCode> = new Set(['cloud.refused', 'cloud.not_found', 'cloud.quota'])

type Change = 'add' | 'remove' | 'comment'

/** A change that the cloud did not make, with what it said. */
export interface FailedChange {
  change: Change
  rule: GroupRule
  error: unknown
}

/**
 * Makes the changes of a plan, additions first so that nobody is locked out in between, each direction in one call. When the
 * cloud refuses a call because of one rule, the others are made one by one.
 */
export async function changeRules(
  groups: SecurityGroupsPort,
  { location, groupId }: { location: string; groupId: string },
  plan: GroupRulePlan,
  options: { signal?: AbortSignal },
): Promise<FailedChange[]> {
  const send = (change: Change, some: readonly GroupRule[]): Promise<void> => {
    switch (change) {
      case 'add':
        return groups.addRules(location, groupId, some, options)
      case 'remove':
        return groups.removeRules(location, groupId, some, options)
      case 'comment':
        return groups.commentRules(location, groupId, some, options)
    }
  }
  const steps: [Change, readonly GroupRule[]][] = [
    ['add', plan.add],
    ['comment', plan.comment.map(({ rule }) => rule)],
    ['remove', plan.remove],
  ]
  const failed: FailedChange[] = []
  for (const [change, all] of steps) {
    if (change === 'remove' && failed.some((one) => one.change === 'add')) {
      failed.push(...all.map((rule) => ({ change, rule, error: keptForSafety() })))
      break
    }
    for (const direction of ['in', 'out'] as const) {
      const some = all.filter((rule) => rule.direction === direction)
      if (some.length > 0) failed.push(...(await tryAll(change, some, send)))
    }
  }
  return failed
}

/** A rule that is to be replaced stays until its replacement is there. */
function keptForSafety(): AppError {
  return new AppError('input.conflict', {
    message: 'It was not taken away, because a rule could not be added: that might have locked somebody out.',
  })
}

async function tryAll(
  change: Change,
  rules: readonly GroupRule[],
  send: (change: Change, rules: readonly GroupRule[]) => Promise<void>,
): Promise<FailedChange[]> {
  try {
    await send(change, rules)
    return []
  } catch (error) {
    // A cloud that is away or throttles fails for each of them alike.
    const isOfOne = error instanceof AppError && OF_ONE_RULE.has(error.code) && rules.length > 1
    if (!isOfOne) return rules.map((rule) => ({ change, rule, error }))
    const outcomes: FailedChange[] = []
    for (const rule of rules) outcomes.push(...(await tryAll(change, [rule], send)))
    return outcomes
  }
}
