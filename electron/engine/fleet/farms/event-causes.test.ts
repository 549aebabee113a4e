import { afterEach, beforeEach, expect, test } from 'vitest'
import { memoryEngine, temporaryDirectory, until } from '../../../../tests/support/test-engine.ts'
import type { Event, EventKind } from '../../../../shared/model/events.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let world: Awaited<ReturnType<typeof memoryEngine>>
let farmId: string
let farmRoleId: string

beforeEach(async () => {
  directory = await temporaryDirectory()
  world = await memoryEngine(directory.path)
  const { engine, roleId, cloudId } = world
  const scaling = { min: 1, max: 3 }
  const farm = await engine.farms.create({
    name: 'shop',
    roles: [{ alias: 'web', roleId, cloudId, location: 'eu-central-1', instanceType: 't3.micro', scaling }],
  })
  farmId = farm.id
  farmRoleId = farm.roles[0]?.id ?? ''
  await ended((await engine.farms.launch({ farmId })).jobId)
})
afterEach(async () => {
  await world.engine.stop()
  await directory.remove()
})

async function ended(jobId: string): Promise<void> {
  await until(async () => (await world.engine.jobs.get({ jobId })).state === 'done')
}

/** The newest event of a kind. */
async function last(kind: EventKind): Promise<Event> {
  const [event] = await world.engine.events.list({ farmId, kind, limit: 1 })
  if (!event) throw new Error(`nothing was told of ${kind}`)
  return event
}

const person = { kind: 'person', id: 'tester' }
const by = ({ id }: Event) => ({ kind: 'event', id })

test('what servers do for their farm is caused by what the farm was told; that by the person', async () => {
  const { engine } = world
  const launched = await last('FarmLaunched')
  expect(launched).toMatchObject({ firedBy: 'person', causedBy: person, data: { farm: 'shop' } })
  expect(await last('ServerCreated')).toMatchObject({
    causedBy: by(launched),
    data: { farm: 'shop', alias: 'web', index: 1 },
  })
  await ended((await engine.farms.suspend({ farmId })).jobId)
  expect((await last('BeforeHostTerminate')).causedBy).toEqual(by(await last('FarmSuspended')))
  await ended((await engine.farms.terminate({ farmId })).jobId)
  expect((await last('BeforeHostTerminate')).causedBy).toEqual(by(await last('FarmTerminated')))
})

test('a changed design names the person and the fields, and causes the server that it asks for', async () => {
  const { engine } = world
  const {
    id: _id,
    createdAt: _made,
    updatedAt: _changed,
    state: _state,
    ...design
  } = await engine.farms.get({ farmId })
  const [role] = design.roles
  if (!role) throw new Error('no farm role')
  await engine.farms.update({
    farmId,
    farm: { ...design, roles: [{ ...role, scaling: { ...role.scaling, min: 2 } }] },
  })
  const changed = await last('FarmChanged')
  expect(changed).toMatchObject({
    causedBy: person,
    message: 'The design of shop was changed: web minimum servers',
  })
  const created = await until(async () => {
    const event = await last('ServerCreated')
    return event.data['index'] === 2 && event
  })
  expect(created.causedBy).toEqual(by(changed))
})

test('a server launched by hand is a person’s, and so is the minimum that it raises', async () => {
  await ended((await world.engine.farms.launchServer({ farmId, farmRoleId })).jobId)
  expect(await last('ServerCreated')).toMatchObject({ causedBy: person, data: { index: 2 } })
  expect(await last('FarmChanged')).toMatchObject({
    causedBy: person,
    message: 'web of shop keeps 2 to 3 servers',
    data: { min: 2, minBefore: 1, max: 3, maxBefore: 3 },
  })
})
