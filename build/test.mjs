/*
 * npm test [-- PART …]: installs what is missing, runs every suite whatever fails, and ends with the plain line
 * `N passed, N failed`. Each check counts as one test.
 */
import { CommandError, runCommand, say } from './process.mjs'
import { parts, stages } from './suites.mjs'
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
  // The end-to-end suite runs what was built.
  const wanted = asked.length === 0 ? known : asked.includes('e2e') ? [...asked, 'build'] : asked
  const results = []
  for (const stage of stages) {
    const running = stage.filter((name) => wanted.includes(name)).map((name) => parts[name]?.() ?? [])
    results.push(...(await Promise.all(running)).flat())
  }
  if (missing !== undefined) say(`\n${missing}`)
  process.stdout.write(summary(results))
  return sum(results).failed === 0 ? 0 : 1
})
