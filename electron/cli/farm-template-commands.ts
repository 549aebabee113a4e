import { type Command, InvalidArgumentError, Option } from 'commander'
import { templateWarnings } from '../../shared/logic/templates/template-export.ts'
import type { RoleConflicts, TemplatePreview } from '../../shared/model/farm-templates.ts'
import type { Context } from './context.ts'
import { readDocument } from './documents.ts'
import { ExitStatus } from './failure.ts'
import { plain, type Paint } from './paint.ts'
import { findFarm } from './references.ts'

type Pairs = Record<string, string>

interface ImportOptions {
  mapCloud: Pairs
  mapLocation: Pairs
  mapImage: Pairs
  set: Pairs
  roleConflicts?: RoleConflicts
  as?: string
  preview?: boolean
}

/** Reads `A=B` and adds it to what was given before. */
function pair(text: string, before: Pairs): Pairs {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('Give it as TEMPLATE=HERE.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

/** Farms as documents and as templates. */
export function addTemplateVerbs(farm: Command, context: Context): void {
  farm
    .command('export <name>')
    .description('print a farm as a document')
    .option('--template', 'with its roles and images, for another workspace')
    .action((name: string, { template }: { template?: boolean }) =>
      context.withClient(async (client) => {
        const { id } = await findFarm(client, name)
        if (template === true) {
          const made = await client.farms.exportTemplate({ farmId: id })
          for (const line of [...made.leftOut.map((what) => `Left out: ${what}`), ...templateWarnings(made)])
            await context.note(plain(line))
          await context.print(made, `${JSON.stringify(made, null, 2)}\n`)
          return
        }
        const document = await client.farms.export({ farmId: id })
        await context.print(document, `${JSON.stringify(document, null, 2)}\n`)
      }),
    )
  farm
    .command('import <file>')
    .description('add a farm from a farmhand.farm/v1 or farmhand.template/v1 document (- for stdin)')
    .option('--map-cloud <template=here>', 'what a cloud of the template is here; repeatable', pair, {})
    .option('--map-location <template=here>', 'what a location of the template is here', pair, {})
    .option('--map-image <template=here>', 'an image of this workspace for one of the template', pair, {})
    .option('--set <alias.field=value>', 'what the template leaves open, such as web.scaling.min=2', pair, {})
    .addOption(
      new Option('--role-conflicts <how>', 'roles that are there already by their name').choices([
        'use-existing',
        'add-copy',
      ]),
    )
    .option('--as <name>', 'name of the farm')
    .option('--preview', 'only show what importing a template would make; exit status 1 when it cannot be')
    .action((file: string, options: ImportOptions) => importFarm(context, file, options))
}

function importFarm(context: Context, file: string, options: ImportOptions): Promise<void> {
  return context.withClient(async ({ farms }) => {
    const document = await readDocument(context, file)
    if (!isTemplate(document)) {
      const made = await farms.import({ document })
      await context.print(made, `Farm ${plain(made.name)} is there (${made.id}).\n`)
      return
    }
    const request = {
      document,
      mapping: {
        clouds: options.mapCloud,
        locations: options.mapLocation,
        images: options.mapImage,
        values: Object.fromEntries(
          Object.entries(options.set).map(([key, text]) => [key, /^\d+$/.test(text) ? Number(text) : text]),
        ),
      },
      ...(options.roleConflicts === undefined ? {} : { roleConflicts: options.roleConflicts }),
      ...(options.as === undefined ? {} : { name: options.as }),
    }
    if (options.preview === true) {
      const preview = await farms.previewTemplate(request)
      await context.print(preview, () => previewText(preview, context.paint))
      if (preview.faults.length > 0) throw new ExitStatus(1)
      return
    }
    const made = await farms.importTemplate(request)
    await context.print(made, `Farm ${plain(made.name)} is there (${made.id}).\n`)
  })
}

function isTemplate(document: unknown): boolean {
  return (
    typeof document === 'object' &&
    document !== null &&
    'schema' in document &&
    document.schema === 'farmhand.template/v1'
  )
}

function previewText(preview: TemplatePreview, paint: Paint): string {
  const mapped = (from: string, to: string | null): string =>
    to === null ? `${plain(from)} → ${paint('red', '?')}` : `${plain(from)} → ${plain(to)}`
  const lines = [
    paint('bold', `Farm ${plain(preview.farm)}`),
    ...preview.clouds.map(({ from, to }) => `  cloud     ${mapped(from, to)}`),
    ...preview.locations.map(({ from, to }) => `  location  ${mapped(from, to)}`),
    ...preview.images.map(({ action, to, reason }) => `  image     ${action} ${plain(to)}: ${plain(reason)}`),
    ...preview.roles.map(({ action, to, reason }) => `  role      ${action} ${plain(to)}: ${plain(reason)}`),
    ...preview.leftOut.map((sentence) => `${paint('yellow', '?')} ${plain(sentence)}`),
    ...preview.faults.map(({ path, message }) => `${paint('red', '!')} ${plain(path)}: ${plain(message)}`),
  ]
  return `${lines.join('\n')}\n`
}
