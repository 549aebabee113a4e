/* Known weaknesses in what ships, where the registry can be asked. */
import { runNpm } from './toolchain.mjs'

/**
 * @returns {Promise<{ state: 'clean' | 'unanswered' } | { state: 'found', names: string[] }>} packages with an
 *   advisory of severity high or critical
 */
export async function findAdvisories() {
  let output = ''
  await runNpm(
    ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=15000', '--loglevel=silent'],
    {
      onStdout: (text) => {
        output += text
      },
    },
  )
  const report = parse(output)
  const vulnerabilities = report?.vulnerabilities
  if (vulnerabilities === undefined) return { state: 'unanswered' }
  const names = Object.entries(vulnerabilities)
    .filter(([, { severity }]) => severity === 'high' || severity === 'critical')
    .map(([name]) => name)
  return names.length === 0 ? { state: 'clean' } : { state: 'found', names }
}

/**
 * @param {string} text
 * @returns {{ vulnerabilities?: Record<string, { severity: string }> } | undefined}
 */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
