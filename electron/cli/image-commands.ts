import type { Command } from 'commander'
import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { deprecationText } from './deprecation-verbs.ts'
import { readDocument } from './documents.ts'
import { addImageWorkVerbs } from './image-work-verbs.ts'
import { listing } from './list-verb.ts'
import { plain } from './paint.ts'
import { findImage } from './references.ts'
import { removing } from './remove-verb.ts'

/** `farmhand image`: registered cloud images. */
export function addImageCommands(program: Command, context: Context): void {
  const image = program.command('image').description('registered cloud images')
  image
    .command('ls')
    .description('list images')
    .action(
      listing(
        context,
        imagesWithClouds,
        {
          NAME: ({ image }) => plain(image.name),
          CLOUD: ({ image, cloud }) => plain(cloud?.name, image.cloudId),
          LOCATION: ({ image }) => image.location,
          OS: ({ image: { os } }) => plain(`${os.family} ${os.version}`.trim()),
          ARCH: ({ image }) => image.architecture,
          SSH: ({ image: { ssh } }) => `${ssh.user}:${ssh.port}`,
          NOTE: ({ image }) => deprecationText(image),
          ID: ({ image }) => image.id,
        },
        (row) => row.image,
      ),
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
    .action(
      removing(context, {
        find: findImage,
        remove: ({ images }, { id }) => images.remove({ imageId: id }),
        noun: 'Image',
        done: 'removed',
      }),
    )
  addImageWorkVerbs(image, context)
}

async function imagesWithClouds({ images, clouds }: Client) {
  const [all, known] = await Promise.all([images.list(), clouds.list()])
  return all.map((image) => ({ image, cloud: known.find(({ id }) => id === image.cloudId) }))
}
