import {
  mdiCompareHorizontal,
  mdiContentSaveOutline,
  mdiFileCompare,
  mdiPlus,
  mdiRedoVariant,
  mdiUndoVariant,
} from '@mdi/js'
import { useActions } from '../../../components/palette/actions.ts'
import { ROLE_GROUPS } from './groups/role-groups.ts'

/** What the designer can do, as the palette and the keyboard call it. */
export interface DesignerCommands {
  isLive: () => boolean
  /** Whether a farm role is open, so that its groups can be. */
  hasRole: () => boolean
  canCompare: () => boolean
  save: () => unknown
  undo: () => void
  redo: () => void
  add: () => void
  review: () => unknown
  compare: () => void
  openGroup: (key: string) => void
}

export function useDesignerActions(commands: DesignerCommands): void {
  const group = 'Designer'
  useActions(() => [
    {
      id: 'design.save',
      title: commands.isLive() ? 'Review and apply this design' : 'Save this design',
      group,
      icon: mdiContentSaveOutline,
      shortcut: 'mod+s',
      run: () => void commands.save(),
    },
    { id: 'design.undo', title: 'Undo', group, icon: mdiUndoVariant, shortcut: 'mod+z', run: commands.undo },
    {
      id: 'design.redo',
      title: 'Redo',
      group,
      icon: mdiRedoVariant,
      shortcut: 'mod+shift+z',
      run: commands.redo,
    },
    { id: 'design.add', title: 'Add a farm role', group, icon: mdiPlus, run: commands.add },
    {
      id: 'design.plan',
      title: 'Show the plan of this design',
      group,
      icon: mdiFileCompare,
      run: () => void commands.review(),
    },
    ...(commands.canCompare()
      ? [
          {
            id: 'design.compare',
            title: 'Compare the draft with what runs',
            group,
            icon: mdiCompareHorizontal,
            run: commands.compare,
          },
        ]
      : []),
    ...(commands.hasRole()
      ? ROLE_GROUPS.map(({ key, title }) => ({
          id: `design.group.${key}`,
          title: `Farm role: ${title.toLowerCase()}`,
          group,
          run: () => commands.openGroup(key),
        }))
      : []),
  ])
}
