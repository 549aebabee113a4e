import {
  FarmTemplate,
  type TemplatePreview,
  TemplateRequest,
} from '../../../../shared/model/farm-templates.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { ImageId, RoleId } from '../../../../shared/model/ids.ts'
import { parseDocument } from '../../../../shared/logic/documents/parse-document.ts'
import { templateOf } from '../../../../shared/logic/templates/template-export.ts'
import { fillOpenValues } from '../../../../shared/logic/templates/template-values.ts'
import {
  planTemplateImport,
  type TemplateImport,
} from '../../../../shared/logic/templates/template-import.ts'
import type { Clouds } from '../../clouds/index.ts'
import type { FarmDesigns } from './farm-designs.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { ImageDesigns } from '../../designs/images/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import { refusal } from './refusals.ts'

interface FarmTemplatesOptions {
  store: FarmStore
  designs: FarmDesigns
  clouds: Clouds
  roles: RoleDesigns
  images: ImageDesigns
}

/** Farms with all that they need, out of this workspace and into it. */
export class FarmTemplates {
  readonly #options: FarmTemplatesOptions

  constructor(options: FarmTemplatesOptions) {
    this.#options = options
  }

  async exportTemplate({ farmId }: { farmId: string }): Promise<FarmTemplate> {
    const { store, designs, roles, images } = this.#options
    const farm = store.get(farmId)
    const used = new Set<string>(farm.roles.map(({ roleId }) => roleId))
    const own = (await roles.list()).filter(({ id }) => used.has(id))
    const imageIds = new Set(own.flatMap((role) => role.imageIds))
    const known = new Set((await images.list()).map(({ id }) => id))
    const [document, roleDocuments, imageDocuments] = await Promise.all([
      designs.export({ farmId }),
      Promise.all(own.map(({ id }) => roles.export({ roleId: id }))),
      Promise.all([...imageIds].filter((id) => known.has(id)).map((id) => images.export({ imageId: id }))),
    ])
    return templateOf(document, roleDocuments, imageDocuments)
  }

  async previewTemplate(request: TemplateRequest): Promise<TemplatePreview> {
    return (await this.#plan(request)).preview
  }

  /** Throws `input.invalid` with what must be mapped first. What it made is taken back when a later part fails. */
  async importTemplate(request: TemplateRequest): Promise<Farm> {
    const plan = await this.#plan(request)
    const { farm: name, faults } = plan.preview
    if (faults.length > 0) throw refusal(`“${name}” cannot be imported yet`, faults)
    const { designs, roles, images } = this.#options
    const undo: (() => Promise<void>)[] = []
    try {
      const imageIds = new Map<string, ImageId>()
      for (const { from, input } of plan.images) {
        const { id } = await images.create(input)
        imageIds.set(from, id)
        undo.push(() => images.remove({ imageId: id }))
      }
      const roleIds = new Map<string, RoleId>()
      for (const { from, input, images: parts } of plan.roles) {
        const ids = parts.flatMap((part) => ('id' in part ? part.id : (imageIds.get(part.made) ?? [])))
        const { id } = await roles.create({ ...input, imageIds: ids })
        roleIds.set(from, id)
        undo.push(() => roles.remove({ roleId: id }))
      }
      return await designs.create(plan.farm((from) => roleIds.get(from)))
    } catch (thrown) {
      for (const takeBack of undo.reverse()) await takeBack()
      throw thrown
    }
  }

  async #plan(request: TemplateRequest): Promise<TemplateImport> {
    const { document, ...wishes } = TemplateRequest.parse(request)
    const { open, faults, ...filled } = fillOpenValues(document, wishes.mapping.values)
    const template = parseDocument(
      FarmTemplate,
      filled.document,
      'This is no template that Farmhand can import',
    )
    const { store, clouds, roles, images } = this.#options
    const plan = planTemplateImport(template, wishes, {
      clouds: clouds.list(),
      roles: await roles.list(),
      images: await images.list(),
      farmNames: store.list().map(({ name }) => name),
    })
    return { ...plan, preview: { ...plan.preview, open, faults: [...faults, ...plan.preview.faults] } }
  }
}
