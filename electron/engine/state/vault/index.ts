/** The vault: secrets, encrypted on disk; and the places where its key is kept without a system keychain. */
export { openVault } from './vault.ts'
export type { Vault } from './vault.ts'
export { fileKeychain } from './file-keychain.ts'
export { passphraseKeychain } from './passphrase-keychain.ts'
