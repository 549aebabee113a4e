export { type EventRepository, Events } from './events.ts'
