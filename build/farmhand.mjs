#!/usr/bin/env node
/* npx farmhand …: runs the built command line under the project's Node. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeFlags } from './node-flags.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const cli = join(root, 'dist', 'cli.js')
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

if (!existsSync(cli) || !existsSync(node)) {
  process.stderr.write(
    'Farmhand is not built yet: run `npm run build` (or `npm start`) in its folder first.\n',
  )
  process.exitCode = 1
} else {
  const child = spawn(node, [...nodeFlags, cli, ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal sends these to the whole group already; a service manager sends them to this process alone.
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal))
  process.on('SIGINT', () => undefined)
  child.on('error', (error) => {
    process.stderr.write(`Farmhand could not be started: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('close', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
  })
}
