import { useRouter } from 'vue-router'
import { useActions } from '../palette/actions.ts'

/** Something that a page offers, by its buttons and by the palette. It does something, or leads somewhere. */
export interface PageAction {
  /** Unique in the app: `roles.new`. */
  id: string
  /** As the palette has it, a verb first: `Import a role`. */
  title: string
  /** The word on its button, where the page makes a shorter one clear. */
  button?: string
  icon?: string
  run?: () => unknown
  to?: string
  disabled?: boolean
  isBusy?: boolean
  /** What the page is mostly opened for: it stands last at the head, and stands out. */
  primary?: boolean
  /** It has no button at the head. */
  isHidden?: boolean
}

/** Where a list leads that has nothing for want of a cloud, or of a farm. */
export const connectCloud: PageAction = { id: 'clouds.connect', title: 'Connect a cloud', to: '/clouds' }
export const goToFarms: PageAction = { id: 'farms.go', title: 'Go to Farms', to: '/farms' }

/** Offers a page's actions in the palette as long as it is open. */
export function usePageActions(group: string, actions: () => readonly PageAction[]): void {
  const router = useRouter()
  useActions(() =>
    actions()
      .filter(({ disabled }) => disabled !== true)
      .map(({ id, title, icon, run, to }) => ({
        id,
        title,
        group,
        ...(icon === undefined ? {} : { icon }),
        run: () => (to === undefined ? run?.() : router.push(to)),
      })),
  )
}
