import type { Task } from '../../../../shared/model/tasks.ts'
import type { Clock } from '../../ports.ts'

/** The task with more lines in its log. */
export function withLog<T extends Task>(task: T, clock: Clock, ...lines: string[]): T {
  const at = new Date(clock.now()).toISOString()
  return { ...task, log: [...task.log, ...lines.map((text) => ({ at, text }))] }
}

/** The task at its end. */
export function ended<T extends Task>(task: T, state: 'done' | 'cancelled', clock: Clock, line: string): T {
  return { ...withLog(task, clock, line), state, step: line, endedAt: new Date(clock.now()).toISOString() }
}
