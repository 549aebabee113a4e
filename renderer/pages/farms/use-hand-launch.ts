import { useRouter } from 'vue-router'
import type { FarmRole } from '../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../shared/model/farms.ts'
import { useClient } from '../../client/index.ts'
import { useAttempt, useMessages } from '../../stores/messages.ts'

/** Launches one more server of a farm role, and says what else that changed. */
export function useHandLaunch(): (farm: Pick<Farm, 'id'>, role: FarmRole) => Promise<void> {
  const client = useClient()
  const router = useRouter()
  const attempt = useAttempt()
  const messages = useMessages()

  return async (farm, role) => {
    const made = await attempt(`Launch a server of ${role.alias}`, () =>
      client.farms.launchServer({ farmId: farm.id, farmRoleId: role.id, via: 'ui' }),
    )
    if (!made) return
    const { server, warning } = made
    messages.succeed(`${server.alias} #${server.index} is being launched.${warning ? ` ${warning}` : ''}`, {
      label: 'Show it',
      run: () => void router.push(`/servers/${server.id}`),
    })
  }
}
