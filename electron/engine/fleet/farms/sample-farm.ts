import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../../shared/model/errors.ts'
import type { Cloud } from '../../../../shared/model/clouds.ts'

/** The sample farm as a document, its roles on the first of `clouds` that can run it. Throws `input.not_found` without one. */
export async function sampleFarm(resourcesDir: string, clouds: readonly Cloud[]): Promise<unknown> {
  const cloud = clouds.find(({ traits }) => traits.runsSampleFarm)
  if (!cloud) {
    throw new AppError('input.not_found', {
      message: 'The sample farm runs on the Sandbox. Add the Sandbox first.',
    })
  }
  const text = await readFile(join(resourcesDir, 'samples', 'sample-farm.json'), 'utf8')
  const document = JSON.parse(text) as { roles: { cloud: string }[] }
  return { ...document, roles: document.roles.map((role) => ({ ...role, cloud: cloud.name })) }
}
