import type { Ref } from 'vue'
import { guessOs } from '../../../shared/logic/images/os-guess.ts'
import type { CloudImage } from '../../../shared/model/clouds.ts'
import { ImageInput, type Image } from '../../../shared/model/images.ts'
import { takenName } from '../../components/form/taken-name.ts'
import { useForm } from '../../components/form/use-form.ts'
import { useClouds, useImages } from '../../stores/index.ts'
import { emptyImageForm, formOfImage, inputOfForm } from './image-form.ts'
import { OS_NAMES } from './image-words.ts'

/** The form of an image that is registered or edited; `take` fills it with one that was found in the cloud. */
export function useImageForm(options: {
  isOpen: Ref<boolean>
  /** Null: a new one. */
  edited: () => Image | null
  send: (input: ImageInput) => Promise<unknown>
}) {
  const clouds = useClouds()
  const images = useImages()
  const { isOpen, edited, send } = options
  const form = useForm({
    isOpen,
    start: () => {
      const image = edited()
      const [first] = clouds.all
      return image ? formOfImage(image) : emptyImageForm(first?.id ?? '', first?.locations[0] ?? '')
    },
    read: (fields) => ImageInput.safeParse(inputOfForm(fields)),
    words: {
      cloudId: 'Choose a cloud.',
      location: 'Choose a location.',
      'source.cloudImageId': 'Give the image’s id, or choose one above.',
      'source.owner': 'Give the owner: self, amazon, or an account number.',
      'source.namePattern': 'Give a name pattern, such as ubuntu-noble-*.',
    },
    check: ({ name }) => takenName('an image', name, images.all, edited()),
    within: 'image',
    send,
  })

  function take(image: CloudImage, search: { owner: string; namePattern: string }): void {
    const { fields } = form
    const os = guessOs(`${image.name} ${image.description}`)
    if (fields.name === '') {
      fields.name = `${OS_NAMES[os.family]} ${os.version} · ${fields.location}`.replace('  ', ' ')
    }
    if (/[*?]/.test(search.namePattern)) fields.namePattern = search.namePattern
    Object.assign(fields, {
      cloudImageId: image.cloudImageId,
      owner: search.owner || image.ownerId,
      osFamily: os.family,
      osVersion: os.version,
      architecture: image.architecture,
      rootDeviceName: image.rootDeviceName ?? '',
      sshUser: os.user,
    })
  }
  return { form, take }
}
