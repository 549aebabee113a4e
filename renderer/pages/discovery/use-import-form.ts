import { computed, ref, type Ref } from 'vue'
import { faultsOfIssues } from '../../../shared/logic/documents/zod-faults.ts'
import { ImportInput, type DiscoveredInstance } from '../../../shared/model/discovery.ts'
import type { AppError } from '../../../shared/model/errors.ts'
import type { OsFamily } from '../../../shared/model/images.ts'
import { useFarms } from '../../stores/index.ts'

/** What the import wizard asks for: where the instances go, how one logs in, and their tags. */
export function useImportForm(instances: () => readonly DiscoveredInstance[], error: Ref<AppError | null>) {
  const farms = useFarms()
  const kept = ref<string[]>([])
  const farmKind = ref<'existing' | 'new'>('new')
  const farmId = ref('')
  const farmName = ref('')
  const farmRoleId = ref('new')
  const alias = ref('')
  const family = ref<OsFamily>('unknown')
  const version = ref('')
  const user = ref('root')
  const port = ref<number | null>(22)
  const privateKey = ref('')
  const setTags = ref<Record<string, string>>({})
  const removeTags = ref<string[]>([])
  /** Faults are told once somebody wanted to go on. */
  const wasTried = ref(false)

  const runningFarms = computed(() =>
    farms.all
      .filter(({ state }) => state.status === 'running')
      .map(({ id, name }) => ({ value: id, title: name })),
  )
  const chosen = computed(() => instances().filter(({ id }) => kept.value.includes(id)))
  const isNewRole = computed(() => farmKind.value === 'new' || farmRoleId.value === 'new')
  const roleItems = computed(() => {
    const [like] = chosen.value
    const farm = farms.all.find(({ id }) => id === farmId.value)
    return [
      { value: 'new', title: 'A new farm role' },
      ...(farm?.roles ?? [])
        .filter((role) => role.cloudId === like?.cloudId && role.location === like?.location)
        .map((role) => ({ value: role.id, title: role.alias })),
    ]
  })

  const parsed = computed(() => {
    const [like] = chosen.value
    return ImportInput.safeParse({
      cloudId: like?.cloudId,
      location: like?.location,
      instanceIds: kept.value,
      farm:
        farmKind.value === 'new'
          ? { kind: 'new', name: farmName.value }
          : { kind: 'existing', farmId: farmId.value },
      farmRole: isNewRole.value
        ? { kind: 'new', alias: alias.value, os: { family: family.value, version: version.value.trim() } }
        : { kind: 'existing', farmRoleId: farmRoleId.value },
      ssh: { user: user.value, port: port.value },
      privateKey: privateKey.value.trim() === '' ? null : `${privateKey.value.trim()}\n`,
      tags: { set: setTags.value, remove: removeTags.value },
    })
  })
  const faults = computed(() => {
    const found = new Map<string, string>()
    const own = parsed.value.success ? [] : faultsOfIssues(parsed.value.error.issues)
    for (const { path, message } of [...own, ...(error.value?.details.faults ?? [])]) {
      if (!found.has(path)) found.set(path, message)
    }
    return found
  })

  function faultOf(path: string): string[] {
    const fault = faults.value.get(path)
    return wasTried.value && fault !== undefined ? [fault] : []
  }

  /** Begins anew with what the first of the instances tells. */
  function start(): void {
    const [first] = instances()
    kept.value = instances().map(({ id }) => id)
    farmKind.value = runningFarms.value.length > 0 ? 'existing' : 'new'
    farmId.value = runningFarms.value[0]?.value ?? ''
    farmName.value = 'Imported'
    farmRoleId.value = 'new'
    alias.value = (first?.name ?? 'imported').replace(/[^A-Za-z0-9-]+/g, '-').replace(/^-+|-+$/g, '')
    family.value = first?.os.family ?? 'unknown'
    version.value = first?.os.version ?? ''
    user.value = first?.sshUser ?? 'root'
    port.value = first?.sshPort ?? 22
    privateKey.value = ''
    setTags.value = {}
    removeTags.value = []
    wasTried.value = false
  }

  return {
    fields: { kept, farmKind, farmId, farmName, farmRoleId, alias, family, version, user, port, privateKey },
    tags: { setTags, removeTags },
    chosen,
    runningFarms,
    roleItems,
    isNewRole,
    parsed,
    wasTried,
    faultOf,
    start,
  }
}
