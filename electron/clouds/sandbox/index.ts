/** The Sandbox: a cloud inside Farmhand that speaks the EC2 Query API and SSH. */
export { Sandbox, type SandboxAddress, type SandboxInstance, type SandboxOptions } from './sandbox.ts'
export { sandboxLocations, sandboxTraits } from './traits.ts'
export { SandboxFault, type SandboxFaultInput } from './faults/fault.ts'
export type { SandboxFaults } from './faults/sandbox-faults.ts'
export type { SandboxTimes } from './settings.ts'
