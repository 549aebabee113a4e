import { describe, expect, it } from 'vitest'
import { playwrightTally, summary, vitestTally } from './tally.mjs'

describe('vitestTally', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 0,
    testResults: [],
  }

  it('counts tests', () => {
    expect(vitestTally(report, 1)).toEqual({ passed: 5, failed: 1, skipped: 2 })
  })

  it('counts a file that could not be loaded as one failed test', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }]
    expect(vitestTally({ ...report, numFailedTests: 0, testResults }, 1).failed).toBe(1)
  })

  it('never calls a failed run passed', () => {
    expect(vitestTally({ ...report, numFailedTests: 0 }, 1).failed).toBe(1)
    expect(vitestTally(undefined, 128)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
})

describe('playwrightTally', () => {
  it('counts a flaky test as failed', () => {
    const stats = { expected: 3, unexpected: 1, flaky: 1, skipped: 4 }
    expect(playwrightTally({ stats }, 1)).toEqual({ passed: 3, failed: 2, skipped: 4 })
  })

  it('never calls a failed run passed', () => {
    const stats = { expected: 3, unexpected: 0, flaky: 0, skipped: 0 }
    expect(playwrightTally({ stats }, 1).failed).toBe(1)
  })
})

describe('summary', () => {
  it('ends with the sums alone on their line', () => {
    const text = summary([
      { name: 'lint', passed: 1, failed: 0, skipped: 0, elapsedMs: 1200 },
      { name: 'unit', passed: 10, failed: 2, skipped: 1, elapsedMs: 3000, note: 'look above' },
    ])
    expect(text).toContain(
      '✓ lint  1 passed, 0 failed · 1.2 s\n✗ unit  10 passed, 2 failed, 1 skipped · 3.0 s · look above',
    )
    expect(text.trimEnd().split('\n').at(-1)).toBe('11 passed, 2 failed, 1 skipped')
  })
})
