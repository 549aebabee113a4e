import { z } from 'zod'
import { Location } from '../model/clouds.ts'
import { CloudId } from '../model/ids.ts'
import { GroupRule, GroupRuleOutcome, GroupRulePlan, SecurityGroup } from '../model/security-groups.ts'
import { method, query } from './method.ts'

const place = { cloudId: CloudId, location: Location }
const one = { ...place, groupId: z.string().min(1) }
const base = '/clouds/{cloudId}/locations/{location}/security-groups' as const

export const securityGroups = {
  /** Every group that the cloud has there now, with what uses it. */
  list: query
    .route({ method: 'GET', path: base })
    .input(z.strictObject(place))
    .output(z.array(SecurityGroup)),
  get: query
    .route({ method: 'GET', path: `${base}/{groupId}` })
    .input(z.strictObject(one))
    .output(SecurityGroup),
  /** Makes a group that lets nothing in; `vpcId` null: in the default VPC. */
  create: method
    .route({ method: 'POST', path: base })
    .input(
      z.strictObject({
        ...place,
        name: z
          .string()
          .trim()
          .min(1, 'Give it a name.')
          .max(255, 'A name has at most 255 characters.')
          .regex(
            /^(?!sg-)[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]+$/,
            'A name holds letters without accents, digits, blanks and ._-:/()#,@[]+=&;{}!$*, and does not begin with sg-.',
          ),
        description: z
          .string()
          .trim()
          .min(1, 'Say what it is for; the cloud wants a description, and it cannot be changed later.')
          .max(255, 'A description has at most 255 characters.')
          .regex(
            /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]+$/,
            'A description holds letters without accents, digits, blanks and ._-:/()#,@[]+=&;{}!$*.',
          ),
        vpcId: z.string().min(1).nullable().default(null),
      }),
    )
    .output(SecurityGroup),
  /** The differences between the group's rules and these, without doing anything. */
  planRules: query
    .route({ method: 'POST', path: `${base}/{groupId}/plan-rules` })
    .input(z.strictObject({ ...one, rules: z.array(GroupRule) }))
    .output(GroupRulePlan),
  /**
   * Makes these the group's rules: only the differences are sent, additions first. `basis` is the plan's; refused when the
   * group changed since. What failed is in the answer, by rule, and a second call does the rest.
   */
  applyRules: method
    .route({ method: 'POST', path: `${base}/{groupId}/apply-rules` })
    .input(z.strictObject({ ...one, rules: z.array(GroupRule), basis: z.string() }))
    .output(GroupRuleOutcome),
  /** Refused while something uses it, naming what. */
  remove: method
    .route({ method: 'DELETE', path: `${base}/{groupId}` })
    .input(z.strictObject(one))
    .output(z.void()),
}
