import { connect } from 'node:net'

/** Whether something that speaks SSH answers: a TCP connection whose first bytes are an SSH banner. Never rejects. */
export function probeSsh(address: { host: string; port: number }, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address)
    const finish = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(timeoutMs, () => finish(false))
    socket.once('error', () => finish(false))
    socket.once('close', () => finish(false))
    // RFC 4253, 4.2: the server may send other lines before the one that starts with "SSH-".
    socket.on('data', (bytes) => {
      if (bytes.toString('latin1').includes('SSH-')) finish(true)
    })
  })
}
