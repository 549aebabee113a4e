import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { manifestFile } from '../resources-dir.ts'

const Manifest = z.object({ version: z.string() })

/** Farmhand's version, from the manifest that ships with the code. */
export function farmhandVersion(): string {
  return Manifest.parse(JSON.parse(readFileSync(manifestFile(), 'utf8'))).version
}
