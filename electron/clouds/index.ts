export { listAwsProfiles } from './aws/index.ts'
export { cloudOpeners } from './cloud-openers.ts'
