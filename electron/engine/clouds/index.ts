export {
  type CloudOpener,
  type CloudRepository,
  type CloudVault,
  type CatalogRepository,
  type OpenCloud,
  Clouds,
  cloudSecretId,
} from './clouds.ts'
export type {
  CloudInstance,
  CloudProvider,
  CloudSignIn,
  IngressRule,
  LaunchRequest,
} from './cloud-provider.ts'
