import type { CloudAccounts } from '../../designs/accounts/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { DesignUsage } from './design-usage.ts'
import type { RoleRemoval } from './role-removal.ts'

interface RolesParts {
  designs: RoleDesigns
  usages: DesignUsage
  removal: RoleRemoval
  accounts: CloudAccounts
}

interface OfRole {
  roleId: string
}

/** The roles as the contract knows them. */
export class Roles {
  readonly #parts: RolesParts

  constructor(parts: RolesParts) {
    this.#parts = parts
  }

  list() {
    return this.#parts.designs.list()
  }

  create(input: Parameters<RoleDesigns['create']>[0]) {
    return this.#parts.designs.create(input)
  }

  update(input: Parameters<RoleDesigns['update']>[0]) {
    return this.#parts.designs.update(input)
  }

  clone(input: Parameters<RoleDesigns['clone']>[0]) {
    return this.#parts.designs.clone(input)
  }

  deprecate(input: Parameters<RoleDesigns['deprecate']>[0]) {
    return this.#parts.designs.deprecate(input)
  }

  undeprecate(input: OfRole) {
    return this.#parts.designs.undeprecate(input)
  }

  import(input: Parameters<RoleDesigns['import']>[0]) {
    return this.#parts.designs.import(input)
  }

  export(input: OfRole) {
    return this.#parts.designs.export(input)
  }

  usage(input: OfRole) {
    return this.#parts.usages.ofRole(input)
  }

  remove(input: Parameters<RoleRemoval['remove']>[0]) {
    return this.#parts.removal.remove(input)
  }

  addStarters(input: Parameters<CloudAccounts['addStarters']>[0]) {
    return this.#parts.accounts.addStarters(input)
  }
}
