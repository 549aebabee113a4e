import type { EngineShape } from '../../electron/api/index.ts'
import type { Log } from '../../electron/engine/ports.ts'
import { AppError } from '../../shared/model/errors.ts'

type Partially<Shape> = { [Noun in keyof Shape]?: Partial<Shape[Noun]> }

/** An engine that has only the given methods; any other one is refused with `host.not_supported`. */
export function stubEngine(methods: Partially<EngineShape>): EngineShape {
  return new Proxy(methods, {
    get: (nouns, noun: string) =>
      new Proxy(Reflect.get(nouns, noun) ?? {}, {
        get: (verbs: object, verb: string) =>
          (Reflect.get(verbs, verb) as CallableFunction | undefined)?.bind(verbs) ??
          (() => Promise.reject(new AppError('host.not_supported', { message: `No ${noun}.${verb} here.` }))),
      }),
  }) as EngineShape
}

/** A log that keeps its lines for a look. */
export interface KeptLog extends Log {
  lines: { level: string; fields: object; message: string }[]
}

export function keptLog(lines: KeptLog['lines'] = []): KeptLog {
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message })
  }
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => keptLog(lines),
  }
}
