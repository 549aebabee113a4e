/** What a reply is made of: a list becomes `<item>` elements; undefined and null leave the element out. */
export type XmlValue =
  string | number | boolean | null | undefined | readonly XmlValue[] | { readonly [name: string]: XmlValue }

/** One element with all that is in it. */
function element(name: string, value: XmlValue, attributes = ''): string {
  if (value === undefined || value === null) return ''
  const inside = content(value)
  return inside === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${inside}</${name}>`
}

/** A whole document. */
export function xmlDocument(name: string, value: XmlValue, namespace?: string): string {
  const attributes = namespace === undefined ? '' : ` xmlns="${escape(namespace)}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, value, attributes)}\n`
}

function content(value: Exclude<XmlValue, undefined | null>): string {
  if (typeof value === 'string') return escape(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (isList(value)) return value.map((item) => element('item', item)).join('')
  return Object.entries(value)
    .map(([name, inner]) => element(name, inner))
    .join('')
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value)
}

/** XML 1.0 has no way to say most control characters; they are left out. */
function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/\r/g, '&#13;')
  )
}
