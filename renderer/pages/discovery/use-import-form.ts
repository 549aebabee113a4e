import { computed, reactive, type Ref } from 'vue'
import { ImportInput, type DiscoveredInstance } from '../../../shared/model/discovery.ts'
import type { AppError } from '../../../shared/model/errors.ts'
import type { OsFamily } from '../../../shared/model/images.ts'
import { useFaults } from '../../components/form/use-faults.ts'
import { useFarms } from '../../stores/index.ts'

interface Fields {
  /** Ids of the instances that are not left out. */
  kept: string[]
  farmKind: 'existing' | 'new'
  farmId: string
  farmName: string
  farmRoleId: string
  alias: string
  family: OsFamily
  version: string
  user: string
  port: number | null
  privateKey: string
  setTags: Record<string, string>
  removeTags: string[]
}

/** What the import wizard asks for: where the instances go, how one logs in, and their tags. */
export function useImportForm(instances: () => readonly DiscoveredInstance[], error: Ref<AppError | null>) {
  const farms = useFarms()
  const runningFarms = computed(() =>
    farms.all
      .filter(({ state }) => state.status === 'running')
      .map(({ id, name }) => ({ value: id, title: name })),
  )
  const fields = reactive(begin())
  const chosen = computed(() => instances().filter(({ id }) => fields.kept.includes(id)))
  const isNewRole = computed(() => fields.farmKind === 'new' || fields.farmRoleId === 'new')
  const roleItems = computed(() => {
    const [like] = chosen.value
    const farm = farms.all.find(({ id }) => id === fields.farmId)
    return [
      { value: 'new', title: 'A new farm role' },
      ...(farm?.roles ?? [])
        .filter((role) => role.cloudId === like?.cloudId && role.location === like?.location)
        .map((role) => ({ value: role.id, title: role.alias })),
    ]
  })

  /** What the first of the instances tells. */
  function begin(): Fields {
    const [first] = instances()
    return {
      kept: instances().map(({ id }) => id),
      farmKind: runningFarms.value.length > 0 ? 'existing' : 'new',
      farmId: runningFarms.value[0]?.value ?? '',
      farmName: 'Imported',
      farmRoleId: 'new',
      alias: (first?.name ?? 'imported').replace(/[^A-Za-z0-9-]+/g, '-').replace(/^-+|-+$/g, ''),
      family: first?.os.family ?? 'unknown',
      version: first?.os.version ?? '',
      user: first?.sshUser ?? 'root',
      port: first?.sshPort ?? 22,
      ...{ privateKey: '', setTags: {}, removeTags: [] },
    }
  }
  const parsed = computed(() => {
    const [like] = chosen.value
    const { farmKind, farmName, farmId, farmRoleId, alias, family, version, user, port } = fields
    return ImportInput.safeParse({
      cloudId: like?.cloudId,
      location: like?.location,
      instanceIds: fields.kept,
      farm: farmKind === 'new' ? { kind: 'new', name: farmName } : { kind: 'existing', farmId },
      farmRole: isNewRole.value
        ? { kind: 'new', alias, os: { family, version: version.trim() } }
        : { kind: 'existing', farmRoleId },
      ssh: { user, port },
      privateKey: fields.privateKey.trim() === '' ? null : `${fields.privateKey.trim()}\n`,
      tags: { set: fields.setTags, remove: fields.removeTags },
    })
  })
  const { wasTried, faultOf } = useFaults({ read: () => parsed.value, error })

  return {
    fields,
    chosen,
    runningFarms,
    roleItems,
    isNewRole,
    parsed,
    wasTried,
    faultOf,
    /** Begins anew. */
    start: () => {
      Object.assign(fields, begin())
      wasTried.value = false
    },
  }
}
