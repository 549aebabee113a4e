/* npm run dev [-- serve's own flags]: the headless host from source, and the renderer with hot reload before it. */
import { join } from 'node:path'
import { runCommand } from './process.mjs'
import { ensureDependencies, runNode } from './toolchain.mjs'

runCommand(async () => {
  await ensureDependencies()
  const { code } = await runNode([join('build', 'dev.ts'), ...process.argv.slice(2)])
  return code
})
