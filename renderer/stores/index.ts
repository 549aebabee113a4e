import { defineTopicStore } from './topic-store.ts'

/*
 * One store a noun. Call it in a component's setup: `const servers = useServers()`, then `servers.all`, `servers.byId.get(id)`,
 * `servers.status`. It is live as long as the component is mounted.
 */
export const useClouds = defineTopicStore('clouds')
export const useRoles = defineTopicStore('roles')
export const useImages = defineTopicStore('images')
export const useFarms = defineTopicStore('farms')
export const useServers = defineTopicStore('servers')
export const useKeys = defineTopicStore('keys')
export const useJobs = defineTopicStore('jobs')
export const useEvents = defineTopicStore('events')
export const usePrompts = defineTopicStore('prompts')
export const useNotices = defineTopicStore('notices')
export const useTerminals = defineTopicStore('terminals')
