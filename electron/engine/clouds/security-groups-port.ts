import type { GroupRule } from '../../../shared/model/security-groups.ts'
import type { CallOptions, CloudTag, CloudTags } from './call-options.ts'

/** A security group with all that it lets through. */
export interface CloudSecurityGroup {
  id: string
  name: string
  description: string
  vpcId: string | null
  tags: CloudTags
  /** One for each protocol, range of ports and peer; in the order in which the cloud lists them. */
  rules: GroupRule[]
}

/** How a group is made; `vpcId` null: in the default network. */
export type CreateSecurityGroupRequest = Omit<CloudSecurityGroup, 'id' | 'rules'>

/** Security groups with their rules. In a rule, a group of another account is named by its id. */
export interface SecurityGroupsPort {
  list(location: string, options?: CallOptions): Promise<CloudSecurityGroup[]>
  listByTag(location: string, tag: CloudTag, options?: CallOptions): Promise<CloudSecurityGroup[]>
  /**
   * Makes a group without a rule of its own (a cloud may add one that lets everything out). Throws `input.conflict` when the
   * network has one of this name.
   */
  create(location: string, group: CreateSecurityGroupRequest, options?: CallOptions): Promise<{ id: string }>
  /**
   * The group of this name is in the network and has at least these rules of what may come in, by its own id; it is made when
   * missing. Two callers at once end with one group.
   */
  ensure(
    location: string,
    group: CreateSecurityGroupRequest & { rulesFor: (groupId: string) => readonly GroupRule[] },
    options?: CallOptions,
  ): Promise<{ id: string; created: boolean }>
  /** Adds rules of one direction in one call. One that is there already counts as added. */
  addRules(location: string, id: string, rules: readonly GroupRule[], options?: CallOptions): Promise<void>
  /** Takes rules of one direction away in one call. One that is gone already counts as taken. */
  removeRules(location: string, id: string, rules: readonly GroupRule[], options?: CallOptions): Promise<void>
  /** Writes the comments of rules of one direction that are there. */
  commentRules(
    location: string,
    id: string,
    rules: readonly GroupRule[],
    options?: CallOptions,
  ): Promise<void>
  /** False when something still uses it; true when it is gone. */
  delete(location: string, id: string, options?: CallOptions): Promise<boolean>
}
