/* npm run build: makes `dist/` out of the sources, or leaves it when nothing has changed since. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CommandError, root, runCommand, say } from './process.mjs'
import { ensureDependencies, runNode } from './toolchain.mjs'

const sources = [
  'electron',
  'renderer',
  'shared',
  'build/bundle.ts',
  'build/shipped-packages.ts',
  'vite.config.ts',
  'package-lock.json',
]
const stampFile = join('dist', '.built-from')

/**
 * Builds unless `dist/` was made of exactly these sources. A running app is not disturbed: the new folder takes the
 * old one's place when it is complete.
 * @throws {CommandError} when the build fails; `dist/` is then as it was
 */
export async function ensureBuilt() {
  const digest = digestOfSources()
  if (readStamp() === digest) return
  say('Building …')
  const fresh = join(root, `dist-${process.pid}`)
  try {
    const { code } = await runNode([join('build', 'bundle.ts'), fresh])
    if (code !== 0) throw new CommandError('The build failed: see the lines above.')
    writeFileSync(join(fresh, '.built-from'), digest)
    const old = join(root, `dist-${process.pid}-old`)
    if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old)
    renameSync(fresh, join(root, 'dist'))
    rmSync(old, { recursive: true, force: true })
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

function readStamp() {
  const file = join(root, stampFile)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

function digestOfSources() {
  const hash = createHash('sha256')
  for (const source of sources.flatMap(filesOf).sort()) {
    hash
      .update(`${source}\0`)
      .update(readFileSync(join(root, source)))
      .update('\0')
  }
  return hash.digest('hex')
}

/**
 * @param {string} path relative to the root
 * @returns {string[]}
 */
function filesOf(path) {
  if (/\.[a-z]+$/.test(path)) return [path]
  return readdirSync(join(root, path), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  runCommand(async () => {
    await ensureDependencies()
    await ensureBuilt()
    return 0
  })
}
