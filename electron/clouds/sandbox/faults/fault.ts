import { z } from 'zod'

/** How long a fault lasts: so many calls, or so many milliseconds, or (with neither) until the faults are cleared. */
const lasting = {
  calls: z.number().int().min(1).optional(),
  forMs: z.number().min(0).optional(),
}
/** Which calls a fault meets: those of one action and one region, or all. */
const meeting = { action: z.string().optional(), region: z.string().optional() }

/** Something that goes wrong, as data. */
export const SandboxFault = z.discriminatedUnion('kind', [
  /** `RequestLimitExceeded`. */
  z.strictObject({ kind: z.literal('throttle'), ...meeting, ...lasting }),
  /** Any refusal of EC2's: a quota (`VcpuLimitExceeded`), `InternalError`, … */
  z.strictObject({
    kind: z.literal('refuse'),
    code: z.string(),
    message: z.string().default('The request was refused.'),
    status: z.number().int().min(400).max(599).default(400),
    ...meeting,
    ...lasting,
  }),
  /** The credentials are no longer taken, or the caller's clock is too far off. */
  z.strictObject({
    kind: z.literal('credentials'),
    code: z.enum(['ExpiredToken', 'RequestExpired', 'AuthFailure', 'UnauthorizedOperation']),
    ...meeting,
    ...lasting,
  }),
  /** The call is done, and the connection cut before it is answered. */
  z.strictObject({ kind: z.literal('lose-reply'), ...meeting, ...lasting }),
  /** The connection is cut before anything is done. */
  z.strictObject({ kind: z.literal('unreachable'), ...meeting, ...lasting }),
  /** The call is done, and the answer is not one: cut XML, no body, a proxy's page. */
  z.strictObject({
    kind: z.literal('bad-answer'),
    shape: z.enum(['malformed', 'empty', 'html']),
    ...meeting,
    ...lasting,
  }),
  z.strictObject({ kind: z.literal('latency'), ms: z.number().min(0), ...meeting, ...lasting }),
  /** A page of a list (1 is the first) comes without its items. */
  z.strictObject({
    kind: z.literal('missing-page'),
    action: z.string(),
    page: z.number().int().min(1),
    ...lasting,
  }),
  /** There is room for only so many instances in a call, in one zone or in each. */
  z.strictObject({
    kind: z.literal('no-capacity'),
    zone: z.string().optional(),
    room: z.number().int().min(0).default(0),
    ...lasting,
  }),
  /** Spot instances cost so many times their usual price. */
  z.strictObject({ kind: z.literal('spot-price'), factor: z.number().positive(), ...lasting }),
  /** Instances that are launched while this lasts are not found for so long. */
  z.strictObject({ kind: z.literal('invisible'), ms: z.number().min(0), ...lasting }),
  /** Images that are made while this lasts fail instead of becoming available. */
  z.strictObject({
    kind: z.literal('image-fails'),
    message: z.string().default('Snapshot creation failed'),
    ...lasting,
  }),
  /** Volumes that are attached while this lasts stay in *attaching*. */
  z.strictObject({ kind: z.literal('attach-stuck'), ...lasting }),
  /** SSH servers accept and never answer: of one instance or of all. */
  z.strictObject({ kind: z.literal('ssh-hang'), instanceId: z.string().optional(), ...lasting }),
  /** Something happens to an instance behind everybody's back, once. */
  z.strictObject({
    kind: z.literal('instance'),
    instanceId: z.string(),
    happens: z.enum(['terminate', 'stop', 'reboot', 'change-host-key', 'cut-connections']),
  }),
  z.strictObject({
    kind: z.literal('remove-tags'),
    instanceId: z.string(),
    /** All tags when it is not given. */
    keys: z.array(z.string()).optional(),
  }),
])
export type SandboxFault = z.output<typeof SandboxFault>
/** A fault as it is written down: what has a usual value may be left out. */
export type SandboxFaultInput = z.input<typeof SandboxFault>
