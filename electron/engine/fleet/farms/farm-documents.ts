import { AppError, type Fault } from '../../../../shared/model/errors.ts'
import { type FarmDesign, FarmDocument, type WholeFarmInput } from '../../../../shared/model/farms.ts'
import { CloudId, RoleId } from '../../../../shared/model/ids.ts'
import { noSuchCloud, noSuchRole } from '../../../../shared/logic/validation/farm-validation.ts'
import { parseDocument } from '../../../../shared/logic/documents/parse-document.ts'

/** Something that documents call by its name. */
interface Named {
  id: string
  name: string
}

/** What a document's names stand for in this workspace. */
export interface Names {
  roles: readonly Named[]
  clouds: readonly Named[]
}

/**
 * A farm document as a design, its names looked up. Throws `input.invalid` with every fault by path: unknown keys, wrong
 * types, roles and clouds that do not exist.
 */
export function designOfDocument(document: unknown, names: Names): WholeFarmInput {
  const what = 'This is no farm that Farmhand can import'
  const { schema: _, roles, ...rest } = parseDocument(FarmDocument, document, what)
  const faults: Fault[] = []
  const designed = roles.map(({ role: roleName, cloud: cloudName, ...group }, position) => {
    const role = lookUp(names.roles, roleName)
    const cloud = lookUp(names.clouds, cloudName)
    if (!role) {
      faults.push({
        path: `roles[${position}].role`,
        message: noSuchRole(roleName),
      })
    }
    if (!cloud) {
      faults.push({
        path: `roles[${position}].cloud`,
        message: noSuchCloud(cloudName),
      })
    }
    return { ...group, roleId: RoleId.parse(role?.id ?? 'none'), cloudId: CloudId.parse(cloud?.id ?? 'none') }
  })
  const [first] = faults
  if (first) {
    throw new AppError('input.invalid', {
      message: `${what}: ${first.path}: ${first.message}`,
      details: { faults },
    })
  }
  return { ...rest, roles: designed }
}

/** The design as a document, without ids; `designOfDocument` reads it back. */
export function documentOfDesign(design: FarmDesign, names: Names): FarmDocument {
  const { id: _id, createdAt: _made, updatedAt: _changed, roles, ...rest } = design
  return {
    schema: 'farmhand.farm/v1',
    ...rest,
    roles: roles.map(({ id: _roleId, alias, roleId, cloudId, ...group }) => ({
      alias,
      role: names.roles.find(({ id }) => id === roleId)?.name ?? roleId,
      cloud: names.clouds.find(({ id }) => id === cloudId)?.name ?? cloudId,
      ...group,
    })),
  }
}

function lookUp(named: readonly Named[], wanted: string): Named | undefined {
  return (
    named.find(({ id }) => id === wanted) ??
    named.find(({ name }) => name === wanted) ??
    named.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  )
}
