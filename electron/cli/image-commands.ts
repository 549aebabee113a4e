import type { Command } from 'commander'
import type { Context } from './context.ts'
import { deprecationText } from './deprecation-verbs.ts'
import { readDocument } from './documents.ts'
import { addImageWorkVerbs } from './image-work-verbs.ts'
import { plain, table } from './paint.ts'
import { findImage } from './references.ts'

/** `farmhand image`: registered cloud images. */
export function addImageCommands(program: Command, context: Context): void {
  const image = program.command('image').description('registered cloud images')
  image
    .command('ls')
    .description('list images')
    .action(() =>
      context.withClient(async ({ images, clouds }) => {
        const [all, known] = await Promise.all([images.list(), clouds.list()])
        const cloudNames = new Map(known.map(({ id, name }) => [String(id), name]))
        await context.print(all, () =>
          table(
            ['NAME', 'CLOUD', 'LOCATION', 'OS', 'ARCH', 'SSH', 'NOTE', 'ID'],
            all.map((one) => [
              plain(one.name),
              plain(cloudNames.get(one.cloudId), one.cloudId),
              one.location,
              plain(`${one.os.family} ${one.os.version}`.trim()),
              one.architecture,
              `${one.ssh.user}:${String(one.ssh.port)}`,
              deprecationText(one),
              one.id,
            ]),
            context.paint,
          ),
        )
      }),
    )
  image
    .command('import <file>')
    .description('add an image from a farmhand.image/v1 document (- for stdin)')
    .action((file: string) =>
      context.withClient(async ({ images }) => {
        const made = await images.import({ document: await readDocument(context, file) })
        await context.print(made, `Image ${plain(made.name)} is there (${made.id}).\n`)
      }),
    )
  image
    .command('export <name>')
    .description('print an image as a document')
    .action((name: string) =>
      context.withClient(async (client) => {
        const { id } = await findImage(client, name)
        const document = await client.images.export({ imageId: id })
        await context.print(document, `${JSON.stringify(document, null, 2)}\n`)
      }),
    )
  image
    .command('rm <name>')
    .description('remove an image that no role uses')
    .action((name: string) =>
      context.withClient(async (client) => {
        const found = await findImage(client, name)
        await client.images.remove({ imageId: found.id })
        await context.print({ removed: found.id }, `Image ${plain(found.name)} is removed.\n`)
      }),
    )
  addImageWorkVerbs(image, context)
}
