export { ImageDesigns } from './image-designs.ts'
