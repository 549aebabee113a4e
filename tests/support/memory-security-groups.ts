import type { CloudSecurityGroup, CloudSecurityGroupRules } from '../../electron/engine/clouds/index.ts'
import { ruleKey } from '../../shared/logic/security-groups/security-group-rules.ts'
import type { GroupRule } from '../../shared/model/security-groups.ts'

/** Security groups in memory. */
export class MemorySecurityGroups implements CloudSecurityGroupRules {
  readonly groups = new Map<string, CloudSecurityGroup>()

  async list() {
    return [...this.groups.values()]
  }
  async find(_location: string, groupId: string) {
    return this.groups.get(groupId)
  }
  async create(_location: string, group: Omit<CloudSecurityGroup, 'id' | 'rules'>) {
    const id = `sg-${String(this.groups.size + 1)}`
    this.groups.set(id, { ...group, id, rules: [] })
    return { id }
  }
  async add(_location: string, groupId: string, rules: readonly GroupRule[]) {
    await this.take(_location, groupId, rules)
    this.#change(groupId, (known) => [...known, ...rules])
  }
  async take(_location: string, groupId: string, rules: readonly GroupRule[]) {
    const gone = new Set(rules.map(ruleKey))
    this.#change(groupId, (known) => known.filter((rule) => !gone.has(ruleKey(rule))))
  }
  async comment(_location: string, groupId: string, rules: readonly GroupRule[]) {
    const comments = new Map(rules.map((rule) => [ruleKey(rule), rule.comment]))
    this.#change(groupId, (known) =>
      known.map((rule) => ({ ...rule, comment: comments.get(ruleKey(rule)) ?? rule.comment })),
    )
  }

  #change(groupId: string, change: (rules: GroupRule[]) => GroupRule[]): void {
    const group = this.groups.get(groupId)
    if (group) this.groups.set(groupId, { ...group, rules: change(group.rules) })
  }
}
