export { ElasticIpKeeper, type ElasticIpRepository } from './elastic-ip-keeper.ts'
export { elasticIpProvisioner } from './elastic-ip-provisioner.ts'
