export { type Delivery, type EventHandler, EventConsumers } from './event-consumers.ts'
export { type EventAbout, type EventRepository, Events } from './events.ts'
export { LiveEvents } from './live-events.ts'
