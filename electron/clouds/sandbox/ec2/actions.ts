import type { Action } from './action.ts'
import { addressActions } from './addresses.ts'
import { imageActions } from './images.ts'
import { imageMakingActions } from './image-making.ts'
import { instanceAttributeActions } from './instance-attributes.ts'
import { instanceTypeActions } from './instance-types.ts'
import { instanceActions } from './instances.ts'
import { keyPairActions } from './key-pairs.ts'
import { launchActions } from './launch.ts'
import { passwordActions } from './passwords.ts'
import { networkActions } from './networks.ts'
import { placementGroupActions } from './placement-groups.ts'
import { placeActions } from './places.ts'
import { priceActions } from './prices.ts'
import { securityGroupActions } from './security-groups.ts'
import { snapshotActions } from './snapshots.ts'
import { stsActions } from './sts.ts'
import { tagActions } from './tags.ts'
import { volumeActions } from './volumes.ts'

/** A service of the endpoint: the actions of its version. */
export interface Service {
  /** The name that requests are signed for. */
  name: string
  /** How it is called: by forms that are answered with XML, or by JSON. */
  wire: 'query' | 'json'
  version: string
  /** Of its XML; of a JSON service the name before the action in the header of a call. */
  namespace: string
  actions: ReadonlyMap<string, Action>
}

export const services: readonly Service[] = [
  {
    name: 'ec2',
    wire: 'query',
    version: '2016-11-15',
    namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    actions: new Map(
      Object.entries({
        ...placeActions,
        ...placementGroupActions,
        ...addressActions,
        ...instanceTypeActions,
        ...imageActions,
        ...imageMakingActions,
        ...launchActions,
        ...instanceActions,
        ...instanceAttributeActions,
        ...keyPairActions,
        ...passwordActions,
        ...networkActions,
        ...securityGroupActions,
        ...tagActions,
        ...volumeActions,
        ...snapshotActions,
      }),
    ),
  },
  {
    name: 'sts',
    wire: 'query',
    version: '2011-06-15',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    actions: new Map(Object.entries(stsActions)),
  },
  {
    name: 'pricing',
    wire: 'json',
    version: '2017-10-15',
    namespace: 'AWSPriceListService',
    actions: new Map(Object.entries(priceActions)),
  },
]
