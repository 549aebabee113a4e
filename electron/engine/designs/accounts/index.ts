export { CloudAccounts } from './cloud-accounts.ts'
export { CloudUsers } from './cloud-users.ts'
