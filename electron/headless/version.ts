import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Manifest = z.object({ version: z.string() })

/** Farmhand's version, from the manifest one step above the sources and the bundles alike. */
export function farmhandVersion(): string {
  const file = join(import.meta.dirname, '..', 'package.json')
  const nearer = join(import.meta.dirname, '..', '..', 'package.json')
  for (const path of [file, nearer]) {
    try {
      return Manifest.parse(JSON.parse(readFileSync(path, 'utf8'))).version
    } catch {
      continue
    }
  }
  return '0.0.0'
}
