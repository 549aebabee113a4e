import { historyOf, record } from '../../shared/logic/drafts/draft-history.ts'
import { compareDrafts } from '../../shared/logic/drafts/draft-differences.ts'
import { changeRole, draftOf, sameDraft, toFarmInput } from '../../shared/logic/drafts/farm-draft.ts'
import { planFarm } from '../../shared/logic/plan/farm-plan.ts'
import {
  type FarmCheckMemory,
  type FarmKnowledge,
  validateFarm,
} from '../../shared/logic/validation/farm-validation.ts'
import { fakeCatalog } from '../support/fake-catalog.ts'
import { type Bench, median } from './bench.ts'
import { largeFarm } from './large-farm.ts'

const location = 'eu-central-1'
/** One frame of 60 a second. */
const frameMs = 16.7
const runs = 30

/** What is computed while a farm of 200 farm roles is edited: its plan, its faults, what differs. Pure, without a screen. */
const bench: Bench = {
  name: 'plan of a 200-role farm',
  async run({ quick, rounds }) {
    const roles = quick ? 50 : 200
    const place = { roleId: 'r1', cloudId: 'c1', location, instanceType: 't3.micro' }
    const { farm, state, servers } = largeFarm({ roles, ...place })
    const known = {
      farms: [{ id: farm.id, name: farm.name }],
      roles: [{ id: 'r1', name: 'base', imageIds: ['i1'] }],
      images: [{ id: 'i1', name: 'noble', cloudId: 'c1', location, architecture: 'x86_64' }],
      clouds: [{ id: 'c1', name: 'Bench', locations: [location] }],
      catalogs: [fakeCatalog('c1', location, farm.createdAt)],
    } as unknown as FarmKnowledge
    const prices = known.catalogs[0]?.prices ?? null
    const saved = draftOf(farm)
    const middle = saved.roles[Math.floor(roles / 2)]
    if (!middle) throw new Error('A farm role was expected.')
    const edited = changeRole(saved, middle.key, { instanceType: 't3.medium' })
    const design = { ...farm, roles: farm.roles.map((role) => ({ ...role, instanceType: 't3.medium' })) }

    const plan = (): unknown =>
      planFarm(design, 'apply', {
        state,
        servers,
        faults: [],
        warnings: [],
        roleName: (id) => id,
        cloudName: (id) => id,
        hasKey: () => true,
        held: [],
        deleteCloudObjects: false,
        costs: { prices: () => prices, osOf: () => 'debian' },
        running: farm,
      })
    const memory: FarmCheckMemory = new WeakMap()
    let history = historyOf(saved)
    let count = 0
    /** What a keystroke in the designer asks of the logic: the new draft, its faults, whether it is another one. */
    const keystroke = (): unknown => {
      count += 1
      const next = changeRole(history.present, middle.key, { alias: `tier-x${count % 100}` })
      history = record(history, next, 'alias', count * 100)
      return [validateFarm(toFarmInput(next), known, farm.id, memory), sameDraft(next, saved)]
    }
    if (validateFarm(toFarmInput(edited), known, farm.id).length > 0) throw new Error('The farm has faults.')

    const figures = [
      { what: 'plan of the whole farm', work: plan },
      { what: 'one keystroke: draft, faults, unsaved or not', work: keystroke },
      {
        what: 'all faults, nothing remembered',
        work: () => validateFarm(toFarmInput(edited), known, farm.id),
      },
      { what: 'comparison of draft and saved design', work: () => compareDrafts(edited, saved) },
    ].map(({ what, work }, position) => ({
      what,
      value: typicalMs(work, rounds),
      unit: 'ms',
      peer: null,
      target: position < 2 ? ({ limit: frameMs, of: 'value' } as const) : null,
    }))
    return figures
  },
}

/** What one run takes: the median of the rounds' medians. A machine that does other work too stretches single runs. */
function typicalMs(work: () => unknown, rounds: number): number {
  for (let n = 0; n < runs; n += 1) work()
  return median(
    Array.from({ length: rounds }, () =>
      median(
        Array.from({ length: runs }, () => {
          const startedMs = performance.now()
          work()
          return performance.now() - startedMs
        }),
      ),
    ),
  )
}

export default bench
