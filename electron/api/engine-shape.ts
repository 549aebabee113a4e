import type { ContractProcedure, InferSchemaOutput } from '@orpc/contract'
import type { Contract } from '../../shared/contract/index.ts'

/** How a call can be ended before it is done. */
interface CallOptions {
  signal?: AbortSignal | undefined
}

/** A stream runs until it ends by itself or its client leaves, which aborts `signal`. */
interface StreamOptions {
  signal: AbortSignal
}

type Method<Input, Output> = [Output] extends [AsyncIterable<infer Item>]
  ? (input: Input, options: StreamOptions) => AsyncIterable<Item> | Promise<AsyncIterable<Item>>
  : unknown extends Input
    ? () => Promise<Output>
    : (input: Input, options?: CallOptions) => Promise<Output>

type ShapeOf<Entry> =
  Entry extends ContractProcedure<infer Input, infer Output, infer _Errors, infer _Meta>
    ? Method<InferSchemaOutput<Input>, InferSchemaOutput<Output>>
    : { [Key in keyof Entry]: ShapeOf<Entry[Key]> }

/** What a host answers by itself: which engine it is, the doctor, preferences. */
export type HostVerb = 'info' | 'doctor' | 'settings' | 'changeSettings'

/** What the API asks of an engine: noun for noun and verb for verb the contract, with inputs already checked. */
export type EngineShape = ShapeOf<Omit<Contract, 'system'>> & {
  system: ShapeOf<Omit<Contract['system'], HostVerb>> & {
    /** The version of the OpenSSH client on this machine, or null without one. */
    sshClient(options: CallOptions): Promise<string | null>
  }
}
