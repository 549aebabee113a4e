import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function securityGroupHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'securityGroups'>>) {
  const { securityGroups: groups } = os
  return {
    list: groups.list.handler(({ input, signal }) => engine.securityGroups.list(input, { signal })),
    get: groups.get.handler(({ input, signal }) => engine.securityGroups.get(input, { signal })),
    create: groups.create.handler(({ input }) => engine.securityGroups.create(input)),
    planRules: groups.planRules.handler(({ input, signal }) =>
      engine.securityGroups.planRules(input, { signal }),
    ),
    // A client that leaves does not stop what was begun.
    applyRules: groups.applyRules.handler(({ input }) => engine.securityGroups.applyRules(input)),
    remove: groups.remove.handler(({ input }) => engine.securityGroups.remove(input)),
  }
}
