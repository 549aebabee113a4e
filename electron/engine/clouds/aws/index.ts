export { listAwsProfiles } from './aws-profiles.ts'
export { type AwsProviderOptions, createAwsProvider } from './aws-provider.ts'
