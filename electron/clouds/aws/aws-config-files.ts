import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the files of the AWS command line are looked for. */
export interface AwsHome {
  /** The user's home directory. */
  homeDir: string
  /** Honoured: `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`. */
  env: Readonly<Record<string, string | undefined>>
}

/** Settings of one profile by their name in lower case. */
export type ProfileSettings = ReadonlyMap<string, string>

/** Paths of `config` and `credentials`, as the AWS command line finds them. */
export function awsFilePaths({ homeDir, env }: AwsHome): { config: string; credentials: string } {
  const inHome = (path: string): string => (/^~[/\\]/.test(path) ? join(homeDir, path.slice(2)) : path)
  return {
    config: inHome(env['AWS_CONFIG_FILE'] || join(homeDir, '.aws', 'config')),
    credentials: inHome(env['AWS_SHARED_CREDENTIALS_FILE'] || join(homeDir, '.aws', 'credentials')),
  }
}

/**
 * All profiles of both files by name; where both set the same thing, `credentials` wins, as with the AWS command line. A
 * file that is missing holds no profiles. Throws the file system's error when a file is there and cannot be read.
 */
export async function readAwsProfiles(home: AwsHome): Promise<Map<string, ProfileSettings>> {
  const paths = awsFilePaths(home)
  const [config, credentials] = await Promise.all([read(paths.config), read(paths.credentials)])
  const profiles = new Map<string, Map<string, string>>()
  const add = (name: string, settings: ReadonlyMap<string, string>): void => {
    const known = profiles.get(name) ?? new Map<string, string>()
    for (const [key, value] of settings) known.set(key, value)
    profiles.set(name, known)
  }
  for (const [section, settings] of parseIni(config)) {
    const name = profileNameOf(section)
    if (name !== null) add(name, settings)
  }
  for (const [section, settings] of parseIni(credentials)) add(section, settings)
  return profiles
}

/** Sections of an INI text in the AWS dialect; settings that are indented below another one are left out. */
export function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let section: Map<string, string> | undefined
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const content = (line.split(/(?:^|\s)[;#]/)[0] ?? '').trim()
    if (content.startsWith('[') && content.endsWith(']')) {
      const name = content.slice(1, -1).trim()
      section = sections.get(name) ?? new Map<string, string>()
      sections.set(name, section)
      continue
    }
    const equals = content.indexOf('=')
    const isNested = /^\s/.test(line)
    if (section === undefined || equals < 1 || isNested) continue
    section.set(content.slice(0, equals).trim().toLowerCase(), content.slice(equals + 1).trim())
  }
  return sections
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return ''
    throw thrown
  }
}

function profileNameOf(section: string): string | null {
  if (section === 'default') return section
  const [, quoted, plain] = /^profile\s+(?:["'](.+)["']|(.+))$/.exec(section) ?? []
  return quoted ?? plain ?? null
}
