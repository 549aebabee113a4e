/*
 * npm test [-- PART …]: installs what is missing, runs every suite whatever fails, and ends with the plain line
 * `N passed, N failed`. Each check counts as one test.
 */
import { CommandError, runCommand, say } from './process.mjs'
import { parts } from './suites.mjs'
import { ensureTestPrograms } from './system-packages.mjs'
import { sum, summary } from './tally.mjs'
import { ensureDependencies } from './toolchain.mjs'

runCommand(async () => {
  const asked = process.argv.slice(2)
  const known = Object.keys(parts)
  const unknown = asked.find((part) => !known.includes(part))
  if (unknown !== undefined) {
    throw new CommandError(`There is no part “${unknown}”. The parts are: ${known.join(', ')}.`)
  }
  await ensureDependencies()
  const needsPrograms = asked.length === 0 || asked.some((part) => ['unit', 'faults', 'e2e'].includes(part))
  const missing = needsPrograms ? await ensureTestPrograms() : undefined
  const results = []
  for (const [name, runPart] of Object.entries(parts)) {
    if (asked.length === 0 || asked.includes(name)) results.push(...(await runPart()))
    // The end-to-end suite runs what was built.
    else if (name === 'build' && asked.includes('e2e')) results.push(...(await runPart()))
  }
  if (missing !== undefined) say(`\n${missing}`)
  process.stdout.write(summary(results))
  return sum(results).failed === 0 ? 0 : 1
})
