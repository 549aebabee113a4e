/* npm run bench [-- --quick] [-- --only NAME]: runs tests/bench/*.bench.ts and prints a table; writes bench-results.json. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Bench, type Figure, isReached, ratioOf } from './bench.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, json: { type: 'string' } },
})
const context = { quick: values.quick, rounds: values.quick ? 1 : 5 }
const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.bench.ts')).sort()
const results: { bench: string; figures: Figure[]; failed: string | null }[] = []

for (const file of files) {
  const { default: bench } = (await import(join(import.meta.dirname, file))) as { default: Bench }
  if (values.only !== undefined && !bench.name.includes(values.only)) continue
  process.stdout.write(`\n${bench.name}\n`)
  try {
    const figures = await bench.run(context)
    results.push({ bench: bench.name, figures, failed: null })
    for (const figure of figures) process.stdout.write(`${row(figure)}\n`)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    results.push({ bench: bench.name, figures: [], failed: message })
    process.stdout.write(`  did not finish: ${message}\n`)
  }
}

function row(figure: Figure): string {
  const peer = figure.peer ? `${figure.peer.name}: ${show(figure.peer.value)}` : ''
  const ratio = ratioOf(figure)
  const reached = isReached(figure)
  const target = figure.target
    ? `${figure.target.atLeast ? '≥' : '≤'} ${figure.target.limit}${figure.target.of === 'ratio' ? '×' : ` ${figure.unit}`}`
    : ''
  return [
    `  ${figure.what}`.padEnd(52),
    `${show(figure.value)} ${figure.unit}`.padStart(14),
    peer.padEnd(38),
    (ratio === null ? '' : `${ratio.toFixed(2)}×`).padStart(8),
    target.padStart(12),
    reached === null ? '' : reached ? 'reached' : 'MISSED',
  ].join('  ')
}

function show(value: number): string {
  if (value === 0) return '0'
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

const out = values.json ?? join('test-results', 'bench-results.json')
await mkdir(join(out, '..'), { recursive: true })
const machine = { cores: cpus().length, model: cpus()[0]?.model ?? '', node: process.version, os: release() }
await writeFile(
  out,
  `${JSON.stringify({ at: new Date().toISOString(), machine, ...context, results }, null, 2)}\n`,
)
process.stdout.write(`\nAs JSON: ${out}\n`)
process.exitCode = results.some((result) => result.failed !== null) ? 1 : 0
