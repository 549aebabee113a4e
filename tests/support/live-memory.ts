import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/**
 * Bytes that are really held, on the heap and in buffers. Garbage is collected first, three times with a turn in between:
 * buffers that one collection frees are still counted until the next.
 */
export async function liveMemoryBytes(): Promise<number> {
  if (typeof collect !== 'function') throw new Error('This engine does not let its garbage be collected.')
  for (let round = 0; round < 3; round += 1) {
    collect()
    await nextTurn()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
