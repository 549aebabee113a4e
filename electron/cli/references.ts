import { AppError } from '../../shared/model/errors.ts'
import type { Server } from '../../shared/model/servers.ts'
import type { Client } from './connect.ts'

interface Named {
  id: string
  name: string
}

/** Finds by id, or by name without regard to case. Throws `input.not_found` naming what there is. */
function findNamed<Item extends Named>(noun: string, items: readonly Item[], wanted: string): Item {
  const byId = items.find((item) => item.id === wanted)
  if (byId !== undefined) return byId
  const byName = items.filter((item) => item.name.toLowerCase() === wanted.toLowerCase())
  const [first] = byName
  if (first !== undefined && byName.length === 1) return first
  if (byName.length > 1) {
    const ids = byName.map((item) => item.id).join(', ')
    throw new AppError('input.invalid', {
      message: `Several ${noun}s are called “${wanted}”: use an id: ${ids}.`,
    })
  }
  const names = items.map((item) => item.name).sort()
  const known = names.length === 0 ? `There is no ${noun} yet.` : `There is ${shortList(names)}.`
  throw new AppError('input.not_found', { message: `There is no ${noun} “${wanted}”. ${known}` })
}

export async function findFarm(client: Client, wanted: string) {
  return findNamed('farm', await client.farms.list(), wanted)
}

/** Finds a farm role by FARM/ALIAS. Throws `input.not_found` naming what there is. */
export async function findFarmRole(client: Client, wanted: string) {
  const slash = wanted.lastIndexOf('/')
  const [farmName, alias] = [wanted.slice(0, Math.max(slash, 0)), wanted.slice(slash + 1)]
  if (farmName === '' || alias === '') {
    throw new AppError('input.invalid', { message: `“${wanted}” names no farm role: give FARM/ALIAS.` })
  }
  const farm = await findFarm(client, farmName)
  const roles = farm.roles.map((role) => ({ id: role.id, name: role.alias }))
  return { farmId: farm.id, farmRoleId: findNamed('farm role', roles, alias).id }
}

export async function findRole(client: Client, wanted: string) {
  return findNamed('role', await client.roles.list(), wanted)
}

export async function findImage(client: Client, wanted: string) {
  return findNamed('image', await client.images.list(), wanted)
}

export async function findCloud(client: Client, wanted: string) {
  return findNamed('cloud', await client.clouds.list(), wanted)
}

export async function findServer(client: Client, wanted: string): Promise<Server> {
  return pickServer(await client.servers.list({ includeTerminated: true }), wanted)
}

/**
 * Finds a server by its id, by FARM/ALIAS/INDEX among those that live, or by the beginning of its id where only one begins so
 * (a living one goes before ended ones).
 */
export function pickServer(servers: readonly Server[], wanted: string): Server {
  const exact = servers.find((server) => server.id === wanted)
  if (exact !== undefined) return exact
  const living = servers.filter((server) => server.status !== 'terminated')
  const slot = /^(.+)\/([^/]+)\/(\d+)$/.exec(wanted)
  if (slot !== null) {
    const [, farm = '', alias = '', index = ''] = slot
    const inSlot = living.filter(
      (server) =>
        (server.farm.toLowerCase() === farm.toLowerCase() || server.farmId === farm) &&
        server.alias.toLowerCase() === alias.toLowerCase() &&
        server.index === Number(index),
    )
    return only(inSlot, wanted, living)
  }
  const startsSo = (server: Server) => server.id.startsWith(wanted)
  const livingSo = living.filter(startsSo)
  return only(livingSo.length > 0 ? livingSo : servers.filter(startsSo), wanted, living)
}

function only(found: readonly Server[], wanted: string, living: readonly Server[]): Server {
  const [first] = found
  if (first !== undefined && found.length === 1) return first
  if (found.length > 1) {
    const which = shortList(found.map((server) => `${server.id} (${slotOf(server)})`))
    throw new AppError('input.invalid', { message: `“${wanted}” could be several servers: ${which}.` })
  }
  const known = living.length === 0 ? 'No server runs.' : `There is ${shortList(living.map(slotOf))}.`
  throw new AppError('input.not_found', { message: `There is no server “${wanted}”. ${known}` })
}

/** FARM/ALIAS/INDEX of a server. */
export function slotOf(server: Pick<Server, 'farm' | 'alias' | 'index'>): string {
  return `${server.farm}/${server.alias}/${String(server.index)}`
}

function shortList(words: readonly string[]): string {
  const shown = words.slice(0, 8).join(', ')
  return words.length > 8 ? `${shown} and ${String(words.length - 8)} more` : shown
}
