import type { OsFamily } from '../../model/images.ts'

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
