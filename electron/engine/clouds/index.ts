export { CloudAccounts } from './cloud-accounts.ts'
export { cloudOpeners } from './cloud-openers.ts'
export { type CatalogRepository, type CloudRepository, Clouds, type CloudVault } from './clouds.ts'
export type { CloudInstance, CloudProvider, IngressRule, LaunchRequest } from './cloud-provider.ts'
