import type { GroupRule } from '../../../shared/model/security-groups.ts'
import type { CallOptions } from './call-options.ts'

/** A security group with all that it lets through. */
export interface CloudSecurityGroup {
  id: string
  name: string
  description: string
  vpcId: string | null
  tags: Readonly<Record<string, string>>
  /** One for each protocol, range of ports and peer; in the order in which the cloud lists them. */
  rules: GroupRule[]
}

/** Security groups as a person works with them. A group of another account is named by its id. */
export interface CloudSecurityGroupRules {
  /** All groups, all pages. */
  list(location: string, options?: CallOptions): Promise<CloudSecurityGroup[]>
  /** Undefined when the cloud does not know it. */
  find(location: string, groupId: string, options?: CallOptions): Promise<CloudSecurityGroup | undefined>
  /**
   * Makes a group without a rule of its own (a cloud may add one that lets everything out). `vpcId` null: in the default VPC.
   * Throws `input.conflict` when the VPC has one of this name.
   */
  create(
    location: string,
    group: {
      name: string
      description: string
      vpcId: string | null
      tags: Readonly<Record<string, string>>
    },
    options?: CallOptions,
  ): Promise<{ id: string }>
  /** Adds rules of one direction in one call. One that is there already counts as added. */
  add(location: string, groupId: string, rules: readonly GroupRule[], options?: CallOptions): Promise<void>
  /** Takes rules of one direction away in one call. One that is gone already counts as taken. */
  take(location: string, groupId: string, rules: readonly GroupRule[], options?: CallOptions): Promise<void>
  /** Writes the comments of rules of one direction that are there. */
  comment(
    location: string,
    groupId: string,
    rules: readonly GroupRule[],
    options?: CallOptions,
  ): Promise<void>
}
