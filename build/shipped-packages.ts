/* Which npm packages end up in what we hand out, and under which licences. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  licenses: z.array(z.object({ type: z.string() })).optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
})

/** One package that ships. `licence` is its SPDX expression, `UNKNOWN` where it names none. */
export interface ShippedPackage {
  name: string
  version: string
  licence: string
  /** Absolute path of the installed package. */
  folder: string
}

/**
 * Follows `dependencies` from our own package.json as Node resolves them. Peers and optional packages are not followed: the
 * bundles leave them out.
 * @throws Error when a dependency is not installed
 */
export function shippedPackages(): ShippedPackage[] {
  const found = new Map<string, ShippedPackage>()
  const visit = (name: string, fromFolder: string): void => {
    const folder = resolveFolder(name, fromFolder)
    if (found.has(folder)) return
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
    found.set(folder, {
      name: manifest.name,
      version: manifest.version,
      licence: licenceOf(manifest),
      folder,
    })
    for (const dependency of Object.keys(manifest.dependencies)) visit(dependency, folder)
  }
  const own = z.object({ dependencies: z.record(z.string(), z.string()) })
  const { dependencies } = own.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  for (const name of Object.keys(dependencies)) visit(name, root)
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The licence texts of everything that ships, as one document. */
export function noticesText(packages: ShippedPackage[]): string {
  const sections = packages.map(({ name, version, licence, folder }) => {
    const file = readdirSync(folder).find((entry) => /^(?:licen[cs]e|copying)/i.test(entry))
    const text = file === undefined ? `Licence: ${licence}` : readFileSync(join(folder, file), 'utf8').trim()
    return `${name} ${version} (${licence})\n\n${text}\n`
  })
  return ['Farmhand contains the work of others, under their licences:\n', ...sections].join(
    `\n${'-'.repeat(80)}\n\n`,
  )
}

function licenceOf({ license, licenses }: z.infer<typeof Manifest>): string {
  if (typeof license === 'string') return license
  return license?.type ?? licenses?.map(({ type }) => type).join(' AND ') ?? 'UNKNOWN'
}

function resolveFolder(name: string, fromFolder: string): string {
  for (let folder = fromFolder; folder.startsWith(root); folder = join(folder, '..')) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
  }
  throw new Error(`${name}, which ${fromFolder} needs, is not installed: run npm ci.`)
}
