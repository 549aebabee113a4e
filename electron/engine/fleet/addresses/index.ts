export { ElasticIpKeeper } from './elastic-ip-keeper.ts'
export { elasticIpProvisioner } from './elastic-ip-provisioner.ts'
