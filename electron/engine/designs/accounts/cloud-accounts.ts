import type { z } from 'zod'
import { AppError } from '../../../../shared/model/errors.ts'
import type { AddAwsCloud, AwsProfile, Catalog, Cloud, CloudImage } from '../../../../shared/model/clouds.ts'
import type { CloudActivity } from '../../../../shared/model/cloud-activity.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { Catalogs, Clouds } from '../../clouds/index.ts'
import type { Bell } from '../../records/bell/index.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import type { RoleDesigns, StarterRoles } from '../roles/index.ts'
import type { CloudUsers } from './cloud-users.ts'

/** A person who asks for a refresh gets prices of today. */
const ASKED_PRICES_MAX_AGE_MS = 24 * 3_600_000

interface CloudAccountsOptions {
  clouds: Clouds
  catalogs: Catalogs
  jobs: Jobs
  starters: StarterRoles
  roles: RoleDesigns
  users: CloudUsers
  bell: Bell
}

/** Connecting, refreshing and removing cloud accounts, as a person does it. */
export class CloudAccounts {
  readonly #options: CloudAccountsOptions

  constructor(options: CloudAccountsOptions) {
    this.#options = options
  }

  async list(): Promise<Cloud[]> {
    return this.#options.clouds.list()
  }

  profiles(): Promise<AwsProfile[]> {
    return this.#options.clouds.profiles()
  }

  /** Connects AWS and asks it at once what it offers, so that a wrong sign-in shows soon. */
  async addAws(input: z.output<typeof AddAwsCloud>): Promise<Cloud> {
    const cloud = await this.#options.clouds.addAws(input)
    await this.refresh({ cloudId: cloud.id })
    return cloud
  }

  /** Adds a Sandbox with its starter roles and catalogue, so that a farm can be launched at once. */
  async addSandbox(input: { name: string }): Promise<Cloud> {
    const { clouds, catalogs, starters } = this.#options
    const cloud = await clouds.addSandbox(input)
    await starters.add(cloud)
    await Promise.all(cloud.locations.map((location) => catalogs.fetch({ cloudId: cloud.id, location })))
    return clouds.get(cloud.id)
  }

  rename(input: { cloudId: string; name: string }): Promise<Cloud> {
    return this.#options.clouds.rename(input)
  }

  /** Throws `input.conflict` naming what uses the cloud. */
  async remove({ cloudId }: { cloudId: string }): Promise<void> {
    const { clouds, roles, users: cloudUsers } = this.#options
    const cloud = clouds.get(cloudId)
    const users = cloudUsers.of(cloudId)
    if (users.length > 0) {
      const some = users.slice(0, 5).join(', ')
      throw new AppError('input.conflict', {
        message: `“${cloud.name}” is used by ${some}${users.length > 5 ? ' and others' : ''}. Remove those first.`,
      })
    }
    await roles.forgetImagesOf(cloudId)
    await clouds.remove(cloudId)
  }

  /** Reads what the cloud offers and how its servers are, now. */
  async refresh({ cloudId }: { cloudId: string }): Promise<JobRef> {
    const { clouds, catalogs, jobs, bell } = this.#options
    const cloud = clouds.get(cloudId)
    bell.ring()
    const total = cloud.locations.length
    const job = await jobs.run(
      'cloud.refresh',
      { kind: 'cloud', id: cloud.id },
      `Refresh ${cloud.name}`,
      async (report, signal) => {
        const failures: unknown[] = []
        for (const [done, location] of cloud.locations.entries()) {
          report(done, total, `Asking ${location}`)
          // One location that fails keeps no other from being asked.
          await catalogs
            .fetch({ cloudId, location }, { signal, pricesMaxAgeMs: ASKED_PRICES_MAX_AGE_MS })
            .catch((thrown: unknown) => {
              signal.throwIfAborted()
              failures.push(thrown)
            })
        }
        if (failures.length > 0) throw failures[0]
        report(total, total, 'All locations answered')
      },
    )
    return { jobId: job.id }
  }

  async addStarters({ cloudId }: { cloudId: string }): Promise<JobRef> {
    const { clouds, jobs, starters } = this.#options
    const cloud = clouds.get(cloudId)
    const job = await jobs.run(
      'roles.starter',
      { kind: 'cloud', id: cloud.id },
      `Add starter roles for ${cloud.name}`,
      async (report) => {
        const { added } = await starters.add(cloud)
        report(added, added, `${added} roles and images are new`)
      },
    )
    return { jobId: job.id }
  }

  activity(): Promise<CloudActivity[]> {
    return this.#options.clouds.activity()
  }

  catalog(input: { cloudId: string; location: string }): Promise<Catalog> {
    return this.#options.catalogs.get(input)
  }

  findImages(input: Parameters<Catalogs['searchImages']>[0]): Promise<CloudImage[]> {
    return this.#options.catalogs.searchImages(input)
  }
}
