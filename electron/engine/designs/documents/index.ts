export { DesignStore } from './design-store.ts'
export { deprecationDocument, deprecationOf } from './deprecation-documents.ts'
