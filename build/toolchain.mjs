/*
 * What every command needs before anything else can run: the packages of the lockfile, and the project's own Node 24,
 * under which everything else runs whatever Node the machine has.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CommandError, root, run, say } from './process.mjs'
import { ensureCompiler } from './system-packages.mjs'

/** Path of the project's Node 24, which npm installed. */
export function nodeBinary() {
  const binary = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(binary)) return binary
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath
  throw new CommandError(
    'Node 24 is missing from node_modules: npm did not run its install script. Run `npm rebuild node`, then try again.',
  )
}

/**
 * Runs a script under the project's Node.
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runNode(args, options) {
  return run(nodeBinary(), args, options)
}

/**
 * Installs exactly what the lockfile says when something of it is absent or of another version.
 * @throws {CommandError} when the installation fails
 */
export async function ensureDependencies() {
  if (!dependenciesAreCurrent()) {
    const compiled = !existsSync(
      join(root, 'node_modules', 'node-pty', 'prebuilds', `${process.platform}-${process.arch}`),
    )
    if (compiled) await ensureCompiler()
    say('Installing packages …')
    const { code } = await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])
    if (code !== 0)
      throw new CommandError('Packages could not be installed: see the lines above (`npm ci` failed).')
  }
  nodeBinary()
  linkCommand()
}

/**
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runNpm(args, options) {
  const cli = process.env.npm_execpath
  const env = npmEnvironment()
  if (cli !== undefined && /\.c?js$/.test(cli))
    return run(process.execPath, [cli, ...args], { ...options, env })
  return process.platform === 'win32'
    ? run('cmd.exe', ['/d', '/s', '/c', 'npm', ...args], { ...options, env })
    : run('npm', args, { ...options, env })
}

/** Native modules are compiled against the headers that came with this Node, where there are any: no download. */
function npmEnvironment() {
  const installDir = resolve(dirname(process.execPath), '..')
  const hasHeaders = existsSync(join(installDir, 'include', 'node', 'node_api.h'))
  return hasHeaders ? { ...process.env, npm_config_nodedir: installDir } : process.env
}

function dependenciesAreCurrent() {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'))
  if (wanted === undefined || installed === undefined) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.optional === true) return true
    return installed[path]?.version === entry.version
  })
}

/**
 * @param {string} lockfile
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function readPackages(lockfile) {
  if (!existsSync(lockfile)) return undefined
  /** @type {{ packages?: Record<string, { version?: string, optional?: boolean }> }} */
  const lock = JSON.parse(readFileSync(lockfile, 'utf8'))
  return lock.packages
}

/** Puts `farmhand` beside the other commands, so that every script and shell with that path finds it. */
function linkCommand() {
  if (process.platform === 'win32') return
  const link = join(root, 'node_modules', '.bin', 'farmhand')
  if (existsSync(link)) return
  mkdirSync(dirname(link), { recursive: true })
  rmSync(link, { force: true })
  symlinkSync(join('..', '..', 'build', 'farmhand.mjs'), link)
}
