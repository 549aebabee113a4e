import {
  mdiContentCopy,
  mdiDelete,
  mdiDownload,
  mdiFileCompare,
  mdiLock,
  mdiLockOpenVariant,
  mdiPackageDown,
  mdiPause,
  mdiPencilOutline,
  mdiPlay,
  mdiRocketLaunchOutline,
  mdiStop,
  mdiTimerPlusOutline,
} from '@mdi/js'
import { useRouter } from 'vue-router'
import { templateWarnings } from '../../../shared/logic/templates/template-export.ts'
import { extendedLease } from '../../../shared/logic/farms/lease.ts'
import type { Farm } from '../../../shared/model/farms.ts'
import { useClient } from '../../client/index.ts'
import { useDocumentExport } from '../../components/form/use-document-export.ts'
import { useAttempt, useMessages } from '../../stores/messages.ts'

/** What can be done with a farm, in the order of its menu. */
export interface FarmAction {
  id:
    | 'launch'
    | 'plan'
    | 'suspend'
    | 'resume'
    | 'terminate'
    | 'design'
    | 'clone'
    | 'export'
    | 'template'
    | 'extend'
    | 'lock'
    | 'unlock'
    | 'delete'
  title: string
  icon: string
  /** Why it cannot be done now. */
  disabled?: string | undefined
  danger?: boolean
  run: () => unknown
}

/** What needs a question first; the page that uses the actions shows the dialogs. */
export interface FarmQuestions {
  lock(farm: Farm): void
  remove(farm: Farm): void
}

/** A farm's actions by its status: only those that make sense in it, with the reason against those that are held back. */
export function useFarmActions(ask: FarmQuestions): (farm: Farm) => FarmAction[] {
  const client = useClient()
  const exportDocument = useDocumentExport()
  const router = useRouter()
  const attempt = useAttempt()
  const messages = useMessages()

  function plan(farm: Farm, purpose: string): void {
    void router.push({ path: `/farms/${farm.id}/plan`, query: { purpose } })
  }
  async function clone(farm: Farm): Promise<void> {
    const copy = await attempt(`Clone “${farm.name}”`, () => client.farms.clone({ farmId: farm.id }))
    if (copy) {
      messages.succeed(`“${copy.name}” was made.`, {
        label: 'Design it',
        run: () => void router.push(`/farms/${copy.id}/design`),
      })
    }
  }
  async function exportTemplate(farm: Farm): Promise<void> {
    const template = await exportDocument('template', farm.name, () =>
      client.farms.exportTemplate({ farmId: farm.id }),
    )
    if (!template) return
    const { leftOut } = template
    const words = [
      ...(leftOut.length > 0 ? [`Left out of the template: ${leftOut.join('; ')}.`] : []),
      ...templateWarnings(template),
    ]
    if (words.length > 0) messages.succeed(words.join(' '))
  }

  return (farm) => {
    const { status, lock } = farm.state
    const held = lock ? `Locked by ${lock.by}: ${lock.comment}` : undefined
    const actions: FarmAction[] = []
    const add = (action: FarmAction): void => {
      actions.push(action)
    }
    if (status === 'terminated') {
      const empty = farm.roles.length === 0 ? 'Add a farm role first.' : undefined
      add({
        id: 'launch',
        title: 'Launch…',
        icon: mdiRocketLaunchOutline,
        disabled: held ?? empty,
        run: () => plan(farm, 'launch'),
      })
    }
    if (status === 'running') {
      add({ id: 'plan', title: 'Show the plan', icon: mdiFileCompare, run: () => plan(farm, 'apply') })
      add({
        id: 'suspend',
        title: 'Suspend…',
        icon: mdiPause,
        disabled: held,
        run: () => plan(farm, 'suspend'),
      })
    }
    if (status === 'suspended') {
      add({
        id: 'resume',
        title: 'Resume',
        icon: mdiPlay,
        disabled: held,
        run: () => attempt(`Resume “${farm.name}”`, () => client.farms.resume({ farmId: farm.id })),
      })
    }
    add({
      id: 'design',
      title: 'Design',
      icon: mdiPencilOutline,
      run: () => router.push(`/farms/${farm.id}/design`),
    })
    add({ id: 'clone', title: 'Clone', icon: mdiContentCopy, run: () => clone(farm) })
    add({
      id: 'export',
      title: 'Export',
      icon: mdiDownload,
      run: () => exportDocument('farm', farm.name, () => client.farms.export({ farmId: farm.id })),
    })
    add({
      id: 'template',
      title: 'Export as template',
      icon: mdiPackageDown,
      run: () => exportTemplate(farm),
    })
    if (farm.lease && farm.state.leaseEndsAt !== null && (status === 'running' || status === 'suspended')) {
      const extended = extendedLease(farm)
      add({
        id: 'extend',
        title: `Extend the lease by ${String(farm.lease.extensionHours)} h`,
        icon: mdiTimerPlusOutline,
        disabled: held ?? ('refusal' in extended ? extended.refusal : undefined),
        run: () =>
          attempt(`Extend the lease of “${farm.name}”`, () => client.farms.extendLease({ farmId: farm.id })),
      })
    }
    if (lock) {
      add({
        id: 'unlock',
        title: 'Unlock',
        icon: mdiLockOpenVariant,
        run: () => attempt(`Unlock “${farm.name}”`, () => client.farms.unlock({ farmId: farm.id })),
      })
    } else add({ id: 'lock', title: 'Lock…', icon: mdiLock, run: () => ask.lock(farm) })
    if (status === 'running' || status === 'suspended') {
      add({
        id: 'terminate',
        title: 'Terminate…',
        icon: mdiStop,
        danger: true,
        disabled: held,
        run: () => plan(farm, 'terminate'),
      })
    }
    if (status === 'terminated') {
      add({
        id: 'delete',
        title: 'Delete…',
        icon: mdiDelete,
        danger: true,
        disabled: held,
        run: () => ask.remove(farm),
      })
    }
    return actions
  }
}
