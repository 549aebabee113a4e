/** The workspace: design documents (clouds, images, roles, farms) as readable JSON files. */
export { openWorkspace } from './workspace.ts'
export type { Workspace } from './workspace.ts'
