/** `{NAME}`: a variable in a template. */
const VARIABLE = /\{[A-Za-z_][A-Za-z0-9_]*\}/g

/** Why a template cannot be read: braces without a name or a partner; null when it can. */
export function templateFault(template: string): string | null {
  return /[{}]/.test(template.replace(VARIABLE, ''))
    ? 'A variable stands in braces, such as {SCALR_INSTANCE_INDEX}; there is a brace without one.'
    : null
}

/** Why a template can never make a host name (RFC 1123), whatever its variables hold; null when it can. */
export function hostnameFault(template: string): string | null {
  if (template === '') return null
  const faulty = templateFault(template)
  if (faulty !== null) return faulty
  // One letter stands for each variable: the shortest that it can be.
  const shortest = template.replace(VARIABLE, 'x')
  const stranger = /[^A-Za-z0-9.-]/.exec(shortest)
  if (stranger) {
    return `A host name holds letters, digits, dashes and dots, and no “${stranger[0]}”.`
  }
  for (const label of shortest.split('.')) {
    if (label === '') return 'A host name has no two dots in a row, and none at its ends.'
    if (label.startsWith('-') || label.endsWith('-')) {
      return `No part of a host name begins or ends with a dash, as “${label}” does.`
    }
    if (label.length > 63) return 'A part of a host name has at most 63 characters.'
  }
  return null
}
