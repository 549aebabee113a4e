import type { CloudTraits } from '../../../shared/model/clouds.ts'

/** What AWS is like. Owners of images are the accounts that their makers publish from. */
export const awsTraits: CloudTraits = {
  label: 'AWS',
  summary: null,
  costsMoney: true,
  runsSampleFarm: false,
  starterRoles: ['Ubuntu', 'Debian', 'Amazon Linux'],
  wellKnownImages: [
    {
      title: 'Ubuntu 24.04',
      owner: '099720109477',
      namePattern: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*',
    },
    { title: 'Debian 13', owner: '136693071363', namePattern: 'debian-13-amd64-*' },
    { title: 'Amazon Linux 2023', owner: 'amazon', namePattern: 'al2023-ami-2023*-x86_64' },
  ],
}
