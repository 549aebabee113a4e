export { type Delivery, EventConsumers } from './event-consumers.ts'
export { type EventAbout, Events } from './events.ts'
export { LiveEvents } from './live-events.ts'
