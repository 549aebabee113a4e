/* Counts what the suites' own reports say. */

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Tally
 * @typedef {Tally & { name: string, elapsedMs: number, note?: string | undefined }} Result
 */

/** @type {(passed: boolean) => Tally} */
export const oneTest = (passed) => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 })

/**
 * Vitest's JSON report. A file that could not even be loaded holds no test, and counts as one failed.
 * @param {unknown} report undefined when the run ended without one
 * @param {number} exitCode
 * @returns {Tally}
 */
export function vitestTally(report, exitCode) {
  if (!isRecord(report) || !Array.isArray(report.testResults)) return oneTest(exitCode === 0)
  const unloaded = report.testResults.filter(
    (file) => isRecord(file) && file.status === 'failed' && isEmpty(file.assertionResults),
  )
  return withExitCode(
    {
      passed: number(report.numPassedTests),
      failed: number(report.numFailedTests) + unloaded.length,
      skipped: number(report.numPendingTests) + number(report.numTodoTests),
    },
    exitCode,
  )
}

/**
 * Playwright's JSON report. An error outside of a test counts as one failed.
 * @param {unknown} report undefined when the run ended without one
 * @param {number} exitCode
 * @returns {Tally}
 */
export function playwrightTally(report, exitCode) {
  if (!isRecord(report) || !isRecord(report.stats)) return oneTest(exitCode === 0)
  const { expected, unexpected, flaky, skipped } = report.stats
  return withExitCode(
    { passed: number(expected), failed: number(unexpected) + number(flaky), skipped: number(skipped) },
    exitCode,
  )
}

/**
 * The last lines of `npm test`: one a suite, then the plain line of the sums.
 * @param {Result[]} results
 * @returns {string}
 */
export function summary(results) {
  const width = Math.max(0, ...results.map(({ name }) => name.length))
  const lines = results.map((result) => {
    const mark = result.failed > 0 ? '✗' : '✓'
    const seconds = `${(result.elapsedMs / 1000).toFixed(1)} s`
    const note = result.note === undefined ? '' : ` · ${result.note}`
    return `${mark} ${result.name.padEnd(width)}  ${counts(result)} · ${seconds}${note}`
  })
  return ['', ...lines, '', counts(sum(results)), ''].join('\n')
}

/**
 * @param {Tally[]} tallies
 * @returns {Tally}
 */
export function sum(tallies) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const tally of tallies) {
    total.passed += tally.passed
    total.failed += tally.failed
    total.skipped += tally.skipped
  }
  return total
}

/** @type {(tally: Tally) => string} */
function counts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/**
 * A run that failed without a failed test (a crash, an unhandled rejection, a limit) is a failure all the same.
 * @param {Tally} tally
 * @param {number} exitCode
 * @returns {Tally}
 */
function withExitCode(tally, exitCode) {
  return exitCode !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally
}

/** @type {(value: unknown) => value is Record<string, unknown>} */
const isRecord = (value) => typeof value === 'object' && value !== null
/** @type {(value: unknown) => boolean} */
const isEmpty = (value) => !Array.isArray(value) || value.length === 0
/** @type {(value: unknown) => number} */
const number = (value) => (typeof value === 'number' ? value : 0)
