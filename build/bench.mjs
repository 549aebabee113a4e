/* npm run bench [-- --quick …]: builds, then runs the benchmarks under the project's Node. */
import { join } from 'node:path'
import { ensureBuilt } from './build.mjs'
import { runCommand } from './process.mjs'
import { ensureDependencies, runNode } from './toolchain.mjs'

runCommand(async () => {
  await ensureDependencies()
  await ensureBuilt()
  const { code } = await runNode(['--expose-gc', join('tests', 'bench', 'run.ts'), ...process.argv.slice(2)])
  return code
})
