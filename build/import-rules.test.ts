import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const repository = join(import.meta.dirname, '..')
let root: string

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'import-rules-')))
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'), 'dir')
  await write('tsconfig.base.json', '{}')
  await write(
    'package.json',
    JSON.stringify({ dependencies: { zod: '*', vue: '*', ssh2: '*', '@orpc/contract': '*' } }),
  )
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(root, dirname(path)), { recursive: true })
  await writeFile(join(root, path), text)
}

/** Names of the rules that a tree of `file: what it imports` breaks. */
async function brokenRules(tree: Record<string, string | undefined>): Promise<string[]> {
  for (const [path, imported] of Object.entries(tree)) {
    const code = imported === undefined ? '' : `import { x } from '${imported}'\n`
    const script = `${code}export const y = ${imported === undefined ? '1' : 'x'}\n`
    await write(
      path,
      path.endsWith('.vue') ? `<script setup lang="ts">\n${code}const y: number = x\n</script>\n` : script,
    )
  }
  const options = await extractDepcruiseOptions(join(repository, '.dependency-cruiser.cjs'))
  const { output } = await cruise(['.'], { ...options, baseDir: root, validate: true })
  if (typeof output === 'string') throw new Error(output)
  return [...new Set(output.summary.violations.map((violation) => violation.rule.name))].sort()
}

describe('the import table lets through', () => {
  it('what each room may import', async () => {
    const broken = await brokenRules({
      'shared/model/a.ts': 'zod',
      'shared/logic/b.ts': '../model/a.ts',
      'shared/contract/c.ts': '../model/a.ts',
      'shared/contract/d.ts': '@orpc/contract',
      'electron/engine/ports.ts': '../../shared/model/a.ts',
      'electron/engine/state/ledger/index.ts': './ledger.ts',
      'electron/engine/state/ledger/ledger.ts': '../../ports.ts',
      'electron/engine/state/open-state.ts': './ledger/index.ts',
      'electron/engine/records/events/index.ts': '../../state/ledger/index.ts',
      'electron/engine/records/open-core.ts': '../state/open-state.ts',
      'electron/engine/clouds/index.ts': './provider.ts',
      'electron/engine/clouds/provider.ts': '../records/events/index.ts',
      'electron/engine/clouds/create-clouds.ts': '../records/open-core.ts',
      'electron/engine/access/ssh/index.ts': './connection.ts',
      'electron/engine/access/ssh/connection.ts': 'ssh2',
      'electron/engine/fleet/servers/index.ts': '../../access/ssh/index.ts',
      'electron/engine/fleet/farms/launcher.ts': '../servers/index.ts',
      'electron/engine/fleet/farms/index.ts': './launcher.ts',
      'electron/engine/fleet/create-fleet.ts': './farms/index.ts',
      'electron/engine/automation/runs/index.ts': '../../fleet/farms/index.ts',
      'electron/engine/engine.ts': './fleet/create-fleet.ts',
      'electron/clouds/aws/index.ts': '../../engine/clouds/index.ts',
      'electron/clouds/sandbox/index.ts': '../../engine/ports.ts',
      'electron/clouds/cloud-openers.ts': './aws/index.ts',
      'electron/clouds/index.ts': './cloud-openers.ts',
      'electron/headless/engine.ts': '../clouds/index.ts',
      'electron/api/farms.ts': '../engine/engine.ts',
      'electron/headless/server.ts': '../api/farms.ts',
      'electron/cli/main.ts': '../headless/server.ts',
      'electron/desktop/window.ts': 'electron',
      'electron/main.ts': './desktop/window.ts',
      'electron/preload.ts': 'electron',
      'renderer/App.vue': '../shared/logic/b.ts',
      'renderer/main.ts': 'vue',
    })
    expect(broken).toEqual([])
  })

  it('a test that reaches past its room', async () => {
    const broken = await brokenRules({
      'electron/api/farms.test.ts': '../engine/access/ssh/connection.ts',
      'electron/engine/access/ssh/connection.ts': undefined,
    })
    expect(broken).toEqual([])
  })
})

describe('the import table catches', () => {
  const target = 'target.ts'
  it.each([
    ['model-imports-zod-only', 'shared/model/a.ts', 'shared/logic/'],
    ['model-imports-zod-only', 'shared/model/a.ts', 'node:fs'],
    ['model-imports-zod-only', 'shared/model/a.ts', 'vue'],
    ['logic-imports-model-only', 'shared/logic/a.ts', 'shared/contract/'],
    ['logic-imports-model-only', 'shared/logic/a.ts', 'zod'],
    ['contract-imports-model-only', 'shared/contract/a.ts', 'shared/logic/'],
    ['engine-knows-no-host', 'electron/engine/fleet/farms/a.ts', 'electron/api/'],
    ['engine-knows-no-host', 'electron/engine/engine.ts', 'electron/headless/'],
    ['engine-knows-no-host', 'electron/engine/designs/create-designs.ts', 'electron/clouds/aws/'],
    ['state-imports-downwards', 'electron/engine/state/ledger/a.ts', 'electron/engine/records/events/'],
    ['records-imports-downwards', 'electron/engine/records/jobs/a.ts', 'electron/engine/clouds/'],
    ['clouds-imports-downwards', 'electron/engine/clouds/a.ts', 'electron/engine/designs/roles/'],
    ['designs-imports-downwards', 'electron/engine/designs/farms/a.ts', 'electron/engine/access/keys/'],
    ['access-imports-downwards', 'electron/engine/access/keys/a.ts', 'electron/engine/designs/farms/'],
    ['access-imports-downwards', 'electron/engine/access/create-access.ts', 'electron/engine/fleet/servers/'],
    ['fleet-imports-downwards', 'electron/engine/fleet/servers/a.ts', 'electron/engine/automation/runs/'],
    ['rooms-by-their-face', 'electron/engine/fleet/farms/a.ts', 'electron/engine/access/ssh/'],
    ['rooms-by-their-face', 'electron/engine/fleet/farms/a.ts', 'electron/engine/fleet/servers/'],
    ['rooms-by-their-face', 'electron/engine/fleet/farms/a.ts', 'electron/engine/fleet/'],
    ['clouds-imports-by-faces', 'electron/engine/clouds/a.ts', 'electron/engine/records/jobs/'],
    ['wiring-by-faces', 'electron/engine/fleet/create-fleet.ts', 'electron/engine/fleet/farms/'],
    ['wiring-by-faces', 'electron/engine/clouds/create-clouds.ts', 'electron/engine/records/jobs/'],
    ['engine-root-by-wiring', 'electron/engine/engine.ts', 'electron/engine/access/ssh/'],
    ['clouds-import-the-port', 'electron/clouds/aws/a.ts', 'electron/engine/records/jobs/'],
    ['clouds-import-the-port', 'electron/clouds/aws/a.ts', 'electron/headless/'],
    ['sandbox-imports-no-port', 'electron/clouds/sandbox/a.ts', 'electron/engine/clouds/'],
    ['sandbox-imports-no-port', 'electron/clouds/sandbox/a.ts', 'electron/clouds/aws/'],
    ['clouds-by-their-face', 'electron/clouds/aws/a.ts', 'electron/clouds/sandbox/'],
    ['all-clouds-by-one-face', 'electron/headless/a.ts', 'electron/clouds/aws/'],
    ['engine-by-its-faces', 'electron/api/a.ts', 'electron/engine/access/ssh/'],
    ['api-imports-engine-and-shared', 'electron/api/a.ts', 'electron/headless/'],
    ['api-imports-engine-and-shared', 'electron/api/a.ts', 'electron/clouds/'],
    ['headless-imports-api-clouds-engine-shared', 'electron/headless/a.ts', 'electron/desktop/'],
    ['headless-imports-api-clouds-engine-shared', 'electron/headless/a.ts', 'electron/cli/'],
    ['cli-imports-api-clouds-engine-shared', 'electron/cli/a.ts', 'electron/desktop/'],
    ['cli-imports-api-clouds-engine-shared', 'electron/cli/a.ts', 'renderer/'],
    ['desktop-imports-no-screen', 'electron/desktop/a.ts', 'renderer/'],
    ['only-desktop-imports-electron', 'electron/api/a.ts', 'electron'],
    ['only-desktop-imports-electron', 'electron/engine/fleet/farms/a.ts', 'electron'],
    ['only-desktop-imports-electron', 'renderer/a.ts', 'electron'],
    ['renderer-imports-shared-only', 'renderer/a.ts', 'electron/engine/access/ssh/'],
    ['renderer-imports-shared-only', 'renderer/A.vue', 'electron/api/'],
    ['renderer-has-no-node', 'renderer/a.ts', 'node:fs'],
    ['nothing-ships-tests', 'electron/api/a.ts', 'tests/support/'],
    ['ships-from-dependencies', 'electron/api/a.ts', 'vitest'],
    ['resolvable', 'electron/api/a.ts', './nowhere.ts'],
  ])('%s: %s imports %s', async (rule, from, to) => {
    const isFolder = to.endsWith('/')
    const up = '../'.repeat(from.split('/').length - 1)
    const tree = isFolder ? { [`${to}${target}`]: undefined } : {}
    const broken = await brokenRules({ ...tree, [from]: isFolder ? `${up}${to}${target}` : to })
    expect(broken).toContain(rule)
  })

  it('a circle, also one of types alone', async () => {
    const tree = { 'electron/api/a.ts': './b.ts', 'electron/api/b.ts': './a.ts' }
    expect(await brokenRules(tree)).toContain('no-circles')
    await write('electron/api/a.ts', "import type { B } from './b.ts'\nexport type A = B\n")
    await write('electron/api/b.ts', "import type { A } from './a.ts'\nexport type B = A\n")
    expect(await brokenRules({})).toContain('no-circles')
  })
})
