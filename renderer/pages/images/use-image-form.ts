import { computed, ref, shallowRef } from 'vue'
import { guessOs } from '../../../shared/logic/images/os-guess.ts'
import { faultsOfIssues } from '../../../shared/logic/documents/zod-faults.ts'
import type { CloudImage } from '../../../shared/model/clouds.ts'
import type { AppError } from '../../../shared/model/errors.ts'
import { ImageInput, type Image } from '../../../shared/model/images.ts'
import { useClouds, useImages } from '../../stores/index.ts'
import { emptyImageForm, formOfImage, inputOfForm, type ImageForm } from './image-form.ts'
import { OS_NAMES } from './image-words.ts'

/** The form of an image that is registered or edited: its fields, what is wrong with them, and what was refused. */
export function useImageForm(edited: () => Image | null) {
  const clouds = useClouds()
  const images = useImages()
  const form = ref<ImageForm>(emptyImageForm('', ''))
  /** What the engine refused. */
  const error = shallowRef<AppError | null>(null)
  /** Faults are told once somebody wanted to save. */
  const wasTried = ref(false)
  const parsed = computed(() => ImageInput.safeParse(inputOfForm(form.value)))
  const words: Readonly<Record<string, string>> = {
    cloudId: 'Choose a cloud.',
    location: 'Choose a location.',
    'source.cloudImageId': 'Give the image’s id, or choose one above.',
    'source.owner': 'Give the owner: self, amazon, or an account number.',
    'source.namePattern': 'Give a name pattern, such as ubuntu-noble-*.',
  }
  const faults = computed(() => {
    const found = new Map<string, string>()
    if (!parsed.value.success) {
      for (const { path, message } of faultsOfIssues(parsed.value.error.issues)) {
        if (!found.has(path)) found.set(path, words[path] ?? message)
      }
    }
    const name = form.value.name.trim().toLowerCase()
    if (images.all.some((image) => image.id !== edited()?.id && image.name.toLowerCase() === name)) {
      found.set('name', `There is an image named “${form.value.name.trim()}” already; choose another name.`)
    }
    for (const { path, message } of error.value?.details.faults ?? []) {
      found.set(path.replace(/^image\./, ''), message)
    }
    return found
  })
  function shown(path: string): string[] {
    const fault = faults.value.get(path)
    return wasTried.value && fault !== undefined ? [fault] : []
  }

  /** Begins anew, with the image or with nothing. */
  function start(): void {
    const [first] = clouds.all
    const image = edited()
    form.value = image ? formOfImage(image) : emptyImageForm(first?.id ?? '', first?.locations[0] ?? '')
    error.value = null
    wasTried.value = false
  }
  function set<K extends keyof ImageForm>(field: K, value: ImageForm[K]): void {
    form.value = { ...form.value, [field]: value }
    error.value = null
  }
  function setCloud(cloudId: string): void {
    const location = clouds.all.find(({ id }) => id === cloudId)?.locations[0] ?? ''
    form.value = { ...form.value, cloudId, location }
  }
  function take(image: CloudImage, search: { owner: string; namePattern: string }): void {
    const os = guessOs(`${image.name} ${image.description}`)
    const fresh =
      form.value.name === ''
        ? `${OS_NAMES[os.family]} ${os.version} · ${form.value.location}`.replace('  ', ' ')
        : form.value.name
    form.value = {
      ...form.value,
      name: fresh,
      cloudImageId: image.cloudImageId,
      owner: search.owner || image.ownerId,
      namePattern: /[*?]/.test(search.namePattern) ? search.namePattern : form.value.namePattern,
      osFamily: os.family,
      osVersion: os.version,
      architecture: image.architecture,
      rootDeviceName: image.rootDeviceName ?? '',
      sshUser: os.user,
    }
  }
  return { form, error, wasTried, parsed, faults, shown, start, set, setCloud, take }
}
