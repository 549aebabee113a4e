import { join } from 'node:path'
import { ESLint } from 'eslint'
import { describe, expect, it } from 'vitest'

const repository = join(import.meta.dirname, '..')
const rule = '@typescript-eslint/no-use-before-define'
/** The linter as it is set up, for this rule alone, which needs no types. */
const eslint = new ESLint({
  cwd: repository,
  ruleFilter: ({ ruleId }) => ruleId === rule,
  overrideConfig: { languageOptions: { parserOptions: { project: false } } },
})

/** What is used before it is made in a file of this name, as `line: message`. */
function earlyUses({ messages }: ESLint.LintResult): string[] {
  return messages.map(({ line, message }) => `${String(line)}: ${message}`)
}

/** The same in these lines, as if they were the file. */
async function earlyUsesIn(file: string, ...lines: string[]): Promise<string[]> {
  const results = await eslint.lintText(lines.join('\n'), { filePath: join(repository, file) })
  return results.flatMap(earlyUses)
}

describe('what puts the engine together', () => {
  it('uses no service before it is made, in no closure either', async () => {
    const results = await eslint.lintFiles([
      'electron/engine/engine.ts',
      'electron/engine/*/{create,open}-*.ts',
    ])
    const files = results.map(({ filePath }) => filePath.slice(repository.length + 1))
    expect(files).toEqual(
      expect.arrayContaining([
        'electron/engine/engine.ts',
        'electron/engine/records/open-core.ts',
        'electron/engine/clouds/create-clouds.ts',
        'electron/engine/designs/create-designs.ts',
        'electron/engine/access/create-access.ts',
        'electron/engine/fleet/create-fleet.ts',
      ]),
    )
    expect(results.flatMap(earlyUses)).toEqual([])
  })

  it.each(['electron/engine/engine.ts', 'electron/engine/fleet/create-fleet.ts'])(
    'is caught when it does: %s',
    async (file) => {
      const found = await earlyUsesIn(
        file,
        'export function create(make: (wake: () => void) => { wake(): void }) {',
        '  const first = make(() => second.wake())',
        '  const second = make(() => first.wake())',
        '  return { first, second }',
        '}',
      )
      expect(found).toEqual(["2: 'second' was used before it was defined."])
    },
  )
})
