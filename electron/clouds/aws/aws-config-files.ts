import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseKnownFiles, readFile } from '@smithy/core/config'

/** Where the files of the AWS command line are looked for. */
export interface AwsHome {
  /** The user's home directory. */
  homeDir: string
  /** Honoured: `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`. */
  env: Readonly<Record<string, string | undefined>>
}

/** Settings of one profile by their name; one below another is `s3.addressing_style`. */
export type ProfileSettings = Readonly<Record<string, string | undefined>>

/** Paths of `config` and `credentials`, as the AWS command line finds them. */
export function awsFilePaths({ homeDir, env }: AwsHome): { config: string; credentials: string } {
  const inHome = (path: string): string => (/^~[/\\]/.test(path) ? join(homeDir, path.slice(2)) : path)
  return {
    config: inHome(env['AWS_CONFIG_FILE'] || join(homeDir, '.aws', 'config')),
    credentials: inHome(env['AWS_SHARED_CREDENTIALS_FILE'] || join(homeDir, '.aws', 'credentials')),
  }
}

/**
 * All profiles of both files by name, read by the SDK's own reader: what it does not read it cannot sign in with. Where both
 * files set the same thing, `credentials` wins. A file that is missing holds no profiles. Throws the file system's error when
 * a file is there and cannot be read, and an Error with a sentence when it is no UTF-8 text.
 */
export async function readAwsProfiles(home: AwsHome): Promise<Map<string, ProfileSettings>> {
  const { config, credentials } = awsFilePaths(home)
  // The SDK takes a file that it cannot read for an empty one; the texts read here are those that it then parses.
  await Promise.all([config, credentials].map(readText))
  const sections = await parseKnownFiles({ configFilepath: config, filepath: credentials })
  return new Map(Object.entries(sections).filter(([name]) => !/^(?:sso-session|services)\./.test(name)))
}

/** A name at which the SDK gives up the whole file. */
const UNREADABLE = /^\s*\[\s*(?:profile\s+)?__proto__\s*\]/m

async function readText(path: string): Promise<void> {
  const found = await stat(path).catch((thrown: unknown) => {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  })
  if (!found) return
  // A pipe would be waited for without end.
  if (!found.isFile()) throw new Error(`${path} is no file.`)
  const text = await readFile(path, { ignoreCache: true })
  if (text.includes('\0')) throw new Error(`${path} is written as UTF-16. Save it as UTF-8.`)
  if (UNREADABLE.test(text)) {
    throw new Error(
      `${path} has a profile named __proto__, at which AWS tools give up the whole file. Rename it.`,
    )
  }
}
