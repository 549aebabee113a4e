import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'

/* What is handed out is dist/, resources/ and node-pty: these bundles must need nothing else. */

const root = join(import.meta.dirname, '..', '..')
const dist = join(root, 'dist')
const run = promisify(execFile)

/** Shipped beside the bundles, brought by the runtime, or optional natives that are loaded in a try block. */
const expected = ['electron', 'node-pty', 'cpu-features', 'bufferutil', 'utf-8-validate']

test('the Node bundles import nothing that is not shipped', async () => {
  const files = (await readdir(dist)).filter((name) => name.endsWith('.js'))
  expect(files).toEqual(expect.arrayContaining(['main.js', 'cli.js']))
  const foreign = new Set<string>()
  for (const file of files) {
    const code = await readFile(join(dist, file), 'utf8')
    const imports = code.matchAll(
      /^(?:import|export)\b[^'"\n]*["']([^"'\n]+)["'];?$|\bimport\(["']([^"'\n]+)["']\)/gm,
    )
    for (const [, fixed, dynamic] of imports) {
      const name = fixed ?? dynamic ?? ''
      if (!name.startsWith('.') && !isBuiltin(name) && !expected.includes(name)) foreign.add(name)
    }
  }
  expect([...foreign]).toEqual([])
})

test('the command line runs without any node_modules', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'farmhand-bundle-'))
  try {
    await cp(dist, join(folder, 'dist'), { recursive: true })
    await cp(join(root, 'resources'), join(folder, 'resources'), { recursive: true })
    await cp(join(root, 'package.json'), join(folder, 'package.json'))
    const { stdout } = await run(process.execPath, [join(folder, 'dist', 'cli.js'), '--help'])
    expect(stdout).toContain('serve')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('the preload is one CommonJS file that requires electron alone', async () => {
  const code = await readFile(join(dist, 'preload.cjs'), 'utf8')
  const required = [...code.matchAll(/\brequire\(["']([^"']+)["']\)/g)].map(([, name]) => name)
  expect(new Set(required)).toEqual(new Set(['electron']))
  expect(code).not.toMatch(/^(?:import|export)\b/m)
})

test('the page has no inline script and no foreign address', async () => {
  const page = await readFile(join(dist, 'renderer', 'index.html'), 'utf8')
  const scripts = [...page.matchAll(/<script\b([^>]*)>([^<]*)/g)]
  expect(scripts.length).toBeGreaterThan(0)
  for (const [, attributes, body] of scripts) {
    expect(attributes).toMatch(/\bsrc="\/assets\//)
    expect(body).toBe('')
  }
  expect(page).not.toMatch(/\son\w+=|https?:\/\//)
})
