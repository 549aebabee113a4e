/* npm run screenshots: builds, lets the end-to-end suite make the README's pictures, and keeps them in build/screenshots. */
import { join } from 'node:path'
import { ensureBuilt } from './build.mjs'
import { runCommand, toolEnvironment } from './process.mjs'
import { ensureTestPrograms } from './system-packages.mjs'
import { ensureDependencies, runNode } from './toolchain.mjs'

runCommand(async () => {
  await ensureDependencies()
  await ensureTestPrograms()
  await ensureBuilt()
  const playwright = join('node_modules', '@playwright', 'test', 'cli.js')
  const { code } = await runNode([playwright, 'test', 'screenshots', '--project', 'headless'], {
    env: { ...toolEnvironment(), FARMHAND_KEEP_SCREENSHOTS: '1' },
  })
  return code
})
