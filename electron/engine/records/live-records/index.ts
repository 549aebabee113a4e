export { LiveRecords, type LiveRecordsOptions } from './live-records.ts'
