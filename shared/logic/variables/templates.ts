import { AppError } from '../../model/errors.ts'
import type { Server } from '../../model/servers.ts'

/** Where a template stands: that decides which variables it may hold and which braces are variables at all. */
export type TemplatePlace = 'hostname' | 'name' | 'tag' | 'user-data'

/** A variable of templates: `{index}`, and `{SCALR_INSTANCE_INDEX}` as the reference calls it. */
export interface TemplateVariable {
  /** The plain name: `{index}`, and everywhere also `{farmhand.index}`. */
  name: string
  /** The reference's names, without braces. */
  aliases: readonly string[]
  /** What it is, in a few words. */
  words: string
  /** Known when the cloud is asked, or only once the instance is there. */
  known: 'at-launch' | 'on-server'
}

/** Every variable, in the order in which screens list them. */
export const TEMPLATE_VARIABLES = [
  { name: 'farm', aliases: ['SCALR_FARM_NAME'], words: 'name of the farm', known: 'at-launch' },
  { name: 'farm_id', aliases: ['SCALR_FARM_ID'], words: 'id of the farm', known: 'at-launch' },
  {
    name: 'alias',
    aliases: ['SCALR_FARM_ROLE_ALIAS'],
    words: 'alias of the farm role',
    known: 'at-launch',
  },
  { name: 'farm_role_id', aliases: ['SCALR_FARM_ROLE_ID'], words: 'id of the farm role', known: 'at-launch' },
  { name: 'role', aliases: ['SCALR_ROLE_NAME'], words: 'name of the role', known: 'at-launch' },
  { name: 'role_id', aliases: ['SCALR_ROLE_ID'], words: 'id of the role', known: 'at-launch' },
  {
    name: 'index',
    aliases: ['SCALR_INSTANCE_INDEX'],
    words: 'index of the server in its farm role: 1, 2, 3 …',
    known: 'at-launch',
  },
  { name: 'server_id', aliases: ['SCALR_SERVER_ID'], words: 'id of the server', known: 'at-launch' },
  { name: 'cloud', aliases: ['SCALR_CLOUD_PLATFORM'], words: 'name of the cloud', known: 'at-launch' },
  {
    name: 'location',
    aliases: ['SCALR_CLOUD_LOCATION', 'SCALR_REGION'],
    words: 'location, such as eu-central-1',
    known: 'at-launch',
  },
  {
    name: 'instance_type',
    aliases: ['SCALR_SERVER_TYPE'],
    words: 'instance type asked for',
    known: 'at-launch',
  },
  {
    name: 'cloud_image_id',
    aliases: ['SCALR_IMAGE_ID', 'SCALR_AMI_ID'],
    words: 'the cloud’s id of the image',
    known: 'at-launch',
  },
  {
    name: 'zone',
    aliases: ['SCALR_CLOUD_LOCATION_ZONE', 'SCALR_AVAIL_ZONE'],
    words: 'zone; at the launch only when the farm role decides it',
    known: 'at-launch',
  },
  {
    name: 'cloud_server_id',
    aliases: ['SCALR_CLOUD_SERVER_ID', 'SCALR_INSTANCE_ID'],
    words: 'the cloud’s id of the instance',
    known: 'on-server',
  },
  { name: 'private_ip', aliases: ['SCALR_INTERNAL_IP'], words: 'private address', known: 'on-server' },
  { name: 'public_ip', aliases: ['SCALR_EXTERNAL_IP'], words: 'public address', known: 'on-server' },
] as const satisfies readonly TemplateVariable[]

type TemplateName = (typeof TEMPLATE_VARIABLES)[number]['name']
/** The values of one server; what is not known yet is the empty text. */
export type TemplateValues = Readonly<Record<TemplateName, string>>

/** The values of a server as it is now. */
export function templateValues(server: Server): TemplateValues {
  return {
    farm: server.farm,
    farm_id: server.farmId,
    alias: server.alias,
    farm_role_id: server.farmRoleId,
    role: server.role,
    role_id: server.roleId,
    index: String(server.index),
    server_id: server.id,
    cloud: server.cloud,
    location: server.location,
    instance_type: server.instanceType,
    cloud_image_id: server.cloudImageId ?? '',
    zone: server.zone ?? '',
    cloud_server_id: server.cloudServerId ?? '',
    private_ip: server.privateIp ?? '',
    public_ip: server.elasticIp ?? server.publicIp ?? '',
  }
}

const OWN_PREFIX = 'farmhand.'
const byAnyName = new Map<string, (typeof TEMPLATE_VARIABLES)[number]>(
  TEMPLATE_VARIABLES.flatMap((variable) =>
    [variable.name, `${OWN_PREFIX}${variable.name}`, ...variable.aliases].map(
      (name) => [name, variable] as const,
    ),
  ),
)

/** Braces around a name are a variable. */
const ANYWHERE = /\{([A-Za-z][A-Za-z0-9_.]*)\}/g
/** Scripts and cloud-init files are full of braces: in user data only unmistakable names count, and never `${…}`. */
const IN_USER_DATA = /(?<!\$)\{((?:SCALR_|farmhand\.)[A-Za-z0-9_]*)\}/g

function patternOf(place: TemplatePlace): RegExp {
  return place === 'user-data' ? IN_USER_DATA : ANYWHERE
}

/** The variables that a template of this place may hold. */
export function templateVariables(place: TemplatePlace): TemplateVariable[] {
  return TEMPLATE_VARIABLES.filter(({ known }) => known === 'at-launch' || place === 'hostname')
}

/** What is wrong with a template, a sentence each; none for a good one. */
export function templateFaults(text: string, place: TemplatePlace): string[] {
  const faults = new Set<string>()
  for (const [, name = ''] of text.matchAll(patternOf(place))) {
    const variable = byAnyName.get(name)
    if (!variable) faults.add(unknownName(name, place))
    else if (variable.known === 'on-server' && place !== 'hostname') {
      faults.add(`{${name}} is not known yet when the server is launched; use it in the host name only.`)
    }
  }
  return [...faults]
}

/**
 * The template with its variables replaced, in one pass: a value is never looked at again. In a host name, what no host name
 * holds becomes a dash in values. Throws `farm.invalid` for a variable that does not exist here.
 */
export function fillTemplate(text: string, place: TemplatePlace, values: TemplateValues): string {
  const [fault] = templateFaults(text, place)
  if (fault !== undefined) throw new AppError('farm.invalid', { message: fault })
  return text.replace(patternOf(place), (whole, name: string) => {
    const variable = byAnyName.get(name)
    if (!variable) return whole
    const value = values[variable.name]
    return place === 'hostname' ? value.replace(/[^A-Za-z0-9-]+/g, '-').replace(/^-+|-+$/g, '') : value
  })
}

/** The longest host name that Linux takes (HOST_NAME_MAX). */
const HOST_NAME_MAX = 64

/** What is wrong with a host name (RFC 1123), or null. */
export function hostnameFault(hostname: string): string | null {
  if (hostname.length > HOST_NAME_MAX) {
    return `The host name “${hostname}” is longer than ${HOST_NAME_MAX} characters, the most that Linux takes.`
  }
  const label = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/
  if (hostname.split('.').every((part) => label.test(part))) return null
  return `“${hostname}” is no host name: use letters, digits and dashes, with dots between parts that neither start nor end with a dash.`
}

function unknownName(name: string, place: TemplatePlace): string {
  const names = templateVariables(place)
  const own = place === 'user-data' ? OWN_PREFIX : ''
  return `There is no variable {${name}}. There are: ${names.map((known) => `{${own}${known.name}}`).join(', ')}.`
}
