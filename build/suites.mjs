/* The suites of `npm test`, part by part. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findAdvisories } from './advisories.mjs'
import { ensureBuilt } from './build.mjs'
import { CommandError, root, run, say, toolEnvironment } from './process.mjs'
import { oneTest, playwrightTally, vitestTally } from './tally.mjs'
import { nodeBinary } from './toolchain.mjs'

/**
 * @typedef {import('./tally.mjs').Result} Result
 * @typedef {{ name: string, script: string, args: string[] }} Check
 */

/** @type {Check[]} */
const checks = [
  {
    name: 'lint: scripts',
    script: 'eslint/bin/eslint.js',
    args: ['.', '--max-warnings', '0', '--ignore-pattern', '**/*.vue'],
  },
  { name: 'lint: components', script: 'eslint/bin/eslint.js', args: ['**/*.vue', '--max-warnings', '0'] },
  { name: 'types: shared', script: 'typescript/bin/tsc', args: ['-p', 'shared'] },
  { name: 'types: electron', script: 'typescript/bin/tsc', args: ['-p', 'electron'] },
  { name: 'types: preload', script: 'typescript/bin/tsc', args: ['-p', 'electron/tsconfig.preload.json'] },
  { name: 'types: renderer', script: 'vue-tsc/bin/vue-tsc.js', args: ['-p', 'renderer'] },
  { name: 'types: tests', script: 'vue-tsc/bin/vue-tsc.js', args: ['-p', 'tests'] },
  {
    name: 'import rules',
    script: 'dependency-cruiser/bin/dependency-cruise.mjs',
    args: ['electron', 'renderer', 'shared', 'tests', 'build', '--output-type', 'err-long'],
  },
  { name: 'unused code', script: 'knip/bin/knip.js', args: ['--no-progress'] },
  { name: 'unused by what ships', script: 'knip/bin/knip.js', args: ['--no-progress', '--production'] },
  { name: 'format', script: 'prettier/bin/prettier.cjs', args: ['--check', '.', '--log-level', 'warn'] },
]

/** Part name → how it runs. @type {Record<string, () => Promise<Result[]>>} */
export const parts = {
  checks: runChecks,
  unit: async () => [await runVitest('unit', ['node', 'renderer'])],
  faults: async () => [await runVitest('faults', ['faults'])],
  build: runBuild,
  e2e: runEndToEnd,
}

/**
 * The order of a whole run. What stands together runs side by side: the checks keep the processor busy, while most of a
 * fault is waiting.
 */
export const stages = [['checks', 'faults'], ['unit'], ['build'], ['e2e']]

/** Two at a time, their output only when they fail: an eslint and two compilers side by side would fight for memory. */
async function runChecks() {
  const waiting = [...checks]
  /** @type {Result[]} */
  const results = []
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      results.push(await runCheck(check))
    }
  }
  const [advisories] = await Promise.all([checkAdvisories(), worker(), worker()])
  return [...results, advisories]
}

/**
 * @param {Check} check
 * @returns {Promise<Result>}
 */
async function runCheck({ name, script, args }) {
  let output = ''
  const { code, elapsedMs } = await run(nodeBinary(), [join('node_modules', script), ...args], {
    onOutput: (text) => {
      output += text
    },
  })
  say(code === 0 ? `✓ ${name}` : `✗ ${name}\n${output.trimEnd()}\n`)
  return { name, ...oneTest(code === 0), elapsedMs }
}

/** @returns {Promise<Result>} */
async function checkAdvisories() {
  const startedAt = performance.now()
  const answer = await findAdvisories()
  const elapsedMs = performance.now() - startedAt
  const name = 'advisories'
  if (answer.state === 'clean') return { name, ...oneTest(true), elapsedMs }
  if (answer.state === 'found') return { name, ...oneTest(false), elapsedMs, note: answer.names.join(', ') }
  return { name, passed: 0, failed: 0, skipped: 1, elapsedMs, note: 'the registry gave no answer' }
}

/**
 * @param {string} name
 * @param {string[]} projects of vitest.config.ts
 * @returns {Promise<Result>}
 */
async function runVitest(name, projects) {
  const report = reportFile(name)
  const { code, elapsedMs } = await run(nodeBinary(), [
    join('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  return { name, ...vitestTally(readReport(report), code), elapsedMs }
}

/** @returns {Promise<Result[]>} */
async function runBuild() {
  const startedAt = performance.now()
  let passed = true
  try {
    await ensureBuilt()
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    say(error.message)
    passed = false
  }
  return [{ name: 'build', ...oneTest(passed), elapsedMs: performance.now() - startedAt }]
}

/** @returns {Promise<Result[]>} */
async function runEndToEnd() {
  const report = reportFile('e2e')
  const { code, elapsedMs } = await run(
    nodeBinary(),
    [join('node_modules', '@playwright', 'test', 'cli.js'), 'test', '--pass-with-no-tests'],
    { env: { ...toolEnvironment(), FARMHAND_E2E_REPORT: report } },
  )
  return [{ name: 'e2e', ...playwrightTally(readReport(report), code), elapsedMs }]
}

/** @param {string} name */
function reportFile(name) {
  const file = join(root, 'test-results', 'reports', `${name}.json`)
  mkdirSync(dirname(file), { recursive: true })
  rmSync(file, { force: true })
  return file
}

/**
 * @param {string} file
 * @returns {unknown}
 */
function readReport(file) {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
