export { ChangeFeed } from './change-feed.ts'
export { publishTo } from './publish-to.ts'
