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

/**
 * Whether a type fits what was typed: parts of its name or architecture, and sizes with their unit, such as `t3 micro`,
 * `8 vcpu`, `16gb arm`.
 */
export function typeMatches(type: InstanceType, query: string): boolean {
  const names = `${type.name} ${type.architectures.join(' ')}`.toLowerCase()
  const gib = Math.round((type.memoryMib / 1024) * 100) / 100
  return query
    .toLowerCase()
    .replace(
      /([\d.]+)\s*(v?cpus?|gi?b)(?![a-z])/g,
      (_, size: string, unit: string) => `${size}${unit.includes('c') ? 'cpu' : 'gib'}`,
    )
    .split(/[\s,·]+/)
    .filter((word) => word !== '')
    .every((word) => {
      const size = /^([\d.]+)(cpu|gib)$/.exec(word)
      if (!size) return names.includes(word)
      return Number(size[1]) === (size[2] === 'cpu' ? type.vcpus : gib)
    })
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
