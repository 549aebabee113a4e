import type { Cloud } from '../../../shared/model/clouds.ts'
import type { Image } from '../../../shared/model/images.ts'

/** One place of the matrix: a location of a cloud, the images that are registered there, and the chosen one. */
export interface MatrixRow {
  key: string
  cloud: string
  location: string
  images: readonly Image[]
  chosenId: string | null
}

/** Every location of every cloud with its images; the first chosen image of a place is the one that a launch takes. */
export function imageMatrix(
  clouds: readonly Cloud[],
  images: readonly Image[],
  chosen: readonly string[],
): MatrixRow[] {
  return clouds
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap((cloud) =>
      cloud.locations.map((location) => {
        const here = images.filter((image) => image.cloudId === cloud.id && image.location === location)
        const chosenId = chosen.find((id) => here.some((image) => image.id === id)) ?? null
        return { key: `${cloud.id}/${location}`, cloud: cloud.name, location, images: here, chosenId }
      }),
    )
}

/** The chosen images with another one (or none) in one place. */
export function chooseImage(chosen: readonly string[], row: MatrixRow, imageId: string | null): string[] {
  const here = new Set<string>(row.images.map(({ id }) => id))
  const rest = chosen.filter((id) => !here.has(id))
  return imageId === null ? rest : [...rest, imageId]
}
