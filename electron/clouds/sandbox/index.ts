/** The Sandbox: a cloud inside Farmhand that speaks the EC2 Query API and SSH. */
export { Sandbox } from './sandbox.ts'
export { sandboxLocations, sandboxTraits } from './traits.ts'
