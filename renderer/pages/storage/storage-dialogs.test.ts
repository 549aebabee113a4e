import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { fakeCatalog } from '../../../tests/support/fake-catalog.ts'
import { fakeWorld } from '../../../tests/support/fake-data.ts'
import { mountInApp, onlineConnection } from '../../../tests/support/mounting.ts'
import { AppError } from '../../../shared/model/errors.ts'
import { CloudId } from '../../../shared/model/ids.ts'
import type { FeedMessage, FeedRequest } from '../../../shared/model/feed.ts'
import { StorageVolume } from '../../../shared/model/storage.ts'
import ServerStorage from '../servers/ServerStorage.vue'
import AttachDialog from './AttachDialog.vue'
import ChangeVolumeDialog from './ChangeVolumeDialog.vue'
import CreateVolumeDialog from './CreateVolumeDialog.vue'
import ScheduleDialog from './ScheduleDialog.vue'

const world = fakeWorld({ servers: 10, nowMs: Date.UTC(2026, 0, 1) })
const server = world.servers.find(({ status, zone }) => status === 'running' && zone !== null)
if (!server) throw new Error('a running server was expected')

const volume = StorageVolume.parse({
  ...{ id: 'vol-0a', state: 'available', zone: server.zone, sizeGib: 10, type: 'gp3', iops: 3000 },
  ...{ throughputMibps: 125, encrypted: false, kmsKeyId: null, snapshotId: null, createdAt: null },
  ...{ attachment: null, tags: {}, cloudId: server.cloudId, location: server.location },
  ...{ usage: null, serverId: null, schedule: null },
})
const refusal = new AppError('cloud.refused', {
  message: 'The cloud refused it: You have exceeded your maximum gp3 storage limit. (VolumeLimitExceeded)',
})

type Call = ReturnType<typeof vi.fn<(input: unknown) => Promise<unknown>>>

/** A connection whose topics have the believable world, and whose storage answers as a test says. */
function connection(storage: Record<string, Call>) {
  const entities: Record<string, unknown[]> = { clouds: world.clouds, servers: world.servers }
  const subscribe = async ({ topics }: FeedRequest, { signal }: { signal: AbortSignal }) =>
    (async function* (): AsyncGenerator<FeedMessage> {
      for (const topic of topics) {
        const all = entities[topic] ?? []
        yield { kind: 'snapshot', topic, epoch: 'e', revision: 1, entities: all } as FeedMessage
      }
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    })()
  const catalog = async ({ cloudId, location }: { cloudId: string; location: string }) =>
    fakeCatalog(cloudId, location, '2026-01-01T00:00:00.000Z')
  return onlineConnection({ feed: { subscribe }, storage, clouds: { catalog } } as never)
}

// Dialogs ask where the screen is; the test's document has no screen.
vi.stubGlobal('visualViewport', new EventTarget())

let unmount: (() => void) | undefined
afterEach(() => unmount?.())

/** Opens a dialog as its page does. */
async function open(dialog: object, props: object, storage: Record<string, Call>) {
  const isOpen = ref(false)
  const Host = defineComponent(
    () => () =>
      h(dialog as never, {
        ...props,
        modelValue: isOpen.value,
        'onUpdate:modelValue': (to: boolean) => (isOpen.value = to),
      }),
  )
  const { wrapper } = await mountInApp(Host, { connection: connection(storage) })
  unmount = () => wrapper.unmount()
  await flushPromises()
  isOpen.value = true
  await flushPromises()
  const all = <T extends Element>(selector: string) => [...document.querySelectorAll<T>(selector)]
  const byLabel = (label: string): HTMLInputElement => {
    const input = all<HTMLLabelElement>('label')
      .filter((one) => one.textContent.trim().startsWith(label))
      .map(({ htmlFor }) => document.getElementById(htmlFor))
      .find((one) => one instanceof HTMLInputElement)
    if (!input) throw new Error(`no field ${label}`)
    return input
  }
  return {
    isOpen,
    byLabel,
    async fill(label: string, text: string) {
      const input = byLabel(label)
      input.value = text
      input.dispatchEvent(new Event('input', { bubbles: true }))
      await flushPromises()
    },
    async tick(label: string) {
      byLabel(label).click()
      await flushPromises()
    },
    async submit() {
      all<HTMLFormElement>('form')[0]?.dispatchEvent(new Event('submit', { cancelable: true }))
      await flushPromises()
    },
    alert: () =>
      all('[role=alert]')
        .map((one) => one.textContent.trim())
        .filter(Boolean),
    text: () => document.body.textContent,
  }
}

const refuses = (): Call => vi.fn(() => Promise.reject(refusal))
const ref_ = { cloudId: volume.cloudId, location: volume.location, volumeId: volume.id }

describe('refused by the cloud, a dialog says so in its words and loses nothing', () => {
  it('changing a volume', async () => {
    const change = refuses()
    const { fill, submit, alert, isOpen, byLabel } = await open(ChangeVolumeDialog, { volume }, { change })
    await fill('Size', '20')
    await fill('Throughput', '500')
    await submit()
    expect(change).toHaveBeenCalledWith({ ...ref_, change: { sizeGib: 20, throughputMibps: 500 } })
    expect(alert()).toContain(refusal.message)
    expect(isOpen.value).toBe(true)
    expect([byLabel('Size').value, byLabel('Throughput').value]).toEqual(['20', '500'])
    // The sentence goes once something is changed.
    await fill('Size', '15')
    expect(alert()).not.toContain(refusal.message)
  })

  it('automatic snapshots', async () => {
    const setSchedule = refuses()
    const { fill, tick, submit, alert, isOpen, byLabel } = await open(
      ScheduleDialog,
      { volume },
      { setSchedule },
    )
    await tick('Make snapshots of')
    await fill('Every', '6')
    await fill('Keep the newest', '0')
    await submit()
    expect(setSchedule).toHaveBeenCalledWith({ ...ref_, schedule: { everyHours: 6, keep: 0 } })
    expect(alert()).toContain(refusal.message)
    expect(isOpen.value).toBe(true)
    expect(byLabel('Every').value).toBe('6')
  })

  it('attaching for good', async () => {
    const attach = refuses()
    const { fill, tick, submit, text, isOpen } = await open(AttachDialog, { volume }, { attach })
    await submit()
    expect(text()).toContain('Choose a server.')
    await tick('Always attach to this server')
    await fill('Mount point', 'mnt')
    await submit()
    expect(text()).toContain('Give an absolute path')
    expect(attach).not.toHaveBeenCalled()
    expect(isOpen.value).toBe(true)
  })

  it('creating one, wrong before and refused afterwards', async () => {
    const createVolume = refuses()
    const snapshot = null
    const { fill, submit, text, alert, isOpen, byLabel } = await open(
      CreateVolumeDialog,
      { snapshot },
      { createVolume },
    )
    await fill('Throughput', '2000')
    await fill('Name', 'spare')
    await submit()
    expect(text()).toContain('3000 IOPS carry at most 750 MiB/s; raise the IOPS, or lower this.')
    expect(createVolume).not.toHaveBeenCalled()
    await fill('Throughput', '500')
    await submit()
    expect(createVolume).toHaveBeenCalledWith(
      expect.objectContaining({ name: 'spare', throughputMibps: 500, sizeGib: 10, type: 'gp3' }),
    )
    expect(alert()).toContain(refusal.message)
    expect(isOpen.value).toBe(true)
    expect(byLabel('Name').value).toBe('spare')
  })
})

it('a volume never shrinks', async () => {
  const change = vi.fn(() => Promise.resolve())
  const { fill, submit, text } = await open(ChangeVolumeDialog, { volume }, { change })
  await fill('Size', '5')
  await submit()
  expect(text()).toContain('A volume can grow, and never shrink.')
  expect(change).not.toHaveBeenCalled()
})

it('a schedule is switched off', async () => {
  const setSchedule = vi.fn(() => Promise.resolve())
  const schedule = { everyHours: 24, keep: 3, source: 'volume', lastAt: null, problem: null } as const
  const { tick, submit, isOpen } = await open(
    ScheduleDialog,
    { volume: { ...volume, schedule } },
    { setSchedule },
  )
  await tick('Make snapshots of')
  await submit()
  expect(setSchedule).toHaveBeenCalledWith({ ...ref_, schedule: null })
  expect(isOpen.value).toBe(false)
})

describe('the storage of a server’s page', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('scenario 66: lists a disk within 30 s after it was attached', async () => {
    const attached = StorageVolume.parse({
      ...volume,
      state: 'in-use',
      cloudId: CloudId.parse(server.cloudId),
      attachment: {
        ...{ instanceId: server.cloudServerId, device: '/dev/sdf', state: 'attached' },
        deleteOnTermination: false,
      },
    })
    const ofServer: Call = vi.fn(() => Promise.resolve([]))
    const { wrapper } = await mountInApp(ServerStorage, {
      connection: connection({ ofServer }),
      props: { server },
    })
    unmount = () => wrapper.unmount()
    await vi.advanceTimersByTimeAsync(0)
    expect(wrapper.text()).toContain('No disks are attached.')
    ofServer.mockImplementation(() => Promise.resolve([attached]))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(wrapper.text()).toContain('vol-0a')
    expect(wrapper.text()).toContain('/dev/sdf')
  })
})
