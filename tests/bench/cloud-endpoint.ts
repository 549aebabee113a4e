import type { CloudInstance } from '../../electron/engine/clouds/index.ts'
import { ec2Answer, ec2Refusal, type ScriptedEc2, startScriptedEc2 } from '../support/scripted-ec2.ts'

const pageSize = 1_000

/** An EC2 endpoint on loopback whose only answer is the list of these instances, in pages as EC2 gives them. */
export function startCloudEndpoint(
  instances: (region: string) => readonly CloudInstance[],
): Promise<ScriptedEc2> {
  return startScriptedEc2(({ action, params, headers }) => {
    if (action !== 'DescribeInstances') {
      return ec2Refusal('UnsupportedOperation', `${action} is not part of this benchmark.`)
    }
    // The region that a request is signed for.
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? ''
    const all = instances(region)
    const from = Number(params.get('NextToken') ?? 0)
    const page = all.slice(from, from + pageSize).map(describe)
    const next = from + pageSize
    const token = next < all.length ? `<nextToken>${next}</nextToken>` : ''
    return ec2Answer('DescribeInstances', `<reservationSet>${page.join('')}</reservationSet>${token}`)
  })
}

/** As long as EC2's own answers are for an instance without volumes and interfaces. */
function describe(instance: CloudInstance): string {
  const { id, state, imageId, launchPosition, instanceType, launchedAt, zone, publicIp, privateIp } = instance
  const tags = Object.entries(instance.tags).map(
    ([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`,
  )
  const groups = instance.securityGroups.map(
    ({ id: group }) => `<item><groupId>${group}</groupId><groupName>web</groupName></item>`,
  )
  return `<item><reservationId>r-${id.slice(2)}</reservationId><ownerId>000000000000</ownerId><groupSet/><instancesSet><item><instanceId>${id}</instanceId><imageId>${imageId}</imageId><instanceState><code>16</code><name>${state}</name></instanceState><privateDnsName/><dnsName/><reason/><keyName>${instance.keyName ?? ''}</keyName><amiLaunchIndex>${launchPosition}</amiLaunchIndex><productCodes/><instanceType>${instanceType}</instanceType><launchTime>${launchedAt ?? ''}</launchTime><placement><availabilityZone>${zone ?? ''}</availabilityZone><groupName/><tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring><privateIpAddress>${privateIp ?? ''}</privateIpAddress><ipAddress>${publicIp ?? ''}</ipAddress><groupSet>${groups.join('')}</groupSet><architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName><virtualizationType>hvm</virtualizationType><tagSet>${tags.join('')}</tagSet><hypervisor>xen</hypervisor><ebsOptimized>false</ebsOptimized></item></instancesSet></item>`
}
