import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function terminalHandlers({ os, engine, streams }: ApiParts<Pick<EngineShape, 'terminals'>>) {
  return {
    list: os.terminals.list.handler(() => engine.terminals.list()),
    open: os.terminals.open.handler(({ input }) => engine.terminals.open(input)),
    write: os.terminals.write.handler(({ input }) => engine.terminals.write(input)),
    resize: os.terminals.resize.handler(({ input }) => engine.terminals.resize(input)),
    output: os.terminals.output.handler(({ input, signal: clientSignal }) =>
      streams('terminals.output', (signal) => engine.terminals.output(input, { signal }), clientSignal),
    ),
    ack: os.terminals.ack.handler(({ input }) => engine.terminals.ack(input)),
    reconnect: os.terminals.reconnect.handler(({ input }) => engine.terminals.reconnect(input)),
    close: os.terminals.close.handler(({ input }) => engine.terminals.close(input)),
  }
}
