import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../../shared/model/errors.ts'
import type { Clouds } from '../../clouds/index.ts'

/** The farm that ships with Farmhand and launches on the Sandbox as it is. */
export class SampleFarm {
  readonly #clouds: Pick<Clouds, 'list'>
  readonly #resourcesDir: string

  constructor(options: { clouds: Pick<Clouds, 'list'>; resourcesDir: string }) {
    this.#clouds = options.clouds
    this.#resourcesDir = options.resourcesDir
  }

  /** As a document, its roles on the first cloud that can run it. Throws `input.not_found` without one. */
  async document(): Promise<unknown> {
    const cloud = this.#clouds.list().find(({ traits }) => traits.runsSampleFarm)
    if (!cloud) {
      throw new AppError('input.not_found', {
        message: 'The sample farm runs on the Sandbox. Add the Sandbox first.',
      })
    }
    const text = await readFile(join(this.#resourcesDir, 'samples', 'sample-farm.json'), 'utf8')
    const document = JSON.parse(text) as { roles: { cloud: string }[] }
    return { ...document, roles: document.roles.map((role) => ({ ...role, cloud: cloud.name })) }
  }
}
