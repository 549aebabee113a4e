import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** Bytes that are really held, on the heap and in buffers: garbage is collected first, so that the figure can be tested. */
export function liveMemoryBytes(): number {
  if (typeof collect !== 'function') throw new Error('This engine does not let its garbage be collected.')
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
