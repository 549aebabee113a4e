export { CloudAccounts } from './cloud-accounts.ts'
