import { CloudError } from '../http/cloud-error.ts'
import type { Params } from '../http/params.ts'
import type { XmlValue } from '../http/xml.ts'

export type TagSet = Readonly<Record<string, string>>

const maxTags = 50

/** The tags that a call gives to a new thing of this type (`TagSpecification.N`). */
export function specifiedTags(params: Params, resourceType: string): Record<string, string> {
  const pairs = params
    .groups('TagSpecification')
    .filter((specification) => specification.required('ResourceType') === resourceType)
    .flatMap((specification) => readTags(specification))
  return withTags({}, pairs)
}

/** Key and value pairs of `Tag.N`. */
export function readTags(params: Params): [key: string, value: string][] {
  return params.groups('Tag').map((tag) => [tag.required('Key'), tag.text('Value') ?? ''])
}

/** The tags with these added or replaced. Throws `TagLimitExceeded` or `InvalidParameterValue`. */
export function withTags(tags: TagSet, pairs: readonly [string, string][]): Record<string, string> {
  for (const [key, value] of pairs) {
    if (key.startsWith('aws:')) {
      throw new CloudError(
        'InvalidParameterValue',
        `Tag keys starting with 'aws:' are reserved for internal use`,
      )
    }
    if (key.length > 128) {
      throw new CloudError('InvalidParameterValue', 'Tag key exceeds the maximum length of 128 characters')
    }
    if (value.length > 256) {
      throw new CloudError('InvalidParameterValue', 'Tag value exceeds the maximum length of 256 characters')
    }
  }
  const all = { ...tags, ...Object.fromEntries(pairs) }
  if (Object.keys(all).length > maxTags) {
    throw new CloudError('TagLimitExceeded', `The maximum number of tags for a resource is ${maxTags}.`)
  }
  return all
}

export function tagSetXml(tags: TagSet): XmlValue {
  return Object.entries(tags).map(([key, value]) => ({ key, value }))
}
