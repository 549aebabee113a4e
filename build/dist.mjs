/* npm run dist [-- --linux | --mac | --win | --dir …]: builds, then makes this platform's installers in `release/`. */
import { join } from 'node:path'
import { ensureBuilt } from './build.mjs'
import { runCommand } from './process.mjs'
import { ensureDependencies, runNode } from './toolchain.mjs'

runCommand(async () => {
  await ensureDependencies()
  await ensureBuilt()
  const builder = join('node_modules', 'electron-builder', 'cli.js')
  const { code } = await runNode([builder, '--publish', 'never', ...process.argv.slice(2)])
  return code
})
