import { readFile, writeFile } from 'node:fs/promises'
import { AppError } from '../../shared/model/errors.ts'
import type { Context } from './context.ts'
import { readAll } from './io.ts'

/** Reads a JSON document from a file, or from stdin for `-`. Throws `input.invalid` with the reader's own words. */
export async function readDocument({ io }: Context, file: string): Promise<unknown> {
  const name = file === '-' ? 'The document on stdin' : file
  let text: string
  try {
    text = file === '-' ? (await readAll(io.stdin)).toString('utf8') : await readFile(file, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('input.not_found', { message: `${name} cannot be read: ${why}.`, cause })
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('input.invalid', { message: `${name} is not JSON: ${why}.`, cause })
  }
}

/** Writes a file that only its owner may read; an existing one is replaced only by `force`. */
export async function writePrivateFile(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600, flag: force ? 'w' : 'wx' })
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    const why = cause instanceof Error ? cause.message : String(cause)
    throw exists
      ? new AppError('input.conflict', {
          message: `${file} exists already: choose another name, or give --force.`,
          cause,
        })
      : new AppError('input.invalid', { message: `${file} cannot be written: ${why}.`, cause })
  }
}
