import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'farmhand-command-'))
  await mkdir(join(root, 'build'))
  for (const file of ['farmhand.mjs', 'node-flags.mjs'])
    await cp(join(import.meta.dirname, file), join(root, 'build', file))
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

async function pretendBuilt(cli: string): Promise<void> {
  await mkdir(join(root, 'dist'))
  await mkdir(join(root, 'node_modules', 'node', 'bin'), { recursive: true })
  await symlink(process.execPath, join(root, 'node_modules', 'node', 'bin', 'node'))
  await writeFile(join(root, 'package.json'), '{ "type": "module" }')
  await writeFile(join(root, 'dist', 'cli.js'), cli)
}

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(root, 'build', 'farmhand.mjs'), ...args], { stdio: 'pipe' })
}

async function read(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? '' : text(stream)
}

describe('npx farmhand', () => {
  it('says what to do before the first build', async () => {
    const child = start('farm', 'ls')
    const [stdout, stderr, [code]] = await Promise.all([
      read(child.stdout),
      read(child.stderr),
      once(child, 'close'),
    ])
    expect({ stdout, stderr, code }).toEqual({
      stdout: '',
      stderr: 'Farmhand is not built yet: run `npm run build` (or `npm start`) in its folder first.\n',
      code: 1,
    })
  })

  it('hands on arguments as they are and answers with the exit status', async () => {
    await pretendBuilt('console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 2')
    const child = start('exec', 'a b', '$HOME', '--', "it's")
    const [stdout, [code]] = await Promise.all([read(child.stdout), once(child, 'close')])
    expect(JSON.parse(stdout)).toEqual(['exec', 'a b', '$HOME', '--', "it's"])
    expect(code).toBe(2)
  })

  it('ends what it started when it is told to end', async () => {
    await pretendBuilt(
      "process.on('SIGTERM', () => { console.log('ended'); process.exit(0) }); setInterval(() => {}, 1000); console.log('ready')",
    )
    const child = start('serve')
    child.stdout?.once('data', () => child.kill('SIGTERM'))
    const [stdout, [code]] = await Promise.all([read(child.stdout), once(child, 'close')])
    expect(stdout).toBe('ready\nended\n')
    expect(code).toBe(0)
  })
})
