import type { Architecture } from '../../../shared/model/clouds.ts'
import type { RootDisk } from '../../../shared/model/farm-role-storage.ts'
import type { Image, OsFamily } from '../../../shared/model/images.ts'

/** An image while it is registered or edited: every field is there, and may still be wrong. */
export interface ImageForm {
  name: string
  cloudId: string
  location: string
  sourceKind: 'id' | 'newest'
  cloudImageId: string
  owner: string
  namePattern: string
  osFamily: OsFamily
  osVersion: string
  architecture: Architecture
  rootDeviceName: string
  rootDisk: RootDisk
  sshUser: string
  sshPort: number | null
  agentInstalled: boolean
  cloudInitInstalled: boolean
  description: string
}

export function emptyImageForm(cloudId: string, location: string): ImageForm {
  return {
    name: '',
    cloudId,
    location,
    sourceKind: 'id',
    cloudImageId: '',
    owner: '',
    namePattern: '',
    osFamily: 'unknown',
    osVersion: '',
    architecture: 'x86_64',
    rootDeviceName: '',
    rootDisk: { sizeGib: null, type: null, iops: null },
    sshUser: 'root',
    sshPort: 22,
    agentInstalled: false,
    cloudInitInstalled: true,
    description: '',
  }
}

export function formOfImage(image: Image): ImageForm {
  const { source } = image
  return {
    name: image.name,
    cloudId: image.cloudId,
    location: image.location,
    sourceKind: source.kind,
    cloudImageId: source.kind === 'id' ? source.cloudImageId : '',
    owner: source.kind === 'newest' ? source.owner : '',
    namePattern: source.kind === 'newest' ? source.namePattern : '',
    osFamily: image.os.family,
    osVersion: image.os.version,
    architecture: image.architecture,
    rootDeviceName: image.rootDeviceName ?? '',
    rootDisk: image.rootDisk,
    sshUser: image.ssh.user,
    sshPort: image.ssh.port,
    agentInstalled: image.agentInstalled,
    cloudInitInstalled: image.cloudInitInstalled,
    description: image.description,
  }
}

/** What `ImageInput` checks and the engine takes. */
export function inputOfForm(form: ImageForm) {
  return {
    name: form.name,
    cloudId: form.cloudId,
    location: form.location,
    source:
      form.sourceKind === 'id'
        ? { kind: 'id' as const, cloudImageId: form.cloudImageId.trim() }
        : { kind: 'newest' as const, owner: form.owner.trim(), namePattern: form.namePattern.trim() },
    os: { family: form.osFamily, version: form.osVersion.trim() },
    architecture: form.architecture,
    rootDeviceName: form.rootDeviceName.trim() === '' ? null : form.rootDeviceName.trim(),
    rootDisk: form.rootDisk,
    ssh: { user: form.sshUser.trim(), port: form.sshPort },
    agentInstalled: form.agentInstalled,
    cloudInitInstalled: form.cloudInitInstalled,
    description: form.description,
  }
}
