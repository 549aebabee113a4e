import { AppError } from '../../../../shared/model/errors.ts'
import { keyEssence } from '../../../../shared/logic/keys/ssh-keys.ts'
import type { Clock } from '../../ports.ts'
import { captureCommand, type SshConnection } from '../ssh/index.ts'

/** Long enough for a busy server, short enough that one does not hold up the rest. */
const TIMEOUT_MS = 30_000

/** `$1` is the whole line. A file whose last line has no end gets one first. */
const ADD = `set -e
umask 077
mkdir -p "$HOME/.ssh"
file="$HOME/.ssh/authorized_keys"
touch "$file"
if ! grep -qxF -- "$1" "$file"; then
  if [ -n "$(tail -c 1 "$file")" ]; then echo >> "$file"; fi
  printf '%s\\n' "$1" >> "$file"
fi`

/** `$1` is the key without its comment. The file is replaced as a whole, so that no moment is without it. */
const REMOVE = `set -e
umask 077
file="$HOME/.ssh/authorized_keys"
file="$(readlink -f "$file" 2>/dev/null || echo "$file")"
grep -vF -- "$1" "$file" > "$file.farmhand" || [ $? -eq 1 ]
chmod 600 "$file.farmhand"
mv -f "$file.farmhand" "$file"`

/** Lets a public key in, besides those that are there. */
export function addAuthorizedKey(
  connection: SshConnection,
  publicKey: string,
  run: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  return script(connection, ADD, publicKey.trim(), run)
}

/** Lets a public key in no more. */
export function removeAuthorizedKey(
  connection: SshConnection,
  publicKey: string,
  run: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  return script(connection, REMOVE, keyEssence(publicKey), run)
}

async function script(
  connection: SshConnection,
  text: string,
  argument: string,
  run: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const result = await captureCommand(connection, {
    run: { argv: ['sh', '-c', text, 'farmhand', argument] },
    timeoutMs: TIMEOUT_MS,
    maxBytes: 4096,
    ...run,
  })
  const { end } = result
  if (end.kind === 'exited' && end.exitCode === 0) return
  const said = result.stderr.trim().split('\n').at(-1) ?? ''
  throw new AppError('ssh.closed', {
    message: `authorized_keys could not be changed: ${said === '' ? 'the command did not end' : said}`,
    retryable: true,
  })
}
