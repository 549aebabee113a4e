export { Discovery } from './discovery.ts'
export { Imports } from './imports.ts'
export { ImportPlaces } from './import-places.ts'
