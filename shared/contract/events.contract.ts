import { z } from 'zod'
import { Event, EventFilter } from '../model/events.ts'
import { method } from './method.ts'

export const events = {
  /** Newest first. */
  list: method.route({ method: 'POST', path: '/events/query' }).input(EventFilter).output(z.array(Event)),
}
