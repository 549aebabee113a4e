/** The tags by which Farmhand finds its own again in a cloud. */
export const TAGS = {
  workspace: 'farmhand:workspace',
  farm: 'farmhand:farm',
  farmRole: 'farmhand:farm-role',
  server: 'farmhand:server',
  sshPort: 'farmhand:ssh-port',
  /** On an image: the piece of work that made it. */
  image: 'farmhand:image',
} as const

/** EC2 allows 256 characters in a tag's value (EC2 User Guide, "Tag restrictions"). */
export const TAG_VALUE_MAX = 256
