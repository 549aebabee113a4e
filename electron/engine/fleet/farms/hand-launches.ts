import { AppError } from '../../../../shared/model/errors.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { JobId } from '../../../../shared/model/ids.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { type HandLaunch, launchByHand } from '../../../../shared/logic/farms/hand-launch.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import { changeScaling, type FarmStore } from '../../designs/farms/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { Clock } from '../../ports.ts'
import type { Bell } from '../../records/bell/index.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { ServerRecords } from '../servers/index.ts'
import { refuseLocked, wrongStatus } from './refusals.ts'

interface HandLaunchesOptions {
  store: FarmStore
  servers: ServerStore
  jobs: Jobs
  roles: RoleDesigns
  records: ServerRecords
  bell: Bell
  clock: Clock
}

interface Wanted {
  farmId: string
  farmRoleId: string
  via?: 'ui' | 'api' | undefined
}

/** What a launch by hand answers: the server's record, the job that follows it, and what else was changed for it. */
export interface LaunchedByHand {
  server: Server
  jobId: JobId
  warning: string | null
}

/** Launches single servers of a farm role because a person or a program wants one more. */
export class HandLaunches {
  readonly #options: HandLaunchesOptions

  /** One launch after another: each is decided by what the one before left. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: HandLaunchesOptions) {
    this.#options = options
  }

  /**
   * Records one more server of a running farm's role; the next pass asks the cloud for it. Throws `farm.locked`,
   * `farm.wrong_status`, `farm.invalid` when the role launches no servers there, `input.invalid` when it has as many as it can
   * have.
   */
  launchServer(wanted: Wanted): Promise<LaunchedByHand> {
    const launch = this.#last.then(() => this.#launch(wanted))
    this.#last = launch.catch(() => undefined)
    return launch
  }

  async #launch(wanted: Wanted): Promise<LaunchedByHand> {
    const { jobs, records, bell } = this.#options
    const { scaling, warning } = this.#decide(wanted)
    const { farm, role } = this.#roleOf(wanted)
    const image = this.#imageOf(role)
    // Room first, the server next, its place in the minimum last: no pass in between ends it or launches another.
    if (scaling.max !== role.scaling.max)
      await changeScaling(this.#options, wanted, (now) => ({ ...now, max: scaling.max }))
    const reason = wanted.via === 'ui' ? 'manual' : 'manual-api'
    const indexes = [this.#decide(wanted).index]
    const [server] = await records.create(farm, { kind: 'create', farmRole: role, indexes, reason }, image)
    if (!server) throw new AppError('internal', { message: 'No server was recorded.' })
    if (scaling.min !== role.scaling.min)
      await changeScaling(this.#options, wanted, (now) => ({ ...now, min: scaling.min }))
    const job = await jobs.follow(
      'server.launch',
      { kind: 'server', id: server.id },
      `Launch ${serverName(server)}`,
    )
    bell.ring()
    return { server, jobId: job.id, warning }
  }

  #decide(wanted: { farmId: string; farmRoleId: string }): HandLaunch {
    const { farm, role } = this.#roleOf(wanted)
    refuseLocked(farm)
    if (farm.state.status !== 'running') throw wrongStatus(farm, 'given another server', 'running')
    if (farm.state.rollouts?.some(({ farmRoleId }) => farmRoleId === role.id) === true) {
      throw new AppError('farm.wrong_status', {
        message: `The servers of ${role.alias} are being replaced now. Launch another one when that has ended.`,
      })
    }
    const own = this.#options.servers.ofFarm(farm.id).filter(({ farmRoleId }) => farmRoleId === role.id)
    const launch = launchByHand(role, own)
    if (typeof launch === 'string') throw new AppError('input.invalid', { message: launch })
    return launch
  }

  #imageOf(role: FarmRole): Image {
    const { roles } = this.#options
    if (roles.launchesNone(role.roleId)) {
      throw new AppError('farm.invalid', {
        message: `The role of ${role.alias} is for imported servers and launches none. Make a role from one of them, or choose another.`,
      })
    }
    const image = roles.imageOf(role.roleId, role.cloudId, role.location)
    if (image) return image
    throw new AppError('farm.invalid', {
      message: `The role of ${role.alias} has no image in ${role.location}. Add one to the role first.`,
    })
  }

  #roleOf({ farmId, farmRoleId }: { farmId: string; farmRoleId: string }): { farm: Farm; role: FarmRole } {
    const farm = this.#options.store.get(farmId)
    const role = farm.roles.find(({ id }) => id === farmRoleId)
    if (role) return { farm, role }
    throw new AppError('input.not_found', { message: `“${farm.name}” has no farm role ${farmRoleId}.` })
  }
}
