import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'

/** The variable by which all processes of an instance are found again, whatever they did to their group. */
export const instanceMark = 'FARMHAND_SANDBOX_INSTANCE_DIR'

/** Where and as whom the commands of an instance run. */
export interface ShellPlace {
  /** Folder of the instance; its processes carry it as a mark. */
  instanceDir: string
  homeDir: string
  hostname: string
  /** Folder of the instance's own disk commands, before all others in its search path; null where there are none. */
  toolsDir: string | null
  /** Where the content of volumes lies. */
  volumesDir: string
}

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The shell of this machine and how it takes a command. */
export function shellOf(platform: NodeJS.Platform = process.platform): {
  program: string
  interactive: string[]
  command: (command: string) => string[]
} {
  if (platform === 'win32') {
    return {
      program: 'powershell.exe',
      interactive: ['-NoLogo'],
      command: (command) => ['-NoLogo', '-NonInteractive', '-Command', command],
    }
  }
  const program = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'].find((path) => existsSync(path))
  return {
    program: program ?? '/bin/sh',
    interactive: ['-i'],
    command: (command) => ['-c', command],
  }
}

/** The environment of a command: nothing of Farmhand's own but the search path. */
export function shellEnvironment(
  place: ShellPlace,
  user: string,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const { program } = shellOf()
  const hostname = hostnameOf(place)
  const system =
    process.platform === 'win32'
      ? kept(['PATH', 'PATHEXT', 'SystemRoot', 'ComSpec', 'TEMP', 'TMP', 'windir'])
      : {
          PATH: place.toolsDir === null ? systemPath : `${place.toolsDir}:${systemPath}`,
          // The instance's root is its home: whoever works on its disks puts this before paths, as with DESTDIR.
          FARMHAND_ROOT: place.homeDir,
          ...kept(['TMPDIR']),
        }
  return {
    ...system,
    LANG: 'C.UTF-8',
    ...given,
    [instanceMark]: place.instanceDir,
    HOME: place.homeDir,
    ...(process.platform === 'win32' ? { USERPROFILE: place.homeDir } : {}),
    USER: user,
    LOGNAME: user,
    SHELL: program,
    HOSTNAME: hostname,
    // For a shell that does not read ~/.bashrc.
    PS1: `${user}@${hostname}$ `,
  }
}

/** The name that the instance was given, or the one that it got from its address. */
function hostnameOf({ homeDir, hostname }: ShellPlace): string {
  try {
    return (
      readFileSync(join(homeDir, 'etc', 'hostname'), 'utf8')
        .split('\n')[0]
        ?.trim() || hostname
    )
  } catch {
    return hostname
  }
}

/** What a shell of a new instance reads first. */
export const bashStart = `# The prompt names the instance.
PS1='\${USER}@\${HOSTNAME}:\\w\\$ '
`

/** The name of a signal, such as `TERM`, from its number. */
export function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number)
  return (found?.[0] ?? 'SIGKILL').replace(/^SIG/, '')
}

/** `TERM` as Node calls it, or undefined when this machine has no such signal. */
export function nodeSignal(name: string): NodeJS.Signals | undefined {
  const found = Object.keys(constants.signals).find((known) => known === `SIG${name}`)
  return found as NodeJS.Signals | undefined
}

function kept(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
