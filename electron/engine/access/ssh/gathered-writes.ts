import type { Socket } from 'node:net'

/**
 * Sends what is written in one turn of the event loop together. ssh2 writes each packet in three pieces, which would leave as
 * two segments and wake the server twice for every key.
 */
export function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean
  let isGathering = false
  socket.write = (...parts: unknown[]): boolean => {
    if (!isGathering) {
      isGathering = true
      socket.cork()
      process.nextTick(() => {
        isGathering = false
        socket.uncork()
      })
    }
    return write(...parts)
  }
}
