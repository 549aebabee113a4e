export { ElasticIpKeeper, type ElasticIpRepository } from './elastic-ip-keeper.ts'
export { ElasticIpPreparation } from './elastic-ip-preparation.ts'
