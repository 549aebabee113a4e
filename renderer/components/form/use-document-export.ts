import { usePlatform } from '../../client/index.ts'
import { useAttempt } from '../../stores/messages.ts'
import { documentFileName } from './document-check.ts'

/** Saves a document that the engine exports as a JSON file; answers it, or undefined after a failure. */
export function useDocumentExport() {
  const platform = usePlatform()
  const attempt = useAttempt()
  return async function exportDocument<T>(
    noun: 'farm' | 'template' | 'role' | 'image',
    name: string,
    read: () => Promise<T>,
  ): Promise<T | undefined> {
    const document = await attempt(`Export “${name}”${noun === 'template' ? ' as a template' : ''}`, read)
    if (document !== undefined) {
      const text = `${JSON.stringify(document, null, 2)}\n`
      platform.saveFile(documentFileName(name, noun), text, 'application/json')
    }
    return document
  }
}
