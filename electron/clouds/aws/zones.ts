import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2'
import type { Zone } from '../../../shared/model/clouds.ts'
import type { CallOptions, ZonesPort } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'

/** A region's availability zones. DescribeAvailabilityZones has no pages. */
export class AwsZones implements ZonesPort {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  /** The region's own zones; local and wavelength zones need a subnet of their own. */
  async list(location: string, options?: CallOptions): Promise<Zone[]> {
    const about = { action: 'DescribeAvailabilityZones', location, kind: 'readAll' } as const
    const answer = await this.#clients.ec2(about, options, (client, http) =>
      client.send(new DescribeAvailabilityZonesCommand({}), http),
    )
    return (answer.AvailabilityZones ?? [])
      .filter(({ ZoneType }) => ZoneType === undefined || ZoneType === 'availability-zone')
      .map(({ ZoneName, State }) => ({ name: ZoneName ?? '', state: State ?? 'unknown' }))
      .filter(({ name }) => name !== '')
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}
