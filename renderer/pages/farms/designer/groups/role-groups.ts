import type { Component } from 'vue'
import CloudFeaturesGroup from './CloudFeaturesGroup.vue'
import HealthGroup from './HealthGroup.vue'
import IdentityGroup from './IdentityGroup.vue'
import InstanceTypeGroup from './InstanceTypeGroup.vue'
import NetworkGroup from './NetworkGroup.vue'
import PlacementGroup from './PlacementGroup.vue'
import ScalingGroup from './ScalingGroup.vue'
import SecurityGroupsGroup from './SecurityGroupsGroup.vue'
import StorageGroup from './StorageGroup.vue'
import TagsGroup from './TagsGroup.vue'
import TimeoutsGroup from './TimeoutsGroup.vue'
import UserDataGroup from './UserDataGroup.vue'

/** One group of fields of the side panel. */
export interface RoleGroup {
  key: string
  title: string
  /** What the group is for, in one sentence. */
  note: string
  /** The paths within a farm role that it shows; the longest that fits a field has it. */
  fields: readonly string[]
  /** Takes `GroupProps`, tells `GroupEvents`. */
  component: Component
}

/** The groups of a farm role in the order of the side panel. A new group is one entry here. */
export const ROLE_GROUPS: readonly RoleGroup[] = [
  {
    key: 'identity',
    title: 'Farm role',
    note: 'What its servers are, and the name they carry in lists and host names.',
    fields: ['alias', 'roleId', 'launchIndex'],
    component: IdentityGroup,
  },
  {
    key: 'placement',
    title: 'Placement',
    note: 'Where its servers run.',
    fields: ['cloudId', 'location', 'zone', 'zones'],
    component: PlacementGroup,
  },
  {
    key: 'instance-type',
    title: 'Instance type',
    note: 'The size of each server.',
    fields: ['instanceType', 'cloudFeatures.backupInstanceTypes'],
    component: InstanceTypeGroup,
  },
  {
    key: 'scaling',
    title: 'Scaling',
    note: 'How many servers run while the farm runs.',
    fields: ['scaling'],
    component: ScalingGroup,
  },
  {
    key: 'network',
    title: 'Network',
    note: 'Where its servers are in the cloud’s networks, how they are reached, and what they are called.',
    fields: ['network'],
    component: NetworkGroup,
  },
  {
    key: 'security-groups',
    title: 'Security groups',
    note: 'Who may reach its servers.',
    fields: ['securityGroups'],
    component: SecurityGroupsGroup,
  },
  {
    key: 'storage',
    title: 'Storage',
    note: 'Its disks. Changes are for servers that are launched later.',
    fields: ['storage'],
    component: StorageGroup,
  },
  {
    key: 'cloud-features',
    title: 'Cloud features',
    note: 'What is asked of EC2 besides size and place.',
    fields: ['cloudFeatures'],
    component: CloudFeaturesGroup,
  },
  {
    key: 'timeouts',
    title: 'Timeouts',
    note: 'How long what may take.',
    fields: ['timeouts'],
    component: TimeoutsGroup,
  },
  {
    key: 'health',
    title: 'Health',
    note: 'When a running server is replaced by itself.',
    fields: ['health'],
    component: HealthGroup,
  },
  {
    key: 'tags',
    title: 'Tags',
    note: 'Put on every server and its volumes, besides Farmhand’s own.',
    fields: ['tags'],
    component: TagsGroup,
  },
  {
    key: 'user-data',
    title: 'User data',
    note: 'Handed to the first boot: a script that begins with #!, or cloud-init.',
    fields: ['userData'],
    component: UserDataGroup,
  },
]

/** The group that shows a field, by its path within the farm role; undefined for one that no group shows. */
export function groupOfField(path: string): RoleGroup | undefined {
  let found: RoleGroup | undefined
  let longest = 0
  for (const group of ROLE_GROUPS) {
    for (const field of group.fields) {
      const fits = path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)
      if (fits && field.length > longest) [found, longest] = [group, field.length]
    }
  }
  return found
}
