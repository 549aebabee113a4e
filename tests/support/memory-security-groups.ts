import type {
  CloudSecurityGroup,
  CreateSecurityGroupRequest,
  SecurityGroupsPort,
  CloudTag,
} from '../../electron/engine/clouds/index.ts'
import { ruleKey } from '../../shared/logic/security-groups/security-group-rules.ts'
import type { GroupRule } from '../../shared/model/security-groups.ts'

/** Security groups in memory. */
export class MemorySecurityGroups implements SecurityGroupsPort {
  readonly all = new Map<string, CloudSecurityGroup>()
  readonly #count: (call: string) => void

  constructor(count: (call: string) => void = () => undefined) {
    this.#count = (verb) => count(`securityGroups.${verb}`)
  }

  async list() {
    return [...this.all.values()]
  }
  async listByTag(_location: string, tag: CloudTag) {
    return [...this.all.values()].filter(({ tags }) => tags[tag.key] === tag.value)
  }
  async create(_location: string, group: CreateSecurityGroupRequest) {
    const id = `sg-${String(this.all.size + 1)}`
    this.all.set(id, { ...group, id, rules: [] })
    return { id }
  }
  async ensure(location: string, wanted: Parameters<SecurityGroupsPort['ensure']>[1]) {
    this.#count('ensure')
    const { rulesFor, ...group } = wanted
    const known = [...this.all.values()].find(
      ({ name, vpcId }) => name === group.name && vpcId === group.vpcId,
    )
    const { id } = known ?? (await this.create(location, group))
    await this.addRules(location, id, rulesFor(id))
    return { id, created: known === undefined }
  }
  async addRules(location: string, id: string, rules: readonly GroupRule[]) {
    await this.removeRules(location, id, rules)
    this.#change(id, (known) => [...known, ...rules])
  }
  async removeRules(_location: string, id: string, rules: readonly GroupRule[]) {
    const gone = new Set(rules.map(ruleKey))
    this.#change(id, (known) => known.filter((rule) => !gone.has(ruleKey(rule))))
  }
  async commentRules(_location: string, id: string, rules: readonly GroupRule[]) {
    const comments = new Map(rules.map((rule) => [ruleKey(rule), rule.comment]))
    this.#change(id, (known) =>
      known.map((rule) => ({ ...rule, comment: comments.get(ruleKey(rule)) ?? rule.comment })),
    )
  }
  async delete(_location: string, id: string) {
    this.all.delete(id)
    return true
  }

  #change(id: string, change: (rules: GroupRule[]) => GroupRule[]): void {
    const group = this.all.get(id)
    if (group) this.all.set(id, { ...group, rules: change(group.rules) })
  }
}
