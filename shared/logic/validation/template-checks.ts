import { hostnameFault, templateFaults, type TemplatePlace } from '../variables/templates.ts'

/** `{name}`: a variable in a template. */
const VARIABLE = /\{[A-Za-z][A-Za-z0-9_.]*\}/g

/** Why a template cannot be filled: a brace without a partner, a variable that does not exist there; null when it can. */
export function templateFault(template: string, place: TemplatePlace): string | null {
  // Scripts and cloud-init files are full of braces of their own.
  if (place !== 'user-data' && /[{}]/.test(template.replace(VARIABLE, ''))) {
    return 'A variable stands in braces, such as {index}; there is a brace without one.'
  }
  return templateFaults(template, place)[0] ?? null
}

/** Why a template can never make a host name, whatever its variables hold; null when it can. */
export function hostnameTemplateFault(template: string): string | null {
  if (template === '') return null
  // One letter stands for each variable: the shortest that it can be.
  return templateFault(template, 'hostname') ?? hostnameFault(template.replace(VARIABLE, 'x'))
}
