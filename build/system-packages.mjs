/*
 * Programs that npm cannot bring: a compiler for the one native module, and what the tests use. On Debian, as root,
 * they are installed; elsewhere one sentence names them.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findChromium } from './find-chromium.mjs'
import { CommandError, run, say } from './process.mjs'

/**
 * Needed to compile node-pty where no ready-made binary exists (Linux).
 * @throws {CommandError} naming what is missing
 */
export async function ensureCompiler() {
  if (process.platform !== 'linux') return
  const missing = [
    ...(hasProgram('python3') ? [] : ['python3']),
    ...(hasProgram('make') ? [] : ['make']),
    ...(hasProgram('g++') || hasProgram('c++') || hasProgram('clang++') ? [] : ['g++']),
  ]
  if (missing.length === 0) return
  if (await installDebianPackages(missing)) return
  throw new CommandError(
    `Farmhand's terminals need a compiler once, at installation: please install ${missing.join(', ')}, then try again.`,
  )
}

/**
 * Brings what the test suites use besides npm's packages, where that is possible.
 * @returns {Promise<string | undefined>} one sentence about what stays missing
 */
export async function ensureTestPrograms() {
  const missing = missingTestPackages()
  if (missing.length === 0 || (await installDebianPackages(missing))) return undefined
  return `Missing here, so that some tests fail or are skipped: ${missing.join(', ')} (Debian's names; for Chromium also \`npx playwright install chromium\` or CHROME_PATH).`
}

function missingTestPackages() {
  return [
    ...(findChromium() === undefined ? ['chromium'] : []),
    ...(hasProgram('ssh') ? [] : ['openssh-client']),
    ...(hasProgram('sshd') ? [] : ['openssh-server']),
    ...(hasProgram('puttygen') ? [] : ['putty-tools']),
  ]
}

/**
 * @param {string[]} packages
 * @returns {Promise<boolean>} whether they are installed now
 */
async function installDebianPackages(packages) {
  if (process.getuid?.() !== 0 || !hasProgram('apt-get')) return false
  say(`Installing ${packages.join(', ')} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const quietly = async (/** @type {string[]} */ args) => {
    /** @type {string[]} */
    const output = []
    const { code } = await run('apt-get', ['-q', '-y', ...args], {
      env,
      onOutput: (text) => output.push(text),
    })
    if (code !== 0) say(output.join('').trimEnd())
    return code === 0
  }
  await quietly(['update'])
  return quietly(['install', '--no-install-recommends', ...packages])
}

/**
 * @param {string} name
 * @returns {boolean}
 */
function hasProgram(name) {
  // Services such as sshd lie outside of an ordinary user's path.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin']
  return folders.some((folder) => folder !== '' && isExecutable(join(folder, name)))
}

/**
 * @param {string} path
 * @returns {boolean}
 */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
