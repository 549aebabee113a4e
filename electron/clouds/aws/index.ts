export { listAwsProfiles } from './aws-profiles.ts'
export { RateBudgets } from './rate-budget.ts'
export { type AwsSignIn } from './sign-in.ts'
export { type AwsProviderOptions, createAwsProvider } from './aws-provider.ts'
