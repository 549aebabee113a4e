import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { CloudDesign } from '../../../../shared/model/clouds.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import { Timestamp } from '../../../../shared/model/ids.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import type { DataDir } from '../data-dir/index.ts'
import type { Collection } from './collection.ts'
import { JsonCollection } from './json-collection.ts'
import { clouds, farms, images, roles } from './noun.ts'
import type { Noun } from './noun.ts'

const Identity = z.strictObject({ id: z.uuid(), createdAt: Timestamp })
type Identity = z.infer<typeof Identity>
const identities: Noun<Identity> = {
  name: 'workspace',
  version: 1,
  schema: Identity,
  migrations: new Map(),
}

/** The designs of one data directory: `workspace/*.json`, no secret in them. */
export interface Workspace {
  /** A random id that never changes; what this workspace makes in a cloud is tagged with it. */
  readonly id: string
  readonly clouds: Collection<CloudDesign>
  readonly images: Collection<Image>
  readonly roles: Collection<Role>
  readonly farms: Collection<FarmDesign>
  /** Refuses new writes and resolves when the accepted ones are on disk. */
  close(): Promise<void>
}

/**
 * Opens all design documents. Damaged ones are set aside and reported as `dataDir.findings`.
 * Throws AppError `state.newer`, `state.unwritable`, `state.disk_full`.
 */
export async function openWorkspace(dataDir: DataDir): Promise<Workspace> {
  const opened = {
    identity: await JsonCollection.open(dataDir, identities),
    clouds: await JsonCollection.open(dataDir, clouds),
    images: await JsonCollection.open(dataDir, images),
    roles: await JsonCollection.open(dataDir, roles),
    farms: await JsonCollection.open(dataDir, farms),
  }
  const id = await workspaceId(dataDir, opened.identity)
  return {
    id,
    clouds: opened.clouds,
    images: opened.images,
    roles: opened.roles,
    farms: opened.farms,
    close: async () => {
      await Promise.all(Object.values(opened).map((collection) => collection.close()))
    },
  }
}

async function workspaceId(dataDir: DataDir, identity: Collection<Identity>): Promise<string> {
  const [known] = await identity.list()
  if (known !== undefined) return known.id
  const made = { id: randomUUID(), createdAt: new Date(dataDir.clock.now()).toISOString() }
  await identity.put(made)
  // Written twice, so that the previous state holds it too: without it, running servers could not be found again.
  await identity.put(made)
  return made.id
}
