import type { InstanceType } from '../../../../shared/model/clouds.ts'

/** `0.5 GiB`, `16 GiB`. */
export function memoryWords(memoryMib: number): string {
  const gib = memoryMib / 1024
  return `${gib >= 10 ? String(Math.round(gib)) : String(Math.round(gib * 100) / 100)} GiB`
}

/** `2 vCPU · 1 GiB · x86_64`. */
export function typeFacts(type: InstanceType): string {
  return `${String(type.vcpus)} vCPU · ${memoryWords(type.memoryMib)} · ${type.architectures.join(', ')}`
}

/** Types that an image of this architecture starts on, small ones of the current generation first. */
export function typesFor(types: readonly InstanceType[], architecture: string | null): InstanceType[] {
  return types
    .filter(({ architectures }) => architecture === null || architectures.some((one) => one === architecture))
    .toSorted(
      (a, b) =>
        Number(b.currentGeneration) - Number(a.currentGeneration) ||
        a.memoryMib - b.memoryMib ||
        a.vcpus - b.vcpus ||
        a.name.localeCompare(b.name, 'en', { numeric: true }),
    )
}

/** Whether a type fits what was typed: words of its name or facts, such as `t3 micro`, `8 vcpu`, `16 gib arm`. */
export function typeMatches(type: InstanceType, query: string): boolean {
  const text = `${type.name} ${typeFacts(type)}`.toLowerCase().replaceAll('·', ' ')
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .every((word) => text.includes(word))
}

/** The type that a new farm role starts with: the smallest current one with at least 1 GiB. */
export function usualType(
  types: readonly InstanceType[],
  architecture: string | null,
): InstanceType | undefined {
  const fitting = typesFor(types, architecture)
  const familiar = ['t3.micro', 't4g.micro', 't3.small'].map((name) =>
    fitting.find((type) => type.name === name),
  )
  return (
    familiar.find((type) => type !== undefined) ??
    fitting.find((type) => type.currentGeneration && type.memoryMib >= 1024) ??
    fitting[0]
  )
}
