import type { Image, OsFamily } from '../../../shared/model/images.ts'

/** Operating systems as people write them. */
export const OS_NAMES: Readonly<Record<OsFamily, string>> = {
  ubuntu: 'Ubuntu',
  debian: 'Debian',
  amazon: 'Amazon Linux',
  centos: 'CentOS',
  redhat: 'Red Hat',
  oel: 'Oracle Linux',
  rocky: 'Rocky Linux',
  alma: 'AlmaLinux',
  suse: 'SUSE',
  fedora: 'Fedora',
  sandbox: 'Sandbox Linux',
  windows: 'Windows',
  unknown: 'Other',
}

/** `Ubuntu 24.04`. */
export function osWords({ family, version }: Image['os']): string {
  return version === '' ? OS_NAMES[family] : `${OS_NAMES[family]} ${version}`
}

/** How an image is found: its id, or the newest one of a pattern. */
export function sourceWords(source: Image['source']): string {
  return source.kind === 'id' ? source.cloudImageId : `newest ${source.namePattern} of ${source.owner}`
}

/** A guess at the operating system and its user by an image's name, as the well-known owners name theirs. */
export function guessOs(name: string): { family: OsFamily; version: string; user: string } {
  const lower = name.toLowerCase()
  const version = (pattern: RegExp): string => pattern.exec(lower)?.[1] ?? ''
  if (lower.includes('ubuntu'))
    return { family: 'ubuntu', version: version(/(\d{2}\.\d{2})/), user: 'ubuntu' }
  if (lower.includes('debian')) return { family: 'debian', version: version(/debian-(\d+)/), user: 'admin' }
  if (lower.includes('al2023')) return { family: 'amazon', version: '2023', user: 'ec2-user' }
  if (lower.includes('amzn2')) return { family: 'amazon', version: '2', user: 'ec2-user' }
  if (lower.includes('rhel'))
    return { family: 'redhat', version: version(/rhel-(\d+(?:\.\d+)?)/), user: 'ec2-user' }
  if (lower.includes('rocky')) return { family: 'rocky', version: version(/rocky-(\d+)/), user: 'rocky' }
  if (lower.includes('alma')) return { family: 'alma', version: version(/(\d+(?:\.\d+)?)/), user: 'ec2-user' }
  if (lower.includes('fedora')) return { family: 'fedora', version: version(/-(\d{2})-/), user: 'fedora' }
  if (lower.includes('suse')) return { family: 'suse', version: version(/(\d+(?:-sp\d)?)/), user: 'ec2-user' }
  if (lower.includes('sandbox'))
    return { family: 'sandbox', version: version(/(\d+(?:\.\d+)?)/), user: 'farmhand' }
  return { family: 'unknown', version: '', user: 'root' }
}
