import {
  mdiCloudOutline,
  mdiCloudSearchOutline,
  mdiCogOutline,
  mdiDisc,
  mdiHarddisk,
  mdiKeyOutline,
  mdiLayersOutline,
  mdiServer,
  mdiShieldOutline,
  mdiSprout,
  mdiViewDashboardOutline,
} from '@mdi/js'

/** The places of the navigation rail, in order, with the letter that follows `g`. */
export const places = [
  { title: 'Dashboard', to: '/', icon: mdiViewDashboardOutline, letter: 'd' },
  { title: 'Farms', to: '/farms', icon: mdiSprout, letter: 'f' },
  { title: 'Servers', to: '/servers', icon: mdiServer, letter: 's' },
  { title: 'Discovery', to: '/discovery', icon: mdiCloudSearchOutline, letter: 'v' },
  { title: 'Roles', to: '/roles', icon: mdiLayersOutline, letter: 'r' },
  { title: 'Images', to: '/images', icon: mdiDisc, letter: 'i' },
  { title: 'Storage', to: '/storage', icon: mdiHarddisk, letter: 'o' },
  { title: 'Keys', to: '/keys', icon: mdiKeyOutline, letter: 'k' },
  { title: 'Groups', to: '/groups', icon: mdiShieldOutline, letter: 'u' },
  { title: 'Clouds', to: '/clouds', icon: mdiCloudOutline, letter: 'c' },
  { title: 'Settings', to: '/settings', icon: mdiCogOutline, letter: ',' },
] as const

/** Whether an address is that of a place, or within it. */
export function isWithin(path: string, to: string): boolean {
  return path === to || (to !== '/' && path.startsWith(`${to}/`))
}
