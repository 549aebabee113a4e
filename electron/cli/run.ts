import { Command, CommanderError } from 'commander'
import { errorFromWire } from '../../shared/contract/wire-errors.ts'
import { AppError } from '../../shared/model/errors.ts'
import { farmhandVersion } from '../headless/index.ts'
import { addCloudCommands } from './cloud-commands.ts'
import { createContext } from './context.ts'
import { ExitStatus, failureDocument, failureText, UsageError } from './failure.ts'
import { addFarmCommands } from './farm-commands.ts'
import { addGroupCommands } from './group-commands.ts'
import { addDiscoverCommands } from './discover-commands.ts'
import { addImageCommands } from './image-commands.ts'
import { addDoctorCommand, addServeCommand } from './host-commands.ts'
import { write, type Io } from './io.ts'
import { paintFor } from './paint.ts'
import { addEventCommands, addJobCommands } from './record-commands.ts'
import { addKeyCommands } from './key-commands.ts'
import { addRoleCommands } from './role-commands.ts'
import { addServerCommands } from './server-commands.ts'
import { addSnapshotCommands } from './snapshot-commands.ts'
import { addVolumeCommands } from './volume-commands.ts'

/** Runs one command line and answers its exit status: 0 done, 1 failed, 2 written wrongly. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const { head, tail } = splitTail(argv)
  const program = new Command('farmhand')
  const errors: string[] = []
  program
    .description('The control room for cloud servers that fits on your own machine.')
    .version(farmhandVersion())
    .option('--data-dir <dir>', 'directory with Farmhand’s data (also FARMHAND_DATA)')
    .option('--json', 'print one JSON document')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => errors.push(text),
    })
  const context = createContext(program, io, tail)
  addServeCommand(program, context)
  addCloudCommands(program, context)
  addRoleCommands(program, context)
  addImageCommands(program, context)
  addFarmCommands(program, context)
  addServerCommands(program, context)
  addEventCommands(program, context)
  addJobCommands(program, context)
  addKeyCommands(program, context)
  addDiscoverCommands(program, context)
  addGroupCommands(program, context)
  addVolumeCommands(program, context)
  addSnapshotCommands(program, context)
  addDoctorCommand(program, context)
  for (const command of everyCommand(program)) command.showHelpAfterError(usageOf(command))

  const isJson = head.includes('--json')
  try {
    await program.parseAsync(head, { from: 'user' })
    return 0
  } catch (thrown) {
    if (thrown instanceof ExitStatus) return thrown.status
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0
    if (thrown instanceof CommanderError || thrown instanceof UsageError) {
      const said = errors.join('')
      const text = thrown instanceof CommanderError ? said : `error: ${thrown.message}\n`
      await write(io.stderr, text)
      if (isJson) {
        const message = thrown.message.replace(/^error: /, '')
        await write(io.stdout, documentText(new AppError('input.invalid', { message })))
      }
      return 2
    }
    if (io.signal.aborted) return 130
    const error = errorFromWire(thrown)
    if (isJson) await write(io.stdout, documentText(error))
    else await write(io.stderr, failureText(error, paintFor(io.stderr, io.env)))
    return 1
  }
}

/** Words after `--` belong to the server's command where there is one; no option of ours is looked for in them. */
function splitTail(argv: readonly string[]): { head: string[]; tail: string[] } {
  const at = argv.indexOf('--')
  const words = argv.filter((word) => !word.startsWith('-'))
  const verb = words[words.indexOf('server') + 1]
  const takesCommand = words.includes('server') && (verb === 'ssh' || verb === 'exec')
  if (at === -1 || !takesCommand) return { head: [...argv], tail: [] }
  return { head: argv.slice(0, at), tail: argv.slice(at + 1) }
}

function* everyCommand(command: Command): Generator<Command> {
  yield command
  for (const child of command.commands) yield* everyCommand(child)
}

function usageOf(command: Command): string {
  return `Usage: ${command.createHelp().commandUsage(command)}`
}

function documentText(error: AppError): string {
  return `${JSON.stringify(failureDocument(error.toInfo()), null, 2)}\n`
}
