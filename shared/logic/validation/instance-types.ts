import { type CheckedRole, type Path, type Tell, tellRepeated } from './checked-role.ts'

/** The instance type and its backups are offered in the location and start the image. */
export function checkInstanceTypes({ values, catalog, types, image }: CheckedRole, tell: Tell): void {
  const { instanceType, cloudFeatures } = values
  const { backupInstanceTypes: backups } = cloudFeatures
  const path = (at: number): Path => ['cloudFeatures', 'backupInstanceTypes', at]
  const first = types.get(instanceType)
  const check = (wanted: string, where: Path): void => {
    if (wanted === '' || !catalog || types.size === 0) return
    const type = types.get(wanted)
    if (!type) {
      tell(
        where,
        `${catalog.location} offers no instance type “${wanted}”; choose one of its catalogue, or refresh the cloud.`,
      )
    } else if (image && !type.architectures.includes(image.architecture)) {
      tell(
        where,
        `${wanted} is ${type.architectures.join(' or ')}, but image “${image.name}” is ${image.architecture}; choose a type of that architecture, or another role.`,
      )
    } else if (first && !type.architectures.some((one) => first.architectures.includes(one))) {
      tell(
        where,
        `${wanted} is ${type.architectures.join(' or ')}, but ${instanceType} is ${first.architectures.join(' or ')}; a backup has the same architecture.`,
      )
    }
  }
  check(instanceType, ['instanceType'])
  for (const [at, backup] of backups.entries()) {
    if (backup === instanceType) tell(path(at), `${backup} is the instance type itself; name other ones.`)
    else check(backup, path(at))
  }
  tellRepeated(
    backups.map((backup, at) => [path(at), backup] as const),
    tell,
    (backup) => `${backup} is named twice; name it once.`,
  )
}
